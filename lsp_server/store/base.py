"""What every store can do: read one version, list it, commit a set of changes atomically.

The only store so far is a git branch (``git_store``). A *version* is an opaque string that names one
state of the whole memory for ever (on git: the commit id).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple, Protocol

from lsp_server.errors import StoreError

Version = str

# The values here are named tuples: they are made by the thousand, and importing them must cost nothing.


class Entry(NamedTuple):
    """One name in a directory: ``name`` is relative to it, ``object_id`` changes when the content does."""

    name: str
    object_id: str
    is_directory: bool


class File(NamedTuple):
    """One file of a version, without its bytes: ``path`` is relative to the root, ``/`` separated."""

    path: str
    object_id: str


class ChangedPath(NamedTuple):
    """A path that differs between two versions. ``object_id`` is the newer content; None: it is gone."""

    path: str
    object_id: str | None


class Blob(NamedTuple):
    """What stands at a path as git stores it: ``mode`` is ``100644``, ``100755``, ``120000`` …"""

    mode: str
    object_id: str

    @property
    def is_file(self) -> bool:
        return self.mode in ("100644", "100755", "100664")


class Difference(NamedTuple):
    """A path that differs between two versions, of whatever kind: what stood there, and what stands there
    now; None where there is nothing."""

    path: str
    old: Blob | None
    new: Blob | None


class ChangeSet(NamedTuple):
    """What one commit does. ``message`` is whole: subject, blank line, body, trailers.

    ``copies`` puts objects that the store already has at a path, without reading them. ``merges`` are
    further parents; with one, the commit is made even where no file changes. With ``onto`` the changes are
    made to that version, which becomes the first parent in the tip's place: the branch goes over to another
    history. A written file keeps the mode that it has there, unless ``modes`` says one.
    """

    message: str
    writes: Mapping[str, bytes] = MappingProxyType({})
    deletes: Sequence[str] = ()
    copies: Mapping[str, Blob] = MappingProxyType({})
    merges: Sequence[Version] = ()
    onto: Version | None = None
    modes: Mapping[str, str] = MappingProxyType({})


class Advance(NamedTuple):
    """Move the branch forward to a version that contains the tip, without a commit of its own."""

    version: Version


class Commit(NamedTuple):
    """One entry of the history, newest first when listed. ``body`` is without the trailers."""

    version: Version
    author: str
    email: str
    when: datetime
    subject: str
    body: str
    trailers: Mapping[str, str]


class Snapshot(Protocol):
    """One version, readable. Every read sees the same tree, whatever happens to the branch meanwhile."""

    @property
    def version(self) -> Version: ...

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, or None where there is no such file."""
        ...

    def list(self, directory: str) -> Sequence[Entry]:
        """The entries of one directory (``""`` is the root), sorted by name; empty when it is not there."""
        ...

    def files(self, directory: str = "") -> Iterator[File]:
        """Every file below a directory, in path order. Symbolic links and submodules are not files."""
        ...


# Called with the tip; called again, with the new tip, when another writer was faster. It must build from
# what it is given and from nothing it remembers: that is what makes the swap safe. None: nothing to do.
Build = Callable[[Snapshot], "ChangeSet | Advance | None"]


class Store(Protocol):
    """A versioned tree of files."""

    def tip(self) -> Version | None:
        """The newest version, or None when the memory has not been initialised. Cheap: no process."""
        ...

    def snapshot(self) -> Snapshot:
        """The tip. Raises ``NotInitialisedError`` when there is none."""
        ...

    def at(self, version: Version) -> Snapshot:
        """Any version. Raises ``NotFoundError`` when there is none of that name."""
        ...

    def contents(self, object_ids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The bytes of many files by their ``object_id``, streamed in the order asked for."""
        ...

    def commit(self, build: Build) -> Version:
        """Apply ``build(tip)`` on the tip by compare-and-swap; return the new version (the tip when
        ``build`` gave None). Acknowledged means that it survives a power cut.

        Raises ``NotInitialisedError``, ``RefusedError`` (branch checked out, newer format),
        ``StoreError`` (read-only, disk full, locked by somebody else).
        """
        ...

    def changed(self, old: Version | None, new: Version) -> Sequence[ChangedPath]:
        """Every path that differs between two versions (None: the empty tree), without renames."""
        ...

    def differences(self, old: Version | None, new: Version) -> Sequence[Difference]:
        """As ``changed``, with both sides, and symbolic links and submodules too."""
        ...

    def merge_bases(self, one: Version, other: Version) -> Sequence[Version]:
        """The best common ancestors of two versions, sorted; none when they have no history in common."""
        ...

    def contains(self, version: Version, ancestor: Version) -> bool:
        """Whether ``ancestor`` is ``version`` itself or in its history."""
        ...

    def history(self, path: str | None = None, *, limit: int | None = None) -> Sequence[Commit]:
        """The commits, newest first; those that touched ``path`` only, when given."""
        ...

    def diff(self, version: Version) -> str:
        """What one commit changed, as a unified diff a reviewer would read."""
        ...

    def close(self) -> None:
        """End the helper processes that reading started. Safe to call twice."""
        ...


def keeps_moving() -> StoreError:
    """The error when every try of a write was overtaken by another's."""
    return StoreError("the memory branch keeps moving: somebody writes to it without pause; try again")
