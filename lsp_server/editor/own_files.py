"""Which documents are ours: file views and drafts, and what the server shows without a file.

Told from the name alone, so that it costs nothing to find that a file of code is none of them.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from lsp_server.editor import uris

SCHEME = "git-memory"
"""The scheme of what is shown without a file, where the client can (``workspace/textDocumentContent``)."""

_FOLDERS = ("git-memory", "drafts")  # above the folder of the worktree


def is_own(uri: str, path: Path | None) -> bool:
    """Whether a document lies in the drafts' folder, or has no file but is ours."""
    if path is None:
        return uri.startswith(f"{SCHEME}:")
    return path.parts[-4:-2] == _FOLDERS


def is_yaml(uri: str) -> bool:
    return uri.endswith((".yaml", ".yml"))


def virtual_uri(root: Path, name: str) -> str:
    """The URI of something shown about a repository: its name is what a tab says, its path tells which
    repository is meant."""
    return f"{SCHEME}://{quote(root.as_posix())}/{quote(name)}"


def virtual_place(uri: str) -> tuple[Path, str] | None:
    """(the repository's root, the name) of such a URI; None for any other."""
    if not uri.startswith(f"{SCHEME}:"):
        return None
    path = uris.to_path(f"file{uri[len(SCHEME) :]}")
    return None if path is None else (path.parent, path.name)
