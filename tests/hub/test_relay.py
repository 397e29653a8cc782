"""The way of a frame: checked, washed, in order, with credit; and what becomes of what does not fit."""

import msgspec
import pytest

from cobrowse.core import bus_protocol
from cobrowse.core.bus_protocol import CreditBack
from cobrowse.core.close import BAD_MESSAGE, ENDED
from cobrowse.core.protocol import (
    Act,
    Activity,
    ActResult,
    AskControl,
    Back,
    Bye,
    Consent,
    ControlAnswer,
    ControlAsked,
    ControlRelease,
    Credit,
    Digits,
    End,
    Highlight,
    Ops,
    Page,
    Pause,
    Pointer,
    Problem,
    Resume,
    Resync,
    SessionState,
    Share,
    Snapshot,
    Tip,
    Withhold,
)
from cobrowse.core.view import View as AnyView
from cobrowse.core.view import ViewCheck
from cobrowse.core.wash import MASK
from cobrowse.hub import local, outbox
from cobrowse.hub import peer as peers
from cobrowse.hub.hub import Hub
from cobrowse.hub.peer import PEER_BURST_BYTES, PEER_BYTES_PER_SECOND, PEER_SHARE
from cobrowse.hub.reading import NOW_MAX_CHARACTERS
from cobrowse.hub.wire import CUSTOMER_FRAME_MAX_BYTES
from tests.hub.peers import change, packed, page, picture, pointer, text_of
from tests.hub.world import World


@pytest.fixture(params=["one hub", "two hubs"])
async def other(request: pytest.FixtureRequest, world: World, hub: Hub) -> Hub:
    """The customer's hub; the agent is on `hub`."""
    return hub if request.param == "one hub" else await world.hub()


# --- what goes on


async def test_clean_frames_go_on_as_the_bytes_they_came_in(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub, other)
    sent = packed(text_of(change(customer.epoch, 1, "x" * 5000)))
    customer.wire.say(sent)
    assert (await agent.hear(Ops)).seq == 1
    assert agent.frames[-1] == sent
    odd: str = text_of(change(customer.epoch, 2)).replace(",", " , ")
    customer.wire.say(odd)
    assert (await agent.hear(Ops)).seq == 2
    assert agent.frames[1:][-1] == odd


async def test_the_long_and_the_short_go_on_in_their_order(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub, other)
    sizes = [1, NOW_MAX_CHARACTERS, 2, 3, NOW_MAX_CHARACTERS, 4]
    for seq, size in enumerate(sizes, start=1):
        customer.wire.say(text_of(change(customer.epoch, seq, "x" * size)))
    assert [len((await agent.hear(Ops)).texts[0]) for _ in sizes] == sizes


async def test_what_one_read_brings_goes_on_in_its_order(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub, other)
    changes = [change(customer.epoch, seq) for seq in range(1, 5)]
    result = ActResult(id=1, status="refused", reason="gone")
    customer.wire.say(*(text_of(message) for message in (*changes[:2], result, *changes[2:])))
    await world.settle()
    told = [message for message in agent.hear_waiting() if isinstance(message, Ops | ActResult)]
    assert told == [*changes[:2], result, *changes[2:]]


async def test_of_one_read_all_before_a_gap_goes_on_and_nothing_after_it(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub, other)
    customer.wire.say(*(text_of(change(customer.epoch, seq)) for seq in (1, 2, 4, 5)))
    assert (await customer.hear(Problem)).code == "bad_frame"
    await world.settle()
    assert [message.seq for message in agent.hear_waiting() if isinstance(message, Ops)] == [1, 2]
    assert other.stats()["refused_frame.gap"] == 1


async def test_an_array_goes_on_message_by_message(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub, other)
    first, second = change(customer.epoch, 1), change(customer.epoch, 2)
    customer.wire.say(packed(text_of(first, second, Tip(epoch=customer.epoch, seq=2))))
    assert [await agent.hear(Ops), await agent.hear(Ops)] == [first, second]
    assert (await agent.hear(Tip)).seq == 2


