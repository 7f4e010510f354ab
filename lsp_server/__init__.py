"""Git Memory: a repository's memory, kept in the repository.

``from lsp_server import Memory`` is the whole public face for Python programs. The import is lazy:
the command line must be able to import this package without paying for what it does not use.
"""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` takes as long to import as the interpreter to start, and hooks are run often
if TYPE_CHECKING:
    from typing import Any

    from lsp_server.memory import Memory as Memory
    from lsp_server.memory.session_finding import SessionSummary as SessionSummary
    from lsp_server.memory.session_memory import SessionMemory as SessionMemory
    from lsp_server.memory.working_results import Ending as Ending
    from lsp_server.records.sessions.model import Session as Session

__version__ = "0.1.0"
__all__ = ["Ending", "Memory", "Session", "SessionMemory", "SessionSummary", "__version__"]
_PLACES = {
    "Ending": "lsp_server.memory.working_results",
    "Memory": "lsp_server.memory",
    "Session": "lsp_server.records.sessions.model",
    "SessionMemory": "lsp_server.memory.session_memory",
    "SessionSummary": "lsp_server.memory.session_finding",
}


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        from importlib import import_module

        return getattr(import_module(_PLACES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
