"""P3, at the other end: what a rogue hub or customer might send past every check is refused by the mirror, counted, and
the next good picture is shown."""

import json
import random
from typing import Any

import msgspec
import pytest

from cobrowse.core.protocol import VIEW, Ops, Snapshot
from tests.attack.hostile.ground import Ground
from tests.attack.outside import Fault as MessageFault
from tests.attack.outside import faults_of, plain
from tests.attack.outside_view import Fault, picture, sorts

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

# So many of each sort of fault; each needs a picture of its own before it.
OF_EACH = 12
# What the mirror cannot know, since it knows no policy and no order of epochs but its own; a link that is no stylesheet
# it shows as none, and without its page a picture does not begin.
NOT_ITS_OWN = ("a page at", "a first part without", "link rel = ", "how far ")


def chosen() -> list[Fault]:
    """Faults of every sort, the same each time."""
    chance = random.Random(3)  # noqa: S311 - a test repeats itself
    found: list[Fault] = []
    for sort in sorts().values():
        its_own = [fault for fault in sort if fault.code != "gap" and not fault.why.startswith(NOT_ITS_OWN)]
        found += chance.sample(its_own, min(OF_EACH, len(its_own)))
    return found


def sent(frame: Snapshot | Ops, epoch: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(msgspec.json.encode(msgspec.structs.replace(frame, epoch=epoch)))
    return found


def after_a_picture(ground: Ground, fault: Fault) -> list[dict[str, Any]]:
    """A good picture, and the fault. An epoch of 1 is that of the picture, one of 2 the next."""
    ground.epoch += 2
    return [sent(picture(), ground.epoch - 1), sent(fault.frame, ground.epoch + fault.frame.epoch - 2)]


async def is_refused(ground: Ground, fault: Fault) -> bool:
    return len(await ground.refusals(after_a_picture(ground, fault))) == 1


async def assert_goes_on(ground: Ground) -> None:
    """The next good picture is shown."""
    assert await ground.refusals([sent(picture(), ground.next_epoch())]) == []
    shown = await ground.mirror.canonical()
    assert '"Hello"' in shown and "<img>" in shown


async def test_each_fault_of_the_view_is_refused_and_the_next_picture_shown(ground: Ground) -> None:
    found = chosen()
    assert len(found) > 8 * OF_EACH
    for start in range(0, len(found), 20):
        part = found[start : start + 20]
        messages = [message for fault in part for message in after_a_picture(ground, fault)]
        if len(await ground.refusals(messages)) != len(part):
            raise AssertionError([fault.why for fault in part if not await is_refused(ground, fault)])
    await assert_goes_on(ground)


async def test_what_is_no_message_of_the_view_is_refused(ground: Ground) -> None:
    await assert_goes_on(ground)
    faulty = [fault for kind in VIEW for fault in faults_of(kind, plain(kind)) if not _is_the_hubs(fault)]
    others: list[Any] = [None, 1, "x", [], {"k": "act"}, {"k": "state"}]
    messages = [*(fault.message for fault in faulty), *others]
    for start in range(0, len(messages), 50):
        part = messages[start : start + 50]
        assert await ground.refusals(part) == ["no_view"] * len(part), part
    await assert_goes_on(ground)


def _is_the_hubs(fault: MessageFault) -> bool:
    """How long a text is, only the hub looks at; a trait that has no bit says nothing in the mirror; and of some faults
    nothing is left on their way into the browser: integers beyond its doubles, and what is no field there."""
    if "__proto__" in fault.why or fault.why.endswith("traits: too large"):
        return True
    return fault.why.endswith("too long") or "18446744073709551616" in json.dumps(fault.message)
