"""What a picture is besides its tree: the states of the customer's page, their device, their viewport, where everything
is scrolled to. One table of cases; both sides are asked the same, and the customer's answer is the one of the table."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.chromium import ARGUMENTS, ENGINE
from tests.live_hub import LiveHub
from tests.mirror.frames import PAGE, page_with_body
from tests.mirror.mirror_page import MirrorPage, _listening
from tests.mirror.pairs import ANYTHING, Pair, Step

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

RED, GREEN, BLUE = "rgb(255, 0, 0)", "rgb(0, 128, 0)", "rgb(0, 0, 255)"


@dataclass
class Case:
    """`expected`: what is asked of which element, and the customer's answer; each dict is after one of `steps` more."""

    name: str
    html: str
    expected: list[dict[tuple[str, str], Any]]
    steps: list[Step] = field(default_factory=list)
    # Before anybody looks.
    before: Step | None = None
    device: dict[str, Any] = field(default_factory=dict)
    policy: dict[str, Any] = field(default_factory=dict)
    path: str = "/"


def over(selector: str) -> Step:
    return lambda page: page.hover(selector)


def js(script: str) -> Step:
    return lambda page: page.evaluate(script)


def key(name: str) -> Step:
    return lambda page: page.keyboard.press(name)


def styled(css: str, body: str, more: str = "") -> str:
    return f"<!doctype html><title>t</title>{more}<style>*{{transition:none}}{css}</style><body>{body}"


COMPONENT = """<script>
  customElements.define("x-card", class extends HTMLElement {
    constructor() {
      super();
      this.attachShadow({ mode: "open" }).innerHTML = `<style>:host(:hover){color:blue}
        :host(:focus-within) b{color:red} button:hover{color:green} ::slotted(:hover){background:red}</style>
        <b>x</b><button part="base main">press</button><slot></slot>`;
    }
  });
</script>"""
PHONE = {"viewport": {"width": 390, "height": 700}, "is_mobile": True, "has_touch": True, "device_scale_factor": 3}
ZONES = "".join(f"<section><p>{n}</p></section>" for n in range(30))

