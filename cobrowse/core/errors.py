"""One error tree. Every leaf carries a stable `code` for programs and a sentence for people.

CobrowseError
├── BadInput                what a person or a peer sent is not in the form it must have
│   ├── BadCode             a code that is mistyped or of the wrong length
│   ├── BadAddress          an address that is not in WHATWG form, or is refused for how it is written
│   ├── BadMessage          a message that does not decode, or is too large
│   └── BadFrame            a view frame outside the whitelist or its limits
├── Refused                 well-formed, but not allowed here and now
│   ├── BadToken            a token that is forged, expired, of another purpose, or already used
│   ├── NotAllowed          a message or act outside role, state, scope or policy
│   └── TooMany             a rate or a budget is used up
├── NotFound                no such session, site, agent or asset
│   └── NoAsset             nobody has an asset for a number, and why
├── StoreError              the store did not answer, or answered wrongly
│   ├── StoreAway           it cannot be reached now; come again after a while
│   │   ├── StoreFull       it is reached, but has no memory left for a write
│   │   └── StoreReadOnly   it is reached, but takes no writes: a replica, or a master without its replicas or its disk
│   ├── StoreConflict       five tries at a transition lost against others
│   ├── StoreUnreadable     one record cannot be read; the others can
│   │   └── LineUnreadable  one line of an audit trail cannot
│   └── StoreBusy           the database is held by another server
└── ConfigError             a setting that is unknown, of the wrong type, or contradicts another
"""

# What who asks a store that is away is told to wait, in seconds; it is asked again sooner than that.
STORE_AWAY_SECONDS = 2.0


class CobrowseError(Exception):
    """Base of all errors raised by Cobrowse. `code` is stable; the sentence may change."""

    code = "error"

    def __init__(self, sentence: str, *, code: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        if code is not None:
            self.code = code


class BadInput(CobrowseError):
    """What a person or a peer sent is not in the form it must have."""

    code = "bad_input"


class BadCode(BadInput):
    """A code that is mistyped (check digit) or has the wrong length. Never counts as an attempt."""

    code = "code_mistyped"


class BadAddress(BadInput):
    """An address that is not in WHATWG form, or is refused for how it is written."""

    code = "bad_address"


class BadMessage(BadInput):
    """A message that does not decode or is too large."""

    code = "bad_message"


class BadFrame(BadInput):
    """A view frame outside the whitelist or its limits."""

    code = "bad_frame"


class Refused(CobrowseError):
    """Well-formed, but not allowed here and now."""

    code = "refused"


class BadToken(Refused):
    """A token that is forged, expired, of another purpose, or already used."""

    code = "bad_token"


class NotAllowed(Refused):
    """A message or act outside role, state, scope or policy."""

    code = "not_allowed"


class TooMany(Refused):
    """A rate or a budget is used up. `retry_after_seconds` says when to come again."""

    code = "too_many"

    def __init__(self, sentence: str, *, retry_after_seconds: float, code: str | None = None) -> None:
        super().__init__(sentence, code=code)
        self.retry_after_seconds = retry_after_seconds


class NotFound(CobrowseError):
    """No such session, site, agent or asset."""

    code = "not_found"


class NoAsset(NotFound):
    """Nobody has an asset for a number; the code says why. `status` is what the server answered that was asked for it,
    or 0; `width` and `height` are the picture's own size in CSS pixels, or 0."""

    code = "failed"

    def __init__(self, sentence: str, *, code: str, status: int = 0, width: int = 0, height: int = 0) -> None:
        super().__init__(sentence, code=code)
        self.status = status
        self.width = width
        self.height = height


class StoreError(CobrowseError):
    """The store did not answer, or answered wrongly."""

    code = "store_unavailable"


class StoreAway(StoreError):
    """The store cannot be reached now, or cannot do this now. `retry_after_seconds` says when to come again. Raised
    soon, not after every try there could be; what was to be written may have been written all the same."""

    code = "store_away"

    def __init__(
        self, sentence: str, *, retry_after_seconds: float = STORE_AWAY_SECONDS, code: str | None = None
    ) -> None:
        super().__init__(sentence, code=code)
        self.retry_after_seconds = retry_after_seconds


class StoreFull(StoreAway):
    """The store has no memory left for a write, and rightly throws nothing else away. Nothing was written; what is
    there can be read."""

    code = "store_full"


class StoreReadOnly(StoreAway):
    """The store takes no writes now: a replica answered, or a master that has lost its replicas or its disk. Nothing
    was written; what is there can be read."""

    code = "store_read_only"


class StoreConflict(StoreError):
    """Five tries at a transition lost against others."""

    code = "store_conflict"


class StoreUnreadable(StoreError):
    """One record cannot be read, written by another version perhaps; the store answers all the same."""

    code = "store_unreadable"


class LineUnreadable(StoreUnreadable):
    """One line of an audit trail cannot be read: the one in place `line`, 1 is the first."""

    code = "line_unreadable"

    def __init__(self, line: int) -> None:
        super().__init__(f"Line {line} of the audit trail cannot be read.")
        self.line = line


class StoreBusy(StoreError):
    """The database is held by another server."""

    code = "store_busy"


class ConfigError(CobrowseError):
    """A setting that is unknown, of the wrong type, or contradicts another."""

    code = "bad_config"
