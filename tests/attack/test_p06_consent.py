"""P6, consent: the customer reads who asks, for which site, what is shown and what never is, in their own language; and
no agent's name makes it say anything else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.attack import rogue
from tests.attack.rogue import Shop, Stage
from tests.live_hub import HubProcess

pytestmark = pytest.mark.browser

# As nasty as `cobrowse agent add` lets it be.
NAME = "<img src=x onerror=hit()> Example Bank Security ${1} " + "W" * 11

WORDS = {
    "en-GB": {
        "who": "{agent} from Example Shop support asks to see this tab",
        "shown": "This website in this tab",
        "never": "What you type, passwords, other tabs, other websites, your screen, camera or microphone",
        "only": "Allow this only if you called Example Shop yourself.",
        "digits": "Read {digits} to {agent}.",
        "control": "Clicking for you needs a second permission.",
        "end": "You can stop at any time.",
    },
    "de-DE": {
        "who": "{agent} vom Support von Example Shop möchte diesen Tab sehen",
        "shown": "diese Website in diesem Tab",
        "never": "was Sie eingeben, Passwörter, andere Tabs, andere Websites, Bildschirm, Kamera oder Mikrofon",
        "only": "Erlauben Sie das nur, wenn Sie Example Shop selbst angerufen haben.",
        "digits": "Lesen Sie {agent} {digits} vor.",
        "control": "Für Sie klicken darf niemand ohne eine zweite Erlaubnis.",
        "end": "Beenden können Sie jederzeit.",
    },
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with rogue.chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, HubProcess]]:
    with rogue.place(tmp_path_factory.mktemp("hub")) as (shop, hub):
        hub.add_agent(name=NAME)
        yield shop, hub


@pytest.mark.parametrize("locale", WORDS)
@pytest.mark.parametrize("size", [(1100, 760), (360, 640)])
def test_the_question_says_it_all(
    browser: Browser, place: tuple[Shop, HubProcess], locale: str, size: tuple[int, int]
) -> None:
    context: dict[str, Any] = {"locale": locale, "viewport": {"width": size[0], "height": size[1]}}
    stage = Stage(browser, *place, **context)
    try:
        stage.context.add_init_script("window.hits = 0; window.hit = () => hits++")
        stage.ask()
        dialog = stage.page.locator("dialog").filter(has=stage.see("consent-digits"))
        digits = stage.see("consent-digits").inner_text()
        said = " ".join(dialog.inner_text().split())
        for what, words in WORDS[locale].items():
            assert words.format(agent=NAME, digits=digits) in said, what
        # The name is text and nothing else, and nothing that must be read or pressed is pushed out by it.
        assert dialog.locator("img, b, script").count() == 0
        assert stage.page.evaluate("hits") == 0
        for name in ("consent-allow", "consent-decline"):
            expect(stage.see(name)).to_be_enabled()
            stage.see(name).scroll_into_view_if_needed()
            expect(stage.see(name)).to_be_in_viewport(ratio=1)
        wide = stage.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert wide, "it needs scrolling to the side"
        stage.press("consent-decline")
        stage.agent.hear("closed", code=4105)
        assert stage.agent.state["reason"] == "declined"
        assert stage.agent.of("snapshot") == []
    finally:
        stage.close()


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en-GB", "Passwords, card numbers and one-time codes, other tabs, other websites, your screen, camera"),
        ("de-DE", "Passwörter, Kartennummern und Einmalcodes, andere Tabs, andere Websites, Bildschirm, Kamera"),
    ],
)
def test_a_site_that_shows_fields_does_not_promise_to_hide_what_is_typed(
    browser: Browser, tmp_path: Path, locale: str, words: str
) -> None:
    with rogue.stage(browser, tmp_path, context={"locale": locale}, show=["#nick"]) as stage:
        stage.ask()
        said = stage.page.locator("dialog").filter(has=stage.see("consent-digits")).inner_text()
        assert words in said
        assert "What you type" not in said and "was Sie eingeben" not in said
        stage.press("consent-decline")


def test_a_name_that_a_hub_did_not_check_is_shown_plainly(browser: Browser, place: tuple[Shop, HubProcess]) -> None:
    """What turns text around or hides is taken out in the tab, too, and no name is longer than fits."""
    stage = Stage(browser, *place)
    try:
        nasty = "Ana\u202eknaB\u2066\u200b\u0000 " + "x" * 500

        def claimed(route: Any) -> None:
            answer = route.fetch()
            route.fulfill(response=answer, json={**answer.json(), "agent_name": nasty, "site_name": nasty})

        stage.page.route("**/api/codes/claim", claimed)
        stage.ask()
        said = stage.page.locator("dialog").filter(has=stage.see("consent-digits")).inner_text()
        assert not set("\u202e\u2066\u200b\u0000") & set(said)
        assert "AnaknaB " + "x" * 56 in said and "x" * 57 not in said
        stage.press("consent-decline")
    finally:
        stage.close()


def test_scripts_answer_nothing_and_a_cover_begins_the_second_anew(
    browser: Browser, place: tuple[Shop, HubProcess]
) -> None:
    """A page cannot press Allow, nor uncover it under a finger that meant something else."""
    stage = Stage(browser, *place)
    try:
        stage.ask()
        allow = stage.see("consent-allow")
        expect(allow).to_be_enabled()
        allow.evaluate(
            "node => { node.click();"
            "node.dispatchEvent(new PointerEvent('pointerup', {bubbles: true, composed: true}));"
            "node.dispatchEvent(new MouseEvent('click', {bubbles: true, composed: true}));"
            "node.focus(); node.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true})) }"
        )
        stage.page.evaluate(
            """() => { window.cover = document.body.appendChild(document.createElement("dialog"));
                cover.style = "position:fixed;inset:0;width:100%;height:100%;max-width:none;max-height:none";
                cover.showModal() }"""
        )
        expect(allow).to_be_disabled()
        stage.page.evaluate("() => cover.remove()")
        expect(allow).to_be_enabled()
        assert stage.agent.state["name"] == "joining" and not stage.agent.state["allowed"]
        stage.press("consent-decline")
    finally:
        stage.close()
