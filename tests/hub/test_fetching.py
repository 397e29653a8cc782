"""Assets of listed origins, fetched by the hub: what is sent, what is taken, and every way to make it reach further."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from cobrowse.core.errors import NoAsset
from cobrowse.core.policy import Site
from cobrowse.hub import fetching
from cobrowse.hub.clock import SystemClock
from cobrowse.hub.fetching import ASSET_MAX_BYTES, Fetched, Fetcher, text_of
from tests.hub.clock import HandClock
from tests.hub.origin import PUBLIC, Certificates, Network, Origin, answer, redirect

PNG = b"\x89PNG\r\n\x1a\n and so on"
LISTED = ("http://cdn.example", "http://img.example", "https://safe.example", "http://localhost:9")
SITE = Site(id="shop", name="Shop", origins=("https://shop.example",), start_url="", asset_origins=LISTED)
# Every kind of address that is not the public internet's, as a name may answer it.
PRIVATE = [
    *("127.0.0.1", "127.1.2.3", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "168.63.129.16", "198.18.0.1"),
    *("192.0.2.1", "192.88.99.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("::1", "::", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "100::1"),
    *("::ffff:127.0.0.1", "::ffff:93.184.215.14", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1"),
    *("2002:7f00:1::", "2001::1", "2001:db8::1", "3fff::1", "5f00::1", "nonsense", ""),
]


@pytest.fixture
async def origin() -> AsyncIterator[Origin]:
    made = Origin()
    async with made.serving():
        yield made


@asynccontextmanager
async def fetching_from(network: Network, **options: Any) -> AsyncIterator[Fetcher]:
    fetcher = Fetcher(options.pop("clock", SystemClock()), resolve=network.resolve, backend=network, **options)
    try:
        yield fetcher
    finally:
        await fetcher.close()


async def get(fetcher: Fetcher, address: str = "http://cdn.example/a.png", kind: Any = "image") -> Fetched:
    return await asyncio.wait_for(fetcher.fetch(SITE, address, kind), 20)


async def assert_none(
    fetcher: Fetcher, code: str, address: str = "http://cdn.example/a.png", kind: Any = "image"
) -> None:
    with pytest.raises(NoAsset) as caught:
        await get(fetcher, address, kind)
    assert caught.value.code == code


async def test_what_a_server_has_comes_and_it_learns_nothing_of_anybody(origin: Origin) -> None:
    origin.pages["/a.png?v=1"] = answer(PNG, set_cookie="id=1; Path=/")
    network = Network(origin, cdn_example=[[PUBLIC]])
    async with fetching_from(network) as fetcher:
        for _ in range(2):
            found = await get(fetcher, "http://cdn.example/a.png?v=1#part")
            assert found == Fetched("http://cdn.example/a.png?v=1", PNG, "")
    names = {line.split(":")[0].lower() for head in origin.heads for line in head.splitlines()[1:] if line}
    assert names == {"host", "accept", "accept-encoding", "user-agent"}
    assert "Host: cdn.example" in origin.heads[0]
    assert network.connected == [(PUBLIC, 80)]


async def test_the_browsers_own_name_is_said_where_it_is_one(origin: Origin) -> None:
    origin.pages["/a.png"] = answer(PNG)
    async with fetching_from(Network(origin, cdn_example=[[PUBLIC]])) as fetcher:
        for agent in ("Mozilla/5.0 (X11)", "bad\r\nCookie: a=b", "x" * 600, "Bröwser"):
            await fetcher.fetch(SITE, "http://cdn.example/a.png", "image", agent)
    said = [line for head in origin.heads for line in head.splitlines() if line.startswith("User-Agent")]
    assert said == ["User-Agent: Mozilla/5.0 (X11)"] + ["User-Agent: Mozilla/5.0 (compatible; Cobrowse)"] * 3
    assert not any("Cookie" in head for head in origin.heads)


@pytest.mark.parametrize(
    "address",
    [
        *("https://cdn.example/a", "http://cdn.example:8080/a", "http://cdn.example.evil.example/a"),
        *("http://user:pass@cdn.example/a", "http://cdn.example@evil.example/", "http://169.254.169.254/latest/"),
        *("ftp://cdn.example/a", "file:///etc/passwd", "javascript:1", "", "//cdn.example/a", "http://cdn.example\n/a"),
        *("http://[::1]/", "http://127.0.0.1/", "http://0x7f000001/", "http://cdn.example./a", "gopher://cdn.example"),
    ],
)
async def test_an_address_off_the_list_is_not_even_looked_up(origin: Origin, address: str) -> None:
    network = Network(origin, cdn_example=[[PUBLIC]])
    async with fetching_from(network) as fetcher:
        await assert_none(fetcher, "other_origin", address)
    assert (network.resolved, network.connected) == ([], [])


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_listed_name_that_is_not_public_is_not_connected_to(origin: Origin, address: str) -> None:
    """Neither alone, nor beside a public one, whichever comes first."""
    for answers in ([address], [PUBLIC, address], [address, PUBLIC]):
        network = Network(origin, cdn_example=[answers])
        async with fetching_from(network) as fetcher:
            await assert_none(fetcher, "not_public")
        assert network.connected == []


async def test_what_was_checked_is_what_is_connected_to(origin: Origin) -> None:
    """A name that is public when it is looked up first and private the next time: it is looked up once, and the second
    connection is checked anew."""
    origin.pages["/a.png"] = answer(PNG, connection="close")
    network = Network(origin, cdn_example=[[PUBLIC], ["127.0.0.1"]])
    async with fetching_from(network) as fetcher:
        assert (await get(fetcher)).data == PNG
        assert (network.resolved, network.connected) == (["cdn.example"], [(PUBLIC, 80)])
        await assert_none(fetcher, "not_public")
    assert network.connected == [(PUBLIC, 80)]


async def test_the_next_address_is_tried_where_one_does_not_answer(origin: Origin) -> None:
    origin.pages["/a.png"] = answer(PNG)
    network = Network(origin, cdn_example=[["2606:2800:21f::1", PUBLIC, PUBLIC]])
    network.refusing = {"2606:2800:21f::1"}
    async with fetching_from(network) as fetcher:
        assert (await get(fetcher)).data == PNG
    network = Network(origin, cdn_example=[["8.8.8.8", "8.8.4.4", "1.1.1.1", PUBLIC]])
    network.refusing = {"8.8.8.8", "8.8.4.4", "1.1.1.1"}
    async with fetching_from(network) as fetcher:
        await assert_none(fetcher, "unreachable")
    assert len(network.connected) == fetching.ADDRESSES_TRIED


async def test_no_such_name(origin: Origin) -> None:
    async with fetching_from(Network(origin)) as fetcher:
        await assert_none(fetcher, "unreachable")


@pytest.mark.parametrize(
    ("to", "code"),
    [
        *(("http://evil.example/a.png", "bad_redirect"), ("http://169.254.169.254/latest/meta-data", "bad_redirect")),
        *(("//evil.example/a.png", "bad_redirect"), ("https://cdn.example/a.png", "bad_redirect")),
        *(("file:///etc/passwd", "bad_redirect"), ("", "bad_redirect"), ("http://cdn.example/again", "bad_redirect")),
        # Listed, but its name is private.
        ("http://img.example/a.png", "not_public"),
    ],
)
async def test_no_redirect_leads_further(origin: Origin, to: str, code: str) -> None:
    origin.pages["/a.png"] = origin.pages["/again"] = redirect(to)
    network = Network(origin, cdn_example=[[PUBLIC]], img_example=[["10.0.0.7"]], evil_example=[[PUBLIC]])
    async with fetching_from(network) as fetcher:
        await assert_none(fetcher, code)
    assert {host for host, _ in network.connected} == {PUBLIC}
    assert "evil.example" not in network.resolved
    assert len(origin.heads) <= fetching.REDIRECTS + 1


async def test_a_redirect_within_the_list_is_followed(origin: Origin) -> None:
    origin.pages["/a.css"] = redirect("/b.css", "308 Permanent Redirect")
    origin.pages["/b.css"] = redirect("http://img.example/dir/c.css")
    origin.pages["/dir/c.css"] = answer(b"p{}", content_type="text/css; charset=UTF-8")
    network = Network(origin, cdn_example=[[PUBLIC]], img_example=[["8.8.8.8"]])
    async with fetching_from(network) as fetcher:
        found = await get(fetcher, "http://cdn.example/a.css", "style")
    assert found == Fetched("http://img.example/dir/c.css", b"p{}", "UTF-8")
    assert set(network.connected) == {(PUBLIC, 80), ("8.8.8.8", 80)}


@pytest.mark.parametrize(
    ("page", "kind", "code", "status"),
    [
        (answer(PNG, status="404 Not Found"), "image", "failed", 404),
        (answer(PNG, status="206 Partial Content"), "image", "failed", 206),
        (answer(PNG, status="304 Not Modified"), "image", "failed", 304),
        (answer(PNG, status="500 Oh"), "image", "failed", 500),
        (answer(b"<html>", content_type="text/html"), "image", "wrong_type", 200),
        (answer(b"{}", content_type="application/json"), "font", "wrong_type", 200),
        (answer(b"<html>", content_type="text/html"), "style", "wrong_type", 200),
        (answer(b"p{}", content_type="text/plain"), "style", "wrong_type", 200),
        (answer(PNG, cache_control="private, No-Store"), "image", "no_store", 200),
        (answer(PNG, content_encoding="br"), "image", "failed", 200),
        (answer(PNG, content_encoding="gzip"), "image", "failed", 200),
        (answer(gzip.compress(PNG)[:-9], content_encoding="gzip"), "image", "failed", 200),
        (answer(b"", content_length=str(ASSET_MAX_BYTES + 1)), "image", "too_big", 200),
        (answer(PNG, content_length="99999"), "image", "unreachable", 0),
        (b"nothing like HTTP\r\n\r\n", "image", "unreachable", 0),
    ],
    ids=lambda value: value[:60].decode("latin-1") if isinstance(value, bytes) else str(value),
)
async def test_what_is_no_asset_says_why(origin: Origin, page: bytes, kind: str, code: str, status: int) -> None:
    async def once(writer: asyncio.StreamWriter) -> None:
        writer.write(page)
        await writer.drain()
        writer.close()

    origin.pages["/a"] = once
    async with fetching_from(Network(origin, cdn_example=[[PUBLIC]])) as fetcher:
        with pytest.raises(NoAsset) as caught:
            await get(fetcher, "http://cdn.example/a", kind)
    assert (caught.value.code, caught.value.status) == (code, status)


async def test_what_is_packed_is_unpacked(origin: Origin) -> None:
    origin.pages["/a.png"] = answer(gzip.compress(PNG), content_encoding="gzip")
    async with fetching_from(Network(origin, cdn_example=[[PUBLIC]])) as fetcher:
        assert (await get(fetcher)).data == PNG


async def test_a_body_without_end_ends(origin: Origin) -> None:
    sent = 0

    async def endless(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(answer(b"", content_length="", transfer_encoding="chunked"))
        while True:
            writer.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
            await writer.drain()
            sent += 65536

    origin.pages["/a.png"] = endless
    async with fetching_from(Network(origin, cdn_example=[[PUBLIC]])) as fetcher:
        await assert_none(fetcher, "too_big")
    assert sent < 4 * ASSET_MAX_BYTES


async def test_a_bomb_is_not_unpacked(origin: Origin, monkeypatch: pytest.MonkeyPatch) -> None:
    """48 KB that would be 48 MB: no more than the limit is ever held."""
    most = 0
    inflate = fetching._unpacked

    def watched(unpack: Any, chunk: bytes, limit: int) -> bytes:
        nonlocal most
        out = inflate(unpack, chunk, limit)
        most = max(most, len(out))
        return out

    monkeypatch.setattr(fetching, "_unpacked", watched)
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    bomb = packer.compress(bytes(48 * 1024 * 1024)) + packer.flush()
    origin.pages["/a.png"] = answer(bomb, content_encoding="gzip")
    async with fetching_from(Network(origin, cdn_example=[[PUBLIC]])) as fetcher:
        await assert_none(fetcher, "too_big")
    assert 0 < most <= ASSET_MAX_BYTES + 1


@pytest.mark.parametrize("stage", ["nothing", "head", "body"])
async def test_a_server_that_drips_is_given_up(origin: Origin, stage: str) -> None:
    """Each byte comes soon enough; all of them would take for ever. The clock is moved by hand."""
    clock = HandClock()
    begun = asyncio.Event()
    over = asyncio.Event()

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(
            {"nothing": b"", "head": b"HTTP/1.1 200 OK\r\nX-Slow: ", "body": answer(b"", content_length="9")}[stage]
        )
        await writer.drain()
        begun.set()
        await over.wait()

    origin.pages["/a.png"] = drip
    async with fetching_from(Network(origin, cdn_example=[[PUBLIC]]), clock=clock) as fetcher:
        asking = asyncio.create_task(get(fetcher))
        await asyncio.wait_for(begun.wait(), 20)
        await clock.advance(fetching.FETCH_SECONDS)
        with pytest.raises(NoAsset) as caught:
            await asyncio.wait_for(asking, 20)
        over.set()
    assert caught.value.code == "asset_timeout"


async def test_a_name_server_that_hangs_is_given_up(origin: Origin) -> None:
    clock, asked = HandClock(), asyncio.Event()

    never: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()

    async def hang(host: str, port: int) -> list[str]:
        asked.set()
        return await never

    fetcher = Fetcher(clock, resolve=hang, backend=Network(origin))
    asking = asyncio.create_task(get(fetcher))
    await asyncio.wait_for(asked.wait(), 20)
    await clock.advance(fetching.FETCH_SECONDS)
    with pytest.raises(NoAsset) as caught:
        await asyncio.wait_for(asking, 20)
    assert caught.value.code == "asset_timeout"
    await fetcher.close()


OTHER_SITE = Site(id="other", name="O", origins=("https://o.example",), start_url="", asset_origins=LISTED)


def held_page(origin: Origin) -> tuple[asyncio.Event, asyncio.Semaphore]:
    """/a.png, which is there once the event is set; the semaphore is released with each request for it."""
    let_go, begun = asyncio.Event(), asyncio.Semaphore(0)

    async def held(writer: asyncio.StreamWriter) -> None:
        begun.release()
        await let_go.wait()
        writer.write(answer(PNG))
        await writer.drain()

    origin.pages["/a.png"] = held
    return let_go, begun


async def test_one_site_has_only_so_many_under_way(origin: Origin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "FETCHES_PER_SITE", 2)
    let_go, begun = held_page(origin)
    origin.pages["/b.png"] = answer(PNG)
    async with fetching_from(Network(origin, cdn_example=[[PUBLIC]])) as fetcher:
        waiting = [asyncio.create_task(get(fetcher)) for _ in range(5)]
        for _ in range(2):
            await asyncio.wait_for(begun.acquire(), 20)
        # Another site is not held up by it.
        assert (await fetcher.fetch(OTHER_SITE, "http://cdn.example/b.png", "image")).data == PNG
        assert origin.paths == ["/a.png", "/a.png", "/b.png"]
        let_go.set()
        assert [found.data for found in await asyncio.gather(*waiting)] == [PNG] * 5


async def test_the_hub_has_only_so_many_under_way(origin: Origin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "FETCHES", 2)
    let_go, begun = held_page(origin)
    async with fetching_from(Network(origin, cdn_example=[[PUBLIC]])) as fetcher:
        waiting = [asyncio.create_task(get(fetcher)) for _ in range(2)]
        for _ in range(2):
            await asyncio.wait_for(begun.acquire(), 20)
        third = asyncio.create_task(fetcher.fetch(OTHER_SITE, "http://cdn.example/a.png", "image"))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(begun.acquire(), 0.2)
        let_go.set()
        assert [found.data for found in await asyncio.gather(*waiting, third)] == [PNG] * 3


async def test_the_name_is_what_the_certificate_must_be_for(tmp_path: Path) -> None:
    """The connection goes to the checked address, the certificate is judged by the name."""
    certificates = Certificates(tmp_path)
    for host, code in (("safe.example", ""), ("other.example", "unreachable")):
        origin = Origin()
        origin.pages["/a.png"] = answer(PNG)
        asked: list[str | None] = []
        tls = certificates.server(host)
        tls.sni_callback = lambda _socket, name, _context, asked=asked: asked.append(name)
        async with origin.serving(tls):
            network = Network(origin, safe_example=[[PUBLIC]])
            async with fetching_from(network, tls=certificates.client()) as fetcher:
                if code:
                    await assert_none(fetcher, code, "https://safe.example/a.png")
                else:
                    assert (await get(fetcher, "https://safe.example/a.png")).data == PNG
        assert (asked, network.connected) == (["safe.example"], [(PUBLIC, 443)])


@pytest.mark.parametrize(
    ("host", "address", "fits"),
    [
        *(("localhost", "127.0.0.1", True), ("localhost", "::1", True), ("localhost", "10.0.0.1", False)),
        *(("cdn.example", "127.0.0.1", False), ("cdn.example", "10.0.0.1", False), ("cdn.example", PUBLIC, True)),
    ],
)
async def test_on_a_hub_on_loopback_loopback_is_what_is_written_so(
    origin: Origin, host: str, address: str, fits: bool
) -> None:
    origin.pages["/a.png"] = answer(PNG)
    where = "http://localhost:9/a.png" if host == "localhost" else "http://cdn.example/a.png"
    for on_loopback in (True, False):
        network = Network(origin, **{host.replace(".", "_"): [[address]]})
        async with fetching_from(network, on_loopback=on_loopback) as fetcher:
            if fits and (on_loopback or address == PUBLIC):
                assert (await get(fetcher, where)).data == PNG
            else:
                await assert_none(fetcher, "not_public", where)


async def test_the_systems_own_names_are_asked_beside_the_loop() -> None:
    resolver = fetching.Resolver()
    assert set(await resolver("127.0.0.1", 80)) == {"127.0.0.1"}
    resolver.close()


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        (b"a{}", "", "a{}"),
        ("ä{}".encode("latin-1"), "iso-8859-1", "ä{}"),
        (b'@charset "iso-8859-1";' + "ä{}".encode("latin-1"), "", '@charset "iso-8859-1";ä{}'),
        (b"\xef\xbb\xbf\xc3\xa4{}", "iso-8859-1", "ä{}"),
        ("\ufeffä{}".encode("utf-16-le"), "", "ä{}"),
        (b"\xff{}", "", "\ufffd{}"),
        (b"\xc3\xa4{}", "no-such-thing", "ä{}"),
        (b"\xc3\xa4{}", "hex", "ä{}"),
        (b"\xc3\xa4{}", "undefined", "ä{}"),
    ],
)
def test_a_sheets_characters_are_those_it_says(data: bytes, charset: str, text: str) -> None:
    assert text_of(Fetched("https://x.example/", data, charset)) == text
