"""A storage that was closed refuses every call, whatever it is made of."""

from __future__ import annotations

from typing import Any, NoReturn

from lsp_server.errors import UsageError
from lsp_server.store.keyvalue.base import KeyValue

_CALLS = tuple(name for name in vars(KeyValue) if not name.startswith("_") and name != "close")


def refuse_from_now_on(storage: KeyValue) -> None:
    """Let every call of the protocol but ``close`` raise ``UsageError``. An open storage pays nothing for
    it: its calls are replaced."""
    called = type(storage).__name__

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise UsageError(f"this {called} is closed: open another one")

    for name in _CALLS:
        setattr(storage, name, refuse)
