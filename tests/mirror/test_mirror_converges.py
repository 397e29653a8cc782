"""P8, whole and without a hub: after any change, and after any fault on the way, four readings of a page are one.

They are the snippet's digest, the mirror's, a reading of both documents that shares no code with either, and what the
reference model of the wire makes of the frames, each of which the hub's own check lets pass."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.converge import POLICY, Pair, bundles, explain

pytestmark = pytest.mark.browser

STEPS = 1_000
EVERY = 100
# So much that the first picture comes in many slices.
MANY = """for (let n = 0; n < 4000; n++) { const p = document.createElement('p'); p.title = 't' + n;
p.textContent = 'text ' + n; document.querySelector('#field').append(p) }"""


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return bundles(tmp_path_factory.mktemp("pair"))


@pytest.fixture
def pair(capture_browser: Browser, scripts: dict[str, bytes]) -> Iterator[Pair]:
    opened = Pair(capture_browser, scripts)
    yield opened
    opened.close()


def assert_equal(pair: Pair, steps: int, every: int = EVERY) -> None:
    difference = pair.run(range(steps), every)
    assert difference is None, explain(difference)
    assert pair.told()["read"] > 0, "there was something to read"


def test_four_readings_are_one(pair: Pair) -> None:
    pair.begin(1, keep=True)
    pair.tab.begin(**POLICY)
    assert_equal(pair, STEPS)
    record = pair.record()
    for text in record["frames"]:
        message = json.loads(text)
        pair.tab.checked(message)
        pair.tab.picture.apply(message)
    assert pair.tab.picture.canonical() == record["canonical"]


def test_with_frames_lost_doubled_and_held_back(pair: Pair) -> None:
    pair.begin(2, faults=True)
    assert_equal(pair, STEPS)
    assert pair.told()["epochs"] > 0


def test_while_the_first_picture_is_made(pair: Pair) -> None:
    pair.begin(4, first=MANY)
    # Compared only at the end.
    assert_equal(pair, 100, 100)
