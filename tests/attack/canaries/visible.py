"""What is to be seen: planted to show that the search would find a canary where there is one."""

from tests.attack.canaries.place import Place

PLACES: tuple[Place, ...] = (
    Place("text", "<p>{c}</p>"),
    Place("title", "<p title='{c}'>x</p>"),
    Place("alt", "<img src=/pixel.png alt='{c}'>"),
    Place("aria-label", "<div aria-label='{c}'>x</div>"),
    Place("text of an option", "<select><option>{c}</select>"),
    Place("text in SVG", "<svg><text>{c}</text></svg>"),
    Place("what a style says", "<style>i::before{content:'{c}'}</style>"),
    Place("what a linked style says", "<link rel=stylesheet href='/said/{c}.css'>"),
    Place("what a button says", "<input type=button value='{c}'>"),
    Place("placeholder", "<input placeholder='{c}'>"),
    Place("class", "<p class='{c}'>x</p>"),
    Place("shadow root", "<x-v><template shadowrootmode=open><p>{c}</p></template></x-v>"),
    Place("slotted", "<x-v><template shadowrootmode=open><p><slot></slot></p></template>{c}</x-v>"),
    Place("a field that the site shows", "<input class=shown value='{c}'>"),
    Place("frame: its page", "<iframe srcdoc='<p>{c}</p>'></iframe>"),
    Place(
        "picture",
        "<img width=9 height=9 src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' "
        "width='9' height='9'><text>{c}</text></svg>\">",
    ),
)
