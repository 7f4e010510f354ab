"""Which memory a document belongs to. Found from its directory once, kept while the server runs."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.editor.workers import Workers
from lsp_server.errors import GitMemoryError, NoRepositoryError

if TYPE_CHECKING:  # importing it takes longer than answering `initialize` may
    from lsp_server.memory import Memory, Record
    from lsp_server.memory.citing import Citation

log = logging.getLogger(__name__)

_FORGET_ABSENCE = 10.0  # seconds until a directory without a repository is looked at again
_KEPT = 4096  # answers kept in each cache; all go with the next version anyway


class Repository:
    """One repository: its memory, and answers that hold for one version of it."""

    def __init__(self, memory: Memory, workers: Workers) -> None:
        self.memory = memory
        self._workers = workers
        self.version: str | None = None
        self.code_version: str | None = None
        self._proposal: str | None = None
        self._found: dict[str, Record | None] = {}
        self._hovers: dict[tuple[tuple[str, ...], frozenset[str]], str] = {}
        self._citations: dict[str, Citation | None] = {}
        self._told = 0  # of the memory's template warnings
        self._looking = asyncio.Lock()

    @property
    def has_memory(self) -> bool:
        return self.version is not None

    async def refresh(self) -> bool:
        """Look whether the memory or the code moved on; whether they did."""
        async with self._looking:  # one after the other, or an older look would undo a newer one
            now = await self._workers.prompt(self._look)  # stat calls, that a command and a hover wait for
            if now == (self.version, self.code_version, self._proposal):
                return False
            self.version, self.code_version, self._proposal = now
            # New dictionaries: a lookup that is under way keeps its answer out of the new ones.
            self._found, self._hovers, self._citations = {}, {}, {}
        return True

    def _look(self) -> tuple[str | None, str | None, str | None]:
        return self.memory.version(), self.memory.code_version(), self.memory.proposal

    @property
    def where(self) -> str:
        """What a message about a write ends with, so that a proposal is never written to unawares."""
        return "" if self._proposal is None else f", on the proposal “{self._proposal}”"

    def known(self, ref: str) -> tuple[bool, Record | None]:
        """(whether it has been looked up, the record): answers at once."""
        return ref in self._found, self._found.get(ref)

    async def find(self, ref: str) -> Record | None:
        """The record of a label or id met in a text; None when there is none or several."""
        if not self.has_memory:
            return None
        kept = self._found
        if ref not in kept:
            try:
                record = await self._workers.prompt(self.memory.find, ref)
            except GitMemoryError as error:
                log.warning("%s could not be looked up: %s", ref, error)
                return None
            if len(kept) < _KEPT:
                kept[ref] = record
            return record
        return kept[ref]

    async def citations(self, refs: Collection[str]) -> Mapping[str, Citation]:
        """What there is to say about labels met in a text; the others are left out."""
        kept = self._citations
        missing = [ref for ref in refs if ref not in kept] if self.has_memory else []
        if missing:
            try:
                found = await self._workers.prompt(self.memory.citations, missing)
            except GitMemoryError as error:
                log.warning("labels could not be looked up: %s", error)
                return {}
            if len(kept) + len(missing) > _KEPT:
                kept.clear()
            kept.update({ref: found.get(ref) for ref in missing})
        return {ref: citation for ref in refs if (citation := kept.get(ref)) is not None}

    def known_hover(self, ids: Sequence[str], stale: Collection[str] = ()) -> str | None:
        """The hover's text when it has been written before: answers at once."""
        return self._hovers.get((tuple(ids), frozenset(stale)))

    async def hover(self, ids: Sequence[str], in_use: Collection[Path], stale: Collection[str] = ()) -> str:
        """The hover's Markdown; ``in_use`` are the files that the editor has open, ``stale`` those of the
        records whose lines are gone from where the hover is."""
        kept, key = self._hovers, (tuple(ids), frozenset(stale))
        if key not in kept:
            write = partial(self.memory.hover, key[0], in_use=in_use, stale=key[1])
            text: str = await self._workers.prompt(write)
            self._log_template_warnings()
            if len(kept) < _KEPT:
                kept[key] = text
            return text
        return kept[key]

    def _log_template_warnings(self) -> None:
        told, self._told = self._told, len(self.memory.template_warnings())
        for warning in self.memory.template_warnings()[told:]:
            log.warning("%s", warning)


