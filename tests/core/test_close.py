"""Close codes say by their range whether the peer may come again."""

from cobrowse.core import close


def test_numbers_and_reasons_are_unique() -> None:
    assert len({code.number for code in close.ALL}) == len(close.ALL) == len({code.reason for code in close.ALL})


def test_all_are_of_the_applications_range() -> None:
    assert all(4000 <= code.number < 4200 for code in close.ALL)


def test_every_named_code_is_in_all() -> None:
    named = [value for name, value in vars(close).items() if name.isupper() and name != "ALL"]
    assert list(close.ALL) == named


def test_who_may_come_again() -> None:
    again = {code for code in close.ALL if code.may_retry}
    assert again == {
        close.DRAIN,
        close.SLOW,
        close.PROBE_UNANSWERED,
        close.STORE_AWAY,
        close.INTERNAL,
        close.SEAT_BUSY,
        close.SEAT_LOST,
        close.HELLO_TIMEOUT,
    }


def test_a_reason_fits_into_a_close_frame() -> None:
    # RFC 6455 section 5.5: a control frame has 125 bytes, two of which are the number.
    assert all(len(code.reason.encode()) <= 123 for code in close.ALL)
