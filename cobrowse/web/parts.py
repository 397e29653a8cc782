"""What the routes work with, put together once by `build_app` and found on the app's state."""

import re
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from cobrowse.config import Settings
from cobrowse.core.errors import NotFound
from cobrowse.core.policy import Site
from cobrowse.core.tokens import Tokens
from cobrowse.hub.clock import Clock
from cobrowse.hub.hub import Hub
from cobrowse.store.base import AccountStore, SessionStore
from cobrowse.web.connections import Doors
from cobrowse.web.gates import ProxyReport
from cobrowse.web.limits import RateLimits
from cobrowse.web.metrics import Metrics
from cobrowse.web.sign_in import SignIns
from cobrowse.web.slots import Slots
from cobrowse.web.static import StaticFiles
from cobrowse.web.turnstile import Turnstile

_ASSET_NUMBER = re.compile(r"[1-9][0-9]{0,9}")


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Everything a route may need."""

    settings: Settings
    sites: dict[str, Site]
    hub: Hub
    store: SessionStore
    accounts: AccountStore
    tokens: Tokens
    clock: Clock
    static: StaticFiles
    limits: RateLimits
    sign_ins: SignIns
    proxies: ProxyReport
    turnstile: Turnstile
    doors: Doors
    metrics: Metrics
    # Turns for bodies of assets that come in, and for assets that go out.
    bodies: Slots
    answers: Slots

    def site(self, site_id: str) -> Site:
        """The site of this id, or `NotFound` code `unknown_site`."""
        site = self.sites.get(site_id)
        if site is None:
            raise NotFound("There is no such site.", code="unknown_site")
        return site


def parts_of(connection: HTTPConnection) -> Parts:
    """The parts of the app that serves this connection."""
    parts: Parts = connection.app.state.parts
    return parts


def address_of(connection: HTTPConnection) -> str:
    """The client's address for the rate limits; empty where the peer has none."""
    return connection.client.host if connection.client else ""


def asset_number_of(connection: HTTPConnection) -> int | None:
    """The asset's number in the path, `n`; None where it is not one."""
    number: str = connection.path_params["n"]
    return int(number) if _ASSET_NUMBER.fullmatch(number) and int(number) < 2**31 else None
