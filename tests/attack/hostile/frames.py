"""Hostile frames: what no snippet sends, written straight to the hub's socket or, past the hub, to the mirror.

Each case says with which code the hub refuses it and with which reason the builder does; empty where it passes, and
then it must do no harm. What only the builder can know (which node an id is) only the builder refuses.
A new case is one line.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.attack.hostile.canary import EVIL
from tests.attack.hostile.pages import RAN
from tests.mirror.frames import Frame, page_with_body

Build = Callable[[Frame], Frame]
AWAY = f"http://frame.{EVIL}/x"
RUN = f"console.log('{RAN}frame')"
BAD = "bad_frame"


@dataclass(frozen=True)
class FrameCase:
    """What is added to a page with a body (document 1, html 2, head 3, body 4), or to one with three nodes more."""

    name: str
    build: Build
    hub: str
    mirror: str
    page: dict[str, Any] = field(default_factory=dict)

    def snapshot(self, epoch: int) -> dict[str, Any]:
        """The case as the first picture of an epoch."""
        return self.build(page_with_body()).snapshot(epoch, page=self.page)

    def ops(self, epoch: int) -> list[dict[str, Any]]:
        """The case as ops after a good picture with `p` 10, its text 11, and a text field 12."""
        start = page_with_body().element(10, 4, "p").text(11, 10, "x").element(12, 4, "input", {"type": "text"})
        return [start.snapshot(epoch), self.build(Frame()).ops(1, epoch)]


def element(tag: str, **attributes: str | int) -> Build:
    """One element in the body; `_` in a name stands for what Python's names cannot hold (`on_click`, `xlink_href`)."""
    named = {name.replace("__", ":").replace("_", "-"): value for name, value in attributes.items()}
    return lambda f: f.element(10, 4, tag, named)


def nested(frame: Frame, count: int, *, wide: bool) -> Frame:
    """So many documents in frames: beside each other, or each in the one before."""
    parent = 4
    for at in range(100, 100 + 4 * count, 4):
        frame.element(at, parent, "iframe").raw(4, at + 1, at)
        if not wide:
            frame.element(at + 2, at + 1, "html").element(at + 3, at + 2, "body")
            parent = at + 3
    return frame


def case(name: str, build: Build, hub: str, mirror: str, **page: Any) -> FrameCase:
    return FrameCase(name, build, hub, mirror, page)


# Elements that no whitelist has, by every spelling that a parser might mend.
TAGS = [
    *(
        "script",
        "SCRIPT",
        "Script",
        "scr\u0131pt",
        "script ",
        " script",
        "script\n",
        "script/",
        "script>",
        "scr\0ipt",
        "\u017fcript",
    ),
    *("frame", "frameset", "fencedframe", "portal", "object", "embed", "applet", "param", "base", "basefont"),
    *(
        "meta",
        "title",
        "template",
        "noscript",
        "noembed",
        "noframes",
        "plaintext",
        "xmp",
        "listing",
        "isindex",
        "bgsound",
    ),
    *("audio", "track", "keygen", "image", "math", "mi", "mglyph", "maction", "annotation-xml"),
    *("svg", "svg:script", "svg:SCRIPT", "svg:foreignObject", "svg:a", "svg:animate", "svg:set", "svg:handler"),
    *("svg:style", "svg:feImage", "svg:iframe", "svg:discard", "svg:mpath", "svg:tref", "svg:cursor", "svg:listener"),
    *("svg:svg:script", "svg:", ":", "", " ", "html:script", "math:mi", "xml:x", "font-face", "svg:font-face-uri"),
    *(
        "DIV",
        "constructor",
        "__proto__",
        "hasOwnProperty",
        "toString",
        "#text",
        "!doctype",
        "!--",
        "a-B",
        "x-" + "y" * 70,
    ),
    *("p onclick=x", "div><script>", "selectedcontent", "geolocation", "permission", "fedcm", "model", "webview"),
]

