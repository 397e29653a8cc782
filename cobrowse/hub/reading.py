"""What a peer says, one frame at a time: the table in `core.protocol` first, then to whom it concerns."""

import asyncio
import logging
import math
from collections.abc import Sequence

import msgspec

from cobrowse.core.audit import ASSET_REASONS, word
from cobrowse.core.close import BAD_MESSAGE
from cobrowse.core.errors import (
    BadMessage,
    CobrowseError,
    NotAllowed,
    NotFound,
    Refused,
    StoreAway,
    StoreError,
    TooMany,
)
from cobrowse.core.events import (
    Consented,
    ControlAnswered,
    ControlAskedFor,
    ControlReleased,
    DigitsEntered,
    EndAsked,
    Event,
    PausedBy,
    Resumed,
    SeatLeft,
    Withheld,
)
from cobrowse.core.protocol import (
    VIEW,
    Act,
    Activity,
    ActResult,
    AskControl,
    AssetRefused,
    Bye,
    Checkup,
    Condition,
    Consent,
    ControlAnswer,
    ControlRelease,
    Digits,
    End,
    FromAgent,
    FromCustomer,
    Message,
    Ops,
    Pause,
    ProbeAnswer,
    Problem,
    Resume,
    Resync,
    Share,
    Snapshot,
    Stop,
    Withhold,
    may_say,
)
from cobrowse.hub import wire
from cobrowse.hub.acts import Acts
from cobrowse.hub.assets import Assets
from cobrowse.hub.checkups import Checkups
from cobrowse.hub.house import House
from cobrowse.hub.local import LocalSession
from cobrowse.hub.outbox import CreditDue
from cobrowse.hub.peer import Peer
from cobrowse.hub.pictures import Pictures
from cobrowse.hub.probes import Probes
from cobrowse.hub.pulse import Pulse
from cobrowse.hub.relay import ANY_VIEW, AnyView, Relay
from cobrowse.hub.steps import Steps
from cobrowse.hub.wire import Data, Frame, Said

log = logging.getLogger("cobrowse.hub")

# What makes the store work weighs far more than its bytes: 8 a second and 32 at once. The embedded store flushes each
# to the disk, so a peer that paused and went on a hundred times a second kept all others from it.
STEP_WEIGHT_BYTES = 256 * 1024
# What makes the hub work otherwise: acts, refusals of assets, answers to probes.
ASKING_WEIGHT_BYTES = 16 * 1024
# What any message weighs besides its bytes, so that a flood of tiny ones is a flood too.
MESSAGE_WEIGHT_BYTES = 256

# What is looked at where it arrives. What is longer takes longer, and waits for its turn.
NOW_MAX_CHARACTERS = 4096

TAKES_CREDIT = (Snapshot, Ops)
# What may not get lost even if the store is away just now, since the customer (or the agent) relies on it.
MUST: tuple[type[Message], ...] = (Pause, Stop, End, Withhold, ControlRelease)


