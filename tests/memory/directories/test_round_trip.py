"""What is exported and imported is the same, in both directions; an export takes nothing away."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from memory.directories.example import build, contents
from memory.directories.test_any_memory import assert_comes_back, files_of, new_memory
from support import Repo

from lsp_server import Memory
from lsp_server.errors import RefusedError, StoreError
from lsp_server.memory import CodeRange, Kind
from lsp_server.memory.importing.results import Taken
from lsp_server.records.sessions.model import Session

ID = r"<!-- git-memory: [0-9a-f-]{36} -->\n"


def as_json(data: bytes) -> object:
    document = json.loads(data)
    document.pop("memory_id", None)
    return document


def test_a_directory_that_was_imported_is_exported_as_it_was(tmp_path: Path) -> None:
    with new_memory(tmp_path / "repo") as memory:
        given = build(tmp_path / "given")
        memory.import_directory(given)
        memory.export_directory(tmp_path / "out")
    before, after = contents(given), contents(tmp_path / "out")
    assert set(after) == {*before, ".git-memory.yaml"}
    for name, data in before.items():
        if name.endswith(".json"):
            assert as_json(after[name]) == as_json(data), name
        elif name.startswith("artifacts/"):
            assert after[name] == data, name
        elif name != "decisions.md":
            # What stood beside a section's name stands below it.
            wanted = data.decode().replace("**Lesson:** Clean up.", "**Lesson:**\nClean up.")
            assert re.sub(ID, "", after[name].decode()) == wanted, name
    # Numbers, dates and the one text without a heading are put in; the rest is as it was.
    told = re.sub(ID, "", after["decisions.md"].decode()).splitlines()
    assert [line for line in before["decisions.md"].decode().splitlines() if line not in told] == [
        "## Decision: Use PostgreSQL",
        "## Adopt a monorepo",
    ]


def test_a_whole_memory_comes_back(memory: Memory, repo: Repo, directory: Path, tmp_path: Path) -> None:
    memory.import_directory(directory)
    memory.record(Kind.DECISION, "Anchored", at=[CodeRange("src/auth.py", 5, 7)], tags=["auth", "a b"])
    memory.supersede("ADR-1", "Use PASETO")
    memory.delete("BUG-23")
    memory.save_checkpoint("Build", {"todo": ["a"]}, {"tests": 8})
    memory.note("patterns/anti-patterns", "Mutable defaults")
    memory.note("preferences/libraries", "click", person="the reviewer")
    memory.append_log("Something", ["one", "two"])
    messages = ({"role": "user", "content": "Hello\n---\n"}, {"role": "assistant", "content": None, "n": 1.5})
    memory.save_session(Session("11111111-2222-4333-8444-555555555555", "2026-01-01", messages=messages))
    memory.record(Kind.BUG, "Later")
    before = files_of(memory)
    memory.export_directory(tmp_path / "out")
    with new_memory(tmp_path / "other") as other:
        report = other.import_directory(tmp_path / "out")
        assert {t.taken for t in report.files} == {Taken.NEW}
        assert files_of(other) == before
        assert other.record(Kind.BUG, "Next").label == "BUG-25"


@pytest.mark.parametrize(
    "files",
    [
        {"project.yaml": b"name: x  # why\nversion: 1.10\nsince: 2025-01-01\nflag: yes\n"},
        {"project.yaml": b"name: [broken\n"},
        {"project.yaml": b"a: .nan\nb: -.inf\n"},
        {"project.yaml": b""},
        {"log/2025/01.md": b"# Development Log\n\nAbove.\n\n## 2025-01-07\n\n```\nnever closed\n"},
        {"log/2025/01.md": b"## 2025-02-01\nIn the wrong month\n"},
        {"log/2025/02.md": b"# Log\n\n## 2025-02-02\r\nx\n", "log/2025/01.md": b"## 2025-01-02\nx"},
        {"log/2025/03.md": b"# Development Log\n"},
        {"README.md": b""},
        {"README.md": b"caf\xe9\n"},
        {"README.md": b"\xef\xbb\xbfBOM\r\n"},
        {"user-preferences/the-reviewer.md": b"# X\n", "session-log.md": b"# Y"},
        {"artifacts/reports/.hidden": b"x", "artifacts/a b/é.bin": b"\0\xff"},
        {"deleted/bugs/0004.yaml": b"label: BUG-4\nid: x\n"},
    ],
    ids=str,
)  # fmt: skip
def test_documents_of_any_kind_come_back(files: dict[str, bytes]) -> None:
    learning = (
        b"---\nid: 5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f\nkind: learning\ncreated: 2026-01-01\n---\n# T\n"
    )
    assert_comes_back({**files, "learnings/2026/01/01-t.md": learning})


@pytest.mark.parametrize(
    "text",
    [
        "id: {id}\nkind: session\ncreated_at: 2025-01-01\nodd: 2025-01-01\nmessages: []\n",
        "# A comment\nid: {id}\nkind: session\ncreated_at: x2025\nmessages:\n- {{role: user, content: a}}\n",
        "id: {id}\nkind: session\ncreated_at: '2025-01-01T00:00:00'\nname: ../../x\nmessages:\n"
        '  - role: tool\n    content: "\\u0007\\n---\\nmessages: no"\n    x: .nan\n',
        "id: {id}\nkind: session\ncreated_at: 2025-01-01\nname: a b\ngoal: |\n  two\n  lines\nlinks:\n"
        "  - relates-to: 5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f\nmessages: []\nsummary: below\n",
    ],
)
def test_sessions_of_any_kind_come_back(text: str) -> None:
    session_id = "11111111-2222-4333-8444-555555555555"
    files = {"sessions/2025/01/2025-01-01_11111111/session.yaml": text.format(id=session_id).encode()}
    learning = (
        b"---\nid: 5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f\nkind: learning\ncreated: 2026-01-01\n---\n# T\n"
    )
    if "x2025" not in text:
        assert_comes_back({**files, "learnings/2026/01/01-t.md": learning})


def test_a_session_without_a_name_is_called_by_its_time(memory: Memory, tmp_path: Path) -> None:
    saved = memory.save_session(
        Session(id="11111111-2222-4333-8444-555555555555", created_at="2026-11-21T10:05:00+00:00")
    )
    memory.export_directory(tmp_path / "out")
    (file,) = (tmp_path / "out/sessions").iterdir()
    assert file.name == f"session_20261121_1005_{saved.id[:8]}.json"


def test_an_export_writes_nothing_into_a_folder_of_somebody(memory: Memory, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "notes.txt").write_text("x")
    with pytest.raises(RefusedError, match="name an empty folder, or say --force"):
        memory.export_directory(theirs)
    assert contents(theirs) == {"notes.txt": b"x"}
    memory.export_directory(theirs, force=True)
    assert (theirs / "notes.txt").read_text() == "x"


def test_an_earlier_export_is_brought_up_to_date(memory: Memory, directory: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    memory.import_directory(directory)
    memory.export_directory(out)
    (out / "mine.txt").write_text("x")
    written = {place: place.stat().st_mtime_ns for place in out.rglob("*") if place.is_file()}
    assert memory.export_directory(out).written == []
    assert {place: place.stat().st_mtime_ns for place in written} == written
    memory.delete("BUG-23")
    done = memory.export_directory(out)
    assert (done.written, done.removed) == ([], ["bugs/bug_023.md"])
    assert (out / "mine.txt").read_text() == "x"


def test_what_was_changed_in_an_export_is_not_lost(memory: Memory, directory: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    memory.import_directory(directory)
    memory.export_directory(out)
    bug = out / "bugs/bug_023.md"
    bug.write_text(bug.read_text().replace("Both succeed.", "Both succeed, always."))
    memory.record(Kind.BUG, "Meanwhile")
    with pytest.raises(RefusedError, match=r"bugs/bug_023.md is not as an export left it.*import directory"):
        memory.export_directory(out)
    assert not (out / "bugs/bug_024.md").exists()
    report = memory.import_directory(out)
    assert [t.source for t in report.files if t.taken is Taken.UPDATED] == ["bugs/bug_023.md"]
    memory.export_directory(out)
    assert "always" in bug.read_text()
    assert (out / "bugs/bug_024.md").exists()


def test_an_export_is_not_written_through_links(memory: Memory, tmp_path: Path) -> None:
    memory.record(Kind.BUG, "A bug")
    memory.export_directory(tmp_path / "out")
    (tmp_path / "elsewhere").mkdir()
    for place in (tmp_path / "out/bugs").iterdir():
        place.unlink()
    (tmp_path / "out/bugs").rmdir()
    (tmp_path / "out/bugs").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RefusedError, match="symbolic link"):
        memory.export_directory(tmp_path / "out", force=True)
    assert contents(tmp_path / "elsewhere") == {}


def test_what_such_a_directory_has_no_place_for_is_told(memory: Memory, tmp_path: Path) -> None:
    from memory.directories.test_any_memory import put

    put(memory, {"settings.yaml": b"x: 1\n", "bugs/0009-broken.md": b"no front matter\n"})
    done = memory.export_directory(tmp_path / "out")
    assert done.left_out == ("settings.yaml",)
    assert done.notes == (
        "bugs/0009-broken.md cannot be read as a record: there is no front matter, so no id",
    )


def test_an_export_that_was_cut_short_is_said_again(memory: Memory, directory: Path, tmp_path: Path) -> None:
    memory.import_directory(directory)
    out = tmp_path / "out"
    half = out / "artifacts/screenshots/.0123456789ab.half"  # as one that is killed leaves it

    def hinder(told: str) -> None:
        if told.startswith("0 of ") and told.endswith("files written"):
            half.parent.mkdir(parents=True)
            half.write_bytes(b"half")
            os.utime(half, (0, 0))
            (out / "sessions").write_text("in the way")

    with pytest.raises(StoreError):
        memory.export_directory(out, progress=hinder)
    assert (out / "decisions.md").exists()
    (out / "sessions").unlink()
    with new_memory(tmp_path / "other") as other:
        assert all(thing.source != str(half.relative_to(out)) for thing in other.import_directory(out).files)
        assert other.get("BUG-23").id == memory.get("BUG-23").id
    memory.export_directory(out)
    assert not half.exists()
    assert (out / "sessions").is_dir()


YEARS = """# Design Decisions

