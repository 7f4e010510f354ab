"""A folder of sessions (``.aloop/sessions``) brought in, and written back: the same memory."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from support import Repo

from lsp_server import Memory, Session
from lsp_server.errors import RefusedError, UsageError

ONE = "a1b2c3d4-5678-40ab-8def-1234567890ab"
THREE = "c1b2c3d4-5678-40ab-8def-1234567890ab"
TWO = "b1b2c3d4-5678-40ab-8def-1234567890ab"


def said(session_id: str, *contents: str, updated: str = "2025-01-31T15:45:00") -> str:
    messages = [
        {"role": "user" if at % 2 == 0 else "assistant", "content": text} for at, text in enumerate(contents)
    ]
    known = {
        "id": session_id,
        "created_at": "2025-01-31T14:30:00",
        "updated_at": updated,
        "messages": messages,
    }
    return yaml.safe_dump(known, sort_keys=False)  # just as such a program writes it


def put(folder: Path, name: str, text: str | bytes) -> Path:
    place = folder / name / "session.yaml"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(text if isinstance(text, bytes) else text.encode())
    return place


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / ".aloop" / "sessions"
    put(place, "2025-01-31_a1b2c3d4", said(ONE, "Grüße\nzwei Zeilen", "yes", "2025-01-31"))
    put(place, "2025-01-31_b1b2c3d4", said(TWO, "Hello"))
    (place / ".index.yaml").write_text(f"{ONE}: 2025-01-31_a1b2c3d4\n")
    return place


def contents(memory: Memory, ref: str) -> list[str]:
    return [message["content"] for message in memory.session(ref).messages]


def test_every_session_of_the_folder_is_there_after_one_commit(
    memory: Memory, repo: Repo, folder: Path
) -> None:
    before = int(repo.git("rev-list", "--count", "memory"))
    report = memory.import_sessions(folder)
    assert [(file.source, file.new, list(file.notes)) for file in report.files] == [
        ("2025-01-31_a1b2c3d4/session.yaml", True, []),
        ("2025-01-31_b1b2c3d4/session.yaml", True, []),
    ]
    assert int(repo.git("rev-list", "--count", "memory")) == before + 1
    assert contents(memory, ONE) == ["Grüße\nzwei Zeilen", "yes", "2025-01-31"]
    assert memory.session(TWO).updated_at == "2025-01-31T15:45:00"


def test_importing_again_adds_nothing(memory: Memory, folder: Path) -> None:
    memory.import_sessions(folder.parent)  # `.aloop` is understood, too
    version = memory.version()
    report = memory.import_sessions(folder)
    assert [file.taken.value for file in report.files] == ["known", "known"]
    assert report.version == memory.version() == version


def test_a_dry_run_writes_nothing(memory: Memory, folder: Path) -> None:
    version = memory.version()
    assert [file.new for file in memory.import_sessions(folder, dry_run=True).files] == [True, True]
    assert memory.version() == version


def test_what_was_changed_there_and_here_is_merged(memory: Memory, folder: Path) -> None:
    memory.import_sessions(folder)
    begun = memory.session(TWO)
    memory.save_session(
        replace(begun, goal="Greet", messages=(*begun.messages, {"role": "user", "content": "Here"}))
    )
    put(folder, "2025-01-31_b1b2c3d4", said(TWO, "Hello!", "There", updated="2025-02-01T10:00:00"))
    report = memory.import_sessions(folder)
    assert [file.taken.value for file in report.files] == ["known", "updated"]
    assert contents(memory, TWO) == ["Hello!", "There", "Here"]
    assert memory.session(TWO).goal == "Greet"


COMMENTED = """\
# Kept by hand
id: %s
created_at: 2025-01-31T14:30:00  # about then
goal: Add   # not more
messages:
  # the first question
  - role: user
    content: |
      # A heading
      Hello
  - role: assistant  # rather short
    content: Hi
