"""P12, leaves no trace: the audit trail of a whole session says who did what when, and nothing of the page but where it
was. The customer's side speaks raw frames, as a page or a snippet would that wants to get something into the trail."""

import asyncio
import json
import re
import time
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec import to_builtins

from cobrowse.commands.audit import check, show_trail
from cobrowse.core.audit import AuditLine
from cobrowse.core.close import BAD_MESSAGE, ENDED
from cobrowse.core.protocol import Act, AnyDo, Click, Highlight, Navigate, Ops, Page, PageInfo, Snapshot, Type
from cobrowse.store.opening import open_store
from tests.attack.test_p12_leaves_no_trace import Seen, everything_below, everything_in
from tests.core.sketch import Sketch
from tests.hub.peers import ADDRESS, ORIGIN, change, page, picture
from tests.live_hub import LiveHub, close_number, sqlite_url
from tests.web.test_sockets import hello

# One for each place; each is a word of letters alone where the form asks for one, so that only meaning can refuse it.
PATH = "canarypath"
CANARIES = {
    "text": "canarytext",
    "title": "canarytitle",
    "query": "canaryquery",
    "unlisted query": "canaryunlisted",
    "fragment": "canaryfragment",
    "attribute": "canaryattribute",
    "token": "canarytoken",
    "style": "canarystyle",
    "secret in the path": "Zk4Tq9Xw7Lm2Rv8Pc5",
    "refused address": "canaryelsewhere",
    "reason of an act": "canaryreason",
    "name of an act": "canaryact",
    "reason of an asset": "canaryasset",
    "text the agent typed": "canarytyped",
    "address the agent typed": "canarynavigated",
    "unknown message": "canarymessage",
    "unknown field": "canaryfield",
}
# Every kind of line there is.
KINDS = set(
    "created claimed allowed digits_wrong confirmed live customer_seated customer_left agent_seated agent_left withheld"
    " shared paused resumed control_asked control_allowed control_denied control_released navigation_asked"
    " navigation_allowed navigation_denied page counted more ended closed rolled_back".split()
)


class Peer(Seen):
    """A socket that says what it is told to, and hears."""

    async def say(self, *messages: dict[str, Any] | Snapshot | Ops | Page | Act) -> None:
        for message in messages:
            await self.socket.send(json.dumps(to_builtins(message)))


@asynccontextmanager
async def joined(agent_hub: LiveHub, customer_hub: LiveHub) -> AsyncIterator[tuple[str, int, Peer, Peer]]:
    """A live session with control: its id, the first epoch, the agent and the customer."""
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(agent_hub.signed_in())
        new = await agent_hub.new_code(client)
        ticket = (await client.post(f"/api/sessions/{new.id}/ticket")).json()["ticket"]
        code = (await customer_hub.claim(new.code)).json()
        agent = Peer(await stack.enter_async_context(agent_hub.socket("agent")))
        await agent.socket.send(hello(ticket))
        await agent.hear("agent_welcome")
        customer = Peer(await stack.enter_async_context(customer_hub.socket("customer")))
        await customer.socket.send(hello(code["token"]))
        welcome = await customer.hear("customer_welcome")
        await customer.say({"k": "consent", "allow": True})
        await agent.say({"k": "digits", "value": code["digits"]})
        await customer.hear("resync")
        await agent.say({"k": "ask_control"})
        await customer.hear("control_asked")
        await customer.say({"k": "control_answer", "allow": True})
        while (await agent.hear("state"))["control"] != "on":
            pass
        yield new.id, welcome["first_epoch"], agent, customer


def snapshot(epoch: int, address: str) -> Snapshot:
    """A page with a canary in each kind of table."""
    shown = Sketch().document().element(2, 1, "html")
    shown.element(3, 2, "body", title=CANARIES["attribute"], role=CANARIES["token"])
    shown.text(10, 3, CANARIES["text"]).element(4, 3, "style")
    shown.sheet(5, 4, f".{CANARIES['style']}{{color:red}}")
    page = PageInfo(address=address, title=CANARIES["title"], width=800, height=600)
    return shown.snapshot(epoch, page=page)


