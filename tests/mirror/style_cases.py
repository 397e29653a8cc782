"""What pages do with CSS: markup, a script that runs while the session is live, and what must then be seen."""

from dataclasses import dataclass, field

FONT_FACE = "@font-face{font-family:Box;src:url(/css/box.woff2)}"

# Files that the pages name. `/css/` has its own base, so that a wrong one shows.
CSS_FILES = {
    "/css/plain.css": "p{color:rgb(1, 0, 0)} b{background:url(dot.png)}",
    "/css/other.css": "p{color:rgb(2, 0, 0);background:url(../pixel.png)}",
    "/css/nested.css": "@import 'plain.css';p{margin-left:3px}",
    "/css/layered.css": "p{color:rgb(3, 0, 0);margin-left:4px}",
    "/css/chain.css": "@import url(layered.css) layer(deep) supports(display:grid) (min-width:10px);i{color:rgb(9, 9, 9)}",  # noqa: E501
    "/css/empty.css": "",
    "/css/slow.css": "p{color:rgb(5, 0, 0)}",
    "/css/shorthand.css": ":root{--p:7px}p{padding:var(--p);padding-left:1px}",
}


@dataclass(frozen=True)
class Case:
    """`html` has the page's body, with its `<style>`s; `seen` maps `selector property` to what the page computes."""

    name: str
    html: str
    seen: dict[str, str]
    script: str = ""
    head: str = ""
    # Runs before anybody looks at the page.
    before: str = ""
    files: dict[str, str] = field(default_factory=dict)
    policy: dict[str, list[str]] = field(default_factory=dict)


def rule(css: str, html: str = "<p>x</p>", **more: object) -> dict[str, object]:
    return {"html": html, "head": f"<style>{css}</style>", **more}


P = "<p class=a>text <b>bold</b></p>"
SHEET = "const sheet = document.querySelector('style').sheet;"