CASES = [
    Case(
        "hover",
        styled(
            "a:hover{color:red} a:hover::before{content:'!'} p:not(:hover){color:blue} .\\:hover{color:green}"
            " :is(:hover,.no)>i{color:green} label:hover{color:red} input:hover{border-color:red}"
            " @media (hover){@layer q{b:hover{color:red}}} nav{&:hover{color:red} u:hover &{color:blue}}",
            "<a id=a href=/x>a</a><p><i>i</i></p><s class=':hover'>s</s><b>b</b><nav>n</nav>"
            "<label for=f>label</label><input id=f>",
        ),
        [
            {("#a", "color"): ANYTHING, ("p", "color"): BLUE, ("s", "color"): GREEN},
            {("#a", "color"): RED, ("#a", "content of ::before"): '"!"', ("b", "color"): "rgb(0, 0, 0)"},
            {("#a", "content of ::before"): "none", ("p", "color"): "rgb(0, 0, 0)", ("i", "color"): GREEN},
            {("b", "color"): RED, ("i", "color"): "rgb(0, 0, 255)"},
            {("nav", "color"): RED},
            {("label", "color"): RED},
        ],
        [over("#a"), over("p"), over("b"), over("nav"), over("label")],
    ),
    Case(
        "hover in shadow roots and over parts",
        styled(
            "x-card::part(base):hover{background:red} x-card::part(main):focus-visible{outline:3px solid red}"
            " x-card:not(:defined){display:none} x-card:hover{padding:3px}",
            "<x-card><em>light</em></x-card>",
            COMPONENT,
        ),
        [
            {("x-card", "display"): "inline", ("x-card", "color"): "rgb(0, 0, 0)"},
            {
                ("x-card", "color"): BLUE,
                ("x-card", "padding-top"): "3px",
                ("x-card >>> button", "color"): GREEN,
                ("x-card >>> button", "background-color"): RED,
            },
            {
                ("x-card >>> button", "background-color"): ANYTHING,
                ("em", "background-color"): RED,
                ("x-card", "color"): BLUE,
            },
            {("x-card >>> button", "outline"): "rgb(255, 0, 0) solid 3px", ("x-card >>> b", "color"): RED},
        ],
        [lambda page: page.hover("x-card button"), over("em"), key("Tab")],
    ),
    Case(
        "focus",
        styled(
            "div:focus-within{color:red} form:has(:focus){color:green} input:focus{border:5px solid red}"
            " #two:focus-visible{color:blue} @layer base{#three:focus-visible{outline:2px dashed green}}"
            " #four{outline:none}",
            "<div><form><input id=one></form></div><button id=two>2</button><button id=three>3</button>"
            "<button id=four>4</button><a href=/x id=five>5</a><button id=six>6</button>",
        ),
        [
            {("#one", "outline-style"): "none"},
            {
                ("div", "color"): RED,
                ("form", "color"): GREEN,
                ("#one", "border-top-width"): "5px",
                ("#one", "outline"): "rgb(16, 16, 16) auto 1px",
            },
            {("#one", "outline-style"): "none", ("#two", "color"): BLUE, ("#two", "outline-style"): "auto"},
            {("#three", "outline"): "rgb(0, 128, 0) dashed 2px"},
            {("#four", "outline-style"): "none", ("#three", "outline-style"): "none"},
            {("#five", "outline-style"): "auto", ("#five", "outline-offset"): "1px"},
            # By the pointer a button gets the focus and shows no ring.
            {("#six", "outline-style"): "none", ("#five", "outline-style"): "none"},
        ],
        [
            lambda page: page.click("#one"),
            key("Tab"),
            key("Tab"),
            key("Tab"),
            key("Tab"),
            lambda page: page.click("#six"),
        ],
    ),
    Case(
        "target",
        styled("section{color:blue} :target{color:red}", "<section id=a>a</section><section id=b>b</section>"),
        [{("#a", "color"): BLUE, ("#b", "color"): RED}, {("#a", "color"): RED, ("#b", "color"): BLUE}],
        [js("location.hash = 'a'")],
        path="/t#b",
    ),
    Case(
        "fullscreen",
        styled("#f{width:50px;height:40px;background:red} #f:fullscreen{background:green}", "<div id=f>f</div>"),
        [
            {("#f", "background-color"): RED},
            {("#f", "background-color"): GREEN, ("#f", "rect"): ANYTHING},
            {("#f", "background-color"): RED},
        ],
        [js("document.querySelector('#f').requestFullscreen()"), js("document.exitFullscreen()")],
    ),
    Case(
        "fields that hold something are valid, and no more is told",
        styled(
            "input:invalid{color:red} input:valid{color:green} :placeholder-shown{background:red}"
            " :disabled{opacity:.5} :read-only{margin:7px} form:invalid{color:red} :required{padding:9px}",
            "<form><input type=email id=e value=a@b.example required><input type=url id=u value=https://a.example/>"
            "<input type=number id=n value=5 required placeholder=no><input type=date id=d value=2020-02-02 required>"
            "<input type=text id=t placeholder=yes><input id=x value=x disabled><input id=y readonly></form>",
        ),
        [
            {
                ("#e", "color"): GREEN,
                ("#u", "color"): GREEN,
                ("#n", "color"): GREEN,
                ("#d", "color"): GREEN,
                ("#t", "background-color"): RED,
                ("#n", "background-color"): ANYTHING,
                ("#e", "padding-top"): "9px",
                ("#x", "opacity"): "0.5",
                ("#y", "margin-top"): "7px",
                ("form", "color"): "rgb(0, 0, 0)",
                **{(f"#{name}", "rect"): ANYTHING for name in "eundtxy"},
            },
            {("#e", "color"): RED, ("form", "color"): RED},
        ],
        [js("document.querySelector('#e').value = ''")],
    ),
    Case(
        "open, modal and popover",
        styled(
            "details:open{color:red} dialog:modal{color:green} [popover]:popover-open{color:blue}",
            "<details><summary>s</summary>t</details><dialog>d</dialog><div popover id=p>p</div>",
        ),
        [
            {("details", "color"): "rgb(0, 0, 0)", ("dialog", "display"): "none"},
            {
                ("details", "color"): RED,
                ("dialog", "color"): GREEN,
                ("#p", "color"): BLUE,
                ("dialog", "rect"): ANYTHING,
            },
        ],
        [
            js(
                "document.querySelector('details').open = true; document.querySelector('dialog').showModal();"
                "document.querySelector('#p').showPopover()"
            )
        ],
    ),
    Case(
        "links",
        styled(
            "a:any-link{color:red} a:visited{color:green} span:link{color:blue}",
            "<a id=one href=/t>1</a><a id=two>2</a>",
        )
        + "<style>#three:link{cursor:help}</style><a id=three href=/>3</a>",
        [
            {
                ("#one", "color"): RED,
                ("#two", "color"): "rgb(0, 0, 0)",
                ("#three", "cursor"): "help",
                ("#one", "text-decoration-line"): "underline",
            }
        ],
    ),
    Case(
        "a dark customer who wants less motion",
        styled(
            "@media (prefers-color-scheme:dark){p{color:red}} @media (prefers-reduced-motion){p{padding:5px}}"
            " :root{color-scheme:light dark} b{color:light-dark(red,green)} i{color:CanvasText}"
            " u{@media (prefers-color-scheme:dark){color:blue}} @media (min-resolution:2x){p{margin:3px}}",
            "<p>p</p><b>b</b><i>i</i><u>u</u>",
        ),
        [
            {
                ("p", "color"): RED,
                ("p", "padding-top"): "5px",
                ("b", "color"): GREEN,
                ("i", "color"): "rgb(255, 255, 255)",
                ("u", "color"): BLUE,
                ("p", "margin-top"): "3px",
            }
        ],
        device={"color_scheme": "dark", "reduced_motion": "reduce", "device_scale_factor": 2},
    ),
    Case(
        "dark by its meta element, and by a property of a part",
        styled(
            "p{color:CanvasText} div{color-scheme:light dark;color:light-dark(red,green)}",
            "<p>p</p><div>d</div>",
            "<meta name=color-scheme content='dark light'>",
        ),
        [{("p", "color"): "rgb(255, 255, 255)", ("div", "color"): GREEN}],
        device={"color_scheme": "dark", "reduced_motion": "reduce", "device_scale_factor": 2},
    ),
    Case(
        "a phone",
        styled(
            "@media (hover:none) and (pointer:coarse){p{color:red}} @media (width<500px){p{padding:4px}}"
            " @media (-webkit-min-device-pixel-ratio:2.5){p{margin:2px}} @media print{p{color:blue}}",
            "<p>p</p><main style='width:2000px'>m</main>",
            "<meta name=viewport content='width=device-width'>",
        ),
        [{("p", "color"): RED, ("p", "padding-top"): "4px", ("p", "margin-top"): "2px", ("p", "rect"): ANYTHING}],
        device=PHONE,
    ),
    Case(
        "a phone that shows a page made for desks",
        styled("@media (width>900px){p{color:red}}", "<p>p</p>"),
        [{("p", "color"): RED, ("p", "rect"): [8, 16, 964, 18]}],
        device=PHONE,
    ),
    Case(
        "scroll that the mirror does not do by itself",
        styled(
            "html{scroll-behavior:smooth} #s{height:100px;width:100px;overflow:auto;scroll-snap-type:y mandatory}"
            " #s>i{display:block;height:90px;scroll-snap-align:start} #r{direction:rtl;width:90px;overflow:auto}"
            " #k{position:sticky;top:5px} #v{writing-mode:vertical-rl;width:90px;height:90px;overflow:auto}",
            "<div id=k>k</div><div id=s>" + "<i>i</i>" * 9 + "</div><div id=r><p style='width:900px'>r</p></div>"
            "<div id=v><p style='width:900px'>v</p></div><p style='height:3000px'>p</p>",
        ),
        [
            {("", "scroll"): [0, 0]},
            {
                ("", "scroll"): [0, 400],
                ("#s", "scroll"): [0, 180],
                ("#r", "scroll"): [-250, 0],
                ("#v", "scroll"): [-120, 0],
                ("#k", "rect"): ANYTHING,
            },
            # What comes above moves nothing but what the page moves.
            {("", "scroll"): ANYTHING, ("#k", "rect"): ANYTHING},
        ],
        [
            js(
                "scrollTo({top: 400, behavior: 'instant'}); document.querySelector('#s').scrollTop = 180;"
                "document.querySelector('#r').scrollLeft = -250; document.querySelector('#v').scrollLeft = -120"
            ),
            js(
                "document.body.prepend(Object.assign(document.createElement('p'),"
                " { textContent: 'new', style: 'height:200px' }))"
            ),
        ],
    ),
    Case(
        "what is not laid out far from view",
        styled("section{content-visibility:auto;contain-intrinsic-size:auto 100px} p{height:400px;margin:0}", ZONES),
        [{("", "scroll"): [0, 6000], ("section:nth-child(16)", "rect"): [8, 8, 784, 400]}],
        before=js(
            """async () => {
              for (let y = 0; y <= 6000; y += 200) {
                scrollTo(0, y);
                await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
              }
            }"""
        ),
    ),
    Case(
        "what is selected",
        styled(
            "p::selection{color:rgb(1, 2, 3);background:rgb(4, 5, 6)}",
            "<p id=one>one <b>two</b> three</p><p id=two>four</p>"
            "<ul><li>five</li> <li id=six>six</li></ul><p class=m>m</p>",
        ),
        [
            {("", "selected"): ""},
            {("", "selected"): "onetwothree", ("p", "color of ::selection"): "rgb(1, 2, 3)"},
            {("", "selected"): "six"},
            {("", "selected"): "onetwothreefourfivesix"},
            {("", "selected"): "wo"},
            {("", "selected"): ""},
        ],
        [
            lambda page: page.click("#one", click_count=3),
            lambda page: page.click("#six", click_count=3),
            js("getSelection().setBaseAndExtent(document.body, 0, document.querySelector('ul'), 3)"),
            js("const b = document.querySelector('b'); getSelection().setBaseAndExtent(b.firstChild, 1, b, 1)"),
            js("getSelection().removeAllRanges()"),
        ],
        policy={"mask": [".m"]},
    ),
    Case(
        "RTL, vertical writing, zoom and quirks",
        "<title>t</title><style>i{zoom:1.5} b{writing-mode:vertical-rl} td{color:red}</style>"
        "<body dir=rtl><p>p</p><i>i</i><b>b</b><table style='color:blue'><td>t</table><div dir=auto>אבג</div>",
        [
            {
                ("p", "rect"): ANYTHING,
                ("i", "rect"): ANYTHING,
                ("b", "rect"): ANYTHING,
                ("td", "color"): RED,
                ("div", "direction"): "rtl",
                ("p", "direction"): "rtl",
            }
        ],
    ),
    Case(
        "boxes of masked fields",
        styled(
            "textarea{width:200px}",
            "<input id=a value=aaaaaaaaaaaaaaaaaaaaaaaaaaaaa><input id=b type=password value=b size=5>"
            "<textarea id=c rows=3>ccc</textarea><select id=d><option>short<option selected>a longer one</select>"
            "<input id=e type=checkbox checked><input id=f type=radio checked><input id=g type=range value=80>"
            "<input id=h type=color value='#ff0000'><input id=i type=number value=12><input id=k type=search value=k>"
            "<input id=l type=file><input id=m type=month value=2020-02><input id=n type=time value=10:00>",
        ),
        [{(f"#{name}", "rect"): ANYTHING for name in "abcdefghiklmn"}],
    ),
]