# Attributes that no element has, each on one that is there.
NAMES = [
    *(
        "a href",
        "a ping",
        "a download",
        "a target",
        "a xlink:href",
        "area href",
        "img srcset",
        "img onerror",
        "img name",
    ),
    *("img crossorigin", "img lowsrc", "img dynsrc", "img attributionsrc", "source src", "source srcset", "input list"),
    *("input formaction", "input form", "input autofocus", "input autocomplete", "input value", "button formaction"),
    *("button popovertarget", "button commandfor", "button command", "button name", "button value", "form action"),
    *(
        "form target",
        "form name",
        "form id=x",
        "link imagesrcset",
        "link as",
        "link crossorigin",
        "link onload",
    ),
    *("html manifest", "html xmlns", "html on", "div onclick", "div ONCLICK"),
    *("div accesskey", "div contenteditable", "div autofocus", "div draggable", "div is", "div nonce", "div srcdoc"),
    *(
        "div style:",
        "div itemref",
        "div data-x",
        "div xml:base",
        "div constructor",
        "div __proto__",
        "div",
        "div ",
        " div",
    ),
    *(
        "div class id",
        "div  class",
        "div\tclass",
        "div class ",
        "svg:use href",
        "svg:use xlink:href",
        "svg:image xlink:href",
    ),
    *(
        "svg:svg onload",
        "svg:pattern href",
        "svg:linearGradient href",
        "svg:textPath href",
        "svg:filter href",
        "svg:rect cursor",
    ),
    *("svg:svg xml:base", "svg:image crossorigin", "svg:text onclick", "svg:g begin", "style type", "style nonce"),
    *("style blocking", "select name", "textarea name", "details ontoggle", "dialog returnvalue", "slot onslotchange"),
    *(
        "marquee onstart",
        "marquee src",
        "placeholder src",
        "q cite",
        "blockquote cite",
        "del cite",
        "x-y onclick",
        "x-y is",
    ),
]


def _spelled(name: str) -> Build:
    """An element with one attribute of this very name; its value would run, or lead away."""
    tag = name.split()[0]

    def build(frame: Frame) -> Frame:
        value = frame.at("texts", f"javascript:{RUN}" if "href" in name else RUN if "on" in name else AWAY)
        frame.raw(1, 10, 4, 0, frame.at("tags", tag), 1, frame.at("names", name), value)
        return frame

    return build


