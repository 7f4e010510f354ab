"""One disposable SQLite file: full text, labels, links and anchors of the records on the branch.

Git is the truth: deleting the file loses nothing. It is given the function that reads a record's file
(``Reader``), for it does not know how records are written. Importing this package loads no database.
"""

from lsp_server.index.index import Index
from lsp_server.index.values import Broken, Found, IncomingLink, Parsed, Reader, StoredAnchor, Tombstone

__all__ = ["Broken", "Found", "IncomingLink", "Index", "Parsed", "Reader", "StoredAnchor", "Tombstone"]
