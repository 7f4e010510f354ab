"""The records' files: readable, each id once, each number once, and in the place that the number says."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from lsp_server.memory.doctor.case import Case
from lsp_server.memory.doctor.model import Area, Finding, error, note, warning
from lsp_server.records.labels import NUMBERED, label_number, normalise_label
from lsp_server.records.model import Kind, Record
from lsp_server.records.paths import (
    FOLDERS,
    TOMBSTONES,
    kind_of_path,
    number_of_name,
    numbered_path,
)
from lsp_server.records.tombstones import read_tombstone

_CLOCKS_DIFFER = 86_400  # seconds


def examine(case: Case) -> Area:
    """The area "records"."""
    findings = [
        *_broken(case),
        *_conflicts(case.records),
        *_numbers(case.records),
        *_misplaced(case.records),
        *_tombstones(case),
        *_aliases(case.records),
        *_from_the_future(case),
    ]
    counted = Counter(record.kind for record in case.records)
    summary = ", ".join(
        f"{counted[kind]} {kind.value if counted[kind] == 1 else FOLDERS[kind]}"
        for kind in Kind
        if counted[kind]
    )
    return Area("records", summary or "none yet", findings)


def _broken(case: Case) -> Iterator[Finding]:
    readable = {record.path for record in case.records}
    for broken in case.index.broken():
        for problem in broken.problems:
            if "same id as" in problem.message:
                yield error(
                    "id-twice",
                    f"{broken.path}: {problem.message.partition(':')[0]}; only the other one is shown.",
                    "Give one of the two files a new id (`uuidgen` prints one), in a worktree of the branch.",
                    broken.path,
                )
            elif problem.code != "conflict" and "conflict" not in problem.message.casefold():
                how = "is read but for this" if broken.path in readable else "is not read as a record"
                yield warning(
                    "unreadable",
                    f"{broken.path} {how}: line {problem.line + 1}: {problem.message}.",
                    "Mend that line: `git memory edit` for a record that is shown, else a worktree of the "
                    "branch.",
                    f"{broken.path}:{problem.line + 1}",
                )


def _conflicts(records: Sequence[Record]) -> Iterator[Finding]:
    for record in records:
        if record.conflicts:
            where = ", ".join(conflict.where or "the text" for conflict in record.conflicts)
            yield warning(
                "conflict",
                f"{record.label} holds two versions of {where}: a merge could not tell which is meant.",
                f"`git memory edit {record.label}` shows both; leave the one that is right.",
                record.label,
            )


def _numbers(records: Sequence[Record]) -> Iterator[Finding]:
    by_label: dict[tuple[Kind, int], list[Record]] = defaultdict(list)
    for record in records:
        if record.number is not None:
            by_label[record.kind, record.number].append(record)
    for same in by_label.values():
        if len(same) > 1:
            named = " and ".join(f"{one.title!r} ({one.id[:8]})" for one in same)
            yield error(
                "number-twice",
                f"{same[0].label} is the number of {named}.",
                "`git memory doctor --fix` gives the younger a new number, the old one stays its alias.",
                same[0].label,
                fixable=True,
            )


def _misplaced(records: Sequence[Record]) -> Iterator[Finding]:
    moves = moved_paths(records)
    for record in records:
        new = moves.get(record.path)
        if kind_of_path(record.path) is not record.kind:
            yield warning(
                "wrong-folder",
                f"{record.label} is a {record.kind.value}, but its file {record.path} is among others.",
                f"`git memory doctor --fix` moves it to {new}."
                if new
                else "Move it in a worktree of the branch.",
                record.path,
                fixable=new is not None,
            )
        elif record.number is not None and number_of_name(_name(record.path)) != record.number:
            yield warning(
                "number-in-name",
                f"{record.path} is {record.label}: the file's name says another number, or none.",
                f"`git memory doctor --fix` renames it to {new}."
                if new
                else "Rename it in a worktree of the branch.",
                record.path,
                fixable=new is not None,
            )


def moved_paths(records: Sequence[Record]) -> Mapping[str, str]:
    """Where the files belong whose name or folder says something else than they do: new path by old path.
    A place that is taken, or wanted twice, is left out; so are kinds whose place a date decides."""
    taken = {record.path.casefold() for record in records}
    moves: dict[str, str] = {}
    for record in records:
        if record.kind not in NUMBERED or record.number is None:
            continue
        name = _name(record.path)
        right = kind_of_path(record.path) is record.kind and number_of_name(name) == record.number
        if right:
            continue
        suffix = "." + name.rpartition(".")[2]
        new = numbered_path(record.kind, record.number, record.title, suffix)
        if new.casefold() not in taken:
            taken.add(new.casefold())
            moves[record.path] = new
    return moves


def _tombstones(case: Case) -> Iterator[Finding]:
    living = {normalise_label(record.label): record for record in case.records if record.number is not None}
    for path, label, record_id in tombstones(case):
        if label is None:
            yield warning(
                "unreadable-tombstone",
                f"{path} should say which record was deleted, and does not.",
                "Its number could be given again: put `label` and `id` back, from `git log -p` on that file.",
                path,
            )
            continue
        alive = living.get(normalise_label(label))
        if alive is None:
            continue
        if alive.id == record_id:
            yield warning(
                "tombstone-of-the-living",
                f"{label} is marked as deleted in {path}, and is there.",
                "`git memory doctor --fix` takes the mark away.",
                path,
                fixable=True,
            )
        else:
            yield warning(
                "number-given-again",
                f"{label} was deleted ({record_id[:8]}), and another record ({alive.id[:8]} {alive.title!r}) "
                "has the number now: an old comment that names it may mean either.",
                f"`git memory history {record_id}` shows what it meant.",
                label,
            )


def tombstones(case: Case) -> Iterator[tuple[str, str | None, str]]:
    """(path, label, id) of every tombstone; no label for one that cannot be read."""
    wanted = [
        (path, blob.object_id)
        for path, blob in case.entries.items()
        if path.startswith(f"{TOMBSTONES}/") and path.endswith(".yaml") and blob.is_file
    ]
    contents = case.store.contents([object_id for _, object_id in wanted])
    for (path, _), (_, data) in zip(wanted, contents, strict=True):
        said = read_tombstone(data)
        yield (path, None, "") if said is None or label_number(said[0]) is None else (path, *said)


def _aliases(records: Sequence[Record]) -> Iterator[Finding]:
    living = {normalise_label(record.label): record for record in records}
    held: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        for alias in dict.fromkeys(record.aliases):
            held[normalise_label(alias) or alias].append(record)
    for alias, holders in sorted(held.items()):
        owner = living.get(alias)
        others = [holder for holder in holders if holder is not owner]
        if owner is not None and others:
            named = " and ".join(other.label for other in others)
            yield note(
                "alias-of-another",
                f"{alias} was the label of {named} before; it means {owner.label} {owner.title!r} now.",
                f"A comment in the code that says {alias} may mean either: write the one that is meant.",
                alias,
            )
        elif len(others) > 1:
            named = " and ".join(other.label for other in others)
            yield note(
                "alias-twice",
                f"{alias} was the label of {named} before, so it names neither for certain.",
                "Name them by the labels that they have now.",
                alias,
            )


def _from_the_future(case: Case) -> Iterator[Finding]:
    for record in case.records:
        if record.created.timestamp() > case.now + _CLOCKS_DIFFER:
            yield note(
                "created-in-the-future",
                f"{record.label} says that it was made on {record.created:%Y-%m-%d}, which is still to come.",
                f"If a clock was wrong, `git memory edit {record.label}` changes `created`.",
                record.label,
            )


def _name(path: str) -> str:
    return path.rpartition("/")[2]
