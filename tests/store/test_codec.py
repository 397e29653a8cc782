"""Records as bytes: what cannot be read is an error of the store."""

import pytest

from cobrowse.core.errors import StoreError
from cobrowse.core.states import Session
from cobrowse.store import codec
from tests.store.making import waiting


def test_a_record_comes_back() -> None:
    assert codec.decode(Session, codec.encode(waiting())) == waiting()


@pytest.mark.parametrize(
    "data", [b"", b"\x00", b"\xc1", codec.encode(waiting())[:-1], codec.encode(waiting()).replace(b"s1", b"\xff1")]
)
def test_what_is_no_record_says_so(data: bytes) -> None:
    with pytest.raises(StoreError) as caught:
        codec.decode(Session, data)
    assert caught.value.code == "store_unreadable"
