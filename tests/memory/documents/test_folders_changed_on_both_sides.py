"""A ``memory/`` folder and the memory both go on: each import is a merge with what they last agreed on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.errors import GitMemoryError
from lsp_server.memory.importing.results import Imported
from lsp_server.records.living.cut_off import with_its_end

TEXT = """# Learned Patterns

## Python Code Patterns
- Data classes
- Generators
- Context managers

## Testing Patterns
- Property tests
- Small fixtures
"""


@pytest.fixture
def file(memory: Memory, tmp_path: Path) -> Path:
    """``patterns-learned.md`` in a folder, imported once; the memory has added a bullet since."""
    file = tmp_path / "memory" / "patterns-learned.md"
    file.parent.mkdir()
    file.write_text(TEXT)
    memory.import_folder(file.parent)
    memory.note("patterns/code", "Protocols")
    return file


def change(file: Path, old: str, new: str) -> None:
    text = file.read_bytes().decode()
    assert old in text
    file.write_bytes(text.replace(old, new).encode())


def imported(memory: Memory, file: Path) -> Imported:
    (found,) = memory.import_folder(file.parent).files
    return found


def code(memory: Memory) -> list[str]:
    return sorted(memory.document("patterns").values("code"))


@pytest.mark.parametrize("crlf", [False, True])
def test_what_the_folder_changed_and_took_out_is_changed_and_gone(
    memory: Memory, file: Path, crlf: bool
) -> None:
    if crlf:
        change(file, "\n", "\r\n")
        memory.import_folder(file.parent)
    change(file, "Generators", "Generators for streams")
    change(file, "- Context managers\r\n" if crlf else "- Context managers\n", "")
    assert imported(memory, file).taken.value == "updated"
    assert code(memory) == ["Data classes", "Generators for streams", "Protocols"]
    change(file, "- Small fixtures", "")
    assert imported(memory, file).notes == (
        "1 line that the folder does not have any more is out of the memory, too",
    )
    assert memory.document("patterns").values("testing") == ("Property tests",)
    version = memory.version()
    assert imported(memory, file).taken.value == "known"
    assert memory.version() == version


def test_what_the_memory_changed_and_took_out_stays_so(memory: Memory, file: Path) -> None:
    base = memory.document("patterns").text
    memory.replace_document("patterns", base.replace("- Data classes\n", "").replace("Gen", "All gen"), base)
    change(file, "- Small fixtures", "- Small fixtures\n- Real git")
    imported(memory, file)
    assert code(memory) == ["All generators", "Context managers", "Protocols"]
    assert memory.document("patterns").values("testing")[-1] == "Real git"


def test_a_bullet_that_came_and_went_in_the_folder_is_gone(memory: Memory, file: Path) -> None:
    change(file, "- Generators\n", "- Generators\n- A mistake\n")
    imported(memory, file)
    assert "A mistake" in code(memory)
    change(file, "- A mistake\n", "")
    assert file.read_text() == TEXT
    imported(memory, file)
    assert code(memory) == ["Context managers", "Data classes", "Generators", "Protocols"]


def test_an_exported_folder_is_merged_with_what_was_exported(memory: Memory, tmp_path: Path) -> None:
    memory.note("patterns/code", "Data classes")
    memory.note("patterns/code", "Generators")
    out = tmp_path / "out"
    memory.export_folder(out)
    memory.note("patterns/code", "Protocols")
    change(out / "patterns-learned.md", "- Generators\n", "")
    memory.import_folder(out)
    assert code(memory) == ["Data classes", "Protocols"]


def test_an_export_leaves_what_was_changed_in_the_folder(memory: Memory, file: Path) -> None:
    change(file, "- Generators\n", "- Generators\n- Enums\n")
    imported(memory, file)
    memory.export_folder(file.parent)
    exported = file.read_text()
    file.write_text(TEXT)  # the memory once had just that, and yet a person wrote it
    memory.note("patterns/code", "Slots")
    (left,) = memory.export_folder(file.parent).files
    assert left.outcome == "skipped"
    assert file.read_text() == TEXT
    imported(memory, file)
    memory.export_folder(file.parent)
    assert "Slots" in file.read_text()
    assert "Enums" in exported
    assert "Enums" not in file.read_text()


def test_a_file_that_was_cut_off_takes_nothing_out(memory: Memory, file: Path) -> None:
    change(file, "- Data classes\n", "- Frozen data classes\n")
    whole = file.read_text()
    file.write_text(whole[: whole.index("managers")])
    found = imported(memory, file)
    assert "it looks cut off" in found.notes[0]
    assert code(memory) == ["Context managers", "Frozen data classes", "Generators", "Protocols"]
    assert memory.document("patterns").values("testing") == ("Property tests", "Small fixtures")
    version = memory.version()
    imported(memory, file)
    file.write_text(whole)
    imported(memory, file)
    assert memory.version() == version
    file.write_text(whole[:60])
    memory.export_folder(file.parent, force=True)
    assert "Protocols" in file.read_text()


@pytest.mark.parametrize("text", [TEXT, TEXT.replace("\n", "\r\n"), TEXT.replace("- Gen", "- Data gen")])
def test_wherever_a_file_is_cut_off_its_end_is_known(text: str) -> None:
    for at in range(2, len(text.rstrip())):
        cut = text[:at]
        is_like_a_person_s = cut.endswith("\n") and "## Testing" in cut
        assert with_its_end(text, cut) == (None if is_like_a_person_s else text), at
    assert with_its_end(text, text) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("- Small fixtures\n", ""),
        ("- Data classes\n- Generators\n- Context managers\n\n", ""),
        ("## Python Code Patterns\n- Data classes\n- Generators\n- Context managers\n\n", ""),
        ("- Small fixtures\n", "- Larger ones"),
        ("fixtures\n", "fixtures"),
    ],
)
def test_what_a_person_takes_out_is_no_cut(old: str, new: str) -> None:
    assert old in TEXT
    assert with_its_end(TEXT, TEXT.replace(old, new)) is None


def test_without_the_clone_s_own_note_nothing_is_taken_out(memory: Memory, file: Path, repo: Repo) -> None:
    shutil.rmtree(repo.root / ".git/git-memory/folders")
    change(file, "- Generators\n", "")
    imported(memory, file)
    assert "Generators" in code(memory)
    (note,) = (repo.root / ".git/git-memory/folders").iterdir()
    note.write_text("{")
    change(file, "- Data classes\n", "")
    imported(memory, file)
    assert "Data classes" in code(memory)


def test_an_older_folder_of_another_branch_of_the_code_takes_nothing_out(memory: Memory, repo: Repo) -> None:
    file = repo.root / "memory/patterns-learned.md"
    file.parent.mkdir()
    file.write_text(TEXT)
    repo.git("add", "memory")
    repo.git("commit", "-q", "-m", "Old")
    repo.git("branch", "old")
    memory.import_folder(file.parent)
    change(file, "- Generators\n", "- Generators\n- Enums\n")
    repo.git("commit", "-q", "-a", "-m", "New")
    memory.import_folder(file.parent)
    repo.git("checkout", "-q", "old")
    change(file, "- Data classes\n", "- Data classes\n- Slots\n")
    memory.import_folder(file.parent)
    assert code(memory) == ["Context managers", "Data classes", "Enums", "Generators", "Slots"]


def test_a_batch_that_is_given_up_leaves_no_base(memory: Memory, file: Path) -> None:
    change(file, "- Generators\n", "- Generators\n- Enums\n")

    def given_up() -> None:
        with memory.batch("note: import"):
            memory.import_folder(file.parent)
            memory.note("patterns/no/such/place", "x")

    with pytest.raises(GitMemoryError):
        given_up()
    assert "Enums" not in code(memory)
    imported(memory, file)
    assert "Enums" in code(memory)
