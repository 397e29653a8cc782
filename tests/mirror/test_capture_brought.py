"""What the tab brings for a number, what it asks the site for meanwhile, and which numbers go from page to page."""

import io
from typing import Any

import pytest
from PIL import Image

from tests.mirror.capture_page import PIXEL, Tab

pytestmark = pytest.mark.browser
YEAR = {"Cache-Control": "max-age=31536000"}


def number_of(tab: Tab, path: str, kind: str = "image") -> int:
    found: int = tab.run("([url, kind]) => P.assets.number(new URL(url, location.href).href, kind)", [path, kind])
    return found


def upload(tab: Tab, n: int) -> None:
    tab.run("n => P.assets.upload(n, 'ticket')", n)


def brought(tab: Tab, path: str, kind: str = "image") -> bytes | str:
    """The bytes of this address, or the reason why there are none."""
    n, before = number_of(tab, path, kind), len(tab.puts)
    upload(tab, n)
    if len(tab.puts) > before:
        return tab.puts[-1][2]
    reason: str = tab.run("P.refused.at(-1)")[1]
    return reason


def opened(tab: Tab, html: str, path: str = "/") -> None:
    tab.open(f"<!doctype html>{html}", path)
    tab.page.wait_for_load_state()
    tab.start()


def carried(tab: Tab, options: list[Any]) -> None:
    tab.start(options={"carried": options})


