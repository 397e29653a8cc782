"""P3, the view: a frame that leaves the vocabulary in one place is refused whole, with a stable code, and counted; the
customer is asked for a new picture, and that one is shown. Other sessions on the hub never notice."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobrowse.core import whitelist
from cobrowse.core.errors import BadFrame
from cobrowse.core.protocol import Ops, Problem, Resync, Snapshot
from cobrowse.core.tables import Tables
from cobrowse.core.view import View, ViewCheck
from cobrowse.hub.hub import Hub
from cobrowse.hub.wire import FRAME_MAX_MESSAGES
from tests.attack import outside_view
from tests.attack.outside_view import Fault, changed, faults, ops, picture, sorts, unlisted_names
from tests.core.sketch import Sketch
from tests.hub.peers import SHOP, Agent, Customer, pointer, text_of
from tests.hub.world import World
from tests.untraced import untraced

FAULTS = faults()
PICTURE = picture()


def begun() -> ViewCheck:
    """A check that has seen the good picture."""
    check = ViewCheck(SHOP)
    check.check(PICTURE)
    return check


def test_the_picture_that_every_fault_is_one_step_away_from_is_good() -> None:
    begun().check(ops(changed()))


def test_there_is_a_fault_for_each_element_attribute_record_and_kind() -> None:
    said = {fault.why for fault in FAULTS}
    values = {why.partition(" = ")[0] for why in said} | {why.partition(" of a site")[0] for why in said}
    assert values >= set(whitelist.names())
    assert said >= {f"an element {tag.upper()!r}" for tag in outside_view.TAGS}
    assert len(FAULTS) > 5_000


def test_each_fault_is_refused_with_its_code() -> None:
    wrong = []
    with untraced():
        for fault in FAULTS:
            try:
                begun().check(fault.frame)
                wrong.append((fault.why, "accepted"))
            except BadFrame as refusal:
                if refusal.code != fault.code:
                    wrong.append((fault.why, refusal.code))
    assert wrong == []


def test_no_unlisted_name_is_taken() -> None:
    names = unlisted_names()
    assert len(names) > 30_000
    taken = []
    with untraced():
        for name in names:
            try:
                frame = Ops(epoch=1, seq=1, tags=[], names=[name], urls=[], styles=[], texts=[], ops=[])
                Tables(frame, shows_values=True)
                taken.append(name)
            except BadFrame:
                continue
    assert taken == []


@given(st.data())
def test_a_faulty_table_entry_is_found_wherever_it_stands(data: st.DataObject) -> None:
    """Also where no record points to it."""
    table, entry = data.draw(
        st.sampled_from(
            [("tags", "script"), ("names", "a href"), ("urls", 0), ("styles", "a{b:url(x)}"), ("names", "div onclick")]
        )
    )
    sketch = changed()
    entries: list[object] = getattr(sketch, table)
    entries.insert(data.draw(st.integers(0, len(entries))), entry)
    with pytest.raises(BadFrame):
        begun().check(ops(sketch))


@given(st.data())
def test_no_other_integer_makes_more_of_a_frame_than_its_tables_hold(data: st.DataObject) -> None:
    """Any integer changed to any other: refused, or still within every table (and so within the vocabulary)."""
    sketch = changed()
    at = data.draw(st.integers(0, len(sketch.ints) - 1))
    sketch.ints[at] = data.draw(st.one_of(st.integers(-3, 20), st.integers(-(2**33), 2**33)))
    try:
        begun().check(ops(sketch))
    except BadFrame as refusal:
        assert refusal.code == "bad_frame"
        return
    assert abs(sketch.ints[at]) < 2**31


# --- by a whole hub


def some_of_each() -> list[Fault]:
    """A fault for each code, and some of every sort."""
    by_code = {fault.code: fault for fault in FAULTS}
    return [*by_code.values(), *(fault for sort in sorts().values() for fault in sort[:: len(sort) // 8 + 1])]


async def _refused(world: World, hub: Hub, agent: Agent, customer: Customer, fault: Fault) -> None:
    """The good picture, then the fault; the agent hears nothing of it, and then the next good picture."""
    customer.say(_of_epoch(picture(), customer.epoch))
    await agent.hear(Snapshot)
    before = hub.stats()
    # An epoch of 1 is that of the picture, one of 2 the next.
    customer.say(_of_epoch(fault.frame, customer.epoch + fault.frame.epoch - 1))
    problem = await customer.hear(Problem)
    assert (problem.code, problem.message.rpartition(" ")[2]) == ("bad_frame", f"{fault.code}."), fault.why
    key = f"refused_frame.{fault.code}"
    assert hub.stats()[key] == before.get(key, 0) + 1
    await world.pass_time(2)
    await customer.hear(Resync)
    assert [message for message in agent.hear_waiting() if isinstance(message, Ops | Snapshot)] == []
    customer.epoch += 2


def _of_epoch(frame: Snapshot | Ops, epoch: int) -> Snapshot | Ops:
    return msgspec.structs.replace(frame, epoch=epoch)


async def test_the_hub_refuses_counts_and_goes_on(world: World, hub: Hub) -> None:
    others_agent, others = await world.live(hub)
    agent, customer = await world.live(hub)
    customer.epoch += 1
    chosen = some_of_each()
    for fault in chosen:
        await _refused(world, hub, agent, customer, fault)
    assert customer.wire.closed is None
    others.change("undisturbed")
    assert (await others_agent.hear(Ops)).texts == ["undisturbed"]
    assert not [message for message in others.hear_waiting() if isinstance(message, Problem)]
    assert hub.stats().get("failures", 0) == 0


async def test_what_follows_a_refused_frame_is_skipped_until_a_new_picture(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    customer.wire.say(text_of(ops(Sketch().element(100, 3, "script"), epoch=customer.epoch)))
    await customer.hear(Problem)
    for seq in (1, 2, 3):
        customer.say(ops(Sketch().text_change(10, "late"), epoch=customer.epoch)) if seq == 1 else customer.change()
    await world.pass_time(2)
    await customer.hear(Resync)
    assert not [message for message in agent.hear_waiting() if isinstance(message, Ops)]
    assert hub.stats()["view_skipped"] == 3
    customer.show("new")
    assert (await agent.hear(Snapshot)).texts == ["new"]


async def test_many_messages_in_a_frame_let_others_in_between(
    world: World, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each message is bounded in what it takes to look at; so must be many in one frame."""
    _, others = await world.live(hub)
    _, customer = await world.live(hub)
    checked: list[str] = []
    check = ViewCheck.check

    def noted(self: ViewCheck, message: View) -> None:
        checked.append(type(message).__name__)
        check(self, message)

    monkeypatch.setattr(ViewCheck, "check", noted)
    customer.say(*(pointer(customer.epoch, x) for x in range(FRAME_MAX_MESSAGES)))
    others.change("in between")
    await world.settle()
    assert checked.count("Pointer") == FRAME_MAX_MESSAGES
    assert checked.index("Ops") < FRAME_MAX_MESSAGES // 2
