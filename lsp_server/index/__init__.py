"""One disposable SQLite file: full text, labels and anchors of the records on the branch.

Git is the truth: deleting the file loses nothing. It is given the function that reads a record's file
(``Reader``), for it does not know how records are written. Importing this package loads no database.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lsp_server.index.index import Index
    from lsp_server.index.values import Broken, Filters, Found, Parsed, Reader, StoredAnchor, Tombstone

__all__ = ["Broken", "Filters", "Found", "Index", "Parsed", "Reader", "StoredAnchor", "Tombstone"]


def __getattr__(name: str) -> Any:
    # A command that only writes asks for one label and needs none of these.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{'index' if name == 'Index' else 'values'}"), name)