CSSOM = [
    Case(
        "insertRule",
        P,
        {"p color": "rgb(1, 1, 1)"},
        f"{SHEET} sheet.insertRule('p{{color:rgb(1,1,1)}}')",
        "<style></style>",
    ),
    Case(
        "deleteRule",
        P,
        {"p color": "rgb(2, 2, 2)"},
        f"{SHEET} sheet.deleteRule(1)",
        "<style>p{color:rgb(2,2,2)}p{color:red}</style>",
    ),
    Case(
        "insertRule in a group",
        P,
        {"p color": "rgb(3, 3, 3)"},
        f"{SHEET} sheet.cssRules[0].insertRule('p{{color:rgb(3,3,3)}}', 0)",
        "<style>@media all{}</style>",
    ),
    Case(
        "insertRule in a nested rule, deep",
        P,
        {"b color": "rgb(4, 4, 4)"},
        f"{SHEET} sheet.cssRules[0].cssRules[0].insertRule('b{{color:rgb(4,4,4)}}', 0)",
        "<style>@supports (color:red){p{color:red}}</style>",
    ),
    Case(
        "deleteRule in a nested rule",
        P,
        {"b color": "rgb(5, 5, 5)"},
        f"{SHEET} sheet.cssRules[0].deleteRule(0)",
        "<style>p{color:rgb(5,5,5);b{color:red}}</style>",
    ),
    Case(
        "a rule's declaration by setProperty",
        P,
        {"p color": "rgb(6, 6, 6)"},
        f"{SHEET} sheet.cssRules[0].style.setProperty('color', 'rgb(6,6,6)')",
        "<style>p{color:red}</style>",
    ),
    Case(
        "a rule's declaration by its name",
        P,
        {"p color": "rgb(7, 7, 7)"},
        f"{SHEET} sheet.cssRules[0].style.color = 'rgb(7,7,7)'",
        "<style>p{color:red}</style>",
    ),
    Case(
        "a rule's declaration by its name, late",
        P,
        {"p color": "rgb(8, 8, 8)"},
        f"{SHEET} const style = sheet.cssRules[0].style; setTimeout(() => style.color = 'rgb(8,8,8)', 300)",
        "<style>p{color:red}</style>",
    ),
    Case(
        "a rule's declaration by a reference that is older than the session",
        P,
        {"p color": "rgb(9, 9, 9)"},
        "kept.setProperty('color', 'rgb(9,9,9)')",
        "<style>p{color:red}</style>",
        before="window.kept = document.querySelector('style').sheet.cssRules[0].style",
    ),
    Case(
        "a rule's cssText",
        P,
        {"p color": "rgb(10, 10, 10)", "p margin-top": "3px"},
        f"{SHEET} sheet.cssRules[0].style.cssText = 'color:rgb(10,10,10);margin-top:3px'",
        "<style>p{color:red}</style>",
    ),
    Case(
        "removeProperty",
        P,
        {"p color": "rgb(0, 0, 0)"},
        f"{SHEET} sheet.cssRules[0].style.removeProperty('color')",
        "<style>p{color:red}</style>",
    ),
    Case(
        "a declaration in a group",
        P,
        {"p color": "rgb(11, 11, 11)"},
        f"{SHEET} sheet.cssRules[0].cssRules[0].style.color = 'rgb(11,11,11)'",
        "<style>@media all{p{color:red}}</style>",
    ),
    Case(
        "a declaration in a nested rule",
        P,
        {"b color": "rgb(12, 12, 12)"},
        f"{SHEET} sheet.cssRules[0].cssRules[0].style.color = 'rgb(12,12,12)'",
        "<style>p{b{color:red}}</style>",
    ),
    Case(
        "the typed map of a rule",
        P,
        {"p width": "90px"},
        f"{SHEET} sheet.cssRules[0].styleMap.set('width', CSS.px(90))",
        "<style>p{color:red}</style>",
    ),
    Case(
        "selectorText",
        P,
        {"p color": "rgb(13, 13, 13)"},
        f"{SHEET} sheet.cssRules[0].selectorText = 'p'",
        "<style>u{color:rgb(13,13,13)}</style>",
    ),
    Case(
        "a media rule's text",
        P,
        {"p color": "rgb(14, 14, 14)"},
        f"{SHEET} sheet.cssRules[0].media.mediaText = 'all'",
        "<style>@media print{p{color:rgb(14,14,14)}}</style>",
    ),
    Case(
        "a medium appended",
        P,
        {"p color": "rgb(15, 15, 15)"},
        f"{SHEET} sheet.cssRules[0].media.appendMedium('screen')",
        "<style>@media print{p{color:rgb(15,15,15)}}</style>",
    ),
    Case(
        "a sheet's media",
        P,
        {"p color": "rgb(16, 16, 16)"},
        f"{SHEET} sheet.media.mediaText = 'print'",
        "<style>p{color:red}</style><style>p{color:rgb(16,16,16)!important}</style>",
    ),
    Case(
        "a sheet disabled",
        P,
        {"p color": "rgb(17, 17, 17)"},
        "document.styleSheets[1].disabled = true",
        "<style>p{color:rgb(17,17,17)}</style><style>p{color:red}</style>",
    ),
    Case(
        "a style element disabled",
        P,
        {"p color": "rgb(18, 18, 18)"},
        "document.querySelectorAll('style')[1].disabled = true",
        "<style>p{color:rgb(18,18,18)}</style><style>p{color:red}</style>",
    ),
    Case(
        "keyframes",
        P,
        {"p opacity": "0.5", "p margin-left": "7px"},
        f"{SHEET} const frames = sheet.cssRules[0]; frames.appendRule('0%{{opacity:.5;margin-left:7px}}');"
        "frames.appendRule('to{opacity:.5;margin-left:7px}'); frames.deleteRule('50%')",
        "<style>@keyframes k{50%{color:red}}p{animation:k 9s paused}</style>",
    ),
    Case(
        "a keyframe's declaration",
        P,
        {"p opacity": "0.25"},
        f"{SHEET} for (const each of sheet.cssRules[0].cssRules) each.style.opacity = .25",
        "<style>@keyframes k{from,to{opacity:.5}}p{animation:k 9s paused}</style>",
    ),
    Case(
        "a thousand rules by insertRule",
        "".join(f"<p class=c{n}>x</p>" for n in range(0, 1000, 250)),
        {".c750 margin-left": "750px"},
        f"{SHEET} for (let n = 0; n < 1000; n++)"
        " sheet.insertRule(`.c${n}{margin-left:${n}px}`, sheet.cssRules.length)",
        "<style></style>",
    ),
]