class Repositories:
    """Every repository that a document or a workspace folder lies in."""

    def __init__(self, workers: Workers, trusted: Callable[[], Collection[Path]] = tuple) -> None:
        """``trusted`` gives the folders that the editor's user trusts."""
        self._workers = workers
        self._trusted = trusted
        self._open: dict[Path | int, Repository] = {}
        self._of: dict[Path, asyncio.Task[Repository | None]] = {}
        self._absent_until: dict[Path, float] = {}
        self._of_drafts: set[Path] = set()

    async def of(self, path: Path) -> Repository | None:
        """The repository that a file belongs to, None outside of any."""
        return await self._of_directory(path.parent, path)

    async def of_directory(self, path: Path) -> Repository | None:
        """The repository that a directory lies in, None outside of any."""
        return await self._of_directory(path, path)

    def known(self, path: Path) -> Repository | None:
        """As ``of``, but only when it has been found already: answers at once."""
        return self._known(path.parent)

    def known_directory(self, path: Path) -> Repository | None:
        """As ``of_directory``, but only when it has been found already: answers at once."""
        return self._known(path)

    def is_draft(self, path: Path) -> bool:
        """Whether a file is a draft (or a file view); False before ``of`` has found its repository."""
        return path.parent in self._of_drafts

    def look_again(self) -> None:
        """Forget where no repository was: one may have been made."""
        self._absent_until.clear()

    def __iter__(self) -> Iterator[Repository]:
        return iter(tuple(self._open.values()))

    def _known(self, directory: Path) -> Repository | None:
        task = self._of.get(directory)
        return task.result() if task is not None and task.done() and not task.cancelled() else None

    async def _of_directory(self, directory: Path, probe: Path) -> Repository | None:
        if self._absent_until.get(directory, 0) > time.monotonic():
            return None
        task = self._of.get(directory)
        if task is None:
            # One lookup, whoever asks for it meanwhile: a cancelled request must not cancel the others'.
            task = self._of[directory] = asyncio.ensure_future(self._find(directory, probe))
        repository = await asyncio.shield(task)
        if repository is None:
            self._of.pop(directory, None)
            self._absent_until[directory] = time.monotonic() + _FORGET_ABSENCE
        return repository

    async def _find(self, directory: Path, probe: Path) -> Repository | None:
        try:
            memory, holds_drafts = await self._workers.prompt(_open_memory, probe, tuple(self._trusted()))
            repository = Repository(memory, self._workers)
            await repository.refresh()
        except NoRepositoryError:
            return None
        except (GitMemoryError, OSError) as error:
            log.warning("no memory for %s: %s", directory, error)
            return None
        except Exception:
            log.exception("no memory for %s", directory)
            return None
        if holds_drafts:
            self._of_drafts.add(directory)
        # A work tree has one memory; repositories without one (bare) are told apart by themselves. Only one
        # that has been looked at is kept: until then it seems to have no memory.
        kept = self._open.setdefault(memory.root or id(memory), repository)
        if kept is not repository:
            await self._workers.prompt(memory.close)
        return kept


def _open_memory(path: Path, trusted: Collection[Path]) -> tuple[Memory, bool]:
    """The memory of a file or directory, and whether the file is a draft. That of a folder that is trusted
    is trusted as long as this server lives."""
    from lsp_server.memory import Memory

    # A draft's repository is told from its own path, wherever the editor's root is.
    memory = Memory.for_draft(path)
    holds_drafts = memory is not None
    if memory is None:
        directory = path
        while not directory.is_dir() and directory != directory.parent:
            directory = directory.parent
        memory = Memory.open(directory)
    if memory.root is not None and _lies_in(memory.root, trusted):
        memory.trust(for_now=True)
    return memory, holds_drafts


def _lies_in(root: Path, folders: Collection[Path]) -> bool:
    """Whether a work tree is one of the folders, in one, or around one."""
    real = root.resolve()
    places = [folder.resolve() for folder in folders]
    return any(real.is_relative_to(place) or place.is_relative_to(real) for place in places)