SNAPSHOTS: list[FrameCase] = [
    *(case(f"tag {tag!r}", element(tag), BAD, "unknown_tag") for tag in TAGS),
    *(
        case(
            f"name {name!r}",
            _spelled(name),
            BAD,
            "wrong_name" if len(name.split(" ")) != 2 or name[0] == " " else "unknown_name",
        )
        for name in NAMES
    ),
    case("a number for an address", element("img", src=0), BAD, "bad_asset_number"),
    case("a number too high", element("img", src=100_001), BAD, "bad_asset_number"),
    case("a negative number", element("img", src=-1), BAD, "no_view"),
    case("a far paint", element("svg:rect", fill=f"url({AWAY})"), BAD, "svg_url"),
    case("a far paint, escaped", element("svg:rect", fill=rf"\75rl({AWAY})"), BAD, "svg_url"),
    case("a far paint, escaped in the middle", element("svg:rect", stroke=rf"u\72 l({AWAY})"), BAD, "svg_url"),
    case("a far paint after a near one", element("svg:rect", fill=f"url(#a) url({AWAY})"), BAD, "svg_url"),
    case("a far mask by image-set", element("svg:rect", mask=f'image-set("{AWAY}" 1x)'), BAD, "svg_url"),
    case("a far mask by image", element("svg:rect", mask=f'image("{AWAY}")'), BAD, "svg_url"),
    case("a far filter", element("svg:g", filter=f"blur(1px) url('{AWAY}#f')"), BAD, "svg_url"),
    case("a far marker", element("svg:path", marker_start=f"URL({AWAY}#m)"), BAD, "svg_url"),
    case("a paint by variable", element("svg:rect", fill="src(var(--x))"), BAD, "svg_url"),
    case("a near paint", element("svg:rect", fill="url(#a) red", mask="url('#b')", filter='url("#c")'), "", ""),
    case("a use that leads away", element("svg:use", __local_href=f"{AWAY}#x"), "", ""),
    case("a use with a script", element("svg:use", __local_href=f"javascript:{RUN}"), "", ""),
    case("a use with white space", element("svg:use", __local_href=" x"), "", "bad_local_href"),
    case("a link to look up", element("link", rel="preconnect", href=4), BAD, ""),
    case("a link with more words", element("link", rel="stylesheet preconnect", href=4), BAD, ""),
    case("an import link", element("link", rel="import", href=4), BAD, ""),
    case("a password shown", element("input", type="password", __value="pw"), BAD, "secret_value"),
    case("a hidden field shown", element("input", type="hidden", __value="pw"), BAD, "secret_value"),
    case("an input of no type", element("input", type="evil"), BAD, "no_such_word"),
    case("a file field", element("input", type="file"), "", ""),
    case("text in a style", lambda f: f.element(10, 4, "style").text(11, 10, "p{}"), BAD, "no_inside"),
    case("text in a field", lambda f: f.element(10, 4, "textarea").text(11, 10, "value"), BAD, "no_inside"),
    case(
        "an element in a placeholder", lambda f: f.element(10, 4, "placeholder").element(11, 10, "p"), BAD, "no_inside"
    ),
    case(
        "a placeholder of any reason",
        element("placeholder", __reason="constructor", __tag="script"),
        BAD,
        "no_such_word",
    ),
    case(
        "a placeholder that is huge",
        element("placeholder", __reason="frame", __width=2**31 - 1, __height=2**31 - 1),
        "",
        "",
    ),
    case("a parent that is not there", lambda f: f.element(10, 99, "p"), "", "unknown_id"),
    case("an id twice", lambda f: f.element(4, 2, "p"), BAD, "duplicate_id"),
    case("an id of nothing", lambda f: f.element(0, 2, "p"), BAD, "bad_id"),
    case("an id too high", lambda f: f.raw(1, 2**31, 4, 0, f.at("tags", "p"), 0), BAD, "no_view"),
    case("before what stands elsewhere", lambda f: f.element(10, 4, "p", before=3), BAD, "before_elsewhere"),
    case("a text under the document", lambda f: f.text(10, 1, "text"), "", "text_not_here"),
    case("two roots", lambda f: f.element(10, 1, "p"), "", "not_here"),
    case("two documents", lambda f: f.document(10), BAD, "second_document"),
    case("a shadow where none can be", lambda f: f.element(10, 4, "img").shadow(11, 10), "", "no_shadow_here"),
    case("two shadows", lambda f: f.shadow(10, 4).shadow(11, 4), "", "second_shadow"),
    case("a removal in a picture", lambda f: f.remove(4), BAD, "not_in_snapshot"),
    case("a record of no kind", lambda f: f.raw(99), BAD, "not_in_snapshot"),
    case("a record cut short", lambda f: f.raw(1, 10, 4), BAD, "cut_short"),
    case("a tag beyond the table", lambda f: f.raw(1, 10, 4, 0, 77, 0), BAD, "outside_table"),
    case("a tag before the table", lambda f: f.raw(1, 10, 4, 0, -1, 0), BAD, "outside_table"),
    case("too many attributes", lambda f: f.element(10, 4, "p").raw(1, 11, 4, 0, 3, 500), BAD, "too_many_attributes"),
    case(
        "a name of another element",
        lambda f: f.element(10, 4, "p").raw(1, 11, 4, 0, 3, 1, f.at("names", "div class"), f.at("texts", "x")),
        BAD,
        "wrong_name",
    ),
    case(
        "an attribute twice",
        lambda f: f.raw(1, 10, 4, 0, f.at("tags", "p"), 2, *[f.at("names", "p class"), f.at("texts", "x")] * 2),
        BAD,
        "duplicate_attribute",
    ),
    case("no root element", lambda f: Frame().document(1), "", ""),
    case(
        "a root that is a style",
        lambda f: Frame().document(1).element(2, 1, "style").sheet(3, 2, "html{color:red}"),
        "",
        "",
    ),
    case(
        "a root that is a picture",
        lambda f: Frame().document(1).element(2, 1, "svg:svg").element(3, 2, "svg:rect"),
        "",
        "",
    ),
    case("a form that hides its methods", lambda f: clobbering(f), "", ""),
    case("uses that poison the scales", lambda f: poisoned_uses(f), "", "too_many_uses"),
    case("a dialog that is a popover, too", element("dialog", popover="auto", __popover=1, __modal=1), "", ""),
    case("a popover that closes others", element("div", popover="auto", __popover=1), "", ""),
    case("a focus trap", element("div", tabindex="1"), "", ""),
    case("a page too wide", element("p"), "", "", width=2**31 - 1, height=2**31 - 1),
    case("a page of no size", element("p"), "", "", width=0, height=0),
    case("a page with another's address", element("p"), "other_origin", "", address=f"{AWAY}"),
    case("an address with a name", element("p"), "other_origin", "", address="http://bank.example@127.0.0.1:9001/"),
    case("an address that runs backwards", element("p"), BAD, "", address="http://127.0.0.1:9001/\u202emoc.knab"),
    case("an address with zero width", element("p"), BAD, "", address="http://127.0.0.1:9001/\u200b\u2066x"),
    case("an address with an encoded host", element("p"), BAD, "", address="http://127.0.0.%31:9001/"),
    case("an address that is a script", element("p"), "other_origin", "", address=f"javascript:{RUN}"),
]


