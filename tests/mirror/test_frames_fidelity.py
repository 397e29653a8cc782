"""Documents in frames: the mirror shows what the customer's frames show, whatever becomes of them."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.live_hub import LiveHub
from tests.mirror.boxes import Boxes, opened
from tests.mirror.element_cases import FILES, SMALL, Case

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
INSIDE = "doc.querySelector('iframe').contentDocument"
SHOWS = f"{INSIDE}.body?.textContent.trim()"
WITHHELD = "Frame from another page: not shared"
PAGES = {
    "/frame": "<!doctype html><style>p{color:rgb(1, 2, 3);margin:9px}</style><p>inside <b>x</b></p>",
    "/other": "<!doctype html><p>other</p>",
    "/old": "<p style='height:50%'>old</p>",
    "/denied/frame": "<p>denied</p>",
    "/long": "<!doctype html><p style=height:3000px>long</p><a href=#end>x</a>",
    "/linked": f"<!doctype html><base href=/sub/><link rel=stylesheet href=frame.css><img src={SMALL}><i>x</i>",
    "/holds": "<!doctype html><p>outer</p><iframe src=/frame></iframe>",
    "/imports": "<!doctype html><style>@import '/sub/frame.css';</style><i>x</i>",
}
CSS = "i{color:rgb(4, 5, 6);background:url(/small.svg)}"
FRAME = "<p>before</p><iframe id=f src=/frame width=300 height=100></iframe><p>after</p>"
LOADED = "new Promise((done) => f.addEventListener('load', done, { once: true }))"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pair(browser: Browser, hub: LiveHub, capture_bundle: str) -> AsyncIterator[Boxes]:
    async with opened(browser, hub, capture_bundle) as made:
        for path, page in PAGES.items():
            made.put(path, "text/html; charset=utf-8", page.encode())
        for path, picture in FILES.items():
            made.put(path, "image/svg+xml", picture.encode())
        made.put("/sub/frame.css", "text/css", CSS.encode())
        yield made


CASES = [
    Case("one", FRAME, shown={SHOWS: "inside x", f"{INSIDE}.compatMode": "CSS1Compat"}),
    Case(
        "its style",
        FRAME,
        shown={f"{INSIDE}.defaultView.getComputedStyle({INSIDE}.querySelector('p')).color": "rgb(1, 2, 3)"},
    ),
    Case("of the old mode", "<iframe src=/old></iframe>", shown={f"{INSIDE}.compatMode": "BackCompat"}),
    Case(
        "styled",
        "<style>iframe{display:block;width:50%;border:7px solid;padding:3px}</style><iframe src=/frame></iframe>",
    ),
    Case("without a border", "<iframe src=/frame frameborder=0 scrolling=no marginheight=0 height=20%></iframe>"),
    Case("from its markup", "<iframe srcdoc='<p>page</p>'></iframe>", shown={SHOWS: "page"}),
    Case(
        "written to",
        "<iframe id=f></iframe>",
        "f.contentDocument.write('<p>one'); f.contentDocument.close()",
        shown={SHOWS: "one"},
    ),
    Case(
        "written to twice",
        "<iframe id=f></iframe>",
        "const d = f.contentDocument; d.write('<p>one'); d.close(); d.open(); d.write('<h1>two'); d.close()",
        shown={SHOWS: "two"},
    ),
    Case(
        "in each other",
        "<iframe src=/holds height=300></iframe>",
        shown={f"{INSIDE}.querySelector('iframe').contentDocument.body.textContent.trim()": "inside x"},
    ),
    Case(
        "its files",
        "<iframe src=/linked></iframe>",
        shown={
            f"{INSIDE}.defaultView.getComputedStyle({INSIDE}.querySelector('i')).color": "rgb(4, 5, 6)",
            f"{INSIDE}.images[0].naturalWidth": 40,
        },
    ),
    Case(
        "its imports",
        "<iframe src=/imports></iframe>",
        shown={f"{INSIDE}.defaultView.getComputedStyle({INSIDE}.querySelector('i')).color": "rgb(4, 5, 6)"},
    ),
    Case(
        "changed inside",
        FRAME,
        "f.contentDocument.querySelector('p').append('more'); "
        "f.contentDocument.body.prepend(document.createElement('hr'))",
        shown={SHOWS: "inside xmore"},
    ),
    Case("led elsewhere", FRAME, f"const l = {LOADED}; f.src = '/other'; return l", shown={SHOWS: "other"}),
    Case(
        "led elsewhere by itself",
        FRAME,
        f"const l = {LOADED}; f.contentWindow.location = '/other'; return l",
        shown={SHOWS: "other"},
    ),
    Case(
        "a new one",
        "<p>x</p>",
        "const f = document.createElement('iframe'); f.src = '/frame'; document.body.prepend(f); return new "
        "Promise((done) => { f.onload = done })",
        shown={SHOWS: "inside x"},
    ),
    Case("gone", FRAME, "f.remove()", shown={"doc.querySelectorAll('iframe').length": 0}),
    Case("moved", FRAME, f"const l = {LOADED}; document.body.append(f); return l", shown={SHOWS: "inside x"}),
    Case(
        "moved whole",
        FRAME,
        "document.body.moveBefore(f, null); f.contentDocument.body.append('kept')",
        shown={SHOWS: "inside xkept"},
    ),
    Case(
        "things moved around it",
        FRAME + "<hr><b>z</b>",
        "document.body.prepend(document.querySelector('b')); document.body.append(document.querySelector('p'))",
        shown={SHOWS: "inside x"},
    ),
    Case(
        "a node that goes out of it",
        FRAME,
        "document.body.append(f.contentDocument.querySelector('b'))",
        shown={SHOWS: "inside", "doc.querySelectorAll('b').length": 1},
    ),
    Case(
        "a node that goes into it",
        FRAME,
        "f.contentDocument.body.append(document.querySelector('p'))",
        shown={SHOWS: "inside xbefore"},
    ),
    Case(
        "a shadow root in it",
        FRAME,
        "const h = f.contentDocument.createElement('x-h'); const r = h.attachShadow({mode: 'open'}); "
        "r.innerHTML = '<p>deep'; const s = new f.contentWindow.CSSStyleSheet(); "
        "s.replaceSync('p{margin:31px}'); r.adoptedStyleSheets = [s]; f.contentDocument.body.append(h)",
    ),
    Case("a rule by script", FRAME, "f.contentDocument.styleSheets[0].insertRule('b{padding:17px}')"),
    Case(
        "an adopted sheet",
        FRAME,
        "const s = new f.contentWindow.CSSStyleSheet(); s.replaceSync('b{padding:23px}'); "
        "f.contentDocument.adoptedStyleSheets = [s]",
    ),
    Case(
        "scrolled",
        "<iframe id=f src=/long height=100></iframe>",
        "f.contentWindow.scrollTo(0, 700); return new Promise((done) => { f.contentWindow.onscroll = done })",
        shown={f"{INSIDE}.defaultView.scrollY": 700},
    ),
    Case(
        "scrolled before",
        "<iframe id=f src=/long height=100></iframe>",
        before="onload = () => f.contentWindow.scrollTo(0, 700)",
        shown={f"{INSIDE}.defaultView.scrollY": 700},
    ),
    Case(
        "selected in it",
        FRAME,
        "f.focus(); f.contentWindow.getSelection().selectAllChildren(f.contentDocument.querySelector('b'))",
    ),
    Case("sandboxed apart", "<iframe sandbox=allow-scripts src=/frame></iframe>", shown={SHOWS: WITHHELD}),
    Case(
        "sandboxed, of the page's origin",
        "<iframe sandbox=allow-same-origin src=/frame></iframe>",
        shown={SHOWS: "inside x"},
    ),
    Case("of an address of data", "<iframe src='data:text/html,<p>data'></iframe>", shown={SHOWS: WITHHELD}),
    Case("on a denied path", "<iframe src=/denied/frame></iframe>", shown={SHOWS: WITHHELD}, alike=False),
    Case(
        "led to a denied path",
        FRAME,
        f"const l = {LOADED}; f.src = '/denied/frame'; return l",
        shown={SHOWS: WITHHELD},
        alike=False,
    ),
    Case(
        "that says it is on a denied path",
        FRAME,
        "f.contentWindow.history.pushState(null, '', '/denied/x'); f.contentDocument.body.append('denied')",
        shown={SHOWS: WITHHELD},
        alike=False,
    ),
    Case(
        "back from a denied path",
        "<iframe id=f src=/denied/frame></iframe>",
        f"const l = {LOADED}; f.src = '/frame'; return l",
        shown={SHOWS: "inside x"},
    ),
    Case(
        "masked",
        "<div data-cobrowse=mask>" + FRAME + "</div>",
        shown={f"{INSIDE}.querySelector('b').textContent": "•••••"},
        alike=False,
    ),
    Case(
        "masked later",
        FRAME,
        "f.dataset.cobrowse = 'mask'",
        shown={f"{INSIDE}.querySelector('b').textContent": "•••••"},
        alike=False,
    ),
    Case(
        "masked inside",
        FRAME,
        "f.contentDocument.body.className = 'secret'",
        shown={f"{INSIDE}.querySelector('b').textContent": "•••••"},
        policy={"mask": [".secret"]},
        alike=False,
    ),
    Case(
        "hidden",
        "<div data-cobrowse=hide>" + FRAME + "</div>",
        shown={"doc.querySelectorAll('iframe').length": 0},
        alike=False,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_frames(pair: Boxes, case: Case) -> None:
    await pair.show(case)
    assert "denied" not in str(pair.messages).replace("/denied/", "")


async def test_beyond_the_limit_frames_are_withheld(pair: Boxes) -> None:
    full = "Object.defineProperty(P.capture.walk_.frames_, 'size', { value: 250 });"
    new = "document.body.append(document.createElement('iframe'))"
    count = "[...doc.querySelectorAll('iframe')].map((frame) => frame.hasAttribute('data-cobrowse-withheld'))"
    await pair.show(Case("many", FRAME, full + new, {count: [False, True]}, alike=False))


async def test_no_script_runs_in_a_frame_and_nothing_is_asked_for(pair: Boxes) -> None:
    page = (
        "<script>parent.ran = 1</script><img src=/gone.png onerror=parent.ran=1><a href=javascript:parent.ran=1>x</a>"
    )
    await pair.show(Case("hostile", f"<iframe srcdoc='{page}'></iframe><iframe src='javascript:1'></iframe>"))
    inner = (
        "(doc) => [...doc.querySelectorAll('iframe')].map((f) => [f.sandbox.value, f.getAttribute('src'), f.srcdoc])"
    )
    assert await pair.mirror.inner(inner) == [["allow-same-origin", None, ""]] * 2
    assert await pair.mirror.inner("(doc) => doc.defaultView.ran ?? null") is None
    assert [url for url in pair.mirror.requests if pair.origin in url] == []
