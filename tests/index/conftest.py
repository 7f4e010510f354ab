"""A branch in memory and a small file format, so that the index is shown to know neither git nor Markdown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from lsp_server.errors import NotInitialisedError, StoreError
from lsp_server.index import Index, Reader, Tombstone
from lsp_server.records.anchors import Anchor, Birth, CodePosition, CodeRange
from lsp_server.records.labels import format_label
from lsp_server.records.model import Kind, Link, Problem, Record, Relation
from lsp_server.store.base import Build, ChangedPath, Commit, Entry, File, Snapshot, Version

MORNING = datetime(2025, 1, 7, 9, 0, tzinfo=timezone.utc)


class _Tree:
    """One version of a branch in memory."""

    def __init__(self, version: Version, files: dict[str, bytes]) -> None:
        self.version = version
        self._files = files

    def read(self, path: str) -> bytes | None:
        return self._files.get(path)

    def list(self, directory: str) -> Sequence[Entry]:
        names: dict[str, Entry] = {}
        for file in self.files(directory):
            name, _, rest = file.path[len(directory) :].lstrip("/").partition("/")
            names[name] = Entry(name, file.object_id, bool(rest))
        return [names[name] for name in sorted(names)]

    def files(self, directory: str = "") -> Iterator[File]:
        start = f"{directory}/" if directory else ""
        for path in sorted(self._files):
            if path.startswith(start):
                yield File(path, _object_id(self._files[path]))


def _object_id(data: bytes) -> str:
    return hashlib.sha1(data).hexdigest()


class Branch:
    """A store in memory, with short ways to put records on it. ``reads`` counts the contents asked for."""

    def __init__(self) -> None:
        self._versions: dict[Version, dict[str, bytes]] = {}
        self._tip: Version | None = None
        self.reads = 0
        self.before_each_read: Callable[[], None] = lambda: None

    # the store's protocol
    def tip(self) -> Version | None:
        return self._tip

    def snapshot(self) -> Snapshot:
        if self._tip is None:
            raise NotInitialisedError("no memory yet")
        return self.at(self._tip)

    def at(self, version: Version) -> Snapshot:
        return _Tree(version, self._versions[version])

    def contents(self, object_ids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        known = {_object_id(data): data for files in self._versions.values() for data in files.values()}
        for object_id in object_ids:
            self.before_each_read()
            self.reads += 1
            yield object_id, known[object_id]

    def commit(self, build: Build) -> Version:
        snapshot = self.snapshot()
        changes = build(snapshot)
        if changes is None:
            return snapshot.version
        return self.change(dict(changes.writes), changes.deletes)

    def changed(self, old: Version | None, new: Version) -> Sequence[ChangedPath]:
        if old is not None and old not in self._versions:
            raise StoreError(f"{old} is not known")
        before = self._versions[old] if old else {}
        after = self._versions[new]
        paths = [path for path in {*before, *after} if before.get(path) != after.get(path)]
        return [ChangedPath(path, _object_id(after[path]) if path in after else None) for path in paths]

    def history(self, path: str | None = None, *, limit: int | None = None) -> Sequence[Commit]:
        raise NotImplementedError(f"an index asks for no history of {path}, {limit}")

    def diff(self, version: Version) -> str:
        raise NotImplementedError(f"an index asks for no diff of {version}")

    def close(self) -> None:
        """Nothing to end."""

    # putting things on it
    def change(self, writes: dict[str, bytes], deletes: Sequence[str] = ()) -> Version:
        """A new version: these files written, those removed."""
        files = {**(self._versions[self._tip] if self._tip else {}), **writes}
        for path in deletes:
            del files[path]
        self._tip = f"{len(self._versions):040d}"
        self._versions[self._tip] = files
        return self._tip

    def put(self, *records: Record) -> None:
        """Write records to their paths in one version."""
        self.change({record.path: write(record) for record in records})

    def rewrite(self, *records: Record) -> None:
        """A branch that was rewritten: the versions before it are gone."""
        number = len(self._versions)
        self._versions = {f"{number:039d}r": {record.path: write(record) for record in records}}
        self._tip = f"{number:039d}r"

    def remove_branch(self) -> None:
        self._tip = None


def write(record: Record) -> bytes:
    """A record in the format of these tests."""
    values: dict[str, Any] = {
        "id": record.id, "kind": record.kind.value, "number": record.number, "title": record.title,
        "created": record.created.isoformat(), "status": record.status, "tags": record.tags,
        "aliases": record.aliases, "body": record.body, "label": record.label,
        "links": [[link.relation.value, link.target, link.label] for link in record.links],
        "code": record.code and [record.code.commit, record.code.branch],
        "anchors": [
            [[a.range.path, a.range.start, a.range.end],
             [[b.commit, b.path, b.start, b.end] for b in a.births], a.text] for a in record.anchors
        ],
    }  # fmt: skip
    return json.dumps(values).encode()


@dataclass(frozen=True)
class Parsed:
    record: Record | None
    problems: tuple[Problem, ...] = ()


def parse(path: str, data: bytes) -> Parsed:
    """Read what ``write`` wrote; a text that is no JSON is a problem at its second line."""
    try:
        values = json.loads(data)
    except ValueError:
        return Parsed(None, (Problem(1, "this is no record"),))
    if "boom" in values:
        raise RuntimeError(values["boom"])
    record = Record(
        id=values["id"], kind=Kind(values["kind"]), number=values["number"], title=values["title"],
        label=values["label"], created=datetime.fromisoformat(values["created"]), path=path,
        status=values["status"], tags=tuple(values["tags"]), aliases=tuple(values["aliases"]),
        links=tuple(Link(Relation(r), t, text) for r, t, text in values["links"]),
        code=CodePosition(*values["code"]) if values["code"] else None,
        anchors=tuple(
            Anchor(CodeRange(*place), tuple(Birth(*b) for b in births), tuple(text))
            for place, births, text in values["anchors"]
        ),
        body=values["body"],
    )  # fmt: skip
    return Parsed(record)


def parse_tombstone(path: str, data: bytes) -> Tombstone | None:
    label, record_id = data.decode().split()
    return Tombstone(label, record_id)


def is_record_path(path: str) -> bool:
    return path.startswith(("decisions/", "bugs/", "learnings/", "checkpoints/"))


READER = Reader(parse, is_record_path, 1, parse_tombstone)


def make_record(kind: Kind, digits: str, title: str = "Untitled", **values: Any) -> Record:
    """A record whose id begins with ``digits``; ``minutes`` counts its time of making from the morning."""
    record_id = digits if len(digits) == 36 else _whole_id(digits)
    number = values.pop("number", None)
    created = values.pop("created", MORNING + timedelta(minutes=values.pop("minutes", 0)))
    path = values.pop("path", f"{kind.value}s/{number or record_id}.md")
    values.setdefault("body", f"# {title}\n")
    return Record(
        id=record_id,
        kind=kind,
        title=title,
        number=number,
        created=created,
        path=path,
        label=format_label(kind, number, record_id),
        **values,
    )


def _whole_id(digits: str) -> str:
    d = (digits + "0" * 32)[:32]
    return f"{d[:8]}-{d[8:12]}-{d[12:16]}-{d[16:20]}-{d[20:]}"


class Make:
    """``make.decision("9f3c", "Use JWT", number=12)`` and so on."""

    @staticmethod
    def decision(digits: str, title: str = "Untitled", **values: Any) -> Record:
        return make_record(Kind.DECISION, digits, title, **values)

    @staticmethod
    def bug(digits: str, title: str = "Untitled", **values: Any) -> Record:
        return make_record(Kind.BUG, digits, title, **values)

    @staticmethod
    def learning(digits: str, title: str = "Untitled", **values: Any) -> Record:
        return make_record(Kind.LEARNING, digits, title, **values)

    @staticmethod
    def checkpoint(digits: str, title: str = "Untitled", **values: Any) -> Record:
        return make_record(Kind.CHECKPOINT, digits, title, **values)


@pytest.fixture(scope="session")
def make() -> Make:
    return Make()


@pytest.fixture(scope="session", name="write")
def _write() -> Callable[[Record], bytes]:
    return write


@pytest.fixture(scope="session")
def reader() -> Reader:
    return READER


@pytest.fixture(scope="session")
def new_branch() -> Callable[[], Branch]:
    """For tests that make a branch in every example."""
    return Branch


@pytest.fixture
def branch() -> Branch:
    return Branch()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "git-memory" / "index.sqlite3"


@pytest.fixture
def index(file: Path) -> Iterator[Index]:
    with Index(file, READER, patience=0.2) as opened:
        yield opened


@pytest.fixture
def known(branch: Branch, index: Index) -> Callable[..., Index]:
    """``known(record, …)``: the index after these records were put on the branch."""

    def put(*records: Record) -> Index:
        branch.put(*records)
        index.follow(branch)
        return index

    return put