def clobbering(frame: Frame) -> Frame:
    """A form, focused, scrolled, selected and shown as a popover, with a field named after all that touches it."""
    frame.element(
        10, 4, "form", {"popover": "manual", ":popover": 1, "style": "overflow:auto;height:9px", "id": "form"}
    )
    for at, name in enumerate(METHODS, 20):
        frame.element(at, 10, "input", {"type": "text", "id": name, "name": name})
    frame.element(400, 4, "svg:svg").element(401, 400, "svg:use", {":local-href": "form"})
    return frame.scroll(10, 0, 5).raw(12, 10).raw(15, 10, 1, 10, 3)


def poisoned_uses(frame: Frame) -> Frame:
    """Each `a` draws ten of `b`, which leads back to `a`: who weighs `b` first must not take `a` for light then."""
    frame.element(10, 4, "svg:svg").element(11, 10, "svg:use", {":local-href": "b"})
    frame.element(12, 10, "svg:g", {"id": "a"}).element(13, 10, "svg:g", {"id": "b"})
    at = 20
    for parent, target, count in ((12, "b", 10), (13, "leaf", 300), (13, "a", 1), (10, "a", 200)):
        for _ in range(count):
            frame.element(at, parent, "svg:use", {":local-href": target})
            at += 1
    return frame.element(at, 10, "svg:rect", {"id": "leaf"})


METHODS = [
    *("showPopover", "hidePopover", "isConnected", "matches", "childNodes", "children", "nodeType", "parentNode"),
    *(
        "firstChild",
        "nextSibling",
        "ownerDocument",
        "scrollTo",
        "scrollLeft",
        "scrollTop",
        "scrollWidth",
        "scrollHeight",
    ),
    *("clientWidth", "clientHeight", "setAttribute", "getAttribute", "removeAttribute", "hasAttribute", "localName"),
    *("getBoundingClientRect", "insertBefore", "removeChild", "replaceWith", "remove", "append", "contains", "closest"),
    *(
        "querySelectorAll",
        "getElementsByTagName",
        "getRootNode",
        "shadowRoot",
        "attachShadow",
        "style",
        "inert",
        "hidden",
    ),
    *("addEventListener", "dispatchEvent", "constructor", "__proto__", "then", "toString", "valueOf", "namespaceURI"),
]

