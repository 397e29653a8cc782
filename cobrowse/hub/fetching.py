"""Assets of the origins that a site lists, fetched by the hub: nobody's cookies, no Referer, public addresses alone.

The address comes from a customer's tab, so from whoever holds it. It must be on a listed origin; so must be wherever
that redirects to. The name is resolved once for each connection, each answer is checked, and the connection goes to a
checked one, so a name that answers otherwise the next time (DNS rebinding) changes nothing; certificate, SNI and Host
remain those of the name. httpcore is used as it is: it knows no cookies, proxies, redirects or settings from around it.
"""

import asyncio
import codecs
import logging
import re
import socket
import ssl
import zlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from functools import partial
from typing import NamedTuple

import httpcore

from cobrowse.core import addresses
from cobrowse.core.errors import NoAsset
from cobrowse.core.networks import is_loopback, is_public
from cobrowse.core.policy import Site
from cobrowse.core.protocol import AssetKind
from cobrowse.hub.clock import Clock, within

ASSET_MAX_BYTES = 5 * 1024 * 1024
# All of it, redirects too; shorter than a mirror waits.
FETCH_SECONDS = 8.0
CONNECT_SECONDS = 3.0
READ_SECONDS = 5.0
REDIRECTS = 4
# At once, for one site and for the hub; who comes later waits, as long as the mirror does.
FETCHES_PER_SITE = 16
FETCHES = 32
# A name server that answers late holds a thread.
RESOLVERS = 8
# Of the addresses of a name so many are tried.
ADDRESSES_TRIED = 3
KEPT_OPEN = 16
KEPT_OPEN_SECONDS = 15.0

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ACCEPT: dict[AssetKind, str] = {
    "image": "image/avif,image/webp,image/svg+xml,image/*,*/*;q=0.8",
    "font": "*/*",
    "style": "text/css,*/*;q=0.1",
}
# What people or scripts read, or a page that stands where a picture was. The tab judges its own answers alike.
_READABLE = re.compile(r"(text|application/(?!octet|.*font))", re.IGNORECASE)
_STYLE = re.compile(r"text/css", re.IGNORECASE)
_NO_STORE = re.compile(r"no-store", re.IGNORECASE)
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_PRINTABLE = re.compile(r"[ -~]{1,512}")

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class Fetched(NamedTuple):
    """What came: the address it came from in the end, its bytes, and the name of its characters where it said one."""

    address: str
    data: bytes
    charset: str


class Resolver:
    """Asks the system for addresses, in threads of its own: those of the loop have other work."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(RESOLVERS, "cobrowse-resolve")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """The IP addresses of a host, as text. Raises `OSError` where it has none."""
        asking = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, asking)
        return [str(address[0]) for *_, address in found]

    def close(self) -> None:
        """Let go of the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def text_of(sheet: Fetched) -> str:
    """The text of a stylesheet, as CSS Syntax level 3 says (3.2): by its byte order mark, its header, its own word, or
    UTF-8. What is no character becomes U+FFFD."""
    own = re.match(rb'@charset "([-\w]{1,40})";', sheet.data)
    data = sheet.data
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    said = sheet.charset or (own[1].decode("ascii") if own else "")
    try:
        return data.decode(said or "utf-8", "replace")
    except (LookupError, UnicodeError):
        return data.decode("utf-8", "replace")


class _NotPublic(Exception):
    """A name has an address that is not the public internet's."""


class _Pinned(httpcore.AsyncNetworkBackend):
    """Connects to addresses that were checked, and to none that were not."""

    def __init__(self, resolve: Resolve, inner: httpcore.AsyncNetworkBackend, on_loopback: bool) -> None:
        self._resolve = resolve
        self._inner = inner
        self._on_loopback = on_loopback

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the name is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        found = list(dict.fromkeys(await self._resolve(host.strip("[]"), port)))
        if not found or not all(self._may(host, address) for address in found):
            raise _NotPublic
        last: Exception = _NotPublic()
        for address in found[:ADDRESSES_TRIED]:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.NetworkError, httpcore.TimeoutException) as error:
                last = error
        raise last

    def _may(self, host: str, address: str) -> bool:
        """On a hub that is itself on loopback (tests, the demo), a host that is written as loopback may be there."""
        name = f"[{host}]" if ":" in host and host[0] != "[" else host
        if self._on_loopback and is_loopback(address):
            return addresses.is_on_loopback(f"http://{name}")
        return is_public(address)


