"""P3, towards the tab: an act outside scope, level, state, rate or vocabulary is refused by the hub, and by the tab
again where the hub let it pass. One seat's refusals leave every other session alone."""

import json
from collections.abc import Iterator
from typing import Any, get_args

import msgspec
import pytest

from cobrowse.core import close
from cobrowse.core.policy import CONTROL_ACTS, FIELD_ACTS, GUIDE_ACTS, LADDER, at_least, needed_scope
from cobrowse.core.protocol import Act, ActResult, AnyDo, Bye, End, Pause, Point, Scope
from cobrowse.hub.hub import Hub
from cobrowse.hub.local import ACTS_PER_SECOND
from tests.chromium import ENGINE
from tests.hub.peers import SHOP, Agent, Customer
from tests.hub.world import World
from tests.hub.world import world as new_world
from tests.mirror import capture_page
from tests.mirror.capture_page import Tab

# One of each, aimed at the node 10.
DO: dict[str, dict[str, Any]] = {
    "point": {"node": 10, "x": 0.5, "y": 0.5},
    "highlight": {"node": 10},
    "clear": {},
    "scroll": {"node": 10, "x": 0, "y": 9},
    "click": {"node": 10, "x": 0.5, "y": 0.5},
    "navigate": {"address": "/catalogue"},
    "back": {},
    "forward": {},
    "reload": {},
    "type": {"node": 10, "text": "x"},
    "choose": {"node": 10, "option": 11},
    "check": {"node": 10},
    "submit": {"node": 10},
}
ACTS = [*GUIDE_ACTS, *CONTROL_ACTS, *FIELD_ACTS]


def wanted(act: str) -> AnyDo:
    do: AnyDo = msgspec.convert({"act": act, **DO[act]}, AnyDo)
    return do


def test_every_act_is_tried_here() -> None:
    assert set(DO) == set(ACTS) == {str(kind.__struct_config__.tag) for kind in get_args(AnyDo)}


# --- the hub


async def reason(agent: Agent, act: Act) -> str:
    result = await agent.hear(ActResult)
    assert (result.id, result.status) == (act.id, "refused")
    return result.reason


def acts_at(customer: Customer) -> list[Act]:
    return [message for message in customer.hear_waiting() if isinstance(message, Act)]


@pytest.mark.parametrize("scope", LADDER)
async def test_the_hub_keeps_each_act_to_its_scope_and_level(scope: Scope) -> None:
    """Without control: what needs it is refused, by scope before all else; what only points passes."""
    async with new_world(msgspec.structs.replace(SHOP, max_scope=scope)) as world:
        agent, customer = await world.live(await world.hub())
        for name in ACTS:
            act = agent.act(wanted(name))
            await world.settle()
            if at_least(scope, needed_scope(name)) and name in GUIDE_ACTS:
                assert [one.id for one in acts_at(customer)][-1] == act.id
            elif not at_least(scope, needed_scope(name)):
                assert await reason(agent, act) == "scope_too_low"
            else:
                assert await reason(agent, act) == ("not_allowed" if name in FIELD_ACTS else "no_control")
        assert {one.do.__struct_config__.tag for one in acts_at(customer)} <= set(GUIDE_ACTS)


async def test_the_hub_passes_nothing_in_any_other_state(world: World, hub: Hub) -> None:
    joining = await world.joining(hub)
    paused = await world.with_control(hub)
    paused[1].say(Pause())
    await paused[0].hear_state("paused")
    away = await world.with_control(hub)
    away[1].say(Bye(reason="navigating"))
    await away[0].hear_state("away")
    for agent, customer in (joining, paused, away):
        before = len(acts_at(customer))
        for name in ACTS:
            assert await reason(agent, agent.act(wanted(name))) == "wrong_state"
        assert len(acts_at(customer)) == before
    ended = await world.with_control(hub)
    ended[0].say(End())
    for name in ACTS:
        ended[0].act(wanted(name))
    assert await ended[0].closed_with() == close.ENDED
    assert acts_at(ended[1]) == []


@pytest.mark.parametrize("first", [0, 2**31 - 1])
async def test_ids_only_rise(world: World, hub: Hub, first: int) -> None:
    agent, customer = await world.live(hub)
    agent.act(Point(node=10, x=0, y=0), id_=first)
    await world.settle()
    assert [act.id for act in acts_at(customer)] == [first]
    for id_ in {first, max(0, first - 1), 0}:
        assert await reason(agent, agent.act(Point(node=10, x=0, y=0), id_=id_)) == "stale"


