"""P9: an act happens at most once and each is answered, over duplicates, reconnects, a hub that is killed and a new
page. The judge is a counter of the page itself, in real Chromium."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.attack import rogue
from tests.attack.rogue import Stage

pytestmark = pytest.mark.browser

# It counts over pages of the tab.
COUNTER = (
    "<button id=b type=button onclick='sessionStorage.n = Number(sessionStorage.n ?? 0) + 1'>Go</button>"
    "<a id=link href=/next>next</a><input id=text oninput='sessionStorage.n = Number(sessionStorage.n ?? 0) + 1'>"
)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with (
        rogue.chromium() as browser,
        rogue.stage(browser, tmp_path_factory.mktemp("hub"), field_acts=["type"]) as stage,
    ):
        stage.between()
        stage.go_live()
        stage.control()
        yield stage


@pytest.fixture
def page(live: Stage) -> Stage:
    live.open("/count", COUNTER)
    live.page.evaluate("() => sessionStorage.removeItem('n')")
    live.calm()
    return live


def count(stage: Stage) -> int:
    return int(stage.page.evaluate("Number(sessionStorage.n ?? 0)"))


def click(stage: Stage, id_: int, epoch: int | None = None) -> dict[str, Any]:
    do = {"act": "click", "node": stage.agent.node("b"), "x": 0.5, "y": 0.5}
    aimed = stage.agent.picture.epoch if epoch is None else epoch
    return {"k": "act", "id": id_, "epoch": aimed, "seq": 0, "do": do}


def answered(stage: Stage, id_: int, times: int) -> list[str]:
    stage.agent.wait(lambda: len(stage.agent.answers(id_)) >= times)
    return stage.agent.answers(id_)


def test_said_ten_times_it_happens_once(page: Stage) -> None:
    agent, id_ = page.agent, page.agent.next_id
    agent.next_id += 1
    agent.say(*[click(page, id_)] * 5)
    for _ in range(5):
        agent.say(click(page, id_))
    assert answered(page, id_, 10).count("done") == 1
    assert set(agent.answers(id_)) == {"done", "refused stale"}
    assert count(page) == 1


def test_delivered_ten_times_it_happens_once(page: Stage) -> None:
    """As a Bus may: the hub's own wall is passed."""
    id_ = page.agent.next_id
    page.agent.next_id += 1
    page.tell(*[click(page, id_)] * 10)
    assert sorted(answered(page, id_, 10)) == ["done"] + ["refused stale"] * 9
    assert count(page) == 1


def test_a_new_window_of_the_agent_does_nothing_again(page: Stage) -> None:
    id_ = page.agent.send({"act": "click", "node": page.agent.node("b"), "x": 0.5, "y": 0.5})
    assert answered(page, id_, 1) == ["done"]
    page.agent.leave()
    page.agent.enter()
    page.shown("/count")
    page.agent.in_state("live", control="on")
    page.agent.say(click(page, id_))
    assert answered(page, id_, 1) == ["refused stale"]
    assert count(page) == 1


def test_a_killed_hub_forgets_and_the_tab_does_not(page: Stage) -> None:
    id_ = page.agent.send({"act": "click", "node": page.agent.node("b"), "x": 0.5, "y": 0.5})
    assert answered(page, id_, 1) == ["done"]
    page.hub.restart()
    page.agent.enter()
    page.agent.in_state("live", control="on")
    page.shown("/count")
    page.agent.say(click(page, id_))
    assert answered(page, id_, 1) == ["refused stale"]
    assert count(page) == 1
    assert page.agent.click("b") == ["done"]
    assert count(page) == 2


def test_what_was_on_its_way_when_the_hub_died_is_lost_or_done_and_never_twice(page: Stage) -> None:
    ids = [page.agent.send({"act": "click", "node": page.agent.node("b"), "x": 0.5, "y": 0.5}) for _ in range(20)]
    page.hub.kill()
    page.page.wait_for_timeout(100)
    page.hub.start()
    page.agent.enter()
    page.agent.in_state("live", control="on")
    page.shown("/count")
    before = count(page)
    assert before <= len(ids)
    for id_ in ids:
        page.agent.say(click(page, id_))
    for id_ in ids:
        assert len(answered(page, id_, 1)) == 1
    done = sum(page.agent.answers(id_) == ["done"] for id_ in ids)
    assert count(page) == before + done <= len(ids)


def test_the_next_page_knows_what_was_done_on_this_one(page: Stage) -> None:
    page.put("/next", COUNTER)
    id_ = page.agent.send({"act": "click", "node": page.agent.node("b"), "x": 0.5, "y": 0.5})
    assert answered(page, id_, 1) == ["done"]
    link = page.agent.send({"act": "click", "node": page.agent.node("link"), "x": 0.5, "y": 0.5})
    page.shown("/next")
    # That the link was followed may be lost where somebody stands between; that it happened is not.
    for path in ("/next", "/count"):
        page.agent.forget()
        page.tell(click(page, id_), click(page, link))
        assert answered(page, id_, 1) == answered(page, link, 1) == ["refused stale"]
        if path == "/next":
            page.page.go_back()
            page.shown("/count")
    assert count(page) == 1


def test_an_act_that_came_before_its_part_was_loaded_waits_and_happens_once(page: Stage) -> None:
    """The acts part comes with the first act of a page; acts behind it keep their order."""
    page.open("/fresh", COUNTER)
    ids = [page.agent.send({"act": "click", "node": page.agent.node("b"), "x": 0.5, "y": 0.5}) for _ in range(5)]
    assert [answered(page, id_, 1) for id_ in ids] == [["done"]] * 5
    said = [message["id"] for message in page.agent.of("act_result") if message["id"] in ids]
    assert said == ids
    assert count(page) == 5


def test_an_act_for_a_customer_who_is_gone_is_answered(page: Stage) -> None:
    page.page.goto("about:blank")
    page.agent.in_state("away")
    id_ = page.agent.send({"act": "click", "node": 5, "x": 0.5, "y": 0.5})
    assert answered(page, id_, 1) == ["refused wrong_state"]
    page.page.go_back()
    page.shown("/count")
    assert count(page) == 0
    expect(page.see("banner")).to_be_visible()


def test_typing_happens_once(page: Stage) -> None:
    id_ = page.agent.next_id
    page.agent.next_id += 1
    do = {"act": "type", "node": page.agent.node("text"), "text": "x"}
    act = {"k": "act", "id": id_, "epoch": page.agent.picture.epoch, "seq": 0, "do": do}
    page.agent.say(act, act)
    page.tell(act, act)
    assert sorted(answered(page, id_, 4)) == ["done"] + ["refused stale"] * 3
    assert count(page) == 1
