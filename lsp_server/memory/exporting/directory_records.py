"""Records as the files of a project directory, and what those have no place for."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from lsp_server.memory.importing.directory_records import IMPORTED, origin_of, restored_body
from lsp_server.memory.importing.directory_sessions import session_file
from lsp_server.memory.importing.files import text_of
from lsp_server.records.front_matter import split
from lsp_server.records.model import Kind, Record
from lsp_server.records.project_directory import bugs, decisions, learnings
from lsp_server.records.project_directory.beside import Beside, digest_of, whole
from lsp_server.records.project_directory.checkpoints import document_of, in_order, read_checkpoint
from lsp_server.records.project_directory.differing import KEY, laid_over
from lsp_server.records.project_directory.entries import PERIOD
from lsp_server.records.project_directory.json_file import read_json, written_json
from lsp_server.records.project_directory.markdown import in_a_fence, is_separator, stands_alone, trimmed
from lsp_server.records.project_directory.model import ID_COMMENT, PERIOD_KEY, Entry, digest
from lsp_server.records.project_directory.sessions import session_document
from lsp_server.records.project_directory.words import heading
from lsp_server.records.sessions.model import Session
from lsp_server.rendering.environment import Templates

_SAFE = re.compile(r"[A-Za-z0-9][\w.-]{0,120}\Z")
_PLACED = re.compile(r"(.+) \((\d{1,9})\)\Z")
_END = "\n\n---\n\n## {}\n\nEnd.\n"


class Names:
    """Names of files in the directory, none twice, on systems without case as well."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def free(self, folder: str, wanted: Iterable[str]) -> str:
        """The first of them that is free and can be a file's name."""
        for name in wanted:
            whole_name = f"{folder}/{name}"
            if _SAFE.match(name) and whole_name.casefold() not in self._taken:
                self._taken.add(whole_name.casefold())
                return whole_name
        raise AssertionError("an id is free")


class Records:
    """Collects the records of an export: ``files`` by their names, and what stands beside them."""

    def __init__(self, beside: Beside) -> None:
        self.files: dict[str, bytes] = {}
        self._beside = beside
        self._names = Names()
        self._templates = Templates()
        self._entries: dict[Kind, list[str]] = {Kind.DECISION: [], Kind.LEARNING: []}
        self._decisions: list[tuple[Record, bytes]] = []

    def add(self, record: Record, data: bytes) -> None:
        """One record, with the bytes of its file; decisions and learnings in the order of their file."""
        if record.kind is Kind.BUG:
            self._bug(record, data)
        elif record.kind is Kind.CHECKPOINT:
            self._checkpoint(record, data)
        elif record.kind is Kind.DECISION:
            self._decisions.append((record, data))
        else:
            text, entry = _alone(learnings.write_learning(record), record, _read_learning)
            self._entries[record.kind].append(text)
            self._note(record, data, "learnings.md", entry)

    def add_session(self, session: Session, path: str, data: bytes) -> None:
        """One session, as its file on the branch has it."""
        stem = f"session_{session.created:%Y%m%d_%H%M}_{session.id[:8]}"
        named = [
            _origin(session.extra, "sessions"),
            f"{session.name or stem}.json",
            f"{stem}.json",
            f"{session.id}.json",
        ]
        name = self._names.free("sessions", named)
        written = written_json(session_document(session))
        self.files[name] = written.encode("utf-8")
        text = data.decode("utf-8", "replace")
        head = text[: split(text).body].removesuffix("\n")
        document, _ = read_json(written)
        again = session_file(head, document or {}, session.id)
        held: Mapping[str, Any] = {"front": head} if again == data else whole(data)
        said = {"in": name, "digest": digest(written), "path": path, "was": digest_of(data), **held}
        self._beside.records[session.id] = said

    def finish(self) -> None:
        """Write the files that hold many records."""
        if any(_period(one)[1] < sys.maxsize for one in self._decisions):
            self._write_in_periods()
        else:
            for record, data in self._decisions:
                text, entry = _alone(decisions.write_decision(record), record, _read_decision)
                self._entries[Kind.DECISION].append(text)
                self._note(record, data, "decisions.md", entry)
        for kind, name, title in (
            (Kind.DECISION, "decisions.md", decisions.TITLE),
            (Kind.LEARNING, "learnings.md", learnings.TITLE),
        ):
            if self._entries[kind]:
                text = "\n\n---\n\n".join(self._entries[kind])
                if is_separator(text.rpartition("\n")[2]):
                    text += "\n\n---"  # or its own last line would be taken for one
                self.files[name] = f"{title}\n\n{text}\n".encode("utf-8", "replace")

    def _write_in_periods(self) -> None:
        """The decisions below the years or months that they stood below when they came in; new ones below the
        year that they are from."""
        below: dict[str, list[str]] = {}
        for record, data in sorted(self._decisions, key=lambda one: _period(one)[1]):
            period, _ = _period((record, data))
            text, entry = _alone(_in_period(record), record, _read_decision, period)
            below.setdefault(period, []).append(text)
            self._note(record, data, "decisions.md", entry)
        written = [decisions.TITLE]
        for period, texts in below.items():
            written.append(f"## {period}")
            for text in texts:
                written += [text, "---"] if is_separator(text.rpartition("\n")[2]) else [text]
        self.files["decisions.md"] = ("\n\n".join(written) + "\n").encode("utf-8", "replace")

    def _bug(self, record: Record, data: bytes) -> None:
        number = "" if record.number is None else f"bug_{record.number:03d}"
        named = [_origin(record.extra, "bugs"), f"{number}.md", f"bug_{record.id}.md"]
        name = self._names.free("bugs", named)
        text = _seen(bugs.write_bug(record))
        entry = bugs.read_bug(name, text)
        if entry.id != record.id or not text.strip():
            text = f"# {record.label}\n\n{ID_COMMENT.format(record.id)}\n\n{in_a_fence(record.body)}\n"
            text = _seen(text)
            entry = bugs.read_bug(name, text)
        self.files[name] = text.encode("utf-8", "replace")
        self._note(record, data, name, entry)

    def _checkpoint(self, record: Record, data: bytes) -> None:
        stem = f"checkpoint_{record.created:%Y%m%d_%H%M}"
        named = [
            _origin(record.extra, "checkpoints"),
            *(f"{stem}{more}.json" for more in ("", f"{record.created:%S}", f"_{record.id}")),
        ]
        name = self._names.free("checkpoints", named)
        made = document_of(record)
        patch = record.extra.get(KEY)
        written = written_json(in_order(laid_over(made, patch) if isinstance(patch, str) else made))
        self.files[name] = written.encode("utf-8")
        document, _ = read_json(written)
        self._note(record, data, name, read_checkpoint(name, document or {}, written))

    def _note(self, record: Record, data: bytes, name: str, entry: Entry) -> None:
        """Note what a reader of the file alone would not know: all that it takes to have the same bytes."""
        text = data.decode("utf-8", "replace")
        parts = split(text)
        front = parts.front or ""
        body = restored_body(self._templates, front, entry, record.path)
        is_same = body is not None and f"---\n{front}---\n{body}".encode("utf-8", "replace") == data
        held: Mapping[str, Any] = {"front": front} if is_same else whole(data)
        said = {"in": name, "digest": digest(entry.written), "path": record.path}
        said |= {"was": digest_of(data), **held}
        self._beside.records[record.id] = said


