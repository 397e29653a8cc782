"""P4, secrets stay, in Chromium from end to end: a page of a site that masks nothing prints numbers, and the agent's
mirror shows masks alone, also after changes; the operator's count says how many."""

import http.server
import re
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocket, expect

from cobrowse.config import from_mapping
from cobrowse.core.wash import MASK
from cobrowse.demo.shop import content_security_policy
from tests.chromium import ENGINE
from tests.e2e.conftest import AGENT_SCREEN, CUSTOMER_SCREEN, NewContext, chromium, new_context
from tests.e2e.frames import as_text
from tests.e2e.places import Place
from tests.e2e.walk import Agent, Customer, go_live

BROWSER = ENGINE
__all__ = ["chromium", "new_context"]

pytestmark = pytest.mark.browser

CARD = "4111111111111111"
IBAN = "DE89370400440532013000"
SECRETS = [CARD, "4111 1111", IBAN, "0532 0130", "0440532", "1234567", "7654321", "X77Y"]
HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<script src="{hub}/snippet.js" data-site="shop" referrerpolicy="no-referrer" async></script></head><body>"""
HELP = f"{HEAD}<h1>Help</h1><cobrowse-code-entry></cobrowse-code-entry>"
STATEMENT = f"""{HEAD}<h1>Statement</h1>
<p id="card">Paid with 4111 1111 1111 1111.</p>
<p id="spans">Card <span>4111</span><span>1111</span><span>1111</span><span>1111</span> good</p>
<div id="boxes"><div>4111</div><div>1111</div><div>1111</div><div>1111</div></div>
<table><tbody>
<tr id="cells"><td>Card</td><td>4111</td><td>1111</td><td>1111</td><td>1111</td><td>12/27</td></tr>
</tbody></table>
<p id="digits">{"".join(f"<i>{digit}</i>" for digit in CARD)}</p>
<p id="iban">To DE89 <b>3704</b> 0044 <i>05</i>32 <u>0130</u> 00, please</p>
<p id="wrapped">DE89 3704 0044<br>0532 0130 00</p>
<p id="pattern">You are KD-<b>1234</b>567 with us, policy no. X77Y</p>
<img alt="Card 4111 1111 1111 1111" title="KD-1234567" width="10" height="10">
<p id="echo"></p><p id="harmless">Order 2041-8837 of 2026-11-22, 20.00 euro, EAN 4006381333931</p>"""


class BadSite:
    """A site whose pages mask nothing, on a port of its own."""

    def __init__(self) -> None:
        self.hub_url = ""
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def _handler(bad) -> type[http.server.BaseHTTPRequestHandler]:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page = {"/help": HELP, "/statement": STATEMENT}.get(self.path)
                body = (page or "").format(hub=bad.hub_url, title="Customer KD-7654321").encode()
                self.send_response(200 if page else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Security-Policy", content_security_policy(bad.hub_url))
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """The hub, with that site as its shop; the site has two patterns of its own."""
    made, bad = Place(tmp_path), BadSite()
    bad.hub_url = made.hub_url
    made.shop_url = bad.url
    patterns = [r"KD-\d{7}", r"policy no\. \w+"]
    made.mapping["sites"][0] |= {"origins": [bad.url], "start_url": f"{bad.url}/", "wash": patterns}
    made.settings = from_mapping(made.mapping)
    made.start_hub()
    yield made
    made.close()
    bad.close()


def watch_heard(page: Page) -> list[str]:
    """A list that grows with every frame this page is sent."""
    heard: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: heard.append(as_text(frame)))

    page.on("websocket", listen)
    return heard


def washed(place: Place) -> int:
    """What the operator reads."""
    with urllib.request.urlopen(f"{place.hub_url}/metrics") as answer:  # noqa: S310  # our own hub
        found = re.search(r'^cobrowse_washed_total\{site="shop"\} (\d+)', answer.read().decode(), re.MULTILINE)
    return int(found[1]) if found else 0


def test_a_page_that_masks_nothing_shows_masks(place: Place, new_context: NewContext) -> None:
    agent = Agent(new_context(viewport=AGENT_SCREEN, locale="en-GB"), place)
    customer = Customer(new_context(viewport=CUSTOMER_SCREEN, locale="en-GB"), place)
    heard = watch_heard(agent.page)
    go_live(agent, customer, "/statement")
    agent.expect_heading("Statement")

    see = agent.mirror.locator
    expect(see("#card")).to_have_text(f"Paid with {MASK}.")
    expect(see("#spans")).to_have_text(f"Card {MASK * 4} good")
    expect(see("#boxes")).to_have_text(MASK * 4)
    expect(see("#cells")).to_have_text(f"Card{MASK * 4}12/27")
    expect(see("#digits")).to_have_text(MASK * 16)
    # Each text of it is masked, however many there are; what is left of no text says nothing.
    expect(see("#iban")).to_have_text(re.compile(f"^To {MASK}[{MASK[0]}]*, please$"))
    expect(see("#wrapped")).to_have_text(MASK * 2)
    expect(see("#pattern")).to_have_text(f"You are {MASK * 3} with us, {MASK}")
    expect(see("img")).to_have_attribute("alt", f"Card {MASK}")
    expect(see("img")).to_have_attribute("title", MASK)
    expect(see("#harmless")).to_have_text("Order 2041-8837 of 2026-11-22, 20.00 euro, EAN 4006381333931")
    before = washed(place)
    assert before >= 11

    pictures = sum('"snapshot"' in frame for frame in heard)
    customer.page.evaluate("document.querySelector('#card').firstChild.data = 'Now 4111-1111-1111-1111'")
    expect(see("#card")).to_have_text(f"Now {MASK}")
    customer.page.evaluate("document.querySelector('#card').title = 'KD-1234567'")
    expect(see("#card")).to_have_attribute("title", MASK)
    customer.page.evaluate("document.querySelector('#boxes').append('And DE89 3704 0044 0532 0130 00')")
    expect(see("#boxes")).to_have_text(f"{MASK * 4}And {MASK}")
    customer.page.evaluate("document.title = 'KD-7654321 again'")
    expect(see("#card")).to_be_visible()
    # A page that echoes what is typed, as a drawn card above its form does.
    for length in range(1, len(CARD) + 1):
        customer.page.evaluate("text => { document.querySelector('#echo').textContent = text }", CARD[:length])
        expect(see("#echo")).to_have_text(CARD[:length] if length <= 8 else MASK)
    # Masks look alike: what comes after the last of them shows that the hub has had it.
    customer.page.evaluate("document.querySelector('#harmless').textContent = 'All was said.'")
    expect(see("#harmless")).to_have_text("All was said.")
    assert sum('"snapshot"' in frame for frame in heard) == pictures, "a new picture would count all again"
    # Four changes; the typed number once as it grew and once as it was a card.
    assert washed(place) == before + 6

    assert not [secret for secret in SECRETS if any(secret in frame for frame in heard)]
    customer.expect_no_error()
