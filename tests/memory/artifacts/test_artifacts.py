"""Files that are kept as they are, on the memory's branch."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from memory.artifacts.files import PNG, TOKEN, Drop, SharedClones, log
from support import Repo

from lsp_server import Memory
from lsp_server.errors import NotFoundError, RefusedError, SecretError, UsageError
from lsp_server.memory import Kind
from lsp_server.memory.artifacts.adding import put
from lsp_server.memory.edits import Edits


def test_a_file_comes_onto_the_branch_byte_for_byte_and_goes_again(
    repo: Repo, memory: Memory, drop: Drop
) -> None:
    before = repo.fingerprint()
    data = PNG + bytes(range(256)) + b"\r\n"
    added = memory.add_artifact(drop("login.png", data))
    assert (added.path, added.media_type, added.size) == (
        "artifacts/screenshots/login.png",
        "image/png",
        len(data),
    )
    assert (added.change, added.is_lfs) == ("added", False)
    assert repo.git("ls-tree", "memory", "artifacts/screenshots/").startswith("100644 blob ")
    blob = subprocess.run(
        ["git", "cat-file", "blob", f"memory:{added.path}"], cwd=repo.root, capture_output=True, check=True
    )
    assert blob.stdout == data == memory.artifact("screenshots/login.png") == memory.artifact(added.path)
    [listed] = memory.artifacts()
    assert listed.added is not None
    assert listed == memory.artifact_info("screenshots/login.png")
    assert listed._replace(added=None, change="added") == added
    assert memory.remove_artifact("screenshots/login.png").change == "removed"
    assert memory.artifacts() == ()
    with pytest.raises(NotFoundError):
        memory.artifact("screenshots/login.png")
    assert log(repo) == ["artifact: remove screenshots/login.png", "artifact: add screenshots/login.png"]
    assert [one.subject for one in memory.artifact_history("screenshots/login.png")] == log(repo)
    assert repo.fingerprint() == before


def test_the_history_shows_texts_and_says_of_other_files_only_that_they_changed(
    memory: Memory, drop: Drop
) -> None:
    memory.add_artifact(drop("notes.txt", b"diff --git a/x b/x\nread me\n"))
    memory.add_artifact(drop("login.png", PNG * 1000))
    picture, text, _ = memory.log()
    assert memory.diff(text.version).endswith("+diff --git a/x b/x\n+read me\n")
    shown = memory.diff(picture.version)
    assert "artifacts/screenshots/login.png" in shown
    assert shown.endswith("(no text)\n")
    assert len(shown) < 500


def test_the_same_file_again_makes_no_commit_and_another_replaces_it(
    repo: Repo, memory: Memory, drop: Drop
) -> None:
    memory.add_artifact(drop("a.txt", b"one\n"))
    assert memory.add_artifact(drop("a.txt", b"one\n")).change == "unchanged"
    assert memory.add_artifact(drop("a.txt", b"two\n")).change == "replaced"
    assert log(repo) == ["artifact: replace reports/a.txt", "artifact: add reports/a.txt"]
    assert memory.artifact("reports/a.txt") == b"two\n"


def test_folder_and_name_are_as_said_and_a_folder_lists_what_is_below_it(memory: Memory, drop: Drop) -> None:
    memory.add_artifact(drop("x.png"), folder="reports/2026", name="front page.png")
    memory.add_artifact(drop("data"), folder="")
    memory.add_artifact(drop("x.zip"))
    assert [one.name for one in memory.artifacts()] == ["data", "files/x.zip", "reports/2026/front page.png"]
    assert [one.media_type for one in memory.artifacts()] == ["image/png", "application/zip", "image/png"]
    assert [one.name for one in memory.artifacts("reports")] == ["reports/2026/front page.png"]
    assert memory.artifacts("nothing") == ()
    assert memory.artifacts("artifacts/files")[0].name == "files/x.zip"


def test_a_name_in_another_folder_is_pointed_out(memory: Memory, drop: Drop) -> None:
    memory.add_artifact(drop("login.png"))
    with pytest.raises(NotFoundError, match=r"did you mean artifacts/screenshots/login\.png"):
        memory.artifact("login.png")


def test_what_is_no_plain_file_is_refused(memory: Memory, drop: Drop, tmp_path: Path) -> None:
    target = drop("a.png")
    (tmp_path / "link.png").symlink_to(target)
    os.mkfifo(tmp_path / "pipe")
    for place, why in [
        (tmp_path / "link.png", "symbolic link"),
        (tmp_path, "folder"),
        (tmp_path / "pipe", "no file"),
    ]:
        with pytest.raises(RefusedError, match=why):
            memory.add_artifact(place)
    with pytest.raises(NotFoundError):
        memory.add_artifact(tmp_path / "nothing")
    with pytest.raises(UsageError):
        memory.add_artifact(target, name="../../x.png")
    assert memory.artifacts() == ()


def test_names_that_differ_in_their_case_alone_are_refused(memory: Memory, drop: Drop) -> None:
    memory.add_artifact(drop("Login.png"))
    with pytest.raises(
        RefusedError, match=r"differs from artifacts/screenshots/Login\.png only in upper and lower"
    ):
        memory.add_artifact(drop("login.PNG"))
    with pytest.raises(RefusedError, match="differs from artifacts/screenshots only"):
        memory.add_artifact(drop("b.png"), folder="Screenshots")
    memory.remove_artifact("screenshots/Login.png")
    assert memory.add_artifact(drop("login.PNG")).change == "added"


def test_a_text_is_scanned_for_secrets_and_a_binary_file_is_not(memory: Memory, drop: Drop) -> None:
    with pytest.raises(
        SecretError, match=r"artifacts/reports/run\.log: line 2 looks like a secret"
    ) as caught:
        memory.add_artifact(drop("run.log", f"begin\ntoken = {TOKEN}\n".encode()))
    assert TOKEN not in str(caught.value)
    added = memory.add_artifact(drop("run.log", f"begin\ntoken = {TOKEN}\n".encode()), redact=True)
    assert TOKEN.encode() not in memory.artifact(added.path)
    assert memory.add_artifact(drop("run.bin", b"\0" + TOKEN.encode())).change == "added"
    with pytest.raises(SecretError, match="the name looks like a secret"):
        memory.add_artifact(drop(f"{TOKEN}.log"), redact=True)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-16-be"])
def test_a_text_in_another_encoding_is_scanned_as_well(memory: Memory, drop: Drop, encoding: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    data = f"{mark}Grüße\r\ntoken = {TOKEN}\n".encode(encoding)
    with pytest.raises(SecretError, match="looks like a secret"):
        memory.add_artifact(drop("run.log", data))
    added = memory.add_artifact(drop("run.log", data), redact=True)
    kept = memory.artifact(added.path).decode(encoding)
    assert TOKEN not in kept
    assert kept.startswith(f"{mark}Grüße\r\n")
    plain = f"{mark}Grüße\r\n".encode(encoding)
    assert memory.artifact(memory.add_artifact(drop("plain.log", plain)).path) == plain


def test_several_are_one_commit_in_a_batch_and_within_a_commit_of_others(
    repo: Repo, memory: Memory, drop: Drop
) -> None:
    with memory.batch("import: what was there"):
        memory.record(Kind.LEARNING, "Emails differ by case")
        memory.add_artifact(drop("a.png"))
        assert memory.artifact("screenshots/a.png") == PNG
        assert [one.name for one in memory.artifacts("screenshots")] == ["screenshots/a.png"]
    with memory.batch("clean up"):
        memory.remove_artifact("screenshots/a.png")
        assert memory.artifacts() == ()
        with pytest.raises(NotFoundError, match="`git memory artifact list` tells what there is"):
            memory.artifact("screenshots/a.png")
        memory.add_artifact(drop("a.png"))

    def change(edits: Edits) -> str:
        assert put(memory._core, edits, "screenshots/a.png", PNG).change == "unchanged"
        assert put(memory._core, edits, "artifacts/diagrams/b.svg", b"<svg/>\n").change == "added"
        with pytest.raises(RefusedError, match="only in upper and lower case"):
            put(memory._core, edits, "diagrams/B.svg", b"<svg/>\n")
        return "import: more"

    memory._core.commit(change)
    assert log(repo) == ["import: more", "import: what was there"]
    assert [one.name for one in memory.artifacts()] == ["diagrams/b.svg", "screenshots/a.png"]


def test_two_clones_that_add_different_files_of_one_name_keep_both(shared_clones: SharedClones) -> None:
    (_, mine), (_, yours), disk = shared_clones
    for memory, data in ((mine, PNG + b"\0mine"), (yours, PNG + b"\0yours")):
        (disk / "login.png").write_bytes(data)
        memory.add_artifact(disk / "login.png")
    mine.sync()
    synced = yours.sync()
    [remark] = synced.merges[0].remarks
    assert remark.startswith("artifacts/screenshots/login.png was changed on both sides: the other one is ")
    mine.sync()
    assert mine.artifacts() == yours.artifacts()
    assert {mine.artifact(kept.path) for kept in mine.artifacts()} == {PNG + b"\0mine", PNG + b"\0yours"}
