"""How the picture is: asked by the agent, answered by the hub and the tab."""

from typing import Annotated, Literal

from msgspec import Meta

from cobrowse.core.protocol.words import Count, Digest, Id, Message, Trouble, Word


class Checkup(Message, frozen=True, tag="checkup", kw_only=True):
    """Agent → hub → customer: how is the picture? The tab answers with `condition`; with `digest` where it is asked
    for and can be had. The hub answers at once with `heard`, so that the agent can tell whose side is slow."""

    id: Id
    digest: bool = False


class Condition(Message, frozen=True, tag="condition", kw_only=True):
    """Customer → hub → agent: answers `checkup` (`id` 0: unasked, since the troubles changed).

    `digest` is that of the masked page exactly as it is after `seq` of `epoch`, or empty. `hidden`: the tab is behind
    another one. `waiting_ms`: for how long it has had something to send and no credit. `washed`, `refused` and
    `refused_why` are the hub's own: texts it masked, frames of this view it refused, and why the last one."""

    id: Id
    epoch: Id
    seq: Id
    hidden: bool = False
    waiting_ms: Count = 0
    troubles: Annotated[list[Trouble], Meta(max_length=16)] = []  # noqa: RUF012 (a Struct: each has its own)
    digest: Digest = ""
    washed: Count = 0
    refused: Count = 0
    refused_why: Word = ""


class Heard(Message, frozen=True, tag="heard", kw_only=True):
    """Hub → agent: the `checkup` of this id has reached the hub."""

    id: Id


class Notice(Message, frozen=True, tag="notice", kw_only=True):
    """Hub → agent: what only the hub knows. `old_snippet`: the customer's page carries another version."""

    what: Literal["old_snippet"]
