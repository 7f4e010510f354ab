"""A ``memory/`` folder comes in, is kept up to date here, and goes back."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from living_texts import contexts, patterns
from support import Repo

from lsp_server import Memory
from lsp_server.errors import UsageError

TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"
PATTERNS = "# Learned Patterns\r\n\r\n## Python Code Patterns\r\n* Data classes\r\n"
FILES = {
    "patterns-learned.md": PATTERNS,
    "project-context.md": "# Current Project Context\n\n## Recent Work\n- **Current focus**: Speed\n",
    "user-preferences.md": "# User Preferences\n\n## Communication Style\n- **Level**: Senior developer\n",
    "user-preferences/ada.md": "# Ada\n",
    "session-log.md": "# Session Log\n\n## 2025-01-07 - Session Summary\n- **Focus**: Login",
    "log/2025/01.md": "# Development Log\n\n## 2025-01-07\n\n### 10:00 - Session Start\n- Loaded context\n",
    "project.yaml": "name: Shop # ours\nmetrics: {bugs: 1}\n",
    "README.md": "Our memory.\n",
}


def folder(place: Path, files: dict[str, str | bytes]) -> Path:
    for name, said in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(said if isinstance(said, bytes) else said.encode())
    return place


def contents(place: Path) -> dict[str, bytes]:
    return {
        path.relative_to(place).as_posix(): path.read_bytes() for path in place.rglob("*") if path.is_file()
    }


def outcomes(memory: Memory, place: Path) -> dict[str, str]:
    return {file.source: file.taken.value for file in memory.import_folder(place).files}


def test_a_folder_is_imported_byte_for_byte_and_goes_back(memory: Memory, tmp_path: Path) -> None:
    place = folder(tmp_path / "memory", dict(FILES))
    assert set(outcomes(memory, place).values()) == {"new"}
    version = memory.version()
    assert set(outcomes(memory, place).values()) == {"known"}
    assert memory.version() == version
    memory.export_folder(tmp_path / "out")
    assert contents(tmp_path / "out") == contents(place)


def test_a_dry_run_writes_nothing(memory: Memory, tmp_path: Path) -> None:
    before = memory.version()
    report = memory.import_folder(folder(tmp_path / "memory", dict(FILES)), dry_run=True)
    assert {file.taken.value for file in report.files} == {"new"}
    assert memory.version() == before


def test_what_the_memory_has_already_is_merged_item_by_item(memory: Memory, tmp_path: Path) -> None:
    memory.note("patterns/code", "Generators")
    memory.set("context/current-focus", "Docs")
    memory.set("project/metrics/lines", "5")
    place = folder(tmp_path / "memory", dict(FILES))
    report = {file.source: file for file in memory.import_folder(place).files}
    assert report["patterns-learned.md"].taken == report["project-context.md"].taken == "updated"
    assert memory.document("patterns").values("code") == ("Data classes", "Generators") or memory.document(
        "patterns"
    ).values("code") == ("Generators", "Data classes")
    assert sorted(memory.document("context").values("current-focus")) == ["Docs", "Speed"]
    assert "the memory has another context/recent-work/current-focus" in report["project-context.md"].notes[0]
    assert "bugs" in memory.document("project").text
    version = memory.version()
    memory.import_folder(place)
    assert memory.version() == version


def test_importing_again_brings_back_nothing_that_was_changed_here(memory: Memory, tmp_path: Path) -> None:
    place = folder(tmp_path / "memory", dict(FILES))
    memory.import_folder(place)
    memory.set("context/current-focus", "Docs")
    base = memory.document("patterns").text
    memory.replace_document("patterns", base.replace("* Data classes\r\n", ""), base)
    version = memory.version()
    assert set(outcomes(memory, place).values()) == {"known"}
    assert memory.version() == version


def test_one_bad_file_does_not_keep_the_others_out(memory: Memory, tmp_path: Path) -> None:
    place = folder(
        tmp_path / "memory",
        {
            **FILES,
            "project.yaml": "name: [\n",
            "user-preferences.md": f"- **Key**: {TOKEN}\n",
            "session-log.md": b"\0\0\0",
            "patterns-learned.md": "",
            "notes.txt": "mine",
            f"user-preferences/{TOKEN}.md": "- **Level**: Beginner\n",
            "user-preferences/a\nMemory-Id: b.md": "- **Level**: Beginner\n",
        },
    )
    (place / "link.md").symlink_to(place / "README.md")
    report = {file.source: file for file in memory.import_folder(place).files}
    skipped = {name: file.notes[0] for name, file in report.items() if file.taken == "skipped"}
    assert sorted(skipped) == [
        "link.md", "notes.txt", "patterns-learned.md", "project.yaml", "session-log.md",
        "user-preferences.md", "user-preferences/a\nMemory-Id: b.md", f"user-preferences/{TOKEN}.md",
    ]  # fmt: skip
    assert "cannot be in a file's name" in skipped["user-preferences/a\nMemory-Id: b.md"]
    assert "looks like a secret" in skipped[f"user-preferences/{TOKEN}.md"]
    assert "symbolic link" in skipped["link.md"]
    assert "no living document" in skipped["notes.txt"]
    assert "empty" in skipped["patterns-learned.md"]
    assert "is not YAML" in skipped["project.yaml"]
    assert "not text" in skipped["session-log.md"]
    assert TOKEN not in skipped["user-preferences.md"]
    assert report["README.md"].taken == "new"


@pytest.mark.parametrize(
    ("data", "said", "note"),
    [
        ("# P\n- caf\u00e9\n".encode("latin-1"), "caf\u00e9", "read as Latin-1; on the branch it is UTF-8"),
        ("# P\n- caf\u00e9\n".encode("utf-16"), "caf\u00e9", "UTF-16"),
        ("# P\n- caf\u00e9 caf\u00e9".encode()[:-1], "caf\u00e9 caf", "half-written"),
        (b"# P\n<<<<<<< a\n- x\n", "- x", "marks of a conflict"),
    ],
)
def test_a_file_in_another_encoding_is_told(
    memory: Memory, tmp_path: Path, data: bytes, said: str, note: str
) -> None:
    place = folder(tmp_path / "memory", {"patterns-learned.md": data})
    file = memory.import_folder(place).files[0]
    assert file.taken == "new"
    assert note in file.notes[0]
    assert said in memory.document("patterns").text
    assert outcomes(memory, place) == {"patterns-learned.md": "known"}


def test_a_file_changed_in_the_folder_is_not_written_over(memory: Memory, tmp_path: Path) -> None:
    place = folder(tmp_path / "memory", dict(FILES))
    memory.import_folder(place)
    memory.set("context/current-focus", "Docs")
    (place / "patterns-learned.md").write_text("# Mine\n")
    (place / "README.md").unlink()
    (place / "README.md").symlink_to("/nowhere")
    report = {file.name: file for file in memory.export_folder(place).files}
    assert {name: file.outcome for name, file in report.items() if file.outcome != "same"} == {
        "patterns-learned.md": "skipped", "README.md": "skipped", "project-context.md": "merged"
    }  # fmt: skip
    assert "git memory import folder" in report["patterns-learned.md"].notes[0]
    assert (place / "patterns-learned.md").read_text() == "# Mine\n"
    memory.export_folder(place, force=True)
    assert (place / "patterns-learned.md").read_bytes() == PATTERNS.encode()
    assert (place / "README.md").is_symlink()


def test_a_folder_without_documents_is_refused(memory: Memory, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a folder"):
        memory.import_folder(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="no living documents"):
        memory.import_folder(folder(tmp_path / "memory", {"a.txt": "a"}))


@settings(max_examples=200 if os.environ.get("GIT_MEMORY_STRESS") else 12, deadline=None)
@given(one=patterns(), other=contexts())
def test_any_folder_goes_there_and_back(one: str, other: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        repo = Repo(Path(name, "repo"))
        repo.root.mkdir()
        repo.git("init", "-q")
        place = folder(Path(name, "memory"), {"patterns-learned.md": one, "project-context.md": other})
        with Memory.open(repo.root) as memory:
            memory.initialise()
            memory.import_folder(place)
            memory.export_folder(Path(name, "out"))
            version = memory.version()
            memory.import_folder(Path(name, "out"))
            assert memory.version() == version
        assert contents(Path(name, "out")) == contents(place)


@pytest.mark.parametrize("name", ["project-context.md", "project.yaml"])
def test_a_field_that_one_side_alone_changed_is_no_conflict(
    memory: Memory, tmp_path: Path, name: str
) -> None:
    texts = {
        "project-context.md": "# C\n\n## Recent Work\n- **Current focus**: old\n- **Next planned**: old\n",
        "project.yaml": "name: old\nversion: old\n",
    }
    text = texts[name]
    document = "context" if name == "project-context.md" else "project"
    here, there = ("current-focus", "next-planned") if document == "context" else ("name", "version")
    folder = tmp_path / "memory"
    folder.mkdir()
    file = folder / name
    file.write_text(text)
    memory.import_folder(folder)
    memory.set(f"{document}/{here}", "mine")
    first, _, second = text.rpartition("old")
    file.write_text(f"{first}theirs{second}")
    (merged,) = memory.import_folder(folder).files
    assert (merged.taken, merged.notes) == ("updated", ())
    found = memory.document(document)
    assert (found.values(here), found.values(there)) == (("mine",), ("theirs",))
    memory.set(f"{document}/{there}", "mine, too")
    file.write_text(file.read_text().replace("theirs", "theirs again"))
    (merged,) = memory.import_folder(folder).files
    assert "both are kept" in merged.notes[0]
