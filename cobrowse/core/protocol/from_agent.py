"""What the agent's console says, besides acts."""

from typing import Annotated

from msgspec import Meta

from cobrowse.core.protocol.words import Id, Message


class Digits(Message, frozen=True, tag="digits", kw_only=True):
    value: Annotated[str, Meta(pattern="^[0-9]{2}$")]


class AskControl(Message, frozen=True, tag="ask_control", kw_only=True):
    pass


class Resync(Message, frozen=True, tag="resync", kw_only=True):
    """Agent → hub → customer: begin a new epoch. From the hub it also sets the credit anew.

    `epoch` is the last epoch the asker saw (0 for none)."""

    epoch: Id = 0


class End(Message, frozen=True, tag="end", kw_only=True):
    pass
