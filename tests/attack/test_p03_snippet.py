"""P3, out of the tab: whatever the page is made of, each frame that leaves passes the hub's own check, and nothing that
is not on the list is in it. Pages of random elements and attributes, in a real browser, at load and through changes."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from cobrowse.core import whitelist
from cobrowse.core.whitelist import LIMITS, OPS
from tests.attack.outside_view import ATTRIBUTES, CSS, FOREIGN_ATTRIBUTES, FOREIGN_TAGS, TAGS
from tests.chromium import ENGINE
from tests.mirror import capture_page
from tests.mirror.capture_page import Tab

pytestmark = pytest.mark.browser

SEED = 7
PAGES = 8
ELEMENTS = 80
CHANGES = 40
# Stands in every value that must not leave. What may leave (text, listed attributes) never holds it.
CANARY = "canary-do-not-leave"
HTML = "http://www.w3.org/1999/xhtml"
SVG = "http://www.w3.org/2000/svg"
MATH = "http://www.w3.org/1998/Math/MathML"
OTHER = "urn:example:other"

_LISTED = [tag for tag in TAGS if tag not in ("html", "head", "body", "placeholder")]
OWN: dict[str, list[str]] = {}
for _name in whitelist.names():
    OWN.setdefault(_name.partition(" ")[0], []).append(_name.partition(" ")[2])
_MADE_UP = [
    "x-card",
    "acme-list.item",
    "font-face",
    "annotation-xml",
    "x-" + "y" * 70,
    "unknownelement",
    "xmp",
    "plaintext",
]
_UNLISTED = [tag for tag in FOREIGN_TAGS if tag.replace(":", "").isalnum()]
# Attributes in which an address or a script would stand; their values are such.
_HOSTILE_VALUES = [
    f"javascript:alert('{CANARY}')",
    f"data:text/html,{CANARY}",
    f"https://evil.example/?{CANARY}",
    f"//evil.example/{CANARY}",
    CANARY,
]
# Listed attributes that name nothing but what the browser itself understood of them.
_BY_THE_BROWSER = {"href", "src", "style", "type", "rel"}

# Puts what it is given into the page, as hostile as scripts can: any name in any namespace.
BUILD = """([parents, list]) => {
  const all = window.made ??= [document.body];
  for (const { parent, ns, tag, attributes, text, shadow, before } of list) {
    let at = all[parent % all.length];
    if (shadow && at.attachShadow && !at.shadowRoot) {
      try { at.attachShadow({ mode: "open" }) } catch {}
    }
    if (shadow && at.shadowRoot) at = at.shadowRoot;
    let made;
    try { made = document.createElementNS(ns, tag) } catch { continue }
    for (const [space, name, value] of attributes) {
      try { made.setAttributeNS(space, name, value) } catch {}
    }
    if (text) made.append(text);
    try { at.insertBefore(made, before ? at.firstChild : null) } catch { continue }
    all.push(made);
  }
  return all.length;
}"""
CHANGE = """(list) => {
  for (const [index, what, name, value] of list) {
    const element = window.made[1 + index % (window.made.length - 1)];
    try {
      if (what === "set") element.setAttribute(name, value);
      else if (what === "remove") element.remove();
      else if (what === "drop") element.removeAttribute(name);
      else if (what === "move") document.body.append(element);
      else if (what === "text") element.append(value);
      else element.style.cssText = value;
    } catch {}
  }
}"""


class Pages:
    """Random pages, the same each time."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - a test repeats itself

    def element(self) -> dict[str, Any]:
        chance = self.chance
        tag = chance.choice(chance.choice((_LISTED, _LISTED, _LISTED, _MADE_UP, _UNLISTED)))
        space, _, name = tag.rpartition(":")
        ns = {"svg": SVG, "mathml": MATH}.get(space, HTML)
        if chance.random() < 0.05:
            ns = chance.choice((HTML, SVG, MATH, OTHER))
        return {
            "parent": chance.randrange(1000),
            "ns": ns,
            "tag": name,
            "attributes": [*self.own(tag), *(self.attribute() for _ in range(chance.randrange(4)))],
            "text": "" if name in ("script", "style", "template", "noscript") else chance.choice(("", "", "words")),
            "shadow": chance.random() < 0.1,
            "before": chance.random() < 0.3,
        }

    def own(self, tag: str) -> list[tuple[str | None, str, str]]:
        """Some that the element may have; now and then two of one name, in two namespaces."""
        mine = [name for name in OWN.get(tag, ["class"]) if name not in _BY_THE_BROWSER and name[0] != ":"]
        chosen = self.chance.sample(mine, min(len(mine), self.chance.randrange(5)))
        twice = chosen[:1] if self.chance.random() < 0.1 else []
        return [(None, name, "1") for name in chosen] + [(OTHER, name, "2") for name in twice]

    def attribute(self) -> tuple[str | None, str, str]:
        """One that may leave somewhere, with a value that may; or any other, with one that must not."""
        chance = self.chance
        if chance.random() < 0.2:
            return None, "style", chance.choice([*CSS["accepted"], *(each["css"] for each in CSS["refused"])])
        name = chance.choice(chance.choice((ATTRIBUTES, FOREIGN_ATTRIBUTES)))
        listed = name in ATTRIBUTES and name not in _BY_THE_BROWSER
        value = chance.choice(("a", "1", "true", "x y", "")) if listed else chance.choice(_HOSTILE_VALUES)
        space = chance.choice((None, None, None, None, OTHER))
        return (space, f"o:{name}", CANARY) if space else (None, name, value)

    def change(self) -> tuple[int, str, str, str]:
        what = self.chance.choice(("set", "set", "set", "remove", "drop", "move", "text", "css"))
        _, name, value = self.attribute()
        if what == "css":
            value = self.chance.choice(CSS["refused"])["css"]
        return self.chance.randrange(1000), what, name, "more words" if what == "text" else value


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    bundle = capture_page.bundle(tmp_path_factory.mktemp("probe") / "probe.js")
    with capture_page.browser(ENGINE) as browser:
        made = Tab(browser, bundle)
        yield made
        made.close()