## 2025

### Decision 008: Use JWT

**Date:** 2025-01-07{0}
**Status:** Accepted

#### Context
Sessions do not scale: `{{}}`.

#### Consequences
**Positive:**
- Scales

**Negative:**
- Tokens can be large

### Decision 007: Use PostgreSQL

**Date:** 2025-03-01{0}
**Status:** Proposed

#### Context
More than one writes.

## 2024

### Use Python

**Date:** 2024-03-01{0}
**Status:** Accepted

#### Context
We know it.
""".format("  ")


def test_decisions_below_years_come_and_go_as_they_stand(tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.mkdir()
    (given / "decisions.md").write_text(YEARS)
    with new_memory(tmp_path / "repo") as memory:
        report = memory.import_directory(given)
        assert [file.record.label for file in report.files if file.record] == [
            "ADR-0008",
            "ADR-0007",
            "ADR-0009",
        ]
        memory.export_directory(tmp_path / "out")
        exported = (tmp_path / "out" / "decisions.md").read_text()
        assert re.sub(ID, "", exported) == YEARS
        version = memory.version()
        assert memory.import_directory(tmp_path / "out").count(Taken.KNOWN) == 3
        assert memory.version() == version
        year = memory.record(Kind.DECISION, "Use Go").created.year
        memory.export_directory(tmp_path / "out")
        exported = (tmp_path / "out" / "decisions.md").read_text()
        assert f"\n\n## {year}\n\n### Decision 010: Use Go\n" in exported
        files = files_of(memory)
    with new_memory(tmp_path / "again") as again:
        again.import_directory(tmp_path / "out")
        assert files_of(again) == files