def _seen(text: str) -> str:
    """A text as whoever reads its file finds it."""
    return text_of(text.encode("utf-8", "replace"), 1 << 30).text


def _origin(extra: Mapping[str, Any], folder: str) -> str:
    """The name of the file that a record came from."""
    value = extra.get(IMPORTED)
    origin = origin_of(value)[0] if isinstance(value, str) else ""
    name = Path(origin).name
    return name if origin == f"{folder}/{name}" else ""


def _period(one: tuple[Record, bytes]) -> tuple[str, int]:
    """The heading that a decision stood below in a file that was grouped by years or months, and the place
    that it had there; a new one is the last below its year."""
    said = one[0].extra.get(PERIOD_KEY)
    found = _PLACED.match(said) if isinstance(said, str) else None
    if found and PERIOD.match(found[1]):
        return found[1], int(found[2])
    return f"{one[0].created.year:04d}", sys.maxsize


def _in_period(record: Record) -> str:
    """A decision below such a heading, with a number in its own where it had one there."""
    value = record.extra.get(IMPORTED)
    name = origin_of(value)[0].partition("#")[2] if isinstance(value, str) else ""
    return decisions.write_decision(record, level=3, is_named=not name or name.isdigit())


def _alone(
    text: str, record: Record, read: Callable[[str], list[Entry]], period: str = ""
) -> tuple[str, Entry]:
    """An entry that reads back as one, whatever comes after it; a text that would not is put in a fence.
    ``period`` is the heading at level two that it stands below."""
    text = "\n".join(trimmed(_seen(text).split("\n")))
    entry = _entry_in(text, record, read, period)
    if entry is not None:
        return text, entry
    number = "" if record.number is None else f" {record.number:03d}"
    day = f"{record.created:%Y-%m-%d}: " if record.kind is Kind.LEARNING else f"Decision{number}: "
    level = "###" if period else "##"
    for title in (heading(record.title), record.label):
        text = _seen(f"{level} {day}{title}\n\n{ID_COMMENT.format(record.id)}\n\n{in_a_fence(record.body)}")
        entry = _entry_in(text, record, read, period)
        if entry is not None:
            return text, entry
    text = f"{level} {day}{record.label}\n\n{ID_COMMENT.format(record.id)}"
    return text, read(f"## {period}\n\n{text}" if period else text)[0]


def _entry_in(text: str, record: Record, read: Callable[[str], list[Entry]], period: str) -> Entry | None:
    if not stands_alone(text):
        return None
    end = _END.format("2020-01-01: End")
    entries = read(_seen(f"## {period}\n\n{text}{end.replace('##', '###')}" if period else text + end))
    if len(entries) == 2 and entries[0].id == record.id and entries[0].written == text:
        return entries[0]
    return None


def _read_decision(text: str) -> list[Entry]:
    return decisions.read_decisions(text)[1]


def _read_learning(text: str) -> list[Entry]:
    return learnings.read_learnings(text)[1]