def _listed_alone(message: dict[str, Any]) -> None:
    """A second, simple look, by the file itself: every tag and name is on it, every address a number."""
    tables = {name for name in ("tags", "names", "urls", "styles", "texts") if name in message}
    if not tables:
        return
    assert all(whitelist.is_tag(tag) for tag in message["tags"])
    assert all(whitelist.kind_of(name) is not None for name in message["names"])
    assert all(isinstance(number, int) and 1 <= number <= LIMITS.url_numbers for number in message["urls"])
    numbers = {getattr(OPS, name) for name in OPS.__struct_fields__}
    ints = message.get("nodes", message.get("ops"))
    assert not ints or ints[0] in numbers


def test_of_a_random_page_only_what_is_listed_leaves(tab: Tab) -> None:
    pages = Pages(SEED)
    tags: set[str] = set()
    names: set[str] = set()
    for _ in range(PAGES):
        tab.open("<!doctype html><html><body>")
        tab.run(BUILD, [0, [pages.element() for _ in range(ELEMENTS)]])
        # Reads and checks each message by the hub's own check.
        tab.start()
        tab.settle()
        for _ in range(3):
            tab.run(BUILD, [0, [pages.element() for _ in range(CHANGES // 4)]])
            tab.change(CHANGE, [pages.change() for _ in range(CHANGES // 4)])
        tab.assert_mirrored()
        for message in tab.messages:
            _listed_alone(message)
            tags.update(message.get("tags", []))
            names.update(message.get("names", []))
        assert CANARY not in json.dumps(tab.messages)
    # It would show nothing if little left at all.
    assert len(tags) > 60
    assert len(names) > 150
    assert {"x-card", "svg:path", "div", "placeholder"} <= tags


def test_css_that_is_too_long_stays_and_the_rest_leaves_in_frames_the_hub_takes(tab: Tab) -> None:
    most = LIMITS.style_characters
    tab.open("<!doctype html><html><head><style id=s></style></head><body>")
    tab.run(
        """(most) => {
          const rule = (name, length) => `@media all { .${name} { content: "${"x".repeat(length)}" } }`;
          document.getElementById("s").textContent =
            [rule("long", most), ...[..."abcdef"].map((name) => rule(name, most * 0.6)), rule("short", 9)].join("");
        }""",
        most,
    )
    tab.start()
    tab.settle()
    said = [css for message in tab.messages for css in message.get("styles", [])]
    assert not any(".long" in css for css in said)
    for name in "abcdef":
        assert sum(f".{name} " in css for css in said) == 1, name
    assert any(".short" in css for css in said)
    assert len([message for message in tab.messages if message.get("styles")]) >= 4
    tab.assert_mirrored()


def test_as_many_names_as_a_page_can_think_of(tab: Tab) -> None:
    """Custom elements may have any name: more of them than a frame may have tags."""
    tab.open("<!doctype html><html><body>")
    tab.run(
        """(count) => {
          for (let n = 0; n < count; n++) {
            const made = document.createElement(`x-${n}`);
            made.id = made.title = made.className = made.slot = "a";
            document.body.append(made);
          }
        }""",
        LIMITS.frame_tags + 1000,
    )
    tab.start()
    tab.settle()
    tags = [tag for message in tab.messages for tag in message.get("tags", []) if tag.startswith("x-")]
    assert len(set(tags)) == LIMITS.frame_tags + 1000
    tab.assert_mirrored()


def test_what_goes_all_at_once_leaves_in_frames_the_hub_takes(tab: Tab) -> None:
    """A long list that is emptied is a removal for each of its lines."""
    tab.open("<!doctype html><html><body><div id=list></div>")
    tab.run("() => { document.getElementById('list').append(...Array.from({ length: 30000 }, () => new Text('x'))) }")
    tab.start()
    tab.settle()
    tab.change("document.getElementById('list').replaceChildren('empty')")
    assert max(len(json.dumps(message)) for message in tab.messages) < 200_000
    tab.assert_mirrored()