async def mirror_of(browser: Browser, hub: LiveHub, stack: AsyncExitStack) -> MirrorPage:
    context = await stack.enter_async_context(
        await browser.new_context(viewport={"width": 1200, "height": 800}, locale="en-GB")
    )
    context.set_default_timeout(10_000)
    mirror = MirrorPage(await context.new_page(), hub)
    await mirror.open()
    return mirror


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pair(browser: Browser, hub: LiveHub, capture_bundle: str) -> AsyncIterator[Pair]:
    async with AsyncExitStack() as stack:
        mirror = await mirror_of(browser, hub, stack)
        listener = await stack.enter_async_context(_listening("127.0.0.1"))
        opened = Pair(browser, mirror, listener, capture_bundle)
        yield opened
        await opened.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_the_mirror_shows_what_the_customer_sees(pair: Pair, case: Case) -> None:
    await pair.open(case.html, case.device, case.policy, case.path, case.before)
    for at, expected in enumerate(case.expected):
        if at > 0:
            await case.steps[at - 1](pair.page)
        await pair.assert_same(expected)
    await pair.leave()
    assert pair.mirror.errors == []


TALL = styled(
    "#in{width:200px;height:90px;overflow:auto}", "<p>p</p><div id=in><p style='height:900px'>in</p></div>"
) + ("<p style='height:3000px'>" * 2)
BARS = {("p", "rect"): ANYTHING, ("", "inner"): ANYTHING, ("#in", "inner"): ANYTHING}