"""


def test_comments_come_with_a_session_and_stay_when_it_changes(
    memory: Memory, repo: Repo, folder: Path
) -> None:
    text = COMMENTED % THREE
    place = put(folder, "2025-01-31_c1b2c3d4", text)
    memory.import_sessions(folder)
    path = memory.get(f"SESSION-{THREE[:8]}").path
    assert set(text.splitlines()) <= set(repo.git("show", f"memory:{path}").splitlines())
    place.write_text(text.replace("goal: Add ", "goal: Sum ").replace("Hi\n", "Hi!\n"))
    memory.import_sessions(folder)
    now = repo.git("show", f"memory:{path}")
    assert (memory.session(THREE).goal, contents(memory, THREE)[1]) == ("Sum", "Hi!")
    assert "# Kept by hand" in now
    assert "# the first question" in now


def test_a_secret_in_a_comment_does_not_come_in(memory: Memory, repo: Repo, folder: Path) -> None:
    secret = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
    put(folder, "2025-01-31_c1b2c3d4", (COMMENTED % THREE).replace("rather short", secret))
    report = memory.import_sessions(folder)
    assert secret not in repo.git("log", "-p", "memory")
    assert any("comments are left out" in note for one in report.files for note in one.notes)
    assert contents(memory, THREE) == ["# A heading\nHello\n", "Hi"]


def test_bad_files_are_told_one_by_one_and_keep_nothing_out(memory: Memory, folder: Path) -> None:
    whole = said("c1b2c3d4-5678-40ab-8def-1234567890ab", "Half written")
    put(folder, "2025-02-01_broken", whole + "- role: 'never closed")
    put(
        folder,
        "2025-02-02_latin",
        said("d1b2c3d4-5678-40ab-8def-1234567890ab", "x").replace("x", "Grüße").encode("latin-1"),
    )
    put(folder, "2025-02-03_double", said(ONE, "An older copy", updated="2024-01-01T00:00:00"))
    put(folder, "2025-02-04_other", said("not-a-uuid", "Hi").replace("created_at", "made_at"))
    put(folder, "2025-02-05_empty", "")
    notes = {file.source.split("_")[1].split("/")[0]: file for file in memory.import_sessions(folder).files}
    assert [name for name, file in notes.items() if file.record is None] == ["broken", "double", "empty"]
    assert "the file is not YAML" in notes["broken"].notes[0]
    assert notes["latin"].notes == ("the file is not UTF-8; it was read as Latin-1",)
    assert notes["double"].notes == (
        "it has the same id as 2025-01-31_a1b2c3d4/session.yaml, which was saved last and is taken",
    )
    assert "is no UUID" in notes["other"].notes[0]
    assert "the folder says 2025-02-04" in notes["other"].notes[1]
    assert notes["empty"].notes == ("the file is empty",)
    assert contents(memory, "d1b2") == ["Grüße"]
    assert contents(memory, "not-a-uuid") == ["Hi"]


def test_a_folder_without_sessions_is_an_error(memory: Memory, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no session\.yaml below"):
        memory.import_sessions(tmp_path)
    with pytest.raises(UsageError, match="is not a folder"):
        memory.import_sessions(tmp_path / "nowhere")


def test_the_import_of_the_export_is_the_same_memory(
    memory: Memory, repo: Repo, folder: Path, tmp_path: Path, new_repo: Callable[..., Repo]
) -> None:
    memory.import_sessions(folder)
    begun = memory.session(ONE)
    memory.save_session(replace(begun, goal="Greet", tags=("hello",), extra={"mood": {"level": 3}}))
    done = memory.export_sessions(tmp_path / "out")
    assert (done.written, done.kept) == (("2025-01-31_a1b2c3d4", "2025-01-31_b1b2c3d4"), ())
    index = yaml.safe_load((tmp_path / "out/.index.yaml").read_text())
    assert index == {ONE: "2025-01-31_a1b2c3d4", TWO: "2025-01-31_b1b2c3d4"}
    other = new_repo("other")
    other.write("a", "b")
    other.commit("Start")
    with Memory.open(other.root) as copy:
        copy.initialise()
        copy.import_sessions(tmp_path / "out")
        assert [copy.session(ref) for ref in (ONE, TWO)] == [memory.session(ref) for ref in (ONE, TWO)]
    assert other.git("ls-tree", "-r", "memory", "sessions") == repo.git("ls-tree", "-r", "memory", "sessions")


def test_an_export_leaves_what_was_saved_there_later(memory: Memory, folder: Path) -> None:
    memory.import_sessions(folder)
    later = said(TWO, "Hello", "Later", updated="2999-01-01T00:00:00")
    place = put(folder, "2025-01-31_b1b2c3d4", later)
    assert memory.export_sessions(folder).kept == ("2025-01-31_b1b2c3d4",)
    assert place.read_text() == later
    memory.export_sessions(folder, force=True)
    assert "Later" not in place.read_text()


def test_nothing_is_written_behind_a_symbolic_link(memory: Memory, tmp_path: Path) -> None:
    memory.save_session(Session(id=str(uuid.uuid4()), created_at="2025-01-07T10:00:00+00:00", goal="Begin"))
    (name,) = memory.export_sessions(tmp_path / "out").written
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RefusedError, match="symbolic link"):
        memory.export_sessions(tmp_path / "again")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_an_export_writes_where_a_session_stands_and_over_nothing_unknown(
    memory: Memory, folder: Path
) -> None:
    (folder / "2025-01-31_a1b2c3d4").rename(folder / "another name")
    put(folder / "deep", "name", said("no-uuid", "Hi"))
    memory.import_sessions(folder)
    by_hand = put(folder, "2025-01-31_b1b2c3d4", said(TWO, "Hello, by hand"))  # without a later time
    text = by_hand.read_text()
    (folder / "pipe").mkdir()
    os.mkfifo(folder / "pipe/session.yaml")
    memory.save_session(replace(memory.session(ONE), goal="Greet"))
    done = memory.export_sessions(folder)
    assert sorted(done.written) == ["another name", "deep/name"]
    assert done.kept == ("2025-01-31_b1b2c3d4",)
    assert by_hand.read_text() == text
    assert sorted(place.name for place in folder.iterdir()) == [
        ".index.yaml",
        "2025-01-31_b1b2c3d4",
        "another name",
        "deep",
        "pipe",
    ]


def test_a_session_without_messages_or_without_an_id_comes_in(memory: Memory, folder: Path) -> None:
    put(folder, "2025-02-01_a", said("d1b2c3d4-5678-40ab-8def-1234567890ab").replace("messages: []\n", ""))
    put(folder, "2025-02-02_b", "messages:\n- role: user\n  content: Hi\n")
    put(folder, "2025-02-03_c", "---\nmessages:\n- role: user\n  content: Ho\n" + said(THREE).split("m")[0])
    notes = {file.source[:12]: file for file in memory.import_sessions(folder, dry_run=True).files}
    assert all(file.record for file in notes.values()), notes
    assert "it has no id" in notes["2025-02-02_b"].notes[0]
    version = memory.import_sessions(folder).version
    assert memory.import_sessions(folder).version == version


@pytest.mark.parametrize("place", [".git", ".git/new", "bare.git/new"])
def test_nothing_is_exported_into_a_repositorys_own_folder(
    memory: Memory, repo: Repo, folder: Path, place: str
) -> None:
    repo.git("init", "-q", "--bare", "bare.git")
    memory.import_sessions(folder)
    memory.note("patterns/testing", "Wait")
    for export in (memory.export_sessions, memory.export_folder, memory.export_directory):
        with pytest.raises(UsageError, match="git's own folder"):
            export(repo.root / place, force=True)
