"""P7: a hostile page, captured by the snippet as it is, in front of an agent with a real console."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.attack.hostile.canary import EVIL, Canary, named_in, watching
from tests.attack.hostile.pages import ALONE_PIECES, PIECES, RAN, Piece
from tests.chromium import ARGUMENTS, WHOLE
from tests.e2e.places import Place
from tests.e2e.walk import Agent, Customer, go_live

pytestmark = pytest.mark.browser
PATH = "/hostile"
HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Hostile</title>
<script src="HUB/snippet.js" data-site="shop" async></script></head><body>"""
# What covers the customer's own page pauses the session, so redress is tried without a snippet, elsewhere.
GROUPS = ["scripts", "mutations", "requests", "clobbering"]
ROUNDS = 600
# Empty while there is no picture yet.
DIGEST = "async () => { try { return await window.cobrowse.digest() } catch { return '' } }"


class Siege:
    """A live session with a hostile page, and the browser of the agent, watched."""

    def __init__(self, place: Place, agent: Agent, customer: Customer, bird: Canary) -> None:
        self.place, self.agent, self.customer, self.bird = place, agent, customer, bird
        self.body = ""
        self.said: list[str] = []
        self.opened: list[str] = []
        customer.context.route(f"**{PATH}", lambda route: route.fulfill(body=self.page(), content_type="text/html"))
        page = agent.page
        page.on("console", lambda message: self.said.append(message.text))
        page.on("dialog", lambda dialog: self.opened.append(dialog.message))
        page.on("download", lambda download: self.opened.append(download.url))
        page.context.on("page", lambda opened: self.opened.append(opened.url))

    def page(self) -> str:
        """The hostile page as its server sends it."""
        return HEAD.replace("HUB", self.place.hub_url) + self.body

    def load(self, body: str) -> None:
        """The customer opens a page with this body, and the agent sees it."""
        self.body = body
        self.customer.open(PATH)
        self.meet()

    def meet(self) -> None:
        """The mirror equals the page, so nothing that follows is true only because capture died."""
        frame = self.agent.mirror_frame()
        mine = theirs = ""
        for _ in range(ROUNDS):
            frame.evaluate("() => window.cobrowseMirror.settled()")
            theirs = frame.evaluate("() => window.cobrowseMirror.digest()")
            mine = self.customer.page.evaluate(DIGEST)
            if mine and mine == theirs:
                return
            self.customer.page.wait_for_timeout(50)
        raise AssertionError("the mirror differs from the page")

    def assert_harmless(self) -> None:
        """Nothing ran with the agent, nothing left, nothing opened; and the console is as it was."""
        frame = self.agent.mirror_frame()
        harm = {
            "ran": [text for text in self.said if text.startswith(RAN)],
            "errors": self.agent.errors,
            "opened": self.opened,
            "requests": self.agent.foreign_requests(),
            "heard": self.bird.heard,
            "connections": self.bird.connections,
            "cookie": frame.evaluate("() => document.cookie"),
            # Documents in the picture's frames have no address of their own.
            "frames": [url for each in self.agent.page.frames[3:] if (url := each.url) not in ("", "about:blank")],
        }
        done = {kind: found for kind, found in harm.items() if found}
        if done:
            raise AssertionError(done)
        self.agent.expect_state("live")


@pytest.fixture(scope="module")
def siege(tmp_path_factory: pytest.TempPathFactory, bird: Canary, network_log: Path) -> Iterator[Siege]:
    place = Place(tmp_path_factory.mktemp("siege"))
    place.start_hub()
    with sync_playwright() as playwright:
        agents = playwright.chromium.launch(executable_path=WHOLE, args=[*ARGUMENTS, *watching(bird, network_log)])
        # The hostile page may ask its own servers; who counts is the agent.
        nowhere = f"--host-resolver-rules=MAP *.{EVIL} ~NOTFOUND"
        customers = playwright.chromium.launch(executable_path=WHOLE, args=[*ARGUMENTS, nowhere])
        agent = Agent(agents.new_context(viewport={"width": 1440, "height": 960}), place)
        customer = Customer(customers.new_context(viewport={"width": 1100, "height": 760}), place)
        # A page that a test puts in for a server's has no address; without leave it may not ask a hub on loopback.
        customer.context.grant_permissions(["local-network-access"])
        go_live(agent, customer)
        yield Siege(place, agent, customer, bird)
        agents.close()
        customers.close()
    place.close()


