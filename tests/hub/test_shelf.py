from cobrowse.hub.shelf import Shelf
from cobrowse.store.base import Asset


def asset(size: int) -> Asset:
    return Asset("image/png", b"x" * size)


def test_what_was_not_used_for_longest_goes_first_within_a_session() -> None:
    shelf = Shelf(session_max_bytes=10)
    shelf.put("a", 1, asset(4))
    shelf.put("a", 2, asset(4))
    shelf.put("b", 1, asset(9))
    assert shelf.get("a", 1) is not None
    shelf.put("a", 3, asset(4))
    assert [n for n in (1, 2, 3) if shelf.get("a", n)] == [1, 3]
    assert shelf.get("b", 1) is not None
    assert shelf.bytes == 17


def test_and_over_the_whole_hub() -> None:
    shelf = Shelf(hub_max_bytes=10)
    for session in "abc":
        shelf.put(session, 1, asset(5))
    assert [session for session in "abc" if shelf.get(session, 1)] == ["b", "c"]
    assert shelf.bytes == 10


def test_the_same_number_again_replaces() -> None:
    shelf = Shelf()
    shelf.put("a", 1, asset(5))
    shelf.put("a", 1, asset(7))
    assert shelf.bytes == 7


def test_what_is_too_large_for_a_session_stays_nowhere() -> None:
    shelf = Shelf(session_max_bytes=10)
    shelf.put("a", 1, asset(11))
    assert (shelf.get("a", 1), shelf.bytes) == (None, 0)


def test_a_session_can_be_forgotten() -> None:
    shelf = Shelf()
    shelf.put("a", 1, asset(5))
    shelf.put("b", 1, asset(6))
    shelf.forget("a")
    assert (shelf.get("a", 1), shelf.bytes) == (None, 6)
