"""The files of a project directory, read: each thing in it, before the branch is looked at."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from lsp_server.errors import UsageError
from lsp_server.memory.importing.files import read_text, require_folder
from lsp_server.memory.importing.in_halves import in_halves
from lsp_server.memory.importing.things import Thing
from lsp_server.records.artifact_paths import ROOT
from lsp_server.records.living.documents import document_at
from lsp_server.records.project_directory.beside import LEFT_OVER, NAME, Beside, bytes_of, read_beside
from lsp_server.records.project_directory.bugs import read_bug
from lsp_server.records.project_directory.checkpoints import ID, read_checkpoint
from lsp_server.records.project_directory.decisions import read_decisions
from lsp_server.records.project_directory.json_file import read_json
from lsp_server.records.project_directory.learnings import read_learnings
from lsp_server.records.project_directory.log import months
from lsp_server.records.project_directory.model import Entry, digest
from lsp_server.records.project_directory.project import project_yaml

ARTIFACTS = f"{ROOT}/"
KEPT = "artifacts/imported/"  # text of the directory that is no record
MOST = 64 << 20  # bytes of one file: years of a log and thousands of decisions stand in one
_OF_SYSTEMS = (".DS_Store", ".git", ".gitkeep", ".gitignore")
_ABOUT_BUGS = ("readme.md", "index.md", "template.md", "bug_template.md")
_FILES = ("project_summary.json", "development_log.md", "decisions.md", "learnings.md")

Progress = Callable[[str], None]
"""Told what is being done, in a few words."""


def read_directory(
    directory: Path, progress: Progress, *, in_two: bool = False
) -> tuple[list[Thing], Beside | None]:
    """Everything in a project directory, in name order, and what an export left beside it. ``in_two``: a
    copy of this process reads half of the files, where there are many. Raises ``UsageError`` when it is no
    such directory."""
    require_folder(directory)
    things: list[Thing] = []
    beside = None
    seen: dict[str, int] = {}
    names = list(_names(directory))
    read = partial(_read_all, progress)
    found_in = in_halves(read, names) if in_two else read(names)
    for (name, place), here in zip(names, found_in, strict=True):
        if name == NAME and os.path.isfile(place) and not os.path.islink(place):  # noqa: PTH113, PTH114
            found = read_text(place, 1 << 30)
            beside = None if found.broken else read_beside(found.text)
            if beside is None:
                why = found.broken or "it is broken, or of another program"
                things.append(Thing(name, name, broken=f"{why}; ids, links and times are not known"))
            elif held := _held(beside):
                things.append(Thing(name, name, documents=held))
            continue
        for thing in here:
            if thing.origin:
                again = seen[thing.origin] = seen.get(thing.origin, 0) + 1
                thing.origin += f"~{again}" if again > 1 else ""
            things.append(thing)
    if not any(not thing.broken and thing.file != "README.md" for thing in things):
        raise UsageError(
            f"{directory} holds no project memory: no {', '.join(_FILES)}, and no bugs, checkpoints, "
            "sessions or artifacts"
        )
    return things, beside


def _read_all(progress: Progress, names: Sequence[tuple[str, str]]) -> list[list[Thing]]:
    """The things in each of some files."""
    found = []
    for count, (name, place) in enumerate(names):
        if count % 100 == 0:
            progress(f"{count} files read")
        found.append(list(_read(name, place)))
    return found


def _held(beside: Beside) -> dict[str, bytes]:
    """The documents that no other file could hold."""
    found = {
        path: bytes_of(said)
        for path, said in beside.documents.items()
        if said.get("in") == NAME and document_at(path) is not None
    }
    return {path: data for path, data in found.items() if data is not None}


def _names(directory: Path) -> Iterator[tuple[str, str]]:
    """Every name below the directory but what is hidden, with its path, in name order."""
    top = os.fspath(directory)
    for folder, folders, names in os.walk(top):
        links = [name for name in folders if os.path.islink(f"{folder}/{name}")]  # noqa: PTH114 (thousands)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        inside = folder[len(top) :].lstrip("/")
        for name in sorted([*names, *links]):
            is_kept = f"{inside}/".startswith(ARTIFACTS) and not _is_nobodys(name)
            if is_kept or not name.startswith(".") or (name == NAME and not inside):
                yield f"{inside}/{name}" if inside else name, f"{folder}/{name}"


def _is_nobodys(name: str) -> bool:
    return name in _OF_SYSTEMS or LEFT_OVER.match(name) is not None


def _read(name: str, place: str) -> Iterator[Thing]:
    shown = os.fsencode(name).decode("utf-8", "backslashreplace")
    if os.path.islink(place):  # noqa: PTH114 (thousands)
        yield Thing(shown, shown, broken="it is a symbolic link, which is not followed")
        return
    if not os.path.isfile(place):  # noqa: PTH113 (thousands)
        yield Thing(shown, shown, broken="it is no file")
        return
    folder, _, last = name.partition("/")
    lower = name.lower()
    if name.startswith(ARTIFACTS):
        yield Thing(shown, shown, artifact=Path(place), path=shown)
    elif folder == "bugs" and lower.endswith(".md"):
        about = lower.rpartition("/")[2] in _ABOUT_BUGS
        yield from _text(shown, place, _about_bugs if about else _bug)
    elif folder in ("checkpoints", "sessions") and lower.endswith(".json"):
        yield from _text(shown, place, _checkpoint if folder == "checkpoints" else _session)
    elif lower in _READERS and not last:
        yield from _text(shown, place, _READERS[lower])
    elif document_at(name) is not None:
        yield from _text(shown, place, _living)
    else:
        yield Thing(
            shown, shown, broken="such a directory has no place for it; see `git memory artifact add`"
        )


def _text(name: str, place: str, reader: Callable[[str, str], Iterator[Thing]]) -> Iterator[Thing]:
    found = read_text(place, MOST)
    if found.broken:
        yield Thing(name, name, broken=found.broken)
        return
    for thing in reader(name, found.text):
        thing.notes[:0] = found.notes
        yield thing


def _bug(name: str, text: str) -> Iterator[Thing]:
    entry = read_bug(name, text)
    yield _of_entry(name, name, name, entry)


def _about_bugs(name: str, text: str) -> Iterator[Thing]:
    path = f"{KEPT}{name}"
    note = f"it is no bug; it is kept as {path}"
    yield Thing(name, name, documents={path: text.encode("utf-8")}, notes=[note])


def _checkpoint(name: str, text: str) -> Iterator[Thing]:
    document, notes = read_json(text)
    if document is None:
        yield Thing(name, name, broken=notes[0])
        return
    thing = _of_entry(name, name, name, read_checkpoint(name, document, text))
    thing.notes[:0] = notes
    yield thing


def _session(name: str, text: str) -> Iterator[Thing]:
    document, notes = read_json(text)
    if document is None:
        yield Thing(name, name, broken=notes[0])
        return
    record_id = document.get(ID)
    yield Thing(
        name,
        name,
        origin=name,
        digest=digest(text),
        session=document,
        notes=notes,
        id=record_id if isinstance(record_id, str) else "",
    )


def _entries(name: str, before: str, entries: list[Entry]) -> Iterator[Thing]:
    for entry in entries:
        number = f"#{entry.number}" if entry.number is not None else f"#{entry.name}"
        yield _of_entry(name, f"{name}: {entry.name}", f"{name}{number}", entry)
    yield from _above(name, before)


def _above(name: str, before: str) -> Iterator[Thing]:
    """What stands above the first entry belongs to none: it is kept as a file."""
    if any(line.strip() and not line.startswith("# ") for line in before.split("\n")):
        path = f"{KEPT}{name}"
        note = f"what stands above the first entry is kept as {path}"
        documents = {path: (before.strip("\n") + "\n").encode("utf-8")}
        yield Thing(name, f"{name}: above the first entry", documents=documents, notes=[note])


def _decisions(name: str, text: str) -> Iterator[Thing]:
    yield from _entries(name, *read_decisions(text))


def _learnings(name: str, text: str) -> Iterator[Thing]:
    yield from _entries(name, *read_learnings(text))


def _of_entry(file: str, name: str, origin: str, entry: Entry) -> Thing:
    written, entry.written = entry.written, ""  # half of all the text, and nobody needs it any more
    return Thing(
        file,
        name,
        origin=" ".join(origin.split())[:200],
        digest=digest(written),
        entry=entry,
        notes=list(entry.notes),
        id=entry.id or "",
    )


def _summary(name: str, text: str) -> Iterator[Thing]:
    document, notes = read_json(text)
    if document is None:
        yield Thing(name, name, broken=notes[0])
        return
    written = project_yaml(document).encode("utf-8")
    yield Thing(
        name, name, origin=name, digest=digest(text), documents={"project.yaml": written}, notes=notes
    )


def _log(name: str, text: str) -> Iterator[Thing]:
    found, above = months(text)
    yield from _above(name, "\n".join(above))
    documents = {path: whole.encode("utf-8") for path, whole in found.items()}
    if not documents:
        return
    yield Thing(name, name, origin=name, digest=digest(text), documents=documents)


def _readme(name: str, text: str) -> Iterator[Thing]:
    yield from _document(name, "README.md", text)


def _living(name: str, text: str) -> Iterator[Thing]:
    yield from _document(name, name, text)


def _document(name: str, path: str, text: str) -> Iterator[Thing]:
    yield Thing(name, name, digest=digest(text), documents={path: text.encode("utf-8")})


_READERS: Mapping[str, Callable[[str, str], Iterator[Thing]]] = {
    "project_summary.json": _summary,
    "development_log.md": _log,
    "decisions.md": _decisions,
    "learnings.md": _learnings,
    "readme.md": _readme,
}
