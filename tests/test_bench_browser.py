"""What the benchmarks in browsers count with. How long anything takes is not looked at here."""

import zlib

import httpx

from bench.both_ends import percentiles
from bench.page_load import WithoutLoader
from bench.typical_minute import packed_size
from cobrowse.core.protocol import PACK_FROM_BYTES
from cobrowse.demo.shop import build_shop

HUB = "http://localhost:9"


def test_percentiles_are_runs_that_there_were() -> None:
    assert percentiles([float(n) for n in range(100, 0, -1)]) == (51.0, 96.0)
    assert percentiles([7.0]) == (7.0, 7.0)


async def test_the_page_without_the_loader_is_the_same_but_for_its_line() -> None:
    shop = build_shop(HUB, "shop")
    pages = []
    for app in (shop, WithoutLoader(shop)):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://shop") as client:
            pages.append((await client.get("/")).text)
    having, lacking = pages
    assert having.count("/snippet.js") == 1
    assert "/snippet.js" not in lacking
    assert len(having) == len(lacking)
    differing = [
        (one, other) for one, other in zip(having.splitlines(), lacking.splitlines(), strict=True) if one != other
    ]
    assert [(one.startswith("<script src="), other.strip("<!-> ")) for one, other in differing] == [(True, "")]


def test_events_are_packed_as_frames_are() -> None:
    small, large = "x" * (PACK_FROM_BYTES - 1), "x" * PACK_FROM_BYTES
    assert packed_size(small) == len(small)
    assert packed_size(large) == len(zlib.compress(large.encode(), wbits=-zlib.MAX_WBITS))