ELEMENTS = [
    Case(
        "the text of a style",
        P,
        {"p color": "rgb(20, 0, 0)"},
        "document.querySelector('style').textContent = 'p{color:rgb(20,0,0)}'",
        "<style>p{color:red}</style>",
    ),
    Case(
        "the text node of a style",
        P,
        {"p color": "rgb(21, 0, 0)"},
        "document.querySelector('style').firstChild.data = 'p{color:rgb(21,0,0)}'",
        "<style>p{color:red}</style>",
    ),
    Case(
        "text appended to a style",
        P,
        {"p color": "rgb(22, 0, 0)"},
        "document.querySelector('style').append('p{color:rgb(22,0,0)}')",
        "<style>p{color:red}</style>",
    ),
    Case(
        "the media of a style",
        P,
        {"p color": "rgb(23, 0, 0)"},
        "document.querySelector('style').media = 'screen'",
        "<style media=print>p{color:rgb(23,0,0)}</style>",
    ),
    Case(
        "a style that moves",
        P,
        {"p color": "rgb(24, 0, 0)"},
        "document.body.append(document.querySelector('style'))",
        "<style>p{color:rgb(24,0,0)}</style><style>p{color:red}</style>",
    ),
    Case("a link", P, {"p color": "rgb(1, 0, 0)"}, head="<link rel=stylesheet href=/css/plain.css>"),
    Case(
        "a link's address",
        P,
        {"p color": "rgb(2, 0, 0)"},
        "document.querySelector('link').href = '/css/other.css'",
        "<link rel=stylesheet href=/css/plain.css>",
    ),
    Case(
        "a link's address, of a sheet that takes its time",
        P,
        {"p color": "rgb(5, 0, 0)"},
        "document.querySelector('link').href = '/css/slow.css'",
        "<link rel=stylesheet href=/css/plain.css>",
    ),
    Case(
        "a link that comes",
        P,
        {"p color": "rgb(1, 0, 0)"},
        "const link = document.createElement('link'); link.rel = 'stylesheet'; link.href = '/css/plain.css';"
        "document.head.append(link)",
    ),
    Case(
        "a link removed and set again",
        P,
        {"p color": "rgb(1, 0, 0)"},
        "const link = document.querySelector('link'); link.remove(); setTimeout(() => document.head.append(link), 200)",
        "<link rel=stylesheet href=/css/plain.css>",
    ),
    Case(
        "a link disabled",
        P,
        {"p color": "rgb(0, 0, 0)"},
        "document.querySelector('link').disabled = true",
        "<link rel=stylesheet href=/css/plain.css>",
    ),
    Case(
        "a link enabled",
        P,
        {"p color": "rgb(1, 0, 0)"},
        "document.querySelector('link').disabled = false",
        "<link rel=stylesheet disabled href=/css/plain.css>",
    ),
    Case(
        "a link's sheet disabled and enabled",
        P,
        {"p color": "rgb(1, 0, 0)"},
        "const { sheet } = document.querySelector('link'); sheet.disabled = true;"
        "setTimeout(() => sheet.disabled = false, 200)",
        "<link rel=stylesheet href=/css/plain.css>",
    ),
    Case(
        "a link's media, as when it is loaded late",
        P,
        {"p color": "rgb(1, 0, 0)"},
        "document.querySelector('link').media = 'all'",
        "<link rel=stylesheet media=print href=/css/plain.css>",
    ),
    Case(
        "a preload that becomes a sheet",
        P,
        {"p color": "rgb(1, 0, 0)"},
        "document.querySelector('link').rel = 'stylesheet'",
        "<link rel=preload as=style href=/css/plain.css>",
    ),
    Case(
        "an alternate sheet that is not",
        P,
        {"p color": "rgb(1, 0, 0)"},
        head="<link rel=stylesheet title=A href=/css/plain.css>"
        "<link rel='alternate stylesheet' title=B href=/css/other.css>",
    ),
    Case(
        "a linked sheet touched by script",
        P,
        {"p color": "rgb(25, 0, 0)", "p margin-top": "5px"},
        "const { sheet } = document.querySelector('link'); sheet.insertRule('p{margin-top:5px}', 0);"
        "sheet.cssRules[1].style.color = 'rgb(25,0,0)'",
        "<link rel=stylesheet href=/css/plain.css>",
    ),
    Case(
        "a linked sheet touched by script, that imports",
        P,
        {"p color": "rgb(1, 0, 0)", "p margin-left": "9px"},
        "document.querySelector('link').sheet.cssRules[1].style.marginLeft = '9px'",
        "<link rel=stylesheet href=/css/nested.css>",
    ),
    Case(
        "a sheet that a style imports, touched by script",
        P,
        {"p color": "rgb(26, 0, 0)"},
        f"{SHEET} sheet.cssRules[0].styleSheet.cssRules[0].style.color = 'rgb(26,0,0)'",
        "<style>@import url(/css/plain.css);</style>",
    ),
    Case(
        "a style attribute with a shorthand of a variable, and a part of it",
        "<p style='--b:3px solid red;border:var(--b);border-left-width:9px'>x</p>",
        {"p border-top-width": "3px", "p border-left-width": "9px"},
    ),
]