def sections(pieces: list[Piece]) -> str:
    return "".join(f'<section id="piece-{piece.name}">{piece.html}</section>' for piece in pieces)


def pieces_in_the_mirror(siege: Siege) -> int:
    script = "() => document.querySelector('iframe').contentDocument.querySelectorAll('section').length"
    found: int = siege.agent.mirror_frame().evaluate(script)
    return found


@pytest.mark.parametrize("group", GROUPS)
def test_pieces_that_came_with_the_page(siege: Siege, group: str) -> None:
    pieces = [piece for piece in PIECES if piece.group == group]
    siege.load(sections(pieces))
    assert pieces_in_the_mirror(siege) == len(pieces)
    siege.assert_harmless()


# As text that is parsed, and as nodes whose scripts run.
PUT_IN = """pieces => {
  const body = document.body;
  for (const html of pieces) {
    const section = document.createElement("section");
    body.append(section);
    section.innerHTML = html;
    section.append(document.createRange().createContextualFragment(html));
  }
}"""


@pytest.mark.parametrize("group", GROUPS)
def test_pieces_that_are_put_in_later(siege: Siege, group: str) -> None:
    pieces = [piece for piece in PIECES if piece.group == group]
    siege.load("<p>at first")
    siege.customer.page.evaluate(PUT_IN, [piece.html for piece in pieces])
    siege.meet()
    assert pieces_in_the_mirror(siege) == len(pieces)
    siege.assert_harmless()


@pytest.mark.parametrize("piece", ALONE_PIECES, ids=lambda piece: piece.name)
def test_a_piece_that_swallows_the_rest(siege: Siege, piece: Piece) -> None:
    siege.load(piece.html)
    siege.assert_harmless()


# Elements that turn into others under the same id, each with what would run or lead away.
CHANGES = """async ([count, run, evil]) => {
  const tags = ["p", "script", "svg", "style", "img", "a", "link", "form", "x-evil", "template"];
  const box = document.body.appendChild(document.createElement("div"));
  const turn = () => new Promise((done) => requestAnimationFrame(done));
  for (let at = 0; at < count; at++) {
    const one = document.createElement(tags[at % tags.length]);
    for (const name of ["src", "href", "data", "action", "onclick", "onerror", "style", "class", "title"]) {
      one.setAttribute(name, at % 2 ? evil : run);
    }
    one.textContent = at % 3 ? run : `${at}`;
    if (box.childNodes.length > 50) box.firstChild.remove();
    box.insertBefore(one, at % 5 ? null : box.firstChild);
    if (at % 100 === 0) await turn();
  }
}"""


def test_a_page_that_never_rests(siege: Siege) -> None:
    siege.load("<p>at first")
    run = (
        next(piece for piece in PIECES if piece.name == "script")
        .html.removeprefix("<script>")
        .removesuffix("</script>")
    )
    siege.customer.page.evaluate(CHANGES, [6_000, run, f"http://rest.{EVIL}/x"])
    siege.meet()
    siege.assert_harmless()


def test_the_session_ends_by_the_agents_click_and_nothing_was_looked_up(siege: Siege, network_log: Path) -> None:
    """The last test here, for it closes the browser; only then its log is whole."""
    siege.agent.end()
    siege.agent.expect_state("ended")
    assert siege.agent.page.context.cookies(siege.place.mirror_url) == []
    browser = siege.agent.page.context.browser
    assert browser is not None
    browser.close()
    assert named_in(network_log) == set()
