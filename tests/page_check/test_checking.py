"""The masking check in Chromium: what it finds in a page, how it names it, and what it leaves alone."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from cobrowse.core.policy import Site
from cobrowse.page_check import browser
from cobrowse.page_check.browser import Tab, Visit, opened
from cobrowse.page_check.checking import Checked, check
from tests.page_check.site import SmallSite

pytestmark = pytest.mark.browser

Found = tuple[str, str, str]


@pytest.fixture(scope="module")
def site() -> Iterator[SmallSite]:
    with SmallSite() as made:
        yield made


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    with pytest.MonkeyPatch.context() as patched, opened(Visit(timeout_seconds=10)) as made:
        # Nothing here is slower than this but what says so.
        patched.setattr(browser, "QUIET_MS", 300)
        patched.setattr(browser, "SETTLE_MS", 1_500)
        yield made


def look(tab: Tab, site: SmallSite, body: str, path: str = "/", title: str = "Page", **policy: Any) -> list[Found]:
    """Kind, place and attribute of each finding in a page with this body."""
    checked = check(tab, site.policy(**policy), site.page(body, path, title=title))
    assert (checked.error, checked.shared) == ("", True)
    return [(finding.kind, finding.where, finding.attribute) for finding in checked.findings]


# --- what it finds


SEEN: list[tuple[str, list[Found]]] = [
    ("<p>4111 1111 1111 1111</p>", [("card", "body > p", "")]),
    ("<p>4111 <b>1111</b> 1111 <i>1111</i></p>", [("card", "body > p", "")]),
    ("<div><p>4111</p><p>1111</p><p>1111</p><p>1111</p></div>", [("card", "body > div", "")]),
    ("<p>Pay to DE89 <b>3704 0044</b> 0532 0130 00</p>", [("iban", "body > p", "")]),
    ("<p>You are KD-1234567</p>", [("pattern", "body > p", "")]),
    ("<p>Write to ada@mail.example</p>", [("email", "body > p", "")]),
    ("<p>Call +44 20 7946 0958 or 030 / 1234567</p>", [("phone", "body > p", "")]),
    ("<dl><dt>Date of birth</dt><dd>10.12.1985</dd></dl>", [("birth_date", "body > dl > dd", "")]),
    ("<p>Geboren am 10. Dezember 1985</p>", [("birth_date", "body > p", "")]),
    ("<p>Geburtsdatum: 10. Dezember 1985</p>", [("birth_date", "body > p", "")]),
    ("<table><tr><th>Name</th><td>Ada Lovelace</td></tr></table>", [("name", "body > table > tbody > tr > td", "")]),
    ('<p class="account-name">Ada Lovelace</p>', [("name", "body > p.account-name", "")]),
    ("<p>Welcome back, Ada Lovelace!</p>", [("name", "body > p", "")]),
    ("<dl><dt>Delivered to</dt><dd>12 Orchard Lane</dd></dl>", [("address", "body > dl > dd", "")]),
    ("<p>Voucher: SPRING-7788</p>", [("secret", "body > p", "")]),
    ("<p>Order no. 2041-8837</p>", [("number", "body > p", "")]),
    ("<p>Bestellnummer: A4711</p>", [("number", "body > p", "")]),
    ("<p>https://shop.example/r/aB3dE5fG7hI9jK1lM3nO</p>", [("token", "body > p", "")]),
    ('<img src="/x.png" alt="For ada@mail.example">', [("email", "body > img", "alt")]),
    ('<button aria-label="Call +44 20 7946 0958">Call</button>', [("phone", "body > button", "aria-label")]),
    ('<input type="submit" value="Pay with 4111 1111 1111 1111">', [("card", "body > input", ":label")]),
    ('<input placeholder="ada@mail.example">', [("email", "body > input", "placeholder")]),
    ('<div class="shown" contenteditable>My diary</div>', [("editor", "body > div.shown", "")]),
    ('<input class="shown" value="x">', [("field", "body > input.shown", "")]),
    ('<input class="shown" type="checkbox">', [("field", "body > input.shown", "")]),
    ('<select class="shown"><option selected>x</select>', [("field", "body > select.shown", "")]),
]


POLICY: dict[str, Any] = {"wash": (r"KD-\d{7}",), "show": (".shown",), "mask": (".private",)}


def by_section(tab: Tab, site: SmallSite, bodies: list[str]) -> list[list[Found]]:
    """All of these in one page, each in a section of its own: what is found in each, as if it were the body."""
    names = [f"case-{chr(97 + number // 26)}{chr(97 + number % 26)}" for number in range(len(bodies))]
    sections = [f'<p>.</p><section id="{name}">{body}</section>' for name, body in zip(names, bodies, strict=True)]
    found = look(tab, site, "".join(sections), **POLICY)
    told = [
        [
            (kind, where.replace(f"#{name}", "body"), attribute)
            for kind, where, attribute in found
            if f"#{name}" in where
        ]
        for name in names
    ]
    assert sum(map(len, told)) == len(found), "a finding is in no section"
    return told


@pytest.fixture(scope="module")
def seen(tab: Tab, site: SmallSite) -> list[list[Found]]:
    return by_section(tab, site, [body for body, _ in SEEN])


@pytest.mark.parametrize("number", range(len(SEEN)), ids=[body[:40] for body, _ in SEEN])
def test_what_it_finds(seen: list[list[Found]], number: int) -> None:
    assert seen[number] == SEEN[number][1]


UNSEEN = [
    '<p data-cobrowse="mask">4111 1111 1111 1111, ada@mail.example, Welcome back, Ada</p>',
    '<p class="private">Order no. 2041-8837</p>',
    '<div data-cobrowse="hide">DE89 3704 0044 0532 0130 00</div>',
    '<form><label>Name<input value="Ada"></label><label>IBAN <input value="DE89370400440532013000"></label></form>',
    '<label>Email</label><input type="email" value="ada@mail.example"><textarea>4111 1111 1111 1111</textarea>',
    '<input class="shown" type="search" value="lamps">',
    '<div contenteditable>ada@mail.example</div><input type="hidden" value="4111111111111111">',
    "<select><option>Ada Lovelace, +44 20 7946 0958</option></select><p hidden data-secret='4111111111111111'></p>",
    "<table><tr><th>Name</th><th>Email</th><th>Order</th></tr></table><h2>Your name</h2><h2>Name</h2>",
    "<p>Founded 22 November 1999. Twelve things for 20.00 euro, 1 000 000 sold, at 10:30 on 2026-11-22</p>",
    "<!-- 4111 1111 1111 1111 --><template>4111 1111 1111 1111</template>",
    '<a href="mailto:ada@mail.example?card=4111111111111111">Write to us</a>',
    "<p>Welcome to Example Shop. Hello there. Your order is on its way.</p>",
]


@pytest.fixture(scope="module")
def unseen(tab: Tab, site: SmallSite) -> list[list[Found]]:
    return by_section(tab, site, UNSEEN)


@pytest.mark.parametrize("number", range(len(UNSEEN)), ids=[body[:40] for body in UNSEEN])
def test_what_it_leaves_alone(unseen: list[list[Found]], number: int) -> None:
    assert unseen[number] == []


def test_what_comes_late_or_stands_in_a_shadow_is_seen(tab: Tab, site: SmallSite) -> None:
    body = """<my-card></my-card><script nonce="own">
      customElements.define("my-card", class extends HTMLElement {
        connectedCallback() {
          const box = document.createElement("div");
          box.textContent = "ada@mail.example";
          this.attachShadow({ mode: "open" }).append(box);
        }
      });
      setTimeout(() => document.body.append("4111 1111 1111 1111"), 200);
    </script>"""
    assert look(tab, site, body) == [("card", "body", ""), ("email", "body > my-card >>> div", "")]


def test_a_list_is_one_finding_and_its_place_does_not_hang_on_what_is_in_it(tab: Tab, site: SmallSite) -> None:
    row = '<tr id="order-{0}"><td>Lamp</td><td class="no x{0}">EX-2041-{0}</td></tr>'

    def table(*numbers: int) -> Checked:
        rows = "".join(row.format(number) for number in numbers)
        url = site.page(f"<table><tr><th>Thing</th><th>Order</th></tr>{rows}</table>", f"/orders/{numbers[0]}")
        return check(tab, site.policy(), url)

    (first, *more), (second, *_) = table(8837, 8838, 8839).findings[::-1], table(9999).findings[::-1]
    assert (first.places, first.where, first.kind) == (3, "body > table > tbody > tr > td.no", "number")
    assert first.id == second.id
    # The page's own address says the number as well.
    assert [finding.where for finding in more] == []


def test_title_and_address(tab: Tab, site: SmallSite) -> None:
    found = look(tab, site, "Hello", "/orders/20418837", title="Order 20418837")
    assert found == [("number", "title", ""), ("number", "address", "")]
    assert look(tab, site, "Hello", "/orders/4", title="Order 4") == []
    masked = site.page("Hello", title='Order 20418837</title><title data-cobrowse="mask">')
    assert check(tab, site.policy(mask=("title",)), masked).findings == []


def test_nothing_it_says_holds_the_value(tab: Tab, site: SmallSite) -> None:
    secrets = ["4111 1111 1111 1111", "DE89370400440532013000", "ada@mail.example", "+44 20 7946 0958", "Ada Lovelace"]
    body = "".join(f"<p>Hello {secret}</p>" for secret in secrets) + '<p id="ada-lovelace">Name: Ada Lovelace</p>'
    checked = check(tab, site.policy(), site.page(body))
    told = [(finding.sample, finding.why, finding.mend) for finding in checked.findings]
    assert len(told) == 6
    assert not [secret for secret in secrets if secret in json.dumps(told)]
    assert ("41** **** **** ****", "this looks like a card number") in [each[:2] for each in told]


def test_the_selector_it_names_masks_it(tab: Tab, site: SmallSite) -> None:
    body = """<main><dl class="facts"><dt>Phone</dt><dd>+44 20 7946 0958</dd><dt>Name</dt><dd>Ada Lovelace</dd></dl>
      <p>Card <span>4111</span><span>1111</span><span>1111</span><span>1111</span></p><p>ada@mail.example</p>
      <section><p>Contract no. 12345</p></section><img src="/x.png" alt="To ada@mail.example"></main>"""
    checked = check(tab, site.policy(), site.page(body))
    selectors = tuple(found[1] for each in checked.findings if (found := re.search(r'mask = \["(.*)"\]', each.mend)))
    assert len(selectors) == len(checked.findings) == 6
    assert look(tab, site, body, mask=selectors) == []


# --- what cannot be found, or not looked at


def test_what_is_not_shared_is_told(tab: Tab, site: SmallSite) -> None:
    denied = check(tab, site.policy(), site.page("4111 1111 1111 1111", "/denied/a"))
    assert (denied.shared, denied.findings, denied.error) == (False, [], "")
    assert "its path is denied" in denied.note
    elsewhere: Site = site.policy()
    elsewhere = Site(id="s", name="S", origins=("https://www.shop.example",), start_url=elsewhere.start_url)
    other = check(tab, elsewhere, site.page("4111 1111 1111 1111"))
    assert (other.shared, other.findings) == (False, [])
    assert "origin is not one of the site's" in other.note


def test_a_page_that_led_elsewhere_is_told(tab: Tab, site: SmallSite) -> None:
    site.page("Sign in", "/login")
    checked = check(tab, site.policy(), site.page("", "/account", Location="/login"))
    assert (checked.shared, checked.note) == (True, "it led to /login")


def test_what_cannot_be_checked_says_why(tab: Tab, site: SmallSite) -> None:
    page = site.page("x", "/p")
    cases = [
        (site.origin + "/missing", {}, "it answers 404"),
        (site.page("x", "/text", Content_Type="text/plain"), {}, "no HTML page"),
        ("http://127.0.0.1:9/", {}, "ERR_"),
        (page, {"mask": ("p[",)}, "the capture stopped, so nothing of it would be shared"),
    ]
    for url, policy, why in cases:
        checked = check(tab, site.policy(**policy), url)
        assert why in checked.error
        assert (checked.shared, checked.findings) == (False, [])


def test_a_page_that_never_rests_is_looked_at_all_the_same(tab: Tab, site: SmallSite) -> None:
    ticking = """<p>ada@mail.example</p><b></b><script nonce="own">
      setInterval(() => { document.querySelector("b").textContent = Math.random() }, 50);
    </script>"""
    assert ("email", "body > p", "") in look(tab, site, ticking)