async def test_scroll_bars_take_what_they_take_at_the_customers(
    pair: Pair, bulky: Browser, hub: LiveHub, browser: Browser
) -> None:
    async with AsyncExitStack() as stack:
        mirror = await mirror_of(bulky, hub, stack)
        # The customer's take no room, as on a phone; the agent's do.
        customer = Pair(browser, mirror, pair.listener, pair.bundle)
        await customer.open(TALL, {}, {}, "/bars")
        await customer.assert_same({("p", "rect"): ANYTHING, ("", "inner"): [800, 600]})
        await customer.close()
        # Both the same.
        customer = Pair(bulky, mirror, pair.listener, pair.bundle)
        await customer.open(TALL.replace("<body>", "<body dir=rtl>"), {}, {}, "/bars")
        await customer.assert_same({**BARS, ("", "inner"): [785, 600], ("#in", "inner"): [185, 90]})
        # Across, too.
        await customer.page.evaluate("document.querySelector('p').style.width = '900px'")
        await customer.assert_same({**BARS, ("", "inner"): [785, 585]})
        await customer.page.evaluate("document.documentElement.style.overflow = 'hidden'")
        await customer.assert_same({**BARS, ("", "inner"): [800, 600]})
        await customer.close()
        # And the agent's take no room.
        customer = Pair(bulky, pair.mirror, pair.listener, pair.bundle)
        await customer.open(TALL, {}, {}, "/bars")
        await customer.assert_same({("p", "rect"): ANYTHING, ("", "inner"): [785, 600]})
        await customer.close()
        # The customer's are wider than any that this browser has.
        picture = page_with_body().element(9, 4, "p", {"style": "height:3000px"})
        await mirror.view(picture.snapshot(10_000_000, page={"bar": 23}))
        assert await mirror.inner("(doc) => doc.documentElement.clientWidth") == 777
        await mirror.view({"k": "page", "epoch": 10_000_000, "page": {**PAGE, "bar": 19}})
        assert await mirror.inner("(doc) => doc.documentElement.clientWidth") == 781
        await mirror.view({"k": "page", "epoch": 10_000_000, "page": {**PAGE, "bar": 0}})
        assert await mirror.inner("(doc) => doc.documentElement.clientWidth") == 800


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bulky() -> AsyncIterator[Browser]:
    """A browser whose scroll bars take room."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=ENGINE, args=ARGUMENTS, ignore_default_args=["--hide-scrollbars"]
        )
        yield chromium
        await chromium.close()


async def test_what_is_pinched_larger_is_marked(pair: Pair) -> None:
    await pair.open(styled("", "<p>p</p>", "<meta name=viewport content='width=device-width'>"), PHONE, {}, "/pinch")
    client = await pair.page.context.new_cdp_session(pair.page)
    await client.send("Emulation.setPageScaleFactor", {"pageScaleFactor": 2})
    await pair.page.wait_for_function("visualViewport.scale === 2")
    lens = "() => { const it = document.querySelector('.lens'); return [it.hidden, it.style.width, it.style.height] }"
    await pair.page.wait_for_function("P.sent.some((message) => message.page?.zoom === 200)")
    await pair.feed()
    assert await pair.mirror.frame.evaluate(lens) == [False, "195px", "350px"]
    await client.send("Emulation.setPageScaleFactor", {"pageScaleFactor": 1})
    await pair.page.wait_for_function(
        "P.sent.at(-1).page?.zoom === 100 || P.sent.findLast((m) => m.page).page.zoom === 100"
    )
    await pair.feed()
    assert (await pair.mirror.frame.evaluate(lens))[0] is True
    await pair.leave()