SHADOW = "<div id=host></div>"
ATTACH = "const root = document.querySelector('#host').attachShadow({mode:'open'}); root.innerHTML = '<p>in</p>';"

ADOPTED = [
    Case(
        "adopted by the document",
        P,
        {"p color": "rgb(30, 0, 0)"},
        "const sheet = new CSSStyleSheet(); sheet.replaceSync('p{color:rgb(30,0,0)}');"
        "document.adoptedStyleSheets = [sheet]",
    ),
    Case(
        "pushed to the list",
        P,
        {"p color": "rgb(31, 0, 0)"},
        "const sheet = new CSSStyleSheet(); sheet.replaceSync('p{color:rgb(31,0,0)}');"
        "document.adoptedStyleSheets.push(sheet)",
    ),
    Case(
        "one sheet in many roots, changed",
        "<div class=host></div>" * 5,
        {".host b color": "rgb(32, 0, 0)", ".host b margin-left": "2px"},
        "sheet.insertRule('b{color:rgb(32,0,0)}', 0)",
        before="window.sheet = new CSSStyleSheet(); sheet.replaceSync('b{margin-left:2px}');"
        "for (const host of document.querySelectorAll('.host')) { const root = host.attachShadow({mode:'open'});"
        "root.innerHTML = '<b>x</b>'; root.adoptedStyleSheets = [sheet] }",
    ),
    Case(
        "one sheet in many roots, of which the first goes",
        "<div class=host></div>" * 5,
        {".host b color": "rgb(33, 0, 0)"},
        "document.querySelector('.host').remove(); sheet.replaceSync('b{color:rgb(33,0,0)}')",
        before="window.sheet = new CSSStyleSheet(); sheet.replaceSync('b{color:red}');"
        "for (const host of document.querySelectorAll('.host')) { const root = host.attachShadow({mode:'open'});"
        "root.innerHTML = '<b>x</b>'; root.adoptedStyleSheets = [sheet] }",
    ),
    Case(
        "sheets in another order",
        P,
        {"p color": "rgb(34, 0, 0)"},
        "document.adoptedStyleSheets = [...document.adoptedStyleSheets].reverse()",
        before="const [a, b] = [new CSSStyleSheet(), new CSSStyleSheet()]; a.replaceSync('p{color:rgb(34,0,0)}');"
        "b.replaceSync('p{color:red}'); document.adoptedStyleSheets = [a, b]",
    ),
    Case(
        "replace, which takes its time",
        P,
        {"p color": "rgb(35, 0, 0)"},
        "document.adoptedStyleSheets[0].replace('p{color:rgb(35,0,0)}')",
        before="document.adoptedStyleSheets = [new CSSStyleSheet()]",
    ),
    Case(
        "a sheet's own media and a shadow root that comes late",
        SHADOW,
        {"#host p color": "rgb(36, 0, 0)"},
        f"{ATTACH} const sheet = new CSSStyleSheet({{media:'screen'}}); sheet.replaceSync('p{{color:rgb(36,0,0)}}');"
        "const print = new CSSStyleSheet({media:'print'}); print.replaceSync('p{color:red!important}');"
        "root.adoptedStyleSheets = [sheet, print]",
    ),
    Case(
        "host, slotted, part and a style in a shadow root",
        SHADOW + "<style>#host::part(x){color:rgb(37,0,0)}</style>",
        {"#host display": "flex", "#host i color": "rgb(37, 0, 0)", "#host p color": "rgb(38, 0, 0)"},
        f"{ATTACH} root.innerHTML = '<style>:host{{display:flex}}:host(#host) p{{color:rgb(38,0,0)}}"
        "::slotted(*){margin:3px}</style><p>in</p><i part=x>part</i><slot></slot>'",
    ),
    Case(
        "a shorthand of a variable, and a part of it, in a constructed sheet",
        P,
        {"p padding-top": "6px", "p padding-left": "1px"},
        "const sheet = new CSSStyleSheet(); sheet.replaceSync('p{--p:6px;padding:var(--p);padding-left:1px}');"
        "document.adoptedStyleSheets = [sheet]",
    ),
    Case(
        "the same by insertRule",
        P,
        {"p padding-top": "6px", "p padding-left": "1px"},
        f"{SHEET} sheet.insertRule('p{{--p:6px;padding:var(--p);padding-left:1px}}')",
        "<style></style>",
    ),
]