PAGES = (
    f"{ORIGIN}/{PATH}",
    f"{ORIGIN}/{PATH}?q={CANARIES['query']}",
    f"{ORIGIN}/{PATH}/…",
    # These are refused.
    f"{ORIGIN}/{PATH}/{CANARIES['secret in the path']}",
    f"{ORIGIN}/{PATH}?name={CANARIES['unlisted query']}",
    f"{ORIGIN}/{PATH}#{CANARIES['fragment']}",
    f"https://{CANARIES['refused address']}.example/",
)
ACTS: tuple[AnyDo, ...] = (
    Click(node=10, x=0.5, y=0.5),
    Highlight(node=10),
    Type(node=10, text=CANARIES["text the agent typed"]),
    Navigate(address=f"/{CANARIES['address the agent typed']}"),
    Navigate(address=f"https://{CANARIES['address the agent typed']}.example/"),
)


async def walk(epoch: int, agent: Peer, customer: Peer) -> None:
    """Everything that either side can say, each with a canary where it can hold one."""
    for n, address in enumerate(PAGES):
        await customer.say(snapshot(epoch + n, address))
        await (agent.hear("snapshot") if n < 3 else customer.hear("problem"))
    last = epoch + len(PAGES)
    await customer.say(picture(last), change(last, 1, CANARIES["text"]), page(last, PAGES[1]))
    await agent.hear("page")
    for n, do in enumerate(ACTS, start=1):
        await agent.say(Act(id=n, epoch=epoch, seq=0, do=do))
    for _ in range(2):
        await agent.hear("act_result")
    refused = {"k": "act_result", "id": 1, "status": "refused"}
    await customer.say(
        {**refused, "reason": CANARIES["reason of an act"], "act": CANARIES["name of an act"]},
        {**refused, "reason": "covered", "act": "click", "on": "button"},
        {"k": "asset_refused", "n": 1, "reason": CANARIES["reason of an asset"]},
        {"k": "withhold", "reason": "other_path"},
        {"k": "share"},
        {"k": "pause"},
        {"k": "resume"},
    )
    while (await agent.hear("state"))["name"] != "paused":
        pass


async def garble(agent: Peer, customer: Peer) -> None:
    """What is no message closes the socket; its words are nobody's to keep."""
    await agent.say({"k": CANARIES["unknown message"], CANARIES["unknown field"]: CANARIES["unknown field"]})
    assert await close_number(agent.socket) == BAD_MESSAGE.number
    await customer.say({"k": "stop"})
    assert await close_number(customer.socket) == ENDED.number


async def settled(hub: LiveHub, other: LiveHub, session: str) -> list[AuditLine]:
    """The trail once the end is in it, and both hubs have let go and told their counts."""
    for _ in range(1000):
        lines = await hub.parts.store.read_audit(session)
        is_over = any(line.kind == "ended" for line in lines)
        if is_over and not any(each.hub._house.sessions or each.hub._house.ledger._books for each in (hub, other)):
            return lines
        await asyncio.sleep(0.01)
    raise AssertionError("The session's trail has no end.")


async def told(agent_hub: LiveHub, customer_hub: LiveHub) -> tuple[str, list[AuditLine]]:
    """The trail of a session in which everything was said."""
    await agent_hub.add_agent()
    async with joined(agent_hub, customer_hub) as (session, epoch, agent, customer):
        await walk(epoch, agent, customer)
        await garble(agent, customer)
    return session, await settled(agent_hub, customer_hub, session)


def counts_of(lines: list[AuditLine]) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in lines:
        if line.kind == "counted":
            for name, times in (pair.split("=") for pair in line.detail.split(" ")):
                found[name] = found.get(name, 0) + int(times)
    return found


