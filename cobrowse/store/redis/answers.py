"""What Redis says when it does not do what it was asked, and which `StoreError` that is."""

from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    ClusterDownError,
    ConnectionError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TimeoutError,
    TryAgainError,
)

from cobrowse.core.errors import StoreAway, StoreError, StoreFull, StoreReadOnly

# redis-py has no class for these answers; each is an answer's first word.
_TAKES_NO_WRITES = ("NOREPLICAS", "MISCONF")
_STANDS_STILL = ("BUSY ",)


def is_away(error: Exception) -> bool:
    """True where the server cannot be reached, or says that it cannot answer anything now."""
    if isinstance(error, AuthenticationError | AuthorizationError):
        # redis-py counts these among the lost connections; waiting helps none.
        return False
    if isinstance(error, ConnectionError | TimeoutError | ClusterDownError | TryAgainError | OSError):
        return True
    return isinstance(error, ResponseError) and str(error).startswith(_STANDS_STILL)


def store_error(error: Exception, place: str) -> StoreError:
    """The error of the store for what redis-py raised. `place` is the server's address, for the sentence."""
    if is_away(error):
        return StoreAway(f"Redis at {place} does not answer: {error}{_hint(error)}")
    if isinstance(error, OutOfMemoryError):
        return StoreFull(f"Redis at {place} has no memory left: raise maxmemory, or find what fills it. ({error})")
    if isinstance(error, ReadOnlyError):
        return StoreReadOnly(f"Redis at {place} is a replica and takes no writes: {error}")
    if isinstance(error, ResponseError) and str(error).startswith(_TAKES_NO_WRITES):
        return StoreReadOnly(f"Redis at {place} takes no writes now: {error}")
    return StoreError(f"Redis at {place} answers wrongly: {error}")


def _hint(error: Exception) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return " (name who signed its certificate with ?ca_file=… in `store`)"
    return ""
