"""The demo shop, as a page to measure on. Nobody answers as its hub: it is captured without one."""

from collections.abc import Iterator
from contextlib import contextmanager

from cobrowse.web.server import listen
from tests.e2e.places import HOST, shop_in_thread

NO_HUB = "http://localhost:9"


@contextmanager
def running_shop() -> Iterator[str]:
    """The shop's address while it runs."""
    bound = listen(HOST, 0)
    shop = shop_in_thread(NO_HUB, "shop", bound)
    try:
        yield f"http://{HOST}:{bound.getsockname()[1]}"
    finally:
        shop.stop()