OPS: list[FrameCase] = [
    case("a record of no kind", lambda f: f.raw(99), BAD, "unknown_record"),
    case("a removal of nothing", lambda f: f.remove(99), "", "unknown_id"),
    case("a removal of the document", lambda f: f.remove(1), "", "wrong_node"),
    case("an id used again", lambda f: f.remove(10).text(10, 4, "again"), "", "duplicate_id"),
    case("a text that is gone", lambda f: f.remove(10).change_text(11, "gone"), "", "unknown_id"),
    case("a move into itself", lambda f: f.move(4, 10), "", "into_itself"),
    case("a move to itself", lambda f: f.move(10, 10), BAD, "into_itself"),
    case("a move into a text", lambda f: f.move(10, 11), "", "wrong_node"),
    case("a move into a field", lambda f: f.move(10, 12), BAD, "no_inside"),
    case("a text of an element", lambda f: f.change_text(10, "not a text"), "", "wrong_node"),
    case("a rule of no sheet", lambda f: f.raw(13, 98, 0, f.at("styles", "a{}")), "", "unknown_sheet"),
    case("a sheet of a paragraph", lambda f: f.sheet(20, 10, "a{}"), "", "sheet_owner"),
    case("a name of another element", lambda f: f.attribute(10, "div", "class", "x"), "", "wrong_name"),
    case("a handler", lambda f: f.attribute(10, "p", "onclick", RUN), BAD, "unknown_name"),
    case("a script", lambda f: f.element(20, 4, "script"), BAD, "unknown_tag"),
    case("a frame's address", lambda f: f.element(20, 4, "iframe", {"src": "3"}), BAD, "unknown_name"),
    case("a frame's page", lambda f: f.element(20, 4, "iframe", {"srcdoc": RUN}), BAD, "unknown_name"),
    case("a frame let loose", lambda f: f.element(20, 4, "iframe", {"sandbox": "allow-scripts"}), BAD, "unknown_name"),
    case("a child of a frame", lambda f: f.element(20, 4, "iframe").element(21, 20, "p"), BAD, "no_inside"),
    case("a text in a frame", lambda f: f.element(20, 4, "iframe").text(21, 20, RUN), BAD, "no_inside"),
    case("a document in a paragraph", lambda f: f.raw(4, 20, 10), BAD, "no_frame"),
    case("a document in nothing", lambda f: f.raw(4, 20, 99), BAD, "unknown_id"),
    case("a second document", lambda f: f.raw(4, 20, 0), BAD, "second_document"),
    case(
        "two documents in a frame",
        lambda f: f.element(20, 4, "iframe").raw(4, 21, 20).raw(4, 22, 20),
        BAD,
        "second_document",
    ),
    case("a document moved", lambda f: f.element(20, 4, "iframe").raw(4, 21, 20).move(21, 4), "", "wrong_node"),
    case("a document removed", lambda f: f.element(20, 4, "iframe").raw(4, 21, 20).remove(21), "", "wrong_node"),
    case("a move into a frame", lambda f: f.element(20, 4, "iframe").raw(4, 21, 20).move(10, 21), "", "other_document"),
    case("frames in frames", lambda f: nested(f, 9, wide=False), "", "too_deep"),
    case("three hundred frames", lambda f: nested(f, 300, wide=True), "", "too_many_documents"),
    case("a far style", lambda f: f.attribute(10, "p", "style", f"background:url({AWAY})"), "bad_style", "bad_style"),
    case(
        "a link to look up",
        lambda f: f.element(20, 3, "link", {"href": 3}).attribute(20, "link", "rel", "preconnect"),
        BAD,
        "",
    ),
    case(
        "a password",
        lambda f: f.attribute(12, "input", "type", "password").attribute(12, "input", ":value", "x"),
        BAD,
        "secret_value",
    ),
    case(
        "what was a password once",
        lambda f: (
            f.attribute(12, "input", "type", "password")
            .attribute(12, "input", "type", "text")
            .attribute(12, "input", ":value", "x")
        ),
        BAD,
        "secret_value",
    ),
    case("a scroll beyond all", lambda f: f.scroll(10, 2**31 - 1, -(2**31 - 1)), "", ""),
    case("a focus on a text", lambda f: f.raw(12, 11), "", "wrong_node"),
    case("a selection beyond all", lambda f: f.raw(15, 11, 2**31 - 1, 11, 2**31 - 1), "", ""),
    case("a selection of no node", lambda f: f.raw(15, 77, 0, 11, 0), "", "unknown_id"),
    case("a root that goes", lambda f: f.remove(2), "", ""),
]


COVER = (
    "position:fixed;inset:-9999px;width:30000px;height:30000px;margin:0;z-index:2147483647;background:red;cursor:none"
)


def imitation(frame: Frame) -> Frame:
    """A page that looks like the console, with fields that want the agent's password."""
    frame.element(10, 4, "header", {"style": "position:fixed;inset:0;background:#fff;z-index:9"})
    frame.element(11, 10, "button", {"style": "position:fixed;top:0;right:0", "type": "button"}).text(
        12, 11, "End session"
    )
    frame.element(13, 10, "input", {"type": "text", "name": "user", "placeholder": "Name", "tabindex": "1"})
    frame.element(14, 10, "input", {"type": "password", "name": "password", "placeholder": "Password", "tabindex": "1"})
    return frame.element(15, 10, "a", {":link": 1, "tabindex": "2"}).text(16, 15, "Sign in again").raw(12, 14)


# What would lie over the console, take its focus, or pass for it. All of these pass the hub.
REDRESS: dict[str, Build] = {
    "a box over everything": element("div", style=COVER, title="Your session has ended. Sign in again."),
    "a box that is turned and blown up": element("div", style=COVER + ";transform:scale(99) rotate(45deg);zoom:9"),
    "a shadow": element(
        "div", style="box-shadow:0 0 0 9999px red;outline:9999px solid red;filter:drop-shadow(0 0 999px red)"
    ),
    "a modal dialog": element("dialog", __modal=1, style=COVER, tabindex="0"),
    "a dialog": element("dialog", open=1, style=COVER, tabindex="0"),
    "a popover": element("div", popover="auto", __popover=1, style=COVER, tabindex="0"),
    "details": element("details", open=1, style=COVER),
    "the root itself": lambda f: f.element(10, 3, "style").sheet(11, 10, f"html,body,:root{{{COVER}}}"),
    "a backdrop": lambda f: f.element(10, 4, "dialog", {":modal": 1}).sheet(11, 1, f"::backdrop{{{COVER}}}"),
    "a picture in another size": lambda f: f.sheet(11, 1, "html{zoom:30;writing-mode:vertical-rl;direction:rtl}"),
    "an imitation": imitation,
}