IMPORTS = [
    Case("an import", P, {"p color": "rgb(1, 0, 0)"}, head="<style>@import '/css/plain.css';</style>"),
    Case(
        "a nested import",
        P,
        {"p color": "rgb(1, 0, 0)", "p margin-left": "3px"},
        head="<style>@import url(/css/nested.css) screen;</style>",
    ),
    Case(
        "imports under conditions",
        P,
        {"p color": "rgb(0, 0, 0)", "b background-image": "none"},
        head="<style>@import '/css/plain.css' print;@import '/css/plain.css' supports(foo:bar);"
        "@import '/css/nested.css' (max-width:9px);</style>",
    ),
    Case(
        "an import into a layer",
        P,
        {"p color": "rgb(40, 0, 0)", "p margin-left": "4px"},
        head="<style>@import '/css/layered.css' layer(base);@layer base{p{color:red}}p{color:rgb(40,0,0)}</style>",
    ),
    Case(
        "imports into layers without a name",
        "<p id=x>x</p>",
        {"p color": "rgb(2, 0, 0)"},
        head="<style>@import '/css/layered.css' layer;@import '/css/other.css' layer;</style>",
    ),
    Case(
        "an empty import that says the order of layers",
        P,
        {"p color": "rgb(41, 0, 0)"},
        head="<style>@import '/css/empty.css' layer(a);@layer b{p{color:rgb(41,0,0)}}@layer a{p{color:red}}</style>",
    ),
    Case(
        "a chain of imports with everything",
        P,
        {"p color": "rgb(42, 0, 0)", "p margin-left": "4px"},
        head="<style>@import '/css/chain.css' layer(top) screen;@layer top.deep{p{color:rgb(42,0,0)}}</style>",
    ),
    Case(
        "imports in a linked sheet",
        P,
        {"p color": "rgb(1, 0, 0)", "p margin-left": "3px"},
        head="<link rel=stylesheet href=/css/nested.css>",
    ),
    Case(
        "a chain in a linked sheet",
        P + "<i>i</i>",
        {"p color": "rgb(3, 0, 0)", "i color": "rgb(9, 9, 9)"},
        head="<link rel=stylesheet href=/css/chain.css>",
    ),
]

