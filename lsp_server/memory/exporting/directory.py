"""Use case: write the whole memory as a directory of project memory."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.errors import GitMemoryError, RefusedError, UsageError
from lsp_server.memory.directory_results import DirectoryExport
from lsp_server.memory.exporting import writing
from lsp_server.memory.exporting.directory_documents import documents
from lsp_server.memory.exporting.directory_records import Records
from lsp_server.memory.importing.directory import import_directory
from lsp_server.memory.importing.results import Taken
from lsp_server.records.artifact_paths import ROOT
from lsp_server.records.document import parse
from lsp_server.records.living.documents import document_at
from lsp_server.records.model import Kind, Record
from lsp_server.records.paths import TOMBSTONES, kind_of_path
from lsp_server.records.project_directory.beside import (
    NAME,
    Beside,
    digest_of,
    read_beside,
    written_beside,
)
from lsp_server.records.sessions.reading import read_session

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.store.base import Snapshot

_ARTIFACTS = f"{ROOT}/"
# Nobody's memory: the branch's own, and what a repository may not be told by a directory.
_SILENT = ("memory.yaml", ".gitattributes")
_CHANGED = (
    "not as an export left it: `git memory import directory {0}` takes what was changed into the memory, "
    "--force writes over it"
)
_FOREIGN = (
    "{0} holds other things than an export of this memory: name an empty folder, or say --force to write "
    "into it"
)


def export_directory(
    core: Core, directory: Path, *, force: bool, progress: Callable[[str], None]
) -> DirectoryExport:
    """Write the memory at the tip. See ``Memory.export_directory``."""
    snapshot = core.store.snapshot()
    earlier = _earlier(directory, force=force)
    beside = Beside()
    files, left_out, notes = _files(core, snapshot, beside, progress)
    if not force:
        _require_unchanged(core, directory, writing.changed_since(directory, files, earlier.files))
    place = directory / NAME
    if not place.exists():  # first of all, so that an export that is cut short can be said again
        beside.files = {name: digest_of(one) for name, one in files.items() if isinstance(one, bytes)}
        writing.write_alone(place, written_beside(beside).encode("utf-8"))
    outcome = writing.write(directory, files, earlier.files, progress)
    beside.files = dict(sorted(outcome.digests.items()))
    text = written_beside(beside).encode("utf-8")
    if not (place.is_file() and place.read_bytes() == text):
        writing.write_alone(place, text)
    notes += [
        f"{name} was changed since it was exported, and is not of the memory any more"
        for name in outcome.left
    ]
    return DirectoryExport(
        str(directory), outcome.written, outcome.unchanged, outcome.removed, tuple(left_out), tuple(notes)
    )


def _require_unchanged(core: Core, directory: Path, changed: list[str]) -> None:
    """Raise ``RefusedError`` where a file says more than the memory: what an import took over may go."""
    if not changed:
        return
    try:
        report = import_directory(core, directory, dry_run=True, guard=core.guard)
        more = {file.source for file in report.files if file.taken is not Taken.KNOWN}
    except UsageError:
        more = set(changed)
    said = [name for name in changed if any(one == name or one.startswith(f"{name}: ") for one in more)]
    if said:
        others = f" and {len(said) - 3} more" if len(said) > 3 else ""
        are = "is" if len(said) == 1 else "are"
        raise RefusedError(f"{', '.join(said[:3])}{others} {are} {_CHANGED.format(directory)}")


def _earlier(directory: Path, *, force: bool) -> Beside:
    """What an earlier export left in the directory. Raises ``RefusedError`` where it is somebody else's."""
    writing.require_folder(directory)
    place = directory / NAME
    found = None
    if place.is_file() and not place.is_symlink():
        try:
            found = read_beside(place.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            found = None
    if found is None and not force and directory.is_dir() and any(directory.iterdir()):
        raise RefusedError(_FOREIGN.format(directory))
    return found or Beside()


def _files(
    core: Core, snapshot: Snapshot, beside: Beside, progress: Callable[[str], None]
) -> tuple[dict[str, writing.Content], list[str], list[str]]:
    listed = list(snapshot.files())
    left_out: list[str] = []
    notes: list[str] = []
    found: list[tuple[Record, bytes]] = []
    texts: dict[str, bytes] = {}
    artifacts: list[str] = []
    records = Records(beside)
    wanted = [file for file in listed if not file.path.startswith(_ARTIFACTS)]
    artifacts = [file.path for file in listed if file.path.startswith(_ARTIFACTS)]
    contents = dict(core.store.contents(dict.fromkeys(file.object_id for file in wanted)))
    for count, file in enumerate(wanted):
        if count % 100 == 0:
            progress(f"{count} of {len(wanted)} files of the memory read")
        path, data = file.path, contents[file.object_id]
        kind = kind_of_path(path)
        if kind is Kind.SESSION:
            session, wrong = read_session(path, data)
            if session is None:
                notes.append(
                    f"{path} cannot be read as a session: {wrong[0].message if wrong else 'it is broken'}"
                )
            else:
                records.add_session(session, path, data)
        elif kind is not None:
            parsed = parse(path, data)
            if parsed.record is None:
                notes.append(f"{path} cannot be read as a record: {parsed.problems[0].message}")
            else:
                found.append((parsed.record, data))
        elif document_at(path) is not None:
            texts[path] = data
        elif path.startswith(f"{TOMBSTONES}/"):
            beside.deleted[path] = data.decode("utf-8", "replace")
        elif path not in _SILENT:
            left_out.append(path)
    for record, data in sorted(found, key=_order):
        if record.id in beside.records:
            notes.append(f"{record.path} has the id of another record, and is left out")
            continue
        records.add(record, data)
    records.finish()
    files: dict[str, writing.Content] = {**documents(texts, beside), **records.files}
    for path in artifacts:
        files[path] = partial(_artifact, core, path)
    return dict(sorted(files.items())), left_out, notes


def _order(one: tuple[Record, bytes]) -> tuple[str, int, float, str]:
    """Decisions by their numbers, learnings the newest first, the rest by time."""
    record = one[0]
    when = record.created.timestamp()
    return record.kind.value, record.number or 0, -when if record.kind is Kind.LEARNING else when, record.id


def _artifact(core: Core, path: str) -> bytes:
    from lsp_server.memory.artifacts.reading import read

    try:
        return read(core, path)
    except GitMemoryError:
        # Of a file that git LFS holds elsewhere, the pointer; of any other, what stands there.
        return core.read(path) or b""
