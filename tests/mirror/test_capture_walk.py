"""The first walk comes in slices, and between two of them the page goes on: it may take away the very nodes among which
the walk stands. What is private by then does not leave, and the picture ends as the page does."""

import pytest

from tests.mirror.capture_page import Tab

pytestmark = pytest.mark.browser

# Deep and wide, so that the walk stands somewhere within lists of lists.
PAGE = """<!doctype html><title>t</title><body><div id=dark data-cobrowse=mask></div><div id=hidden data-cobrowse=hide>
</div><main id=all></main><footer id=end>the end</footer><script>
all.innerHTML = Array.from({length: 10}, (_, i) => '<section><h2>' + i + '</h2>' + Array.from({length: 10}, (_, j) =>
  '<ul title=t' + j + '>' + ('<li>a <b>lamp</b> and <i>more</i></li>\\n').repeat(4) + '</ul>').join('') + '</section>'
).join('') </script>"""

# Runs `script` at the end of a slice, when so much was sent and the walk stands in a list. Until then a slice is as
# short as it can be, on whatever machine.
BETWEEN = """([after, script]) => new Promise((done, failed) => {
  P = probe.start({policy: {show: ['.shown']}});
  const change = new Function('next', 'parent', script);
  const tree = P.capture.tree_;
  const proceed = tree.proceed_;
  tree.proceed_ = function (frame, until, moving) {
    const whole = proceed.call(this, frame, 0, moving);
    const visit = this.visits_.at(-1);
    if (whole) failed(new Error('The walk is over.'));
    else if (this.sent_.size > after && visit?.node_?.localName === 'li') {
      delete tree.proceed_;
      change(visit.node_, visit.sent_.part_);
      done();
    }
    return whole;
  } })"""

CHANGES = {
    "the next is gone": "next.remove()",
    "the next comes first": "parent.prepend(next)",
    "the next comes last": "parent.append(next)",
    "the next goes to what was sent": "document.querySelector('h2').append(next)",
    "the next goes to what comes": "end.append(next)",
    "what was sent comes next": "next.before(document.querySelector('h2'))",
    "new ones come before it": "next.before('SHOWN', document.createElement('hr'))",
    "the last goes": "parent.lastChild.remove(); next.remove()",
    "its parent is gone": "parent.remove()",
    "its parent goes to what comes": "end.append(parent)",
    "its parent goes to what was sent": "document.querySelector('h2').append(parent)",
    "what is further up is gone": "parent.parentNode.remove()",
    "what is further up turns": "all.append(...[...all.children].reverse())",
    "its parent becomes another": "const a = document.createElement('ol'); parent.replaceWith(a); a.append(parent)",
    "its parent gets a shadow root": (
        "parent.parentNode.attachShadow({mode: 'open'}).innerHTML = '<p>in</p><slot></slot>'"
    ),
    "everything goes": "all.textContent = ''",
}
PRIVATE = {
    "its parent is masked": "parent.dataset.cobrowse = 'mask'",
    "what is further up is masked": "all.dataset.cobrowse = 'mask'",
    "what is further up is hidden": "parent.parentNode.dataset.cobrowse = 'hide'",
    "what is further up is edited": "all.contentEditable = 'true'",
    "the next goes to what is masked": "dark.append(next)",
    "its parent goes to what is hidden": "hidden.append(parent)",
    "all goes to what is masked": "dark.append(all)",
    "its parent is shown where that is masked": (
        "const root = parent.parentNode.attachShadow({mode: 'open'});"
        "root.innerHTML = '<p data-cobrowse=mask><slot></slot></p>'"
    ),
}


def change_between(tab: Tab, script: str, after: int = 1_500) -> None:
    tab.open(PAGE)
    tab.begin(show=[".shown"])
    tab.run(BETWEEN, [after, script])


@pytest.mark.parametrize("script", CHANGES.values(), ids=CHANGES.keys())
def test_what_the_page_does_between_two_slices(tab: Tab, script: str) -> None:
    change_between(tab, script)
    tab.assert_mirrored()


@pytest.mark.parametrize("script", PRIVATE.values(), ids=PRIVATE.keys())
def test_what_turns_private_between_two_slices(tab: Tab, script: str) -> None:
    change_between(tab, f"next.firstChild.data = next.title = 'SECRET'; {script}")
    assert "SECRET" in tab.run("() => document.documentElement.outerHTML")
    tab.assert_mirrored()
    assert "SECRET" not in tab.sent_text()


def test_what_is_too_deep_is_noticed_behind_plain_elements(tab: Tab) -> None:
    tab.open("<!doctype html><title>t</title><body><div id=top></div>")
    tab.run(
        "() => { for (let at = document.getElementById('top'), i = 0; i < 600; i++)"
        " at = at.appendChild(document.createElement('b')) }"
    )
    tab.start()
    tab.settle()
    assert tab.messages[-1]["page"]["pace"] == "outline"
