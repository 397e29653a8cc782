"""What pages are made of: markup, a script that runs while the session is live, and what the mirror must then say.

`shown` maps an expression on the mirror's document `doc` to its value; boxes and digests are compared in any case.
"""

from dataclasses import dataclass, field
from typing import Any

# 40 by 20 pixels, and 80 by 40 of the same for sharp screens.
SMALL, LARGE = "/small.svg", "/large.svg"


def svg(width: int, height: int) -> str:
    """A picture of this size."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<rect width="{width}" height="{height}" fill="teal"/></svg>'
    )


FILES = {SMALL: svg(40, 20), LARGE: svg(80, 40)}


@dataclass(frozen=True)
class Case:
    name: str
    html: str
    script: str = ""
    shown: dict[str, Any] = field(default_factory=dict)
    head: str = ""
    before: str = ""
    policy: dict[str, Any] = field(default_factory=dict)
    # Whether everything is in the same place: not where something is withheld.
    alike: bool = True


Q = "doc.querySelector"
SHADOW = "<x-a>light<b slot=n>named</b><template shadowrootmode=open>"

PICTURES = [
    Case("a picture", f"<img src={SMALL}>x", shown={f"{Q}('img').naturalWidth": 40}),
    Case(
        "a sharp picture",
        f"<img srcset='{LARGE} 2x' src={SMALL}>x",
        shown={f"{Q}('img').width": 40, f"{Q}('img').height": 20},
    ),
    Case("of several widths", f"<img srcset='{SMALL} 40w, {LARGE} 80w' sizes='30px'>x"),
    Case("of several widths, the large one", f"<img srcset='{SMALL} 40w, {LARGE} 80w' sizes='80px'>x"),
    Case(
        "chosen by a condition",
        f"<picture><source media='(min-width:9999px)' srcset={SMALL}><source srcset='{LARGE} 2x'><img "
        f"src={SMALL}></picture>x",
        shown={f"{Q}('img').width": 40},
    ),
    Case("another one while live", f"<img src={SMALL}>x", f"document.querySelector('img').src = '{LARGE}'"),
    Case("of a percentage", f"<img src={SMALL} width=50% height=30>x"),
    Case("with a border", f"<img src={SMALL} border=3 hspace=7 vspace=5 align=left>x"),
    Case("broken", "<img src=/gone.png alt=gone>x", shown={f"{Q}('img').getAttribute('src')": ""}),
    Case("broken, of a size", "<img src=/gone.png width=30 height=40>x"),
    Case("a button", f"<input type=image src={SMALL} width=33 height=22>x"),
    Case("lazy, when it comes", f"<p style=height:20px></p><img loading=lazy src={SMALL}>x"),
    Case(
        "that a script brings late",
        f"<img data-src={SMALL}>x",
        "const i = document.querySelector('img'); i.src = i.dataset.src",
        shown={f"{Q}('img').naturalWidth": 40},
    ),
    Case("a map", f"<img src={SMALL} usemap=#m><map name=m><area shape=rect coords=0,0,9,9 href=/></map>"),
    Case(
        "behind a cell",
        f"<table background={SMALL}><tr><td background={SMALL}>x</table>",
        shown={"doc.querySelector('td').getAttribute('background').slice(0, 2)": "a/"},
    ),
]

MEDIA = [
    Case("a drawing", "<canvas width=70 height=50></canvas>x", shown={f"{Q}('canvas').width": 70}),
    Case(
        "a drawing that the site shows",
        "<canvas class=c width=70 height=50></canvas>x",
        "const d = document.querySelector('canvas').getContext('2d'); d.fillStyle = 'red'; d.fillRect(0, 0, 40, 40)",
        shown={f"{Q}('canvas').style.backgroundImage.slice(0, 7)": 'url("a/', f"{Q}('canvas').style.width": ""},
        policy={"show_canvas": [".c"]},
    ),
    Case(
        "a drawing that the site may not read",
        f"<canvas class=c width=70 height=50></canvas><img src={SMALL}>",
        "const i = new Image(); i.src = location.origin.replace('127.0.0.1', 'localhost') + '/small.svg';"
        "return new Promise((done) => { i.onload = () => {"
        "document.querySelector('canvas').getContext('2d').drawImage(i, 0, 0); done() } })",
        shown={f"{Q}('canvas').hasAttribute('data-cobrowse-withheld')": True},
        policy={"show_canvas": [".c"]},
    ),
    Case("a drawing of no size", "<canvas></canvas>x"),
    Case("a drawing, styled", "<style>canvas{width:50%;display:block}</style><canvas width=10 height=5></canvas>x"),
    Case("a film", "<video width=64 height=36></video>x"),
    Case("a film of no size", "<video></video>x"),
    Case(
        "a film that fills",
        "<style>div{width:300px;height:90px;position:relative}div>video{position:absolute;inset:0;"
        "width:100%;height:100%;object-fit:cover}</style><div><video></video></div>x",
    ),
    Case(
        "a film with a poster",
        f"<video poster={SMALL}></video>x",
        shown={f"{Q}('video').getAttribute('poster').slice(0, 2)": "a/"},
    ),
    Case("a sound", "<audio controls></audio>x"),
    Case("a thing", "<object type=x/y data=/thing width=90 height=30></object>x"),
    Case("a frame of another origin", "<iframe sandbox srcdoc=x width=123 height=45></iframe>x"),
    Case("a frame in the text", "<p>one <iframe sandbox srcdoc=x style='width:50px;height:30px'></iframe> two</p>"),
]

SVG = [
    Case(
        "paints",
        "<svg width=100 height=50><defs><linearGradient id=a><stop offset=0 stop-color=red /><stop offset=1 "
        "stop-color=blue /></linearGradient><linearGradient id=b xlink:href=#a x2=0 y2=1 /><radialGradient "
        "id=c href=#a />"
        "<pattern id=p width=4 height=4 patternUnits=userSpaceOnUse><path d='M0 0h2'/></pattern></defs>"
        "<rect fill='url(#b)' width=10 height=10 /><rect fill='url(#c)' width=10 height=10 /></svg>",
        shown={
            f"{Q}('#b').getAttribute('href')": "#a",
            f"{Q}('#b').localName": "linearGradient",
            f"doc.defaultView.getComputedStyle({Q}('rect')).fill": 'url("#b")',
        },
    ),
    Case(
        "cuts and filters",
        "<svg width=90 height=40><clipPath id=c clipPathUnits=objectBoundingBox><circle r=.5 cx=.5 cy=.5 /></clipPath>"
        "<mask id=m mask-type=alpha><rect width=9 height=9 /></mask><filter "
        "id=f><feComponentTransfer><feFuncR type=linear "
        "slope=.5 /></feComponentTransfer><feGaussianBlur stdDeviation=2 /></filter><marker id=k markerWidth=4 "
        "markerHeight=4 orient=auto><path d='M0 0h4'/></marker><g clip-path='url(#c)' mask='url(#m)' filter='url(#f)'>"
        "<path d='M0 0L9 9' marker-end='url(#k)'/></g></svg>",
        shown={f"{Q}('feFuncR').slope.baseVal": 0.5, f"{Q}('#c').clipPathUnits.baseVal": 2},
    ),
    Case(
        "its own style",
        "<svg width=20 height=20><style>.q{fill:rgb(1, 2, 3)}</style><rect class=q width=9 height=9 /></svg>",
        shown={f"doc.defaultView.getComputedStyle({Q}('.q')).fill": "rgb(1, 2, 3)"},
    ),
    Case(
        "text",
        "<svg width=200 height=60><path id=t d='M5 40h150'/><text x=5 y=15 xml:space=preserve>a   b<tspan dy=4 "
        "font-weight=bold>c</tspan></text><text><textPath href=#t startOffset=10>along</textPath></text></svg>",
        shown={f"{Q}('text').getAttribute('xml:space')": "preserve", f"{Q}('textPath').href.baseVal": "#t"},
    ),
    Case(
        "symbols",
        "<svg width=0 height=0 style=display:none><symbol id=s viewBox='0 0 10 10'><path d='M0 "
        "0h10v10z'/></symbol></svg>"
        "<svg width=30 height=30><use href=#s width=20 height=20 /></svg>",
        shown={f"{Q}('use').getAttribute('href')": "#s"},
    ),
    Case(
        "a symbol in a shadow root",
        "<x-a><template shadowrootmode=open><svg width=30 height=30><g id=s><rect width=9 height=9 "
        "/></g><use href=#s x=9 />"
        "</svg></template></x-a>",
    ),
    Case(
        "in each other",
        "<svg viewBox='0 0 100 50' width=200><svg x=10 width=30 height=20><rect width=99 height=99 /></svg></svg>",
    ),
    Case("with a picture", f"<svg width=50 height=30><image xlink:href={SMALL} width=40 height=20 /></svg>"),
]

TREES = [
    Case(
        "slots",
        SHADOW + "<style>::slotted(b){color:rgb(1, 2, 3)}:host{display:block;padding:5px}</style>"
        "<slot name=n>none</slot><p part=q><slot>default</slot></p></template></x-a>",
        shown={f"doc.defaultView.getComputedStyle({Q}('b')).color": "rgb(1, 2, 3)"},
        head="<style>x-a::part(q){margin:11px}</style>",
    ),
    Case(
        "a slot given another name",
        SHADOW + "<slot name=n></slot><hr><slot></slot></template></x-a>",
        "document.querySelector('b').slot = ''",
    ),
    Case(
        "shadow roots in each other, with exported parts",
        "<x-a><template shadowrootmode=open><x-b exportparts='in: out'><template shadowrootmode=open><p part=in>x</p>"
        "</template></x-b></template></x-a>",
        head="<style>x-a::part(out){padding:13px}</style>",
    ),
    Case(
        "a custom element that says how it looks",
        "<x-tab variant=big active><template "
        "shadowrootmode=open><style>:host{display:none}:host([active]){display:block;"
        "height:30px}:host([variant=big]){width:90px}</style>x</template></x-tab>",
        "document.querySelector('x-tab').setAttribute('variant', 'small')",
    ),
    Case(
        "a custom element that is defined",
        "<style>x-d:not(:defined){display:none}</style><x-d>x</x-d>",
        "customElements.define('x-d', class extends HTMLElement {})",
    ),
]

OLD = [
    Case("an alignment", "<p align=right>x</p><div align=center>y</div><h2 align=center>z</h2><center>c</center>"),
    Case("a rule", "<hr size=9 noshade width=50% color=red><br clear=all>"),
    Case(
        "a table",
        "<table border cellpadding=7 cellspacing=3 rules=all frame=box><caption align=bottom>c</caption>"
        "<colgroup><col span=2 width=50><col></colgroup><tr bgcolor=red valign=bottom><td nowrap>a a a<td rowspan=2>b"
        "<br>b<td>c<tr><td colspan=2>d</table>",
    ),
    Case(
        "lists",
        "<ol start=5 reversed type=a><li>x<li value=9>y</ol><ul type=square compact><li>x</ul><dl><dt>a<dd>b</dl>",
    ),
    Case("a font", "<font size=6 color=green face=monospace>x</font><big>y</big><tt>z</tt><nobr>a b</nobr>a<wbr>b"),
    Case(
        "fields",
        "<input size=7><textarea cols=9 rows=3 wrap=off></textarea><select size=3><optgroup label=o><option>x"
        "<option>y</select><select multiple><option>z</select><button disabled>b</button>",
    ),
    Case("ruby", "<ruby>a<rp>(</rp><rt>b</rt><rp>)</rp></ruby><bdo dir=rtl>abc</bdo><p dir=rtl>x <bdi>y</bdi></p>"),
    Case("hidden until found", "<p hidden=until-found>x</p><p hidden>y</p>z"),
    Case(
        "details by name",
        "<details name=n open><summary>a</summary>one</details><details name=n><summary>b</summary>two</details>",
        "document.querySelectorAll('details')[1].open = true",
    ),
    Case("content for later", "<div style='content-visibility:auto;contain-intrinsic-size:50px'><p>x</p></div>y"),
    Case("inert", "<div inert><button>x</button></div><dl><dt>a</dt><dd>b</dd></dl>"),
    Case(
        "dialogs",
        "<dialog id=a>one<dialog id=b>two</dialog></dialog><dialog id=c open>three</dialog>",
        "a.showModal(); b.showModal()",
        shown={"[...doc.querySelectorAll(':modal')].map((e) => e.id)": ["a", "b"]},
    ),
    Case(
        "popovers",
        "<div id=a popover>one<div id=b popover>two</div></div><div id=c popover=manual>three</div>",
        "a.showPopover(); b.showPopover(); c.showPopover()",
        shown={"[...doc.querySelectorAll(':popover-open')].map((e) => e.id)": ["a", "b", "c"]},
    ),
]

CASES = [*PICTURES, *MEDIA, *SVG, *TREES, *OLD]