async def test_thousands_of_acts_are_each_answered_once_and_cost_another_session_nothing(
    world: World, hub: Hub
) -> None:
    agent, customer = await world.live(hub)
    neighbour, neighbours = await world.live(hub)
    ids = [agent.act(Point(node=10, x=0, y=0)).id for _ in range(2_000)]
    act = neighbour.act(Point(node=10, x=0, y=0))
    assert await neighbours.hear(Act) == act
    await world.pass_time(40, step=5)
    passed = {act.id for act in acts_at(customer)}
    refused = [result.id for result in agent.hear_waiting() if isinstance(result, ActResult)]
    assert len(passed) + len(refused) == len(ids)
    assert passed | set(refused) == set(ids)
    assert len(passed) <= 41 * ACTS_PER_SECOND
    assert neighbour.wire.closed is None and agent.wire.closed is None


SAME = '"epoch":1,"seq":0'
TWICE = [
    # What two readers of JSON could understand differently: which of two names holds, and how one is written.
    f'{{"k":"act","id":1,{SAME},"do":{{"act":"point","node":10,"x":0,"y":0}},"do":{{"act":"click","node":10,"x":0,"y":0}}}}',
    f'{{"k":"act","id":1,{SAME},"do":{{"act":"click","node":10,"x":0,"y":0}},"do":{{"act":"point","node":10,"x":0,"y":0}}}}',
    f'{{"k":"act","id":1,{SAME},"do":{{"act":"point","node":10,"x":0,"y":0,"act":"click"}}}}',
    f'{{"k":"act","id":1,{SAME},"do":{{"node":10,"x":0,"y":0,"act":"point","act":"click"}}}}',
    f'{{"k":"act","id":1,{SAME},"do":{{"node":10,"x":0,"y":0,"\\u0061ct":"point","act":"click"}}}}',
    f'{{"k":"act","id":2,"id":1,{SAME},"do":{{"act":"point","node":10,"node":11,"x":0,"y":0}}}}',
    f'{{"k":"act","id":1.0,{SAME},"do":{{"act":"point","node":1e1,"x":0,"y":0}}}}',
    f'{{"k":"act","id":1,{SAME},"do":{{"act":"point","node":10,"x":0,"y":0}},"k":"stop"}}',
    f'{{"k":"act","id":1,{SAME},"do":{{"act":"point","node":10,"x":0,"y":0,"__proto__":{{"act":"click"}}}}}}',
    f' \t[{{"k":"act","id":1,{SAME},"do":{{"act":"point","node":10,"x":-0.0,"y":1E-2}}}}\n] ',
]


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which no name stands twice."""
    assert len(pairs) == len(dict(pairs))
    return dict(pairs)


@pytest.mark.parametrize("text", TWICE)
async def test_what_arrives_is_what_was_checked(world: World, hub: Hub, text: str) -> None:
    """Read again in the tab, an act that passed says the same as the hub understood, and nothing twice."""
    agent, customer = await world.live(hub)
    customer.hear_waiting()
    customer.frames.clear()
    agent.wire.say(text)
    await world.settle()
    customer.hear_waiting()
    for frame in customer.frames:
        assert isinstance(frame, str)
        json.loads(frame, object_pairs_hook=once)
        assert '"click"' not in frame
    assert agent.wire.closed in (None, (close.BAD_MESSAGE.number, close.BAD_MESSAGE.reason))


# --- the tab, whatever the hub lets pass

PAGE = (
    "<!doctype html><title>t</title><body><button type=button id=b onclick='window.n = (window.n ?? 0) + 1'>Go</button>"
)


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    bundle = capture_page.bundle(tmp_path_factory.mktemp("probe") / "probe.js")
    with capture_page.browser(ENGINE) as browser:
        made = Tab(browser, bundle)
        yield made
        made.close()


@pytest.fixture
def live(tab: Tab) -> Tab:
    tab.open(PAGE)
    tab.run("() => { window.faults = []; onunhandledrejection = event => faults.push(String(event.reason)) }")
    tab.start(acts=[*GUIDE_ACTS, *CONTROL_ACTS])
    tab.settle()
    return tab


def assert_untouched(tab: Tab) -> None:
    assert tab.run("window.n ?? 0") == 0
    assert tab.run("faults") == []


@pytest.mark.browser
def test_the_tab_keeps_to_the_policy(live: Tab) -> None:
    for name in FIELD_ACTS:
        assert live.act(act=name, **DO[name]) == ["refused not_allowed"]
    strange: list[Any] = ["evaluate", "toString", "__proto__", "constructor", "", "CLICK", None, 1, ["click"]]
    for act in strange:
        assert live.act(act=act, node=live.id("#b"), x=0.5, y=0.5) == ["refused not_allowed"]
    live.start(acts=[])
    live.settle()
    for name in ACTS:
        assert live.act(act=name, **DO[name]) == ["refused not_allowed"]
    assert_untouched(live)


@pytest.mark.browser
def test_the_tab_keeps_control_to_who_has_it(live: Tab) -> None:
    live.run("() => { P.control = false }")
    for name in CONTROL_ACTS:
        assert live.act(act=name, **{**DO[name], **({"node": live.id("#b")} if "node" in DO[name] else {})}) == [
            "refused no_control"
        ]
    live.run("() => { P.control = true; P.capture.stop() }")
    for name in (*GUIDE_ACTS, *CONTROL_ACTS):
        assert live.act(act=name, **DO[name]) == ["refused wrong_state"]
    assert_untouched(live)


@pytest.mark.browser
@pytest.mark.parametrize(
    "do",
    [
        {"act": "click"},
        {"act": "click", "node": None, "x": 0.5, "y": 0.5},
        {"act": "click", "node": "BUTTON", "x": 0.5, "y": 0.5},
        {"act": "click", "node": 0, "x": 0.5, "y": 0.5},
        {"act": "click", "node": -1, "x": 0.5, "y": 0.5},
        {"act": "click", "node": 2**53, "x": 0.5, "y": 0.5},
        {"act": "click", "node": "B", "x": -5, "y": 0.5},
        {"act": "click", "node": "B", "x": "a", "y": {}},
        {"act": "scroll", "node": {}, "x": 0, "y": 0},
        {"act": "navigate"},
        {"act": "navigate", "address": None},
        {"act": "navigate", "address": {}},
        {"act": "navigate", "address": "http://["},
        {"act": "navigate", "address": "x" * 100_000},
    ],
)
def test_the_tab_answers_nonsense_and_goes_on(live: Tab, do: dict[str, Any]) -> None:
    aimed = {**do, **({"node": live.id("#b")} if do.get("node") == "B" else {})}
    live.run("() => { P.allow = false }")
    answers = live.act(**aimed)
    assert [answer.split()[0] for answer in answers if answer != "asking"] == ["refused"]
    assert_untouched(live)
    assert live.click("#b") == ["done"]


@pytest.mark.browser
def test_the_tab_takes_ids_that_rise_and_no_others(live: Tab) -> None:
    live.run("() => { P.acts.highest = 7 }")
    not_above: list[Any] = [7, 6, 0, -1, "nine", None, [], {}]
    for id_ in not_above:
        answers = live.run("id => P.act({act: 'click', node: P.id('#b'), x: .5, y: .5}, id)", id_)
        assert answers[-1:] == ["refused stale"]
    assert live.run("P.acts.highest") == 7
    assert_untouched(live)


@pytest.mark.browser
def test_the_tab_bears_no_flood(live: Tab) -> None:
    live.run(
        "() => Promise.all(Array.from({length: 3000}, (_, n) =>"
        " P.acts.run({k: 'act', id: n + 1, epoch: P.capture.epoch, seq: 0,"
        " do: {act: 'click', node: P.id('#b'), x: .5, y: .5}})))"
    )
    done = live.run("P.results.filter(result => result.status === 'done').length")
    refused = live.run("P.results.filter(result => result.reason === 'too_fast').length")
    assert done + refused == 3000
    assert live.run("window.n") == done
    # The burst, and what fills up while it runs.
    assert 100 <= done <= 1_500
    assert live.run("P.shown.filter(([kind]) => kind === 'act').length") == done


@pytest.mark.browser
def test_the_tab_knows_only_the_nodes_of_its_present_picture(live: Tab) -> None:
    node, epoch = live.id("#b"), live.run("P.capture.epoch")
    script = """([node, epoch]) => P.acts.run({k: 'act', id: P.acts.highest + 1, epoch, seq: 0,
        do: {act: 'click', node, x: .5, y: .5}})"""
    for other in (epoch - 1, epoch + 1, 0, 2**31 - 1, "1", None):
        live.run(script, [node, other])
        assert live.run("P.results.at(-1).reason") == "gone"
    live.change("() => b.replaceWith(b.cloneNode(true))")
    live.run(script, [node, epoch])
    assert live.run("P.results.at(-1).reason") == "gone"
    assert_untouched(live)
