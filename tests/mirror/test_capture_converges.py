"""P8: after any change of the page the picture equals the masked page again."""

from typing import Any

import pytest

from tests.mirror.capture_page import ROOT, Tab

pytestmark = pytest.mark.browser

MUTATE = (ROOT / "tests/e2e/mutate.js").read_text()
# `mutate(n, count)` makes that many changes at once, others for each n.
READY = """() => {
  const made = mutator({ seed: 1 });
  window.mutate = (n, count) => { for (let at = 0; at < count; at++) made.step(n * 100 + at) };
}"""
PAGE = (
    "<!doctype html><title>t</title><style>.a { color: red }</style><body><div id=field><p class=a>One</p><ul>"
    "<li>1</li><li>2</li><li class=secret>3</li></ul><form><input name=n value=v><textarea>x</textarea></form></div>"
)
POLICY: dict[str, Any] = {"mask": [".secret", ".a + .b"], "hide": [".hidden"], "show": [".shown"], "no_control": [".c"]}


@pytest.fixture(autouse=True)
def page(tab: Tab) -> None:
    tab.open(PAGE)
    tab.run(f"() => {{ {MUTATE} }}")
    tab.run(READY)


@pytest.mark.parametrize("seed", [1, 2])
def test_while_the_first_picture_is_made(tab: Tab, seed: int) -> None:
    tab.run(
        "() => { for (let n = 0; n < 4000; n++) { const p = document.createElement('p'); p.title = 't' + n;"
        " p.textContent = 'text ' + n; field.append(p) } }"
    )
    tab.start(**POLICY)
    tab.run(
        "async seed => { for (let n = 0; n < 20; n++) { mutate(seed * 100 + n, 5);"
        " await new Promise(done => setTimeout(done, 5)) } }",
        seed,
    )
    tab.assert_mirrored()


def test_without_credit_dirt_merges(tab: Tab) -> None:
    tab.start(credit=False, **POLICY)
    tab.settle()
    for round_ in range(30):
        tab.run("async seed => { mutate(seed, 5); await new Promise(done => setTimeout(done, 40)) }", round_ + 7)
    sent = [message for message in tab.run("P.sent") if message["k"] in ("snapshot", "ops")]
    assert len(sent) == 8, "no more than the credit"
    tab.read()
    tab.run("P.capture.credit(P.sent[0].epoch, 8, 256 * 1024)")
    tab.assert_mirrored()
    assert tab.picture.seq < 30, "what waited went together"


def test_a_gap_never_comes(tab: Tab) -> None:
    tab.start(**POLICY)
    tab.settle()
    tab.change("() => mutate(3, 50)")
    numbers = [message["seq"] for message in tab.messages if message["k"] == "ops"]
    assert numbers == list(range(1, len(numbers) + 1))


def test_text_that_becomes_white_space_where_none_is_drawn(tab: Tab) -> None:
    tab.start(**POLICY)
    tab.run("() => field.querySelector('ul').prepend('between')")
    tab.settle()
    tab.change("() => { field.querySelector('ul').firstChild.data = '  ' }")
    tab.assert_mirrored()
    tab.change("() => { field.querySelector('ul').firstChild.data = 'again' }")
    tab.assert_mirrored()


def test_a_new_epoch_begins_from_nothing(tab: Tab) -> None:
    tab.start(**POLICY)
    first = tab.settle()
    ids = set(first.nodes)
    tab.start(**POLICY)
    again = tab.settle()
    assert not ids & set(again.nodes)
    tab.assert_mirrored()