class Fetcher:
    """Fetches assets for mirrors. `on_loopback`: the hub's own address is this machine's, so a site's may be, too."""

    def __init__(
        self,
        clock: Clock,
        *,
        on_loopback: bool = False,
        resolve: Resolve | None = None,
        backend: httpcore.AsyncNetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        # What it writes at its most talkative are whole addresses.
        logging.getLogger("httpcore").setLevel(logging.WARNING)
        self._clock = clock
        self._threads = Resolver()
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=FETCHES,
            max_keepalive_connections=KEPT_OPEN,
            keepalive_expiry=KEPT_OPEN_SECONDS,
            network_backend=_Pinned(resolve or self._threads, backend or httpcore.AnyIOBackend(), on_loopback),
        )
        self._all = asyncio.Semaphore(FETCHES)
        self._sites: dict[str, asyncio.Semaphore] = {}

    async def close(self) -> None:
        """Close what is kept open."""
        await self._pool.aclose()
        self._threads.close()

    async def fetch(self, site: Site, address: str, kind: AssetKind, user_agent: str = "") -> Fetched:
        """What this address has. Raises `NoAsset`: why it has nothing for a mirror.

        `user_agent` is that of the customer's browser: some servers of fonts and pictures give to each its own."""
        place = addresses.of_asset(address, site.asset_origins)
        if place is None:
            raise NoAsset("This address is on no listed origin.", code="other_origin")
        try:
            return await within(self._clock, FETCH_SECONDS, self._in_turn(site, place, kind, user_agent))
        except (TimeoutError, httpcore.TimeoutException) as error:
            raise NoAsset("The server did not answer in time.", code="asset_timeout") from error
        except _NotPublic as error:
            raise NoAsset("The server's address is not the public internet's.", code="not_public") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            raise NoAsset("The server could not be asked.", code="unreachable") from error

    async def _in_turn(self, site: Site, address: str, kind: AssetKind, user_agent: str) -> Fetched:
        of_site = self._sites.setdefault(site.id, asyncio.Semaphore(FETCHES_PER_SITE))
        async with of_site, self._all:
            return await self._follow(site, address, kind, user_agent)

    async def _follow(self, site: Site, address: str, kind: AssetKind, user_agent: str) -> Fetched:
        headers = _headers(kind, user_agent)
        times = {"connect": CONNECT_SECONDS, "read": READ_SECONDS, "write": READ_SECONDS, "pool": FETCH_SECONDS}
        for _ in range(REDIRECTS + 1):
            async with AsyncExitStack() as open_:
                asking = self._pool.stream("GET", address, headers=headers, extensions={"timeout": times})
                response = await open_.enter_async_context(asking)
                if response.status not in _REDIRECTS:
                    return await _read(response, address, kind)
                onward = addresses.of_asset(_header(response, b"location"), site.asset_origins, address)
            if onward is None:
                raise NoAsset("The server sends elsewhere.", code="bad_redirect", status=response.status)
            address = onward
        raise NoAsset("The server sends on and on.", code="bad_redirect", status=response.status)


def _headers(kind: AssetKind, user_agent: str) -> list[tuple[bytes | str, bytes | str]]:
    agent = user_agent if _PRINTABLE.fullmatch(user_agent) else "Mozilla/5.0 (compatible; Cobrowse)"
    return [("Accept", _ACCEPT[kind]), ("Accept-Encoding", "gzip"), ("User-Agent", agent)]


def _header(response: httpcore.Response, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in response.headers if key.lower() == name), "")


async def _read(response: httpcore.Response, address: str, kind: AssetKind) -> Fetched:
    if response.status != 200:
        raise NoAsset("The server has no such asset.", code="failed", status=response.status)
    content_type = _header(response, b"content-type")
    if not _STYLE.match(content_type) if kind == "style" else _READABLE.match(content_type):
        raise NoAsset("The server has something else there.", code="wrong_type", status=200)
    if _NO_STORE.search(_header(response, b"cache-control")):
        raise NoAsset("The server wants nobody to keep it.", code="no_store", status=200)
    charset = re.search(r"charset\s*=\s*[\"']?([-\w]{1,40})", content_type, re.IGNORECASE)
    return Fetched(address, await _body(response), charset[1] if charset else "")


async def _body(response: httpcore.Response) -> bytes:
    """The body, given up beyond the limit, before and after inflating."""
    coding = _header(response, b"content-encoding").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise NoAsset("The server packs in another way than was asked for.", code="failed", status=200)
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if "gzip" in coding else None
    too_big = NoAsset("This asset is too large.", code="too_big", status=200)
    declared = _header(response, b"content-length")
    if declared.isdigit() and int(declared) > ASSET_MAX_BYTES:
        raise too_big
    data = bytearray()
    came = 0
    async for chunk in response.aiter_stream():
        came += len(chunk)
        data += _unpacked(unpack, chunk, ASSET_MAX_BYTES + 1 - len(data)) if unpack else chunk
        if max(came, len(data)) > ASSET_MAX_BYTES:
            raise too_big
    if unpack is not None and not unpack.eof:
        raise NoAsset("The server's answer is cut short.", code="failed", status=200)
    return bytes(data)


def _unpacked(unpack: "zlib._Decompress", chunk: bytes, most: int) -> bytes:
    try:
        return unpack.decompress(chunk, most)
    except zlib.error as error:
        raise NoAsset("The server's answer is not what it says.", code="failed", status=200) from error