def assert_told(lines: list[AuditLine], pages: list[str]) -> None:
    """That what is looked through is a trail of all that."""
    assert [line.detail for line in lines if line.kind == "page"] == pages
    kinds = [line.kind for line in lines]
    for kind in ("control_allowed", "withheld", "shared", "paused", "resumed", "ended", "navigation_asked"):
        assert kind in kinds
    assert (
        counts_of(lines).items()
        >= {
            "act:other:page:other": 1,
            "act:click:button:covered": 1,
            "asset_refused:other": 1,
            "bad_message:agent": 1,
            "refused_act:navigate:leaves_site": 1,
            "refused_act:type:not_allowed": 1,
        }.items()
    )
    assert sum(times for name, times in counts_of(lines).items() if name.startswith("refused_frame:")) == 4


def assert_no_canary(where: str, *also: str) -> None:
    leaked = [place for place, canary in CANARIES.items() if canary.lower() in where.lower()]
    assert leaked == []
    assert not [word for word in also if word in where]


async def printed(hub: LiveHub, session: str) -> str:
    """What the commands print of it."""
    said: list[str] = []
    async with open_store(hub.settings.hub.store.reveal(), exclusive=False) as stores:
        for form in ("json", "head", ""):
            options = Namespace(session=session, json=form == "json", head=form == "head")
            await show_trail(stores, hub.settings, options, said.append)
        verdict = await check(stores.sessions, session, hub.settings.audit_keys, time.time())
    assert verdict.line == 0, verdict
    return "\n".join((*said, verdict.sentence))


async def test_a_trail_holds_nothing_of_the_page_but_where_it_was(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with LiveHub(store=sqlite_url(tmp_path), origins=[ORIGIN]) as hub:
        session, lines = await told(hub, hub)
        assert_told(lines, [f"{ORIGIN}/{PATH}", f"{ORIGIN}/{PATH}/…", ADDRESS, f"{ORIGIN}/{PATH}"])
        assert_no_canary(await printed(hub, session))
        kept = everything_below(tmp_path)
        assert PATH.encode() in kept
        assert_no_canary(kept.decode("latin-1"))
    assert_no_canary(caplog.text, PATH)


async def test_a_site_can_forbid_that_too(tmp_path: Path) -> None:
    """Paths can be personal: /patients/jane-doe."""
    async with LiveHub(store=sqlite_url(tmp_path), origins=[ORIGIN], site={"audit_paths": False}) as hub:
        session, lines = await told(hub, hub)
        assert_told(lines, [ORIGIN])
        assert_no_canary(await printed(hub, session), PATH)
        assert_no_canary(everything_below(tmp_path).decode("latin-1"), PATH)


@pytest.mark.redis
async def test_nor_on_redis_with_two_hubs(redis_url: str) -> None:
    async with (
        LiveHub(store=redis_url, origins=[ORIGIN]) as first,
        LiveHub(store=redis_url, origins=[ORIGIN]) as second,
    ):
        session, lines = await told(first, second)
        assert_told(lines, [f"{ORIGIN}/{PATH}", f"{ORIGIN}/{PATH}/…", ADDRESS, f"{ORIGIN}/{PATH}"])
        assert {line.hub for line in lines} == {first.hub.id, second.hub.id}
        assert_no_canary(await printed(first, session))
        kept = everything_in(redis_url)
        assert PATH.encode() in kept
        assert_no_canary(kept.decode("latin-1"))


async def test_a_name_is_not_an_address_nor_anything_else(tmp_path: Path) -> None:
    """Who: the agent's id, the seat, the hub. No address of a customer is asked for, and none is there."""
    async with LiveHub(store=sqlite_url(tmp_path), origins=[ORIGIN]) as hub:
        _, lines = await told(hub, hub)
    details = " ".join(line.detail for line in lines if line.kind != "page")
    assert not re.search(r"\b\d{1,3}(\.\d{1,3}){3}\b|::1", details)
    assert {line.kind for line in lines} <= KINDS
    assert [line.detail for line in lines if line.kind == "created"] == ["site=shop agent=ana"]
