"""A store that is timed: how long each call takes, and what goes wrong with it.

It stands where the store stood and has all that the store has; what is not a call is handed through."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

from cobrowse.core.errors import StoreConflict, StoreError, StoreUnreadable
from cobrowse.hub.counters import Counters

Store = TypeVar("Store")
Call = Callable[..., Awaitable[Any]]


class StoreWatch:
    """What was measured, of every store that this hub has. `away` is true while the last call got no answer."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self.counters = Counters()
        self.away = False
        self._monotonic = monotonic

    def timed(self, name: str, call: Call) -> Call:
        """The same call, measured under this name."""

        async def measured(*arguments: Any, **named: Any) -> Any:
            began = self._monotonic()
            try:
                result = await call(*arguments, **named)
            except StoreError as error:
                self.counters.add(f"store_errors.{error.code}")
                # Who lost against others or read what cannot be read was answered.
                self.away = not isinstance(error, StoreConflict | StoreUnreadable)
                raise
            finally:
                self.counters.observe(f"store_seconds.{name}", self._monotonic() - began)
            self.away = False
            return result

        return measured


class _Measured:
    def __init__(self, store: object, watch: StoreWatch) -> None:
        self._store = store
        self._watch = watch

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if name.startswith("_") or not inspect.iscoroutinefunction(found):
            return found
        timed = self._watch.timed(name, found)
        setattr(self, name, timed)
        return timed


def measured(store: Store, watch: StoreWatch) -> Store:
    """This store, each call of it measured by `watch`."""
    return cast(Store, _Measured(store, watch))
