"""Why a socket is closed: number, reason, and whether the peer may come again.

The number's range says it without a table: 4000 to 4099 come again (with back-off), 4100 to 4199 stop.
The habit is centrifuge's `disconnect.go`.
"""

from typing import NamedTuple


class Close(NamedTuple):
    """A close code of the application range of RFC 6455 section 7.4.2."""

    number: int
    reason: str

    @property
    def may_retry(self) -> bool:
        """True where the peer should connect again by itself."""
        return self.number < 4100


DRAIN = Close(4000, "drain")
SLOW = Close(4001, "slow")
PROBE_UNANSWERED = Close(4002, "probe_unanswered")
STORE_AWAY = Close(4003, "store_unavailable")
INTERNAL = Close(4004, "internal")
SEAT_BUSY = Close(4005, "seat_busy")
SEAT_LOST = Close(4006, "seat_lost")
# A busy hub, a slow line and a tab that slept are no reason to lose a customer for good.
HELLO_TIMEOUT = Close(4007, "hello_timeout")

BAD_HELLO = Close(4101, "bad_hello")
BAD_TOKEN = Close(4102, "bad_token")
BAD_MESSAGE = Close(4103, "bad_message")
TAKEN_OVER = Close(4104, "taken_over")
ENDED = Close(4105, "ended")
VERSION_MISMATCH = Close(4106, "version_mismatch")
WRONG_ORIGIN = Close(4107, "wrong_origin")
SEAT_HELD = Close(4108, "seat_held")
TOO_FAST = Close(4109, "too_fast")

ALL: tuple[Close, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Close))
