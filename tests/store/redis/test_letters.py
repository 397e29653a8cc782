"""Messages that go out together come in as they went."""

import msgspec
import pytest

from cobrowse.store.redis.letters import opened, sealed


@pytest.mark.parametrize("messages", [[], [b""], [b"one"], [b"\x93\xff", b"two", b"", b"x" * 70_000]])
def test_messages_come_out_as_they_went_in(messages: list[bytes]) -> None:
    assert opened(sealed(messages)) == messages


@pytest.mark.parametrize("letter", [b"", b"no letter", b"\x93\xc4", sealed([b"cut short"])[:-1]])
def test_what_is_no_letter_is_refused(letter: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        opened(letter)