async def test_what_must_not_be_read_is_washed_and_counted(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub, other)
    customer.show("Card", "4111 1111 1111 1111")
    washed = await agent.hear(Snapshot)
    assert washed.texts == ["Card", MASK]
    assert isinstance(agent.frames[-1], str)
    customer.wire.say(packed(text_of(change(customer.epoch, 1, "4111111111111111"))))
    assert (await agent.hear(Ops)).texts == [MASK]
    assert other.stats()["washed.shop"] == 2


async def test_page_and_pointer_arrive_and_act_results_too(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub, other)
    customer.say(page(customer.epoch))
    customer.say(pointer(customer.epoch, 7))
    customer.say(ActResult(id=1, status="refused", reason="gone"))
    assert (await agent.hear(Page)).page.title == "Catalogue"
    assert (await agent.hear(Pointer)).x == 7
    assert (await agent.hear(ActResult)).reason == "gone"


async def test_of_pointers_that_wait_only_the_newest_arrives(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    agent.wire.stall()
    for x in range(5):
        customer.say(pointer(customer.epoch, x))
        await world.settle()
    agent.wire.take_again()
    await world.settle()
    # The first was being written when the others came.
    assert [message.x for message in agent.hear_waiting() if isinstance(message, Pointer)] == [0, 4]


# --- what does not


async def test_nothing_of_the_view_flows_before_consent_and_digits(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.joining(hub, other)
    for allowed in (False, True):
        if allowed:
            customer.say(Consent(allow=True))
        customer.show("too early")
        customer.say(page(customer.epoch), pointer(customer.epoch, 1), Tip(epoch=customer.epoch, seq=0))
        await world.settle()
        assert [m for m in agent.hear_waiting() if isinstance(m, Snapshot | Page | Pointer | Tip)] == []
    assert [m for m in customer.hear_waiting() if isinstance(m, Problem)] == []
    assert other.stats()["view_dropped"] == 8
    agent.say(Digits(value=customer.digits))
    sent = await customer.begin()
    assert await agent.hear(Snapshot) == sent


async def test_nothing_flows_while_paused_and_what_waited_is_gone(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub, other)
    agent.wire.stall()
    customer.change("one")
    await world.settle()
    customer.change("waits")
    customer.say(Pause())
    customer.change("too late")
    await world.settle()
    agent.wire.take_again()
    await agent.hear_state("paused")
    assert [message.texts for message in agent.hear_waiting() if isinstance(message, Ops)] == [["one"]]
    customer.say(Resume())
    await agent.hear_state("live")
    await world.clock.advance(2)
    sent = await customer.begin()
    assert await agent.hear(Snapshot) == sent


async def test_nothing_flows_while_withheld(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    customer.say(Withhold(reason="other_path"))
    customer.change()
    state = await agent.hear_state("away")
    assert state.away is not None
    assert state.away.reason == "other_path"
    assert [m for m in agent.hear_waiting() if isinstance(m, Ops)] == []


@pytest.mark.parametrize(
    "fields",
    [
        {"tags": ["script"]},
        {"names": ["img onerror"]},
        {"nodes": [1, 2, 99, 0, 77, 0]},
        {"nodes": [1]},
        {"nodes": [2**40]},
        {"styles": ["background: url(https://evil.example/)"]},
        {"part": 3},
        {"page": None},
    ],
    ids=lambda fields: str(fields)[:30],
)
async def test_a_frame_off_the_whitelist_is_refused_whole(world: World, hub: Hub, fields: dict[str, object]) -> None:
    agent, customer = await world.live(hub)
    customer.epoch += 1
    customer.say(msgspec.structs.replace(picture(customer.epoch), **fields))
    assert (await customer.hear(Problem)).code == "bad_frame"
    # What follows in this epoch has no ground to stand on and is not worth a word each.
    customer.say(change(customer.epoch, 1))
    customer.say(change(customer.epoch, 2))
    await world.settle()
    assert [m for m in customer.hear_waiting() if isinstance(m, Problem)] == []
    assert [m for m in agent.hear_waiting() if isinstance(m, Snapshot | Ops)] == []
    await world.clock.advance(2)
    sent = await customer.begin()
    assert await agent.hear(Snapshot) == sent


async def test_a_gap_never_goes_unnoticed(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    customer.seq += 1  # this frame was lost on the way
    customer.change("after the gap")
    assert "gap" in (await customer.hear(Problem)).message
    await world.clock.advance(2)
    await customer.hear(Resync)
    sent = customer.show()
    assert await agent.hear(Snapshot) == sent
    customer.seq += 1  # and a lost last one shows by the tip
    customer.tip()
    await customer.hear(Problem)
    await world.clock.advance(2)
    await customer.hear(Resync)


async def test_an_address_off_the_site_shares_nothing(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    customer.say(page(customer.epoch, "https://www.shop.example/checkout/payment/card"))
    assert "other_path" in (await customer.hear(Problem)).message
    customer.say(page(customer.epoch + 1, "https://evil.example/"))
    assert "other_origin" in (await customer.hear(Problem)).message
    await world.settle()
    assert [m for m in agent.hear_waiting() if isinstance(m, Page)] == []
    assert hub.stats()["refused_frame.other_path"] == 1


async def test_an_epoch_of_an_earlier_page_is_refused(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)
    customer.say(Bye(reason="navigating"))
    customer.next_page()
    await customer.enter()
    await customer.hear(Resync)
    customer.epoch = 15_000
    customer.show()
    await customer.hear(Problem)


@pytest.mark.parametrize("seat", ["customer", "agent"])
async def test_garbage_closes_the_socket_of_who_sent_it_and_no_other(world: World, hub: Hub, seat: str) -> None:
    agent, customer = await world.live(hub)
    sender, other = (customer, agent) if seat == "customer" else (agent, customer)
    sender.wire.say("garbage")
    assert await sender.closed_with() == BAD_MESSAGE
    await other.hear_state("away")
    assert other.wire.closed is None
    assert hub.stats()["bad_messages"] == 1


async def test_an_oversized_frame_closes_the_socket(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)
    customer.wire.say(" " * (CUSTOMER_FRAME_MAX_BYTES + 1))
    assert await customer.closed_with() == BAD_MESSAGE


async def test_messages_of_the_wrong_seat_close_and_of_the_wrong_state_are_a_problem(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    customer.say(Consent(allow=True))
    assert (await customer.hear(Problem)).code == "not_allowed"
    agent.say(Digits(value="11"))
    assert (await agent.hear(Problem)).code == "not_allowed"
    agent.say(Pause())
    assert await agent.closed_with() == BAD_MESSAGE


async def test_an_act_result_before_anything_is_live_is_a_problem(world: World, hub: Hub) -> None:
    _, customer = await world.joining(hub)
    customer.say(ActResult(id=1, status="done"))
    assert (await customer.hear(Problem)).code == "not_allowed"


# --- credit


async def test_credit_comes_back_in_lumps_once_frames_have_left(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub, other)
    size = 0
    for _ in range(3):
        size += len(text_of(customer.change()))
    await agent.hear(Ops)
    # The snapshot of `live` and three changes are four frames.
    credit = await customer.hear(Credit)
    assert (credit.epoch, credit.frames) == (customer.epoch, 4)
    assert credit.bytes == size + len(text_of(picture(customer.epoch)))


async def test_a_large_frame_comes_back_by_itself(world: World, hub: Hub, other: Hub) -> None:
    _, customer = await world.live(hub, other)
    customer.show("x" * 70_000)
    credit = await customer.hear(Credit)
    assert (credit.epoch, credit.frames) == (customer.epoch, 1)


async def test_credit_that_the_bus_lost_comes_back_with_the_next_tip(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub, await world.hub())

    def lose_credit(_hub: str, data: bytes) -> int:
        return 0 if isinstance(bus_protocol.decode(data), CreditBack) else 1

    world.bus.fate = lose_credit
    for _ in range(7):
        customer.change()
    await world.settle()
    # Eight frames are out: a snippet would be silent now, but for its tips.
    assert [m for m in customer.hear_waiting() if isinstance(m, Credit)] == []
    world.bus.fate = lambda _hub, _data: 2
    customer.tip()
    assert (await customer.hear(Credit)).frames == 8
    await world.settle()
    # What was doubled on the way is given once.
    assert [m for m in customer.hear_waiting() if isinstance(m, Credit)] == []


async def test_no_credit_while_the_agent_takes_nothing(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    agent.wire.stall()
    for _ in range(8):
        customer.change()
    await world.settle()
    assert [m for m in customer.hear_waiting() if isinstance(m, Credit)] == []
    agent.wire.take_again()
    assert (await customer.hear(Credit)).frames >= 4


async def test_pointers_pages_and_tips_take_no_credit(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    for x in range(10):
        customer.say(pointer(customer.epoch, x), page(customer.epoch), Tip(epoch=customer.epoch, seq=0))
        await agent.hear(Tip)
    await world.settle()
    assert [m for m in customer.hear_waiting() if isinstance(m, Credit)] == []


# --- too much


async def test_an_outbox_that_overflows_asks_for_a_new_picture(
    world: World, hub: Hub, other: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent, customer = await world.live(hub, other)
    monkeypatch.setattr(outbox, "OUTBOX_MAX_FRAMES", 3)
    agent.wire.stall()
    for _ in range(6):
        customer.change()
    await world.settle()
    assert hub.stats()["view_lost"] >= 1
    await world.clock.advance(2)
    await customer.hear(Resync)
    agent.wire.take_again()
    sent = customer.show("a new picture")
    while (await agent.hear(Snapshot)) != sent:
        pass
    assert agent.wire.closed is None


async def test_a_customer_that_says_too_much_is_not_read_for_a_while(
    world: World, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "PEER_BYTES_PER_SECOND", 300_000)
    monkeypatch.setattr(peers, "PEER_BURST_BYTES", 300_000)
    agent, customer = await world.live(hub)
    # What Allow has cost is there again.
    await world.pass_time(2)
    for _ in range(6):
        customer.change("x" * 90_000)
    await world.settle()
    arrived = [m for m in agent.hear_waiting() if isinstance(m, Ops)]
    assert len(arrived) < 6
    assert hub.stats()["paced"] >= 1
    await world.pass_time(3)
    # Nothing was dropped.
    assert [m.seq for m in agent.hear_waiting() if isinstance(m, Ops)] == [1, 2, 3, 4, 5, 6]


async def test_steps_are_few_a_second_whatever_they_are(world: World, hub: Hub) -> None:
    """Each is a write of the store, which all sessions share."""
    agent, customer = await world.live(hub)
    await world.pass_time(10)
    for _ in range(100):
        customer.say(Pause())
        customer.say(Resume())
    await world.settle()
    at_once = hub.stats()["frames"]
    states = [m for m in agent.hear_waiting() if isinstance(m, SessionState)]
    assert 20 < len(states) < 60
    await world.pass_time(1)
    assert hub.stats()["frames"] - at_once <= 10
    await world.pass_time(30)
    assert customer.wire.closed is None
    assert hub.stats()["frames"] - at_once > 100


async def test_frames_that_take_long_to_look_at_are_paced_by_their_time(
    world: World, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent, customer = await world.live(hub)

    class Slow(ViewCheck):
        def check(self, message: AnyView) -> None:
            # As if it had taken so long: half of what the burst allows.
            world.clock.pass_unseen(PEER_SHARE * PEER_BURST_BYTES / PEER_BYTES_PER_SECOND / 2)
            super().check(message)

    monkeypatch.setattr(local, "ViewCheck", Slow)
    customer.say(Bye(reason="navigating"))
    await customer.stop()
    customer.next_page()
    await customer.enter()
    await customer.begin()
    for _ in range(4):
        customer.change()
    await world.settle()
    arrived = [m for m in agent.hear_waiting() if isinstance(m, Ops)]
    assert len(arrived) < 4
    assert hub.stats()["paced"] >= 1
    await world.pass_time(10)
    assert [m.seq for m in agent.hear_waiting() if isinstance(m, Ops)] == [1, 2, 3, 4]


async def test_a_flood_of_small_steps_is_paced_too(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)
    for _ in range(600):
        customer.say(Activity())
    await world.settle()
    assert hub.stats()["paced"] >= 1
    await world.pass_time(5)
    assert customer.wire.closed is None


async def test_an_agent_that_takes_nothing_is_closed_slow_and_costs_the_others_nothing(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    agent2, customer2 = await world.live(hub)
    agent.wire.stall()
    customer.change()
    await world.settle()
    customer2.change("meanwhile")
    assert (await agent2.hear(Ops)).texts == ["meanwhile"]
    await world.pass_time(40)
    assert (await agent.closed_with()).reason == "slow"
    await customer.hear_state("away")


async def test_a_bus_that_is_away_loses_frames_and_nothing_else(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub, await world.hub())
    world.bus.away = True
    customer.change("lost")
    await world.settle()
    world.bus.away = False
    customer.tip()
    assert (await agent.hear(Tip)).seq == 1
    # The mirror sees by the tip that it lacks a frame, and asks.
    agent.say(Resync(epoch=customer.epoch))
    await world.settle()
    await world.clock.advance(2)
    await customer.hear(Resync)


async def test_an_act_on_the_way_is_not_read_by_the_view(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)
    customer.wire.say(text_of(Act(id=1, epoch=1, seq=1, do=Back())))
    assert await customer.closed_with() == BAD_MESSAGE


async def test_sharing_again_after_a_page_that_may_not(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub, other)
    customer.say(Withhold(reason="other_path"))
    await agent.hear_state("away")
    customer.say(Share())
    await agent.hear_state("live")
    await world.clock.advance(2)
    sent = await customer.begin()
    assert await agent.hear(Snapshot) == sent


async def test_the_agent_ends_it_over_the_socket(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub, other)
    agent.say(End())
    assert (await customer.hear_state("ended")).reason == "agent_ended"
    assert await customer.closed_with() == ENDED
    assert await agent.closed_with() == ENDED


async def test_control_given_back_by_the_agent_is_gone(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.with_control(hub, other)
    agent.say(ControlRelease())
    while (await customer.hear_state("live")).control != "off":
        pass


async def test_control_denied_is_off_again(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub, other)
    agent.say(AskControl())
    await customer.hear(ControlAsked)
    customer.say(ControlAnswer(allow=False))
    assert (await agent.hear_state("live")).control == "asked"
    assert (await agent.hear_state("live")).control == "off"


async def test_what_is_for_a_socket_on_its_way_out_goes_nowhere(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    agent.wire.stall()
    customer.change()
    await world.settle()
    agent.wire.say("garbage")
    await world.settle()
    customer.change()
    customer.change()
    await world.settle()
    assert hub.stats()["view_undelivered"] >= 1
    agent.wire.take_again()
    assert await agent.closed_with() == BAD_MESSAGE


async def test_an_act_for_a_socket_on_its_way_out_is_refused(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    customer.wire.stall()
    agent.act(Highlight(node=10))
    await world.settle()
    customer.wire.say("garbage")
    await world.settle()
    act = agent.act(Highlight(node=10))
    assert await agent.hear(ActResult) == ActResult(id=act.id, status="refused", reason="wrong_state")
    agent.say(Resync(epoch=customer.epoch))
    await world.clock.advance(3)
    await world.settle()
    customer.wire.take_again()
    await customer.gone()


async def test_a_customer_who_is_flooded_is_closed_and_not_asked_for_pictures(
    world: World, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent, customer = await world.live(hub)
    monkeypatch.setattr(outbox, "OUTBOX_MAX_FRAMES", 3)
    customer.wire.stall()
    for _ in range(6):
        agent.act(Highlight(node=10))
    await world.settle()
    assert (await customer.closed_with()).reason == "slow"
    await agent.hear_state("away")