class Reading:
    """Takes frames from peers that hold a seat."""

    def __init__(
        self,
        house: House,
        steps: Steps,
        relay: Relay,
        pictures: Pictures,
        acts: Acts,
        assets: Assets,
        probes: Probes,
        checkups: Checkups,
        pulse: Pulse,
    ) -> None:
        self._house = house
        self._steps = steps
        self._relay = relay
        self._pictures = pictures
        self._acts = acts
        self._assets = assets
        self._probes = probes
        self._checkups = checkups
        self._pulse = pulse

    async def frame(self, local: LocalSession, peer: Peer, data: Data) -> None:
        """Everything one frame holds. Garbage closes the socket; too much makes it wait."""
        await self._pulse.felt()
        self._house.counters.add("frames")
        if peer.said_bye:
            return
        try:
            if peer.seat == "customer":
                await self._from_customer(local, peer, data)
            else:
                await self._from_agent(local, peer, data)
        except BadMessage as error:
            self._house.counters.add("bad_messages")
            self._house.ledger.count(peer.session_id, "bad_message", peer.seat)
            log.warning("bad_message session=%s seat=%s why=%s", peer.session_id, peer.seat, error.sentence)
            peer.close(BAD_MESSAGE)

    # --- customer

    def now(self, local: LocalSession, peer: Peer, frames: Sequence[Data]) -> int:
        """What most frames are, one short message of the view each for an agent who is here too, is passed on at once:
        it waits for nobody. How many of them, from the first on, were; with the rest nothing was done, and they are for
        `frame`."""
        if peer.seat != "customer" or peer.said_bye or not self._pulse.beats(peer.heard_at):
            return 0
        agent = self._relay.agent_here(local)
        if agent is None:
            return 0
        count, weight = 0, 0
        for data in frames:
            message = _short_view(data)
            if message is None:
                break
            size = wire.size_of(data)
            self._relay.view_now(local, peer, agent, message, data, size, self._credit(message, size))
            count += 1
            weight += size + MESSAGE_WEIGHT_BYTES
        if count:
            self._house.counters.add("frames", count)
            if peer.charge_now(weight):
                self._house.counters.add("paced")
        return count

    async def _from_customer(self, local: LocalSession, peer: Peer, data: Data) -> None:
        with peer.holding():
            frame = wire.read(wire.CUSTOMER, data, wire.CUSTOMER_FRAME_MAX_BYTES)
        last = _last_picture(frame)
        weight = frame.unpacked + MESSAGE_WEIGHT_BYTES * len(frame.said)
        for place, said in enumerate(frame.said):
            if place:
                # What bounds the time for one message must not be got round by many in a frame.
                await asyncio.sleep(0)
            if isinstance(said.message, VIEW):
                credit = self._credit(said.message, frame.size) if place == last else None
                await self._relay.view(local, peer, said, credit)
            elif isinstance(said.message, ActResult):
                await self._act_result(local, peer, said, said.message)
            else:
                weight += _weight(peer, said.message)
                await self._said(local, peer, said.message)
            if peer.said_bye or peer.closing is not None:
                break
        await self._pace(peer, weight)

    def _credit(self, message: Message, size: int) -> CreditDue | None:
        if not isinstance(message, TAKES_CREDIT):
            return None
        return CreditDue(self._house.id, message.epoch, 1, size)

    async def _act_result(self, local: LocalSession, peer: Peer, said: Said[FromCustomer], result: ActResult) -> None:
        if may_say("customer", result, local.state):
            self._acts.note(local, result)
            await self._relay.act_result(local, said, result.id)
            await self._acts.answered(local, result)
        else:
            self._not_allowed(local, peer, result)

    async def _pace(self, peer: Peer, weight: int) -> None:
        """Beyond the rate the socket is not read until the account is level again."""
        wait = peer.charge(weight)
        if wait > 0:
            self._house.counters.add("paced")
            await self._house.clock.sleep(wait)

    # --- agent

    async def _from_agent(self, local: LocalSession, peer: Peer, data: Data) -> None:
        frame = wire.read(wire.AGENT, data, wire.AGENT_FRAME_MAX_BYTES)
        for said in frame.said:
            if isinstance(said.message, Act):
                await self._acts.act(local, peer, said.message)
            else:
                await self._said(local, peer, said.message)
        await self._pace(peer, frame.unpacked + sum(_weight(peer, said.message) for said in frame.said))

    # --- both

    async def _said(self, local: LocalSession, peer: Peer, message: FromCustomer | FromAgent) -> None:
        if not may_say(peer.seat, message, local.state):
            self._not_allowed(local, peer, message)
            return
        event = _event(peer, message)
        if event is None:
            await self._no_event(local, peer, message)
        elif isinstance(message, Bye):
            peer.said_bye = True
            await self._steps.must(peer.session_id, event)
            await self._probes.gone(peer)
        elif isinstance(message, MUST):
            await self._steps.must(peer.session_id, event)
        else:
            await self._try(peer, event)

    async def _no_event(self, local: LocalSession, peer: Peer, message: Message) -> None:
        match message:
            case Activity():
                self._acts.active(local)
            case ProbeAnswer():
                await self._probes.answered(peer, message.id)
            case AssetRefused():
                self._house.ledger.count(peer.session_id, "asset_refused", word(message.reason, ASSET_REASONS))
                await self._assets.refused(local.session.id, message)
            case Resync():
                await self._pictures.ask(local.session, message.epoch)
            case Checkup():
                await self._checkups.asked(local, peer, message)
            case Condition():
                await self._checkups.told(local, message)

    async def _try(self, peer: Peer, event: Event) -> None:
        try:
            await self._steps.step(peer.session_id, event)
        except (Refused, NotFound, StoreError) as error:
            self._problem(peer, error)

    def _not_allowed(self, local: LocalSession, peer: Peer, message: Message) -> None:
        name = message.__struct_config__.tag
        self._problem(peer, NotAllowed(f"A {peer.seat} may not say {name} while the session is {local.state}."))

    def _problem(self, peer: Peer, error: CobrowseError) -> None:
        self._house.counters.add(f"problems.{error.code}")
        self._house.ledger.count(peer.session_id, "refused_message", error.code)
        wait = math.ceil(error.retry_after_seconds) if isinstance(error, TooMany | StoreAway) else 0
        peer.send(Problem(code=error.code, message=error.sentence, retry_after_seconds=wait))


def _short_view(data: Data) -> AnyView | None:
    """The one message of a short text frame, where it is of the view."""
    if not isinstance(data, str) or len(data) > NOW_MAX_CHARACTERS:
        return None
    try:
        message = wire.CUSTOMER.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return message if isinstance(message, ANY_VIEW) else None


def _last_picture(frame: Frame[FromCustomer]) -> int:
    """Where in the frame the last message stands that takes credit; -1 for none."""
    places = [place for place, said in enumerate(frame.said) if isinstance(said.message, TAKES_CREDIT)]
    return places[-1] if places else -1


def _weight(peer: Peer, message: Message) -> int:
    return ASKING_WEIGHT_BYTES if _event(peer, message) is None else STEP_WEIGHT_BYTES


def _event(peer: Peer, message: Message) -> Event | None:
    match message:
        case Consent():
            return Consented(message.allow)
        case Digits():
            return DigitsEntered(message.value)
        case Bye():
            return SeatLeft(seat=peer.seat, generation=peer.generation, why=message.reason)
        case Stop():
            return EndAsked("customer_stopped")
        case End():
            return EndAsked("agent_ended")
        case ControlRelease():
            return ControlReleased(peer.seat)
    return _event_while_open(message)


def _event_while_open(message: Message) -> Event | None:
    match message:
        case Pause():
            return PausedBy()
        case Resume():
            return Resumed()
        case Withhold():
            return Withheld(message.reason)
        case Share():
            return Withheld("")
        case AskControl():
            return ControlAskedFor()
        case ControlAnswer():
            return ControlAnswered(message.allow)
    return None
