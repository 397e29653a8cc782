"""A factory a backend: the contract suites run once with each."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import NamedTuple

from cobrowse.store.opening import Stores, open_store


class Backend(NamedTuple):
    """`open` gives stores on the same data each time; several may be open at once."""

    name: str
    open: Callable[[], AbstractAsyncContextManager[Stores]]


def sqlite_backend(folder: Path) -> Backend:
    """A database file. Not exclusive, so that a second instance can be opened beside the first."""
    return Backend("sqlite", lambda: open_store(f"sqlite://{folder / 'cobrowse.db'}", exclusive=False))


def redis_backend(name: str, url: str) -> Backend:
    """Real redis-servers, of the kind that the URL says."""
    return Backend(name, lambda: open_store(url, exclusive=True))