RULES = [
    ("layers", "@layer a,b;@layer b{p{color:rgb(50,0,0)}}@layer a{p{color:red}}", {"p color": "rgb(50, 0, 0)"}),
    ("a layer without a name", "@layer{p{color:rgb(51,0,0)}}", {"p color": "rgb(51, 0, 0)"}),
    (
        "containers",
        "body{container:box/inline-size;--x:1}@container box (width>9px){p{color:rgb(52,0,0)}}"
        "@container style(--x:1){p{margin-left:5px}}",
        {"p color": "rgb(52, 0, 0)", "p margin-left": "5px"},
    ),
    (
        "supports",
        "@supports (display:grid) and (not (foo:bar)){p{color:rgb(53,0,0)}}"
        "@supports selector(p:has(b)){p{margin-left:5px}}",
        {"p color": "rgb(53, 0, 0)", "p margin-left": "5px"},
    ),
    (
        "a registered property",
        "@property --w{syntax:'<length>';inherits:false;initial-value:30px}p{width:var(--w)}",
        {"p width": "30px"},
    ),
    (
        "scopes",
        "@scope (body) to (b){p{color:rgb(54,0,0)}b{color:red}:scope{margin:9px}}",
        {"p color": "rgb(54, 0, 0)", "body margin-left": "9px"},
    ),
    ("starting styles", "@starting-style{p{opacity:0}}p{color:rgb(55,0,0)}", {"p color": "rgb(55, 0, 0)"}),
    (
        "keyframes with steps and variables",
        "@keyframes k{from{opacity:var(--o)}}p{--o:.5;animation:k 9s steps(2) paused}",
        {"p opacity": "0.5"},
    ),
    (
        "counter styles",
        "@counter-style c{system:cyclic;symbols:'\\2605' '\\\"';suffix:' '}p{display:list-item;list-style:c}",
        {"p list-style-type": "c"},
    ),
    (
        "nesting",
        "p{color:red;&.a{color:rgb(56,0,0)}b{color:rgb(57,0,0)}body &{margin-left:5px}@media all{width:70px}}",
        {"p color": "rgb(56, 0, 0)", "b color": "rgb(57, 0, 0)", "p width": "70px", "p margin-left": "5px"},
    ),
    (
        "selectors",
        "p:has(>b):is(.a,.b):not(.c):where(p){color:rgb(58,0,0)}p:nth-child(1 of .a){margin-left:5px}",
        {"p color": "rgb(58, 0, 0)", "p margin-left": "5px"},
    ),
    (
        "colours",
        "p{--c:red;color:color-mix(in srgb,var(--c) 50%,blue);background:oklch(50% .1 90);"
        "border-color:rgb(from red g r b)}",
        {"p background-color": "oklch(0.5 0.1 90)"},
    ),
    (
        "lengths",
        "p{width:calc(100px - env(safe-area-inset-left,3px));margin-left:max(3px,min(5px,1vw));height:round(7px,5px)}",
        {"p width": "100px", "p margin-left": "5px", "p height": "5px"},
    ),
    (
        "ranges in media queries",
        "@media (400px<=width<9000px) and (prefers-reduced-motion:no-preference){p{color:rgb(59,0,0)}}"
        "@media print,(width<400px){p{color:red}}",
        {"p color": "rgb(59, 0, 0)"},
    ),
    (
        "namespaces",
        "@namespace s url(http://www.w3.org/2000/svg);@namespace 'http://www.w3.org/1999/xhtml';"
        "p{color:rgb(60,0,0)}s|p,s|*{color:red}",
        {"p color": "rgb(60, 0, 0)"},
    ),
    (
        "position fallbacks and view transitions",
        "@view-transition{navigation:auto}@position-try --t{top:1px}p{margin-left:5px}",
        {"p margin-left": "5px"},
    ),
    (
        "functions",
        "@function --f(--a <length>) returns <length>{result:calc(var(--a)*2)}p{width:--f(30px)}",
        {"p width": "60px"},
    ),
    (
        "conditions in values",
        "p{width:if(media(width>1px):66px;else:4px);height:attr(tabindex type(<length>),7px)}",
        {"p width": "66px", "p height": "7px"},
    ),
    (
        "a shorthand of a variable, and a part of it",
        ":root{--p:7px;--b:2px solid}p{padding:var(--p);padding-left:1px;border:var(--b);border-left-color:red}",
        {"p padding-top": "7px", "p padding-left": "1px", "p border-top-width": "2px"},
    ),
    (
        "the same in a group, between what is no rule",
        "nonsense{{}}}.x{color:red}@foo bar;/* { */@media all{p{margin:1px 'x\n;background:red}}"
        "@media all{p{--p:7px;/*}*/padding:var(--p);padding-left:1px;content:'}'}}",
        {"p padding-top": "7px", "p padding-left": "1px"},
    ),
    (
        "grids",
        "p{display:grid;grid:'a b' 20px 'c d' 30px/1fr 2fr;grid-template-areas:'x x' 'y z'}b{grid-area:z}",
        {"b grid-row-start": "z"},
    ),
    (
        "masks, clips and gradients",
        "p{mask:linear-gradient(#000 0 0) content-box,linear-gradient(#000 0 0);mask-composite:exclude,add;"
        "background:linear-gradient(red,blue) text;color:transparent;clip-path:polygon(0 0,9px 0,9px 9px)}",
        {"p background-clip": "text"},
    ),
    (
        "old prefixes",
        "p{display:-webkit-box;-webkit-line-clamp:2;-webkit-box-orient:vertical;-webkit-text-stroke:1px red;"
        "*zoom:1;-moz-appearance:none;-webkit-appearance:none}",
        {"p -webkit-line-clamp": "2"},
    ),
    (
        "escapes in names",
        ".md\\:w-1\\/2,.\\31 0,.\\[\\&\\>x\\]\\:y{color:rgb(61,0,0)}p::before{content:'\\201c x\\\"\\a ';white-space:pre}",  # noqa: E501
        {"p color": "rgb(61, 0, 0)"},
    ),
    (
        "quotes and counters",
        "p{counter-reset:n 4;quotes:'«' '»'}p::before{content:open-quote counter(n,upper-roman) attr(title)}",
        {"p quotes": '"«" "»"'},
    ),
    ("importance", "p{color:rgb(62,0,0)!important}p.a{color:red}p{--q:1!important}", {"p color": "rgb(62, 0, 0)"}),
    ("text that is half a character", "p::before{content:'\ud83d'}p{color:rgb(63,0,0)}", {"p color": "rgb(63, 0, 0)"}),
    ("a sheet that ends in the middle", "p{color:rgb(64,0,0);--x:foo", {"p color": "rgb(64, 0, 0)"}),
    (
        "custom elements that are defined",
        "x-a:not(:defined){display:none}p{color:rgb(65,0,0)}",
        {"p color": "rgb(65, 0, 0)"},
    ),
    (
        "a layer that is longer than a rule may be",
        "@layer big{"
        + "".join(f".n{n}{{color:rgb(1,2,3);margin:{n}px;padding:{n}px;border:{n}px solid}}" for n in range(3000))
        + "p{color:rgb(66,0,0)}}",
        {"p color": "rgb(66, 0, 0)"},
    ),
    (
        "a sheet that is longer than a frame may be",
        "".join(f".n{n}{{color:rgb(1,2,3);margin:{n}px;padding:{n}px;border:{n}px solid}}" for n in range(9000))
        + "p{color:rgb(67,0,0)}",
        {"p color": "rgb(67, 0, 0)"},
    ),
]

