"""Lines of a rewritten commit, on the lines of what it became.

What is found is written to the memory for good, so a line is taken along only where it is certain which one
it is. A commit that was put elsewhere adds the same lines in the same order. One that went into another with
more (a squash, a fixup) was followed by commits once whose last one has the new one's text: along those. And
else, lines that stand once hold those beside them (``sure_lines``). What is not certain stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from lsp_server.code.anchoring import joined
from lsp_server.code.compared import DIFF_TREE, hunk_of, name_status
from lsp_server.code.following import History, Trail
from lsp_server.code.git import OFFLINE, GitRunner, merge_bases, objects, unquote_path
from lsp_server.code.kept import kept
from lsp_server.code.reflog import moves
from lsp_server.code.sure_lines import sure_lines
from lsp_server.errors import StoreError
from lsp_server.records.anchors import Anchor, Birth, CodeRange

if TYPE_CHECKING:
    from lsp_server.code.file_view import CodeFiles

_DIFF = (*DIFF_TREE, "--text", "--root", "--no-commit-id", "-p", "-U0", "-M")

Line = tuple[int, bytes]
Added = Mapping[str, Sequence[Line]]
"""The lines that a commit adds, by the file: (line number, text), in order."""


Way = Callable[[int], "int | None"]
"""Which line of the new commit's file a line of the old one's is; None where that is not certain."""
_KEPT = 256  # pairs of commits
_DIFFS_KEPT = 32  # each is all that a commit changes
_MOST_ENDS = 40  # where HEAD once stood, with the old commit in its history


class Carrying:
    """Takes anchors from rewritten commits to what these became. Keeps what it read: commits do not change.
    Raises nothing: where something is not here, lines stay as they are."""

    def __init__(self, runner: GitRunner, code: CodeFiles) -> None:
        self._runner = runner
        self._code = code
        self._added: dict[tuple[str, str], Added] = {}
        self._names: dict[tuple[str, str], Mapping[str, str | None]] = {}
        self._ways: dict[tuple[str, str, str], tuple[str, Way]] = {}

    def anchor(self, anchor: Anchor, made_at: str | None, became: Mapping[str, str]) -> Anchor:
        """An anchor that was made at the commit ``made_at``. ``became``: today's commit of each rewritten
        one. Births of its lines, and the place they had in ``made_at``, are taken along line by line."""
        births: list[Birth] = []
        for birth in anchor.births:
            today = became.get(birth.commit)
            # A commit that became the same was mostly made later, and the anchor's own the last of all.
            others = [made_at, *became] if made_at else list(became)
            later = [one for one in dict.fromkeys(others) if became.get(one) == today != one]
            births += [birth] if today is None else self._births(birth, today, later)
        carried = anchor._replace(births=tuple(joined(births)))
        if anchor.made_at in became:
            carried = carried._replace(made_at=became[anchor.made_at])
        if made_at is not None and made_at in became:
            carried = carried._replace(range=self._range(carried, made_at, became[made_at]))
        return carried

    def _births(self, birth: Birth, today: str, later: Sequence[str]) -> Sequence[Birth]:
        """The births of the lines of one run, a line each, as the history of ``today`` has them."""
        lines = list(birth.each_line())
        try:
            path, way = self._way(birth.commit, today, birth.path, later)
            places = {one.start: place for one in lines if (place := way(one.start)) is not None}
            if not places:
                return lines
            born = self._code.births(path, commit=today)
            return [
                born.of(places[one.start])
                if one.start in places and born.run_of(places[one.start]).known
                else one
                for one in lines
            ]
        except (StoreError, IndexError):
            return lines

    def _range(self, anchor: Anchor, old: str, new: str) -> CodeRange:
        """Where the lines of an anchor with today's births stand in the new commit; of a whole file, what it
        is called there. As it was, where that cannot be told."""
        place = anchor.range
        if place.is_folder:
            return place
        try:
            path = self._path(old, new, place.path)
            if path is None or place.is_whole:
                return place._replace(path=path or place.path)
            born = self._code.births(path, commit=new)
        except StoreError:
            return place
        for offset, birth in enumerate(anchor.line_births):
            found = list(born.lines_born(birth.commit, birth.path, birth.start))
            if len(found) == 1 and (start := found[0] - offset) >= 1:
                return CodeRange(path, start, start + place.end - place.start)
        return place

    def _way(self, old: str, new: str, path: str, later: Sequence[str]) -> tuple[str, Way]:
        """The file's name in the new commit, and the way there."""
        return kept(self._ways, (old, new, path), lambda: self._found_way(old, new, path, later), _KEPT)

    def _found_way(self, old: str, new: str, path: str, later: Sequence[str]) -> tuple[str, Way]:
        there = self._path(old, new, path) or path
        files = (old, path), (new, there), (f"{old}^", path), (f"{new}^", there)
        now, today, before, its_before = self._blobs(*files)
        if now and now == today:
            return there, _itself
        # Where both began with the same file, equal lines that are added may have changed their place.
        if before != its_before and (way := _same(self._adds(old).get(path), self._adds(new).get(there))):
            return there, way
        for end in self._ends(old, new, later):
            if (found := self._along(old, end, new, path)) is not None:
                return found
        if (way := self._apart(old, new, path, there)) is not None:
            return there, way
        return there, sure_lines(self._text(old, path), self._text(new, there)).get

    def _blobs(self, *files: tuple[str, str]) -> Sequence[str]:
        """What tells the files at paths of commits apart; "" where there is none, or it cannot be asked
        for."""
        found = objects(self._runner, [f"{commit}:{path}" for commit, path in files])
        return [one.id if one is not None and one.kind == "blob" else "" for one in found]

    def _along(self, old: str, end: str, new: str, path: str) -> tuple[str, Way] | None:
        """The way along the commits from the old one to one whose changes the new one makes in one."""
        trail = History(self._runner, end).trail(old, path)
        there = None if trail is None or trail.path is None else self._path(end, new, trail.path)
        if trail is None or trail.path is None or there is None:
            return None
        last, today = self._blobs((end, trail.path), (new, there))
        if last and last == today:
            return there, _followed(trail, _itself)
        base = next(iter(merge_bases(self._runner, end, f"{new}^")), None)
        if base is None:
            return None
        way = _same(self._adds(end, base).get(trail.path), self._adds(new).get(there))
        return (there, _followed(trail, way)) if way else None

    def _apart(self, old: str, new: str, path: str, there: str) -> Way | None:
        """The way back from a commit that made in one what others made one by one, the new one the last."""
        base = next(iter(merge_bases(self._runner, new, f"{old}^")), None)
        if base is None or base == new:
            return None
        before, its_before = self._blobs((f"{old}^", path), (base, there))
        if before == its_before:  # as above
            return None
        return _same(self._adds(old).get(path), self._adds(new, base).get(there))

    def _ends(self, old: str, new: str, later: Sequence[str]) -> Sequence[str]:
        """Commits that had the old one in their history and may have become the new one, too."""
        places = list(dict.fromkeys([*later, *moves(self._runner).places]))
        names = "".join(f"{one}\n" for one in (*places, f"^{old}"))
        command = [*OFFLINE, "rev-list", "--ignore-missing", "--ancestry-path", "--stdin"]
        after = set(self._runner.run(command, stdin=names.encode("ascii")).decode("ascii").split())
        return [one for one in places if one in after and one != new][:_MOST_ENDS]

    def _text(self, commit: str, path: str) -> Sequence[str]:
        return self._code.head_text(path, commit=commit) or ()

    def _adds(self, commit: str, since: str = "") -> Added:
        """What a commit adds, or all that came ``since`` another one."""
        compared = [*_DIFF, *([since] if since else []), commit, "--"]
        return kept(self._added, (commit, since), lambda: _added(self._runner.run(compared)), _DIFFS_KEPT)

    def _path(self, old: str, new: str, path: str) -> str | None:
        """What a file is called in the new commit; None where it is not there."""
        return kept(self._names, (old, new), lambda: self._moved(old, new), _KEPT).get(path, path)

    def _moved(self, old: str, new: str) -> Mapping[str, str | None]:
        listed = self._runner.run([*DIFF_TREE, "-M", "-z", "--name-status", "--diff-filter=DR", old, new])
        return {name: now if letter == "R" else None for letter, name, now in name_status(listed)}


def _itself(line: int) -> int | None:
    return line


def _same(before: Sequence[Line] | None, after: Sequence[Line] | None) -> Way | None:
    """The way where the same lines are added in the same order."""
    if not before or not after or [text for _, text in before] != [text for _, text in after]:
        return None
    return {line: now for (line, _), (now, _) in zip(before, after, strict=True)}.get


def _followed(trail: Trail, after: Way) -> Way:
    def way(line: int) -> int | None:
        at = trail.fate(line).line
        return None if at is None else after(at)

    return way


def _added(diff: bytes) -> Added:
    found: dict[str, list[tuple[int, bytes]]] = {}
    lines: list[tuple[int, bytes]] = []
    removed = added = number = 0
    for row in diff.split(b"\n"):
        if removed > 0 and row.startswith(b"-"):
            removed -= 1
        elif added > 0 and row.startswith(b"+"):
            lines.append((number, row[1:]))
            number, added = number + 1, added - 1
        elif row.startswith(b"+++ "):
            name = row[4:].removesuffix(b"\t")
            lines = found.setdefault(unquote_path(name).removeprefix("b/"), [])
        elif (hunk := hunk_of(row)) is not None:
            _, removed, number, added = hunk
    return found
