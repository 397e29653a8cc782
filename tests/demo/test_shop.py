"""The demo shop by itself: every page, the basket, the headers, and what it carries."""

import re
from pathlib import Path

import httpx
import pytest

from cobrowse.demo import basket
from cobrowse.demo.products import PRODUCTS, find, in_category, money, search
from cobrowse.demo.rendering import Markup, fill
from cobrowse.demo.shop import FORM_MAX_BYTES, PageHeaders, build_shop
from tests.demo.draw_pictures import write

HUB = "https://hub.example"
STATIC = Path("cobrowse/demo/static")
PICTURE_MAX_BYTES = 15 * 1024
ALL_PICTURES_MAX_BYTES = 150 * 1024
PAGES = ["/", "/catalogue", "/product/3", "/search?q=lamp", "/basket", "/account", "/checkout/payment", "/help"]


@pytest.fixture
def shop() -> PageHeaders:
    return build_shop(HUB)


@pytest.fixture
def client(shop: PageHeaders) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=shop), base_url="http://shop.example")


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_carries_the_snippet_in_one_line_under_a_strict_policy(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    line = f'<script src="{HUB}/snippet.js" data-site="shop" referrerpolicy="no-referrer" async></script>'
    assert answer.text.count(line) == 1
    policy = answer.headers["content-security-policy"]
    assert (
        "default-src 'none'" in policy
        and "unsafe" not in policy
        and "connect-src 'self' https://hub.example wss://hub.example" in policy
    )
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", answer.text), "nothing inline"


@pytest.mark.parametrize("path", PAGES)
async def test_everything_a_page_names_is_there(client: httpx.AsyncClient, path: str) -> None:
    page = (await client.get(path)).text
    named = set(re.findall(r'(?:src|href|srcset|action)="(/[^"#]*)"', page))
    assert named
    for target in sorted(named - {"/basket/add", "/basket/remove"}):
        assert (await client.get(target)).status_code == 200, target


async def test_what_is_not_there_is_said_in_a_page(client: httpx.AsyncClient) -> None:
    for path in ("/product/99", "/nowhere", "/static/nothing.css"):
        answer = await client.get(path)
        assert answer.status_code == 404 and "Not here" in answer.text


async def test_a_basket_is_filled_and_emptied(client: httpx.AsyncClient) -> None:
    added = await client.post(
        "/basket/add", data={"product": "5", "count": "2"}, headers={"Accept": "application/json"}
    )
    assert added.json() == {"count": 2}
    plain = await client.post("/basket/add", data={"product": "3"})
    assert (plain.status_code, plain.headers["location"]) == (303, "/basket")
    page = (await client.get("/basket")).text
    assert "River teapot" in page and money(2 * 3_900 + 42_900) in page
    await client.post("/basket/remove", data={"product": "3"})
    assert "Corner armchair" not in (await client.get("/basket")).text
    paid = await client.post("/checkout/payment", data={"card": "4111"})
    assert paid.headers["location"] == "/checkout/payment?paid=1"
    assert "Your basket is empty" in (await client.get("/basket")).text


@pytest.mark.parametrize("form", [{"product": "99"}, {"product": "x"}, {}])
async def test_an_unknown_product_is_not_added(client: httpx.AsyncClient, form: dict[str, str]) -> None:
    assert (await client.post("/basket/add", data=form)).status_code == 404


async def test_a_body_without_end_is_dropped(client: httpx.AsyncClient) -> None:
    answer = await client.post("/basket/add", content=b"product=5&x=" + b"y" * FORM_MAX_BYTES)
    assert answer.status_code == 404


async def test_what_is_entered_is_not_kept(client: httpx.AsyncClient) -> None:
    saved = await client.post("/account", data={"name": "Quill"}, follow_redirects=True)
    assert "Thank you" in saved.text and "Quill" not in saved.text


async def test_searched_words_are_escaped(client: httpx.AsyncClient) -> None:
    page = (await client.get("/search", params={"q": '"><b>lamp'})).text
    assert "<b>" not in page and "&lt;b&gt;lamp" in page


def test_baskets_that_make_no_sense_are_left_out() -> None:
    assert basket.read("3x2.99x1.5x0.x.7x99.1xa") == [basket.Line(PRODUCTS[2], 2)]
    lines = basket.add(basket.read("3x19"), PRODUCTS[2], 9)
    assert basket.count(lines) == basket.MOST_OF_ONE
    assert basket.read(basket.write(lines)) == lines


def test_products_are_found() -> None:
    assert len(PRODUCTS) == 12 and find(13) is None
    assert [product.name for product in search("walnut radio")] == ["Old town radio"]
    assert search(" ") == []
    assert {product.category for product in in_category("kitchen")} == {"kitchen"}
    assert in_category("nothing") == list(PRODUCTS)


def test_texts_are_escaped_and_a_missing_name_is_an_error() -> None:
    assert "&lt;i&gt;" in fill("search", words="<i>", count=0, cards=Markup("<li>"))
    with pytest.raises(KeyError):
        fill("search", words="x")


def test_pictures_are_small_and_made_by_the_script(tmp_path: Path) -> None:
    sizes = [path.stat().st_size for path in (STATIC / "pictures").iterdir()]
    assert max(sizes) <= PICTURE_MAX_BYTES and sum(sizes) <= ALL_PICTURES_MAX_BYTES
    names = {path.name for path in write(tmp_path)}
    assert names == {path.name for path in (STATIC / "pictures").iterdir() if path.suffix != ".svg"}
    assert {product.picture for product in PRODUCTS} <= {path.name for path in (STATIC / "pictures").iterdir()}