ADDRESSES = [
    ("an address, and its base", "p{background:url(pixel.png)}", {}),
    ("addresses in quotes, with escapes", "p{background:url( 'pi\\78 el.png' ),url(\"pixel.png?a=b&c='\")}", {}),
    ("an address in a variable", "p{--u:url(pixel.png);background:var(--u)}", {}),
    ("a picture in an address", "p{background:url('data:image/svg+xml;utf8,<svg xmlns=\"http://www.w3.org/2000/svg\"/>')}", {}),  # noqa: E501
    ("places in the document", "p{clip-path:url(#clip);filter:url('#blur') blur(1px)}", {}),
    ("a cursor", "p{cursor:url(pixel.png) 3 4,pointer}", {}),
    ("borders, lists and content", "p{border:3px solid;border-image:url(pixel.png) 3 round;display:list-item;list-style-image:url(pixel.png)}p::after{content:url(pixel.png) / 'alt'}", {}),  # noqa: E501
    ("nothing", "p{background:url();color:rgb(70,0,0)}", {"p color": "rgb(70, 0, 0)"}),
]  # fmt: skip


def _whole(cases: list[tuple[str, str, dict[str, str]]]) -> list[Case]:
    body = (
        "<p class='a md:w-1/2' title=t>text <b>bold</b></p><x-a>x</x-a><svg width=9 height=9><path d='M0 0h9'/></svg>"
    )
    return [
        Case(
            name,
            body,
            seen,
            head=f"<style>{css}</style>",
            before="customElements.define('x-a',class extends HTMLElement{})",
        )
        for name, css, seen in cases
    ]


CASES = [*CSSOM, *ELEMENTS, *ADOPTED, *IMPORTS, *_whole(RULES), *_whole(ADDRESSES)]
