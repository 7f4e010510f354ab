"""Features for our own documents alone.

An editor that takes registrations is told so, and then never asks about a file of code; the others ask about
every file, and are answered at once that there is nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from lsprotocol import types

from lsp_server.editor.own_files import SCHEME

SELECTOR: Sequence[types.DocumentFilter] = (
    types.TextDocumentFilterPattern(pattern="**/git-memory/drafts/*/*", scheme="file"),
    types.TextDocumentFilterScheme(scheme=SCHEME),
)


class OwnFeature(NamedTuple):
    """``options`` are for an editor that asks about every file, ``registration`` for one that is told about
    which; ``capability`` is the name under which its client says that it takes that. Without ``options`` the
    feature is there for registering clients alone."""

    method: str
    handler: Callable[..., Any]
    options: Any
    registration: Any
    capability: str


class Registering:
    """Registers such features, each once, in the way that the client takes."""

    def __init__(self, features: Sequence[OwnFeature], add: Callable[[OwnFeature], None]) -> None:
        """``add`` makes the server answer a feature's requests."""
        self._features = features
        self._add = add
        self._later: list[OwnFeature] = []

    def initialize(self, capabilities: types.ClientCapabilities) -> None:
        """Before the server says what it can do."""
        for one in self._features:
            if _takes(capabilities, one.capability):
                self._later.append(one)
            elif one.options is not None:
                self._add(one)

    def initialized(self) -> Sequence[types.Registration]:
        """What to register with the client, once it has said that it is ready."""
        later, self._later = self._later, []
        for one in later:
            self._add(one)
        return [
            types.Registration(
                id=f"git-memory {one.method}", method=one.method, register_options=one.registration
            )
            for one in later
        ]


def _takes(capabilities: types.ClientCapabilities, name: str) -> bool:
    part: Any = capabilities
    for step in name.split("."):
        part = getattr(part, step, None)
    return bool(part is not None and part.dynamic_registration)