def jpeg(width: int, height: int, orientation: int = 1) -> bytes:
    """Noise, so that it is large; half of it is red, so that it is seen which way up it is."""
    image = Image.effect_noise((width, height), 90).convert("RGB")
    image.paste((255, 0, 0), (0, 0, width, height // 2))
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    image.save(out, "JPEG", quality=95, exif=exif)
    return out.getvalue()


def animated(kind: str) -> bytes:
    frames = [Image.effect_noise((600, 500), 90).convert("RGB") for _ in range(3)]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


def test_a_page_that_loads_more_than_the_browser_keeps_entries_for(tab: Tab) -> None:
    """250 entries, and no more; what came later was loaded all the same."""
    tab.files["/late.png"] = ("image/png", PIXEL, {"Cache-Control": "no-cache"})
    opened(tab, "<p>x")
    load = "(n) => new Promise((done) => { const i = new Image(); i.onload = i.onerror = done; i.src = n; })"
    tab.run(f"() => Promise.all(Array.from({{length: 300}}, (_, n) => ({load})(`/pixel.png?${{n}}`)))")
    tab.run(f"() => ({load})('/late.png')")
    assert tab.run("() => performance.getEntriesByName(new URL('/late.png', location.href).href).length") == 0
    assert brought(tab, "/late.png") == PIXEL


def test_what_the_page_never_loaded_is_not_asked_for(tab: Tab) -> None:
    opened(tab, "<img src=/pixel.png>")
    before = len(tab.requests)
    for path in ("/never.png", "/logout", "/pixel.png?other"):
        assert brought(tab, path) == "not_loaded"
    assert tab.run("() => fetch('/by-script.png').then(() => 0)") == 0
    assert brought(tab, "/by-script.png") == "not_loaded"
    assert tab.requests[before:] == ["/by-script.png"]


def test_what_is_in_the_browsers_cache_is_not_asked_for_again(tab: Tab) -> None:
    tab.files["/kept.png"] = ("image/png", PIXEL, {**YEAR, "Vary": "Accept"})
    opened(tab, "<img src=/kept.png>")
    assert brought(tab, "/kept.png") == PIXEL
    assert tab.requests.count("/kept.png") == 1


@pytest.mark.parametrize(
    ("headers", "body", "reason", "asked"),
    [
        ({"Cache-Control": "no-store"}, PIXEL, "no_store", 2),
        ({"Content-Type": "text/html"}, b"<html>", "wrong_type", 1),
    ],
)
def test_what_is_refused_is_found_out_once(
    tab: Tab, headers: dict[str, str], body: bytes, reason: str, asked: int
) -> None:
    kind = headers.pop("Content-Type", "image/png")
    tab.files["/no.png"] = (kind, body, headers)
    opened(tab, "<img src=/no.png>")
    for _ in range(3):
        assert brought(tab, "/no.png") == reason
    assert tab.requests.count("/no.png") == asked
    headers.clear()


def test_what_the_server_does_not_have_is_said_with_its_status(tab: Tab) -> None:
    opened(tab, "<img src=/gone.png>")
    assert brought(tab, "/gone.png") == "failed"
    assert tab.run("P.why.at(-1)") == {"reason": "failed", "status": 404, "width": 0, "height": 0}


def test_a_number_of_no_address_here_is_gone(tab: Tab) -> None:
    opened(tab, "<p>x")
    upload(tab, 4711)
    assert tab.run("P.refused") == [[4711, "gone"]]


def test_one_picture_in_a_hundred_elements_is_one_number_and_one_request(tab: Tab) -> None:
    tab.files["/kept.png"] = ("image/png", PIXEL, YEAR)
    opened(tab, "<div id=d></div>")
    tab.run(
        """async () => {
            for (let n = 0; n < 100; n++) {
                d.innerHTML = "<img src=/kept.png>";
                await d.firstChild.decode();
            }
        }"""
    )
    tab.settle()
    assert number_of(tab, "/kept.png") == 1
    assert brought(tab, "/kept.png") == PIXEL
    assert tab.requests.count("/kept.png") == 1


def test_data_addresses_need_no_request_and_are_read_as_browsers_read_them(tab: Tab) -> None:
    opened(tab, "<p>x")
    assert brought(tab, "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='50%25'/> 100% ä") == (
        "<svg xmlns='http://www.w3.org/2000/svg' width='50%'/> 100% ä".encode()
    )
    assert str(brought(tab, "data:image/gif;base64,R0lGOD%6chAQABAAAAACw=")).startswith("b'GIF89a")
    # A page's own placeholder for nothing.
    assert brought(tab, "data:text/css,", "style") == b""
    for address in ("data:text/html,<p>", "data:,x", "data:application/json,{}"):
        assert brought(tab, address) == "failed"
    assert brought(tab, "data:image/png;base64,!!") == "failed"


def test_a_picture_of_a_frame_counts_as_loaded(tab: Tab) -> None:
    tab.files["/inner"] = ("text/html", b"<!doctype html><img src=/in-frame.png>", {})
    tab.files["/in-frame.png"] = ("image/png", PIXEL, {"Cache-Control": "no-cache"})
    opened(tab, "<iframe src=/inner></iframe>")
    assert brought(tab, "/in-frame.png") == PIXEL


def test_a_service_worker_is_asked_for_nothing_that_the_page_did_not_load(tab: Tab) -> None:
    worker = b"""addEventListener("install", () => skipWaiting());
    addEventListener("activate", (event) => event.waitUntil(clients.claim()));
    addEventListener("fetch", (event) => {
        if (event.request.method === "GET") event.respondWith(fetch(event.request.url));
    });"""
    tab.files["/worker.js"] = ("text/javascript", worker, {})
    tab.files["/seen.png"] = ("image/png", PIXEL, {"Cache-Control": "no-cache"})
    opened(tab, "<img src=/seen.png>")
    tab.run(
        """async () => {
            await navigator.serviceWorker.register("/worker.js");
            if (!navigator.serviceWorker.controller)
                await new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done));
        }"""
    )
    assert brought(tab, "/unseen.png") == "not_loaded"
    assert "/unseen.png" not in tab.requests
    assert brought(tab, "/seen.png") == PIXEL


# --- from page to page


def test_the_next_page_uses_the_numbers_of_the_one_before(tab: Tab) -> None:
    tab.files["/logo.png"] = ("image/png", PIXEL, YEAR)
    tab.files["/fresh.png"] = ("image/png", PIXEL, {"Cache-Control": "no-store"})
    opened(tab, "<img src=/logo.png><img src=/fresh.png>")
    first = {path: number_of(tab, path) for path in ("/logo.png", "/fresh.png", "/only-here.png")}
    handed = tab.run("P.assets.carried()")
    # No address is in what is handed on.
    assert all(isinstance(value, int) for pair in handed for value in pair)
    tab.open("<!doctype html><img src=/logo.png><img src=/fresh.png><img src=/more.png>", "/next")
    tab.page.wait_for_load_state()
    carried(tab, handed)
    assert number_of(tab, "/logo.png") == first["/logo.png"]
    # The browser got it anew: it may be another picture now.
    assert number_of(tab, "/fresh.png") not in first.values()
    assert len({number_of(tab, path) for path in ("/logo.png", "/fresh.png", "/more.png")}) == 3
    # Neither does what only the first page named lose its number.
    assert [first["/only-here.png"]] == [n for sum_, n in tab.run("P.assets.carried()") if n == first["/only-here.png"]]


def test_what_a_sheet_names_that_an_earlier_page_brought(tab: Tab) -> None:
    """The hub keeps that sheet, so the mirror asks for what is in it before this page has looked."""
    css = "text/css"
    tab.files["/outer.css"] = (css, b"@import 'inner.css'; p { color: red }", YEAR)
    tab.files["/inner.css"] = (css, b"p { background: url(pixel.png) }", YEAR)
    tab.files["/pixel.png"] = ("image/png", PIXEL, YEAR)
    head = "<link rel=stylesheet href=/outer.css><p>x"
    opened(tab, head)
    outer = brought(tab, "/outer.css", "style")
    inner = brought(tab, "/inner.css", "style")
    imported, picture = number_of(tab, "/inner.css", "style"), number_of(tab, "/pixel.png")
    assert f"a/{imported}" in str(outer)
    assert f"a/{picture}" in str(inner)
    handed = tab.run("P.assets.carried()")
    tab.open(f"<!doctype html>{head}", "/next")
    tab.page.wait_for_load_state()
    carried(tab, handed)
    tab.settle()
    before = len(tab.puts)
    upload(tab, picture)
    upload(tab, imported)
    assert [body for _, _, body in tab.puts[before:]] == [PIXEL, inner]
    assert tab.run("P.refused") == []
    # Of what nobody knows it does not read them all again.
    asked = len(tab.requests)
    upload(tab, 4711)
    upload(tab, 4712)
    assert tab.run("P.refused") == [[4711, "gone"], [4712, "gone"]]
    assert tab.requests[asked:] == []


def test_what_goes_from_page_to_page_is_bounded(tab: Tab) -> None:
    opened(tab, "<p>x")
    tab.run("() => { for (let n = 0; n < 3000; n++) P.assets.number(`${location.origin}/${n}.png`, 'image'); }")
    handed = tab.run("P.assets.carried()")
    assert len(handed) == 2000
    assert handed[-1][1] == number_of(tab, "/2999.png")


# --- large pictures


def shown(tab: Tab, name: str, body: bytes, kind: str, style: str) -> Any:
    """What is brought of a picture that is shown so, as an image of its own: its bytes, natural size and pixels."""
    tab.files[f"/{name}"] = (kind, body, YEAR)
    opened(tab, f"<img src=/{name} style='{style}'>")
    return brought(tab, f"/{name}")


def look(tab: Tab, data: bytes, kind: str) -> dict[str, Any]:
    """How a browser sees these bytes."""
    tab.files["/again"] = (kind, data, {})
    found: dict[str, Any] = tab.run(
        """async () => {
            const image = new Image();
            image.src = "/again";
            await image.decode();
            const canvas = new OffscreenCanvas(2, 2), pen = canvas.getContext("2d");
            pen.drawImage(image, 0, 0, 2, 2);
            const at = (x, y) => [...pen.getImageData(x, y, 1, 1).data];
            return {width: image.naturalWidth, height: image.naturalHeight, top: at(0, 0), bottom: at(0, 1)};
        }"""
    )
    return found


def test_a_large_picture_comes_in_the_size_in_which_it_is_shown(tab: Tab) -> None:
    body = jpeg(1500, 1000)
    data = shown(tab, "big.jpg", body, "image/jpeg", "width: 300px")
    assert len(data) < len(body) / 4
    seen = look(tab, data, "image/svg+xml")
    assert (seen["width"], seen["height"]) == (1500, 1000)
    assert seen["top"][0] > 200 and seen["top"][1] < 90
    assert abs(seen["bottom"][0] - seen["bottom"][1]) < 40


def test_a_turned_picture_stands_upright(tab: Tab) -> None:
    """EXIF says: turned by a quarter. What was the upper half is the right one then."""
    data = shown(tab, "turned.jpg", jpeg(1500, 1000, 6), "image/jpeg", "width: 200px")
    seen = look(tab, data, "image/svg+xml")
    assert (seen["width"], seen["height"]) == (1000, 1500)
    assert abs(seen["top"][1] - seen["bottom"][1]) < 40


@pytest.mark.parametrize(("kind", "format_"), [("image/gif", "GIF"), ("image/webp", "WEBP"), ("image/png", "PNG")])
def test_what_moves_goes_as_it_is(tab: Tab, kind: str, format_: str) -> None:
    body = animated(format_)
    assert len(body) > 256 * 1024
    assert shown(tab, "moves", body, kind, "width: 50px") == body


def test_what_is_shown_as_large_as_it_is_goes_as_it_is(tab: Tab) -> None:
    body = jpeg(900, 700)
    assert shown(tab, "big.jpg", body, "image/jpeg", "width: 900px") == body


def test_what_nobody_knows_how_large_it_is_shown_goes_as_it_is(tab: Tab) -> None:
    body = jpeg(900, 700)
    tab.files["/big.jpg"] = ("image/jpeg", body, YEAR)
    opened(tab, "<p style='background: url(/big.jpg); width: 9px; height: 9px'>")
    assert brought(tab, "/big.jpg") == body


def test_a_picture_beyond_the_limit_is_made_to_fit(tab: Tab) -> None:
    body = jpeg(3600, 3000)
    assert len(body) > 5 * 1024 * 1024
    data = shown(tab, "huge.jpg", body, "image/jpeg", "width: 600px")
    assert len(data) < 1024 * 1024
    assert look(tab, data, "image/svg+xml")["width"] == 3600


def test_no_task_is_long_while_a_picture_is_made_smaller(tab: Tab) -> None:
    """Of slices, not of seconds: between two rows of the new picture the page has its turn."""
    tab.files["/big.jpg"] = ("image/jpeg", jpeg(1500, 1200), YEAR)
    opened(tab, "<img src=/big.jpg style='width: 800px'>")
    n = number_of(tab, "/big.jpg")
    turns = tab.run(
        """async (n) => {
            let drawn = 0, between = 0, last = 0;
            const draw = OffscreenCanvasRenderingContext2D.prototype.drawImage;
            OffscreenCanvasRenderingContext2D.prototype.drawImage = function (...all) {
                drawn++;
                return draw.apply(this, all);
            };
            const channel = new MessageChannel();
            channel.port1.onmessage = () => {
                if (drawn !== last) between++;
                last = drawn;
                channel.port2.postMessage(0);
            };
            channel.port2.postMessage(0);
            await P.assets.upload(n, "ticket");
            channel.port1.close();
            return [drawn, between];
        }""",
        n,
    )
    # 800 by 640 pixels, 131,072 in a slice.
    assert turns[0] == 4
    assert turns[1] >= 2
