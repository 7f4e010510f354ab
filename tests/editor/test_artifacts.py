"""Artifacts in an editor: listed with type and size, shown from a private copy."""

from __future__ import annotations

from pathlib import Path

from client import Client
from support import Repo

from lsp_server import Memory

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def kept(memory: Memory, tmp_path: Path) -> None:
    for folder, data in (("screenshots", PICTURE), ("diagrams", b"other")):
        (tmp_path / "login.png").write_bytes(data)
        memory.add_artifact(tmp_path / "login.png", folder=folder)


def test_artifacts_are_listed_with_type_and_size(editor: Client, memory: Memory, tmp_path: Path) -> None:
    kept(memory, tmp_path)
    listed = editor.execute("gitMemory.artifacts", folder="screenshots")
    assert [(one["path"], one["media_type"], one["size"]) for one in listed] == [
        ("artifacts/screenshots/login.png", "image/png", len(PICTURE))
    ]
    assert len(editor.execute("gitMemory.artifacts")) == 2


def test_an_artifact_is_shown_as_a_read_only_file_of_its_own(
    editor: Client, memory: Memory, repo: Repo, tmp_path: Path
) -> None:
    kept(memory, tmp_path)
    before = repo.fingerprint()
    shown = editor.execute("gitMemory.artifact", path="artifacts/screenshots/login.png")
    path = Path(shown["uri"].removeprefix("file://"))
    assert shown["shown"] is True
    assert (path.read_bytes(), path.suffix, path.stat().st_mode & 0o777) == (PICTURE, ".png", 0o400)
    assert path.is_relative_to(repo.root / ".git" / "git-memory")
    again = editor.execute("gitMemory.artifact", path="artifacts/screenshots/login.png")
    other = editor.execute("gitMemory.artifact", path="artifacts/diagrams/login.png")
    assert again["uri"] == shown["uri"] != other["uri"]
    assert repo.fingerprint() == before


def test_one_that_was_replaced_is_shown_as_it_is_now(editor: Client, memory: Memory, tmp_path: Path) -> None:
    kept(memory, tmp_path)
    first = editor.execute("gitMemory.artifact", path="artifacts/diagrams/login.png")
    (tmp_path / "login.png").write_bytes(b"newer")
    memory.add_artifact(tmp_path / "login.png", folder="diagrams")
    second = editor.execute("gitMemory.artifact", path="artifacts/diagrams/login.png")
    assert second["uri"] == first["uri"]
    assert Path(second["uri"].removeprefix("file://")).read_bytes() == b"newer"


def test_an_artifact_that_is_not_there_is_said(editor: Client, memory: Memory) -> None:
    assert editor.execute("gitMemory.artifact", path="artifacts/screenshots/none.png") is None
    assert "none.png" in editor.message("Git Memory: ")
    assert editor.execute("gitMemory.artifact", path="../../config") is None
    editor.message("Git Memory: ")
