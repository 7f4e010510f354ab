"""Git Memory: a repository's memory, kept in the repository.

``from lsp_server import Memory`` is the whole public face for Python programs. The import is lazy:
the command line must be able to import this package without paying for what it does not use.
"""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` takes as long to import as the interpreter to start, and hooks are run often
if TYPE_CHECKING:
    from typing import Any

    from lsp_server.memory import Memory as Memory

__version__ = "0.1.0"
__all__ = ["Memory", "__version__"]


def __getattr__(name: str) -> Any:
    if name == "Memory":
        from lsp_server.memory import Memory

        return Memory
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
