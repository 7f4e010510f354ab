"""Use case: why is this line so? Records, the surest connection first, each with its evidence.

The order: anchored here; named here; recorded at the commit that last touched the line, or named in its
message; about the file or its folder; about a file that often changes together with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from lsp_server.errors import UsageError
from lsp_server.memory.core import Core
from lsp_server.memory.file_reasons import FileReasons, Lines
from lsp_server.memory.finding import labelled
from lsp_server.memory.left_out import is_left_out, is_there
from lsp_server.memory.neighbours import about_folder, folder_named
from lsp_server.memory.results import How, Reason
from lsp_server.memory.standing import Standing
from lsp_server.records.anchors import Anchor, CodeSymbol, whole
from lsp_server.records.model import Relation

_SURE = (How.ANCHORED, How.NAMED)


def why(
    core: Core, path: str, start: int | None, end: int | None, *, rev: str | None = None, symbol: str = ""
) -> list[Reason]:
    """What is known about lines of a file, about a symbol of it (``start`` may be one of its lines), about
    the whole file, or about a folder; the surest first.

    ``rev`` is a commit whose file is meant, None for the file as it is now. Raises ``UsageError`` for a
    place that is not there, ``NotFoundError`` for a ``rev`` that is not.
    """
    commit = _commit(core, rev)
    core.followed()
    if symbol:
        return _about_symbol(core, CodeSymbol(path, symbol, start or 0), rev)
    found = _Found(core)
    if start is None and (folder := folder_named(core, path, commit)) is not None:
        found.add_all(about_folder(core, folder))
        return found.reasons()
    try:
        lines = Lines(start, end or start) if start else None
        found.add_all(FileReasons(core, _file_of(core, path, commit), lines, commit))
    except UsageError:
        if commit is None and (gone := about_gone(core, path)):
            return gone
        raise
    return found.reasons()


def _about_symbol(core: Core, place: CodeSymbol, rev: str | None) -> list[Reason]:
    from lsp_server.code.places import tidy_path
    from lsp_server.memory.anchoring import symbol_range

    path = tidy_path(place.path)
    try:
        at_head = rev is None and is_left_out(core, path)
        lines, _ = symbol_range(core, place._replace(path=path), "HEAD" if at_head else rev)
    except UsageError as error:
        if rev is not None or is_there(core, path):
            raise
        return _about_symbol_of_gone(core, place, error)
    return why(core, lines.path, lines.start, lines.end, rev=rev)


def _about_symbol_of_gone(core: Core, place: CodeSymbol, error: UsageError) -> list[Reason]:
    """About a symbol of a file that is not there any more: the symbol of its name in the file that this one
    was renamed to; else the records that were anchored to it, with where they are."""
    from lsp_server.code.naming import tidy_name
    from lsp_server.code.places import tidy_path
    from lsp_server.memory.anchoring import symbol_range

    path = tidy_path(place.path)
    now = core.code.find(Anchor(whole(path))).ranges
    if now and now[0].path != path:
        told = f"{path} is {now[0].path} now"
        try:
            lines, _ = symbol_range(core, place._replace(path=now[0].path))
            found = why(core, lines.path, lines.start, lines.end)
            return [one if path in one.evidence else _with(one, told) for one in found]
        except UsageError as other:
            error = UsageError(f"{told}; {other}")
    if gone := about_gone(core, path, tidy_name(place.name)):
        return gone
    raise error


def _with(reason: Reason, told: str) -> Reason:
    return replace(reason, evidence=f"{reason.evidence}; {told}")


def about_gone(core: Core, path: str, symbol: str = "") -> list[Reason]:
    """Records about a file or folder that is not there any more, or about a symbol of such a file, each with
    where it stands now."""
    from lsp_server.code.places import tidy_path

    path = tidy_path(path)
    if is_there(core, path):
        return []
    index, standing, found = core.index, Standing(core), _Found(core)
    below = index.anchors_below(f"{path}/", deep=True)
    for stored in (*index.anchors_on_path(path), *index.anchors_on_path(f"{path}/"), *below):
        record, where = index.get(stored.record_id), stored.anchor.range
        if record is None or not (where.path == path or where.path.startswith(f"{path}/")):
            continue
        if symbol and stored.anchor.symbol != symbol:
            continue
        today, _ = standing.of(record, stored)
        if today is None or not is_there(core, today.path):
            found.add(Reason(record, f"was anchored at {where}, which is gone", None, How.FILE))
        else:
            told = "what it is now" if where.is_whole else "where its lines are now"
            found.add(Reason(record, f"{told}; it was anchored at {where}", today, How.FILE))
    return found.reasons()


def _file_of(core: Core, path: str, commit: str | None) -> str:
    """The file that is meant, as git names it. Raises ``UsageError`` where there is none."""
    from lsp_server.code.git import tree_entry
    from lsp_server.code.places import tidy_path

    if commit is None and core.repository.work_tree is not None:
        try:
            return core.code.resolve(path)
        except UsageError:
            if is_left_out(core, tidy_path(path)):
                return tidy_path(path)
            raise
    path, at = tidy_path(path), commit or core.code.head()
    entry = tree_entry(core.repository.git, at, path) if at else None
    if entry is None or not entry.is_file:
        where = f"at {commit[:10]}" if commit else "at HEAD"
        raise UsageError(f"{path} {'is no file' if entry else 'does not exist'} {where}")
    return path


def _commit(core: Core, rev: str | None) -> str | None:
    if rev is None:
        return None
    from lsp_server.code.commits import require_commit

    return require_commit(core.repository.git, rev)


class _Found:
    """Reasons as they are found: of each record the first, which is the surest."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._by_id: dict[str, Reason] = {}

    def add(self, reason: Reason) -> None:
        self._by_id.setdefault(reason.record.id, reason)

    def add_all(self, reasons: Iterable[Reason]) -> None:
        for reason in reasons:
            self.add(reason)

    def reasons(self) -> list[Reason]:
        """All of them in order. What replaced a decision comes right behind it."""
        ordered: dict[str, Reason] = {}
        for reason in self._by_id.values():
            ordered.setdefault(reason.record.id, reason)
            for successor in self._successors(reason):
                known = self._by_id.get(successor.record.id)
                ordered.setdefault(successor.record.id, known if known and known.how in _SURE else successor)
        return [replace(one, record=labelled(self._core, one.record)) for one in ordered.values()]

    def _successors(self, reason: Reason) -> Iterator[Reason]:
        if reason.how not in _SURE:
            return
        for link in reason.record.links:
            if link.relation is Relation.SUPERSEDED_BY and (record := self._core.index.get(link.target)):
                told = f"supersedes {reason.record.label}, which is {reason.how.value} here"
                yield Reason(record, told, None, reason.how)
