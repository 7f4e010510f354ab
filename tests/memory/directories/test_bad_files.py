"""One bad file never takes the rest down, and is told for what it is."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from memory.directories.example import BUG, checkpoint, contents

from lsp_server import Memory
from lsp_server.memory import Kind
from lsp_server.memory.importing.results import Taken

DEEP = '{"a":' * 200 + "1" + "}" * 200
BAD = {
    "checkpoints/half.json": (b'{"phase": "x", "progress": {"todo": ["a', "it is not JSON"),
    "checkpoints/nan.json": (b'{"phase": "x", "metrics": {"a": NaN}}', "NaN is no number of JSON"),
    "checkpoints/list.json": (b'["phase"]', "no object"),
    "checkpoints/deep.json": (DEEP.encode(), "nested more than"),
    "checkpoints/very-deep.json": (b'{"a":' * 100_000, "nested more than"),
    "checkpoints/half-a-character.json": (b'{"phase": "\\ud800"}', "half a character"),
    "checkpoints/empty.json": (b"", "the file is empty"),
    "bugs/bug_001.md": (b" \n", "the file is empty"),
    "bugs/bug_002.md": (b"# Bug\0", "not text"),
    "sessions/half.json": (b'{"session_id": ', "it is not JSON"),
    "notes.txt": (b"x", "has no place for it"),
}


def test_each_bad_file_is_skipped_with_its_reason(memory: Memory, directory: Path) -> None:
    good = {thing.source for thing in memory.import_directory(directory, dry_run=True).files}
    for name, (data, _) in BAD.items():
        (directory / name).write_bytes(data)
    report = memory.import_directory(directory)
    skipped = {t.source: t.notes for t in report.files if t.taken is Taken.SKIPPED}
    assert set(skipped) == set(BAD)
    for name, (_, words) in BAD.items():
        assert words in skipped[name][0], name
    assert {t.source for t in report.files if t.taken is Taken.NEW} == good


def test_a_file_that_is_larger_than_sense_is_skipped(memory: Memory, directory: Path) -> None:
    with (directory / "bugs/bug_007.md").open("wb") as file:
        file.truncate((64 << 20) + 1)
    report = memory.import_directory(directory)
    (large,) = [t for t in report.files if t.taken is Taken.SKIPPED]
    assert (large.source, large.notes[0]) == ("bugs/bug_007.md", "the file is larger than 64 MB")


def test_symbolic_links_are_not_followed(memory: Memory, directory: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.md").write_text(BUG.replace("#023", "#024"))
    (tmp_path / "folder").mkdir()
    (directory / "bugs/bug_024.md").symlink_to(tmp_path / "elsewhere.md")
    (directory / "artifacts/more").symlink_to(tmp_path / "folder")
    report = memory.import_directory(directory)
    assert {t.source: t.notes for t in report.files if t.taken is Taken.SKIPPED} == {
        "bugs/bug_024.md": ("it is a symbolic link, which is not followed",),
        "artifacts/more": ("it is a symbolic link, which is not followed",),
    }
    assert memory.find("BUG-24") is None


@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-8-sig", None),
        ("utf-16", "the file is UTF-16"),
        ("latin-1", "the file is not UTF-8; it was read as Latin-1"),
    ],
)
def test_texts_in_other_encodings_are_read(
    memory: Memory, directory: Path, encoding: str, note: str | None
) -> None:
    text = BUG.replace("Two accounts", "Zwei Müller").replace("\n", "\r\n")
    (directory / "bugs/bug_023.md").write_bytes(text.encode(encoding))
    document = json.dumps({**checkpoint(), "notes": "Grüße"}, ensure_ascii=False)
    (directory / "checkpoints/checkpoint_20250107_1330.json").write_bytes(document.encode(encoding))
    report = memory.import_directory(directory)
    assert memory.get("BUG-23").fields["description"] == "Zwei Müller for one address."
    assert "Grüße" in [record.fields.get("notes") for record in memory.list(kind=Kind.CHECKPOINT)]
    notes = {t.source: t.notes for t in report.files}
    assert (note in notes["bugs/bug_023.md"]) == (note is not None)


def test_a_key_that_is_there_twice_is_told(memory: Memory, directory: Path) -> None:
    (directory / "checkpoints/twice.json").write_text(
        '{"phase": "a", "phase": "b", "timestamp": "2025-01-01"}'
    )
    report = memory.import_directory(directory)
    (twice,) = [t for t in report.files if t.source == "checkpoints/twice.json"]
    assert twice.notes == ("'phase' is there twice; the last one counts",)
    assert twice.record is not None
    assert twice.record.fields["phase"] == "b"


def test_values_of_other_types_than_the_format_has_stay_with_the_checkpoint(
    memory: Memory, directory: Path, tmp_path: Path
) -> None:
    odd = {"timestamp": 17, "phase": None, "progress": "half", "metrics": [1], "files_modified": {"a": 1}}
    odd |= {"git_commit": 12, "notes": ["a", 1], "details": {"x": [1.0, 1, True]}, "": 0}
    (directory / "checkpoints/odd.json").write_text(json.dumps(odd))
    memory.import_directory(directory)
    memory.export_directory(tmp_path / "out")
    again = json.loads((tmp_path / "out/checkpoints/odd.json").read_text())
    assert again.pop("memory_id")
    assert json.dumps(again, sort_keys=True) == json.dumps(odd, sort_keys=True)


def test_a_secret_keeps_its_own_file_out_and_no_other(memory: Memory, directory: Path) -> None:
    secret = "ghp_" + "a1B2c3D4e5" * 3 + "f6G7h8"
    (directory / "bugs/bug_099.md").write_text(BUG.replace("#023", "#099").replace("Two accounts", secret))
    report = memory.import_directory(directory)
    (kept_out,) = [t for t in report.files if t.taken is Taken.SKIPPED]
    assert kept_out.source == "bugs/bug_099.md"
    assert secret not in str(kept_out.notes)
    assert memory.find("BUG-99") is None
    assert memory.find("BUG-23") is not None
    redacted = memory.import_directory(directory, redact=True)
    assert [t.source for t in redacted.files if t.taken is Taken.NEW] == ["bugs/bug_099.md"]
    assert secret not in memory.get("BUG-99").body


@pytest.mark.parametrize("file", ["checkpoints/x.json", "sessions/x.json"])
def test_a_password_in_quotes_is_seen_in_what_stays_as_json(
    memory: Memory, directory: Path, file: str
) -> None:
    password = "".join(["hunter2", "-61686932"])
    said = {"phase": "x", "goal": "x", "remote": {"note": [f'password = "{password}"', 1.0]}, "links": [{}]}
    (directory / file).write_text(json.dumps(said))
    report = memory.import_directory(directory)
    assert [t.source for t in report.files if t.taken is Taken.SKIPPED] == [file]
    memory.import_directory(directory, redact=True)
    snapshot = memory._core.store.snapshot()
    assert not [f.path for f in snapshot.files() if password.encode() in (snapshot.read(f.path) or b"")]


def test_a_title_that_is_redacted_does_not_come_back_in_a_files_name(memory: Memory, directory: Path) -> None:
    password = "".join(["hunter2", "-61686932"])
    titled = f'# Bug #000: The password = "{password}" was told\n\n**Status:** Open\n'
    (directory / "bugs/bug_000.md").write_text(titled)
    checkpoint = json.dumps({"phase": "x", "progress": {"current_task": f'password = "{password}"'}})
    (directory / "checkpoints/x.json").write_text(checkpoint)
    report = memory.import_directory(directory, redact=True)
    assert all(t.taken is Taken.NEW for t in report.files)
    assert memory.get("BUG-0").number == 0  # a number as any other
    assert not [file for file in memory._core.store.snapshot().files() if password in file.path]
    assert password not in str([(t.path, t.record) for t in report.files])


@pytest.mark.parametrize(
    "where", ["an unknown key", "a name", "a session's key", "the summary", "an artifact"]
)
def test_a_secret_does_not_come_in_by_another_way(memory: Memory, directory: Path, where: str) -> None:
    secret = "ghp_" + "a1B2c3D4e5" * 3 + "f6G7h8"
    name, text = {
        "an unknown key": ("checkpoints/x.json", json.dumps({"phase": "x", "remote": {"token": secret}})),
        "a name": (f"bugs/{secret}.md", BUG.replace("#023", "#098")),
        "a session's key": ("sessions/x.json", json.dumps({"session_id": "x", "odd": [secret]})),
        "the summary": ("project_summary.json", json.dumps({"project_name": secret})),
        "an artifact": ("artifacts/reports/x.txt", secret),
    }[where]
    (directory / name).write_text(text)
    report = memory.import_directory(directory)
    assert [t.source for t in report.files if t.taken is Taken.SKIPPED] == [name]
    snapshot = memory._core.store.snapshot()
    for file in snapshot.files():
        assert secret not in file.path
        assert secret.encode() not in (snapshot.read(file.path) or b""), file.path


@pytest.mark.parametrize("path", ["../../escape.md", "decisions/../../x.md", "/etc/x.md", "templates/x.md"])
def test_what_stands_beside_the_files_leads_nowhere_else(
    memory: Memory, directory: Path, tmp_path: Path, path: str
) -> None:
    memory.import_directory(directory)
    memory.export_directory(tmp_path / "out")
    beside = tmp_path / "out/.git-memory.yaml"
    beside.write_text(
        beside.read_text().replace("path: bugs/0023-email-case.md", f"path: {path}")
        + "  settings.yaml:\n    in: .git-memory.yaml\n    text: x\n"
        + f"  {path}:\n    in: .git-memory.yaml\n    text: x\n"
    )
    memory.delete("BUG-23")
    report = memory.import_directory(tmp_path / "out")
    assert [t.source for t in report.files if t.taken is Taken.NEW] == ["bugs/bug_023.md"]
    paths = [file.path for file in memory._core.store.snapshot().files()]
    assert all(".." not in one and not one.startswith(("templates", "settings", "etc")) for one in paths)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_read_is_told(memory: Memory, directory: Path) -> None:
    (directory / "bugs/bug_023.md").chmod(0)
    report = memory.import_directory(directory)
    assert [t.notes for t in report.files if t.taken is Taken.SKIPPED] == [
        ("it cannot be read: Permission denied",)
    ]


def test_a_broken_file_beside_the_others_is_told(memory: Memory, directory: Path) -> None:
    (directory / ".git-memory.yaml").write_text("format: [")
    report = memory.import_directory(directory)
    (broken,) = [t for t in report.files if t.taken is Taken.SKIPPED]
    assert broken.source == ".git-memory.yaml"
    assert contents(directory)[".git-memory.yaml"] == b"format: ["


def test_texts_in_which_no_entry_is_found_are_kept_whole(memory: Memory, directory: Path) -> None:
    texts = {"development_log.md": "Log\n\nMonday\n- x\n", "decisions.md": "# Decisions\r- use SQL\r"}
    for name, text in texts.items():
        (directory / name).write_text(text, newline="")
    memory.import_directory(directory)
    for name, text in texts.items():
        kept = memory.artifact(f"imported/{name}").decode()
        assert kept == text.replace("\r", "\n")


def test_a_pipe_is_no_file_and_waits_for_nobody(memory: Memory, directory: Path, tmp_path: Path) -> None:
    for name in (".git-memory.yaml", "bugs/bug_099.md", "artifacts/pipe", "patterns-learned.md"):
        (directory / name).unlink(missing_ok=True)
        os.mkfifo(directory / name)
    report = memory.import_directory(directory)
    assert sum(thing.notes == ("it is no file",) for thing in report.files) == 4
    folder = memory.import_folder(directory)
    files = {file.source: file.notes for file in folder.files}
    assert files["patterns-learned.md"] == ("it is no file",)
    assert [file.notes for file in memory.export_folder(directory).files if file.outcome == "skipped"] == []


def test_a_secret_in_what_was_deleted_keeps_nothing_else_out(memory: Memory, directory: Path) -> None:
    secret = "ghp_" + "a1B2c3D4e5" * 3 + "f6G7h8"
    said = f'format: 1\ndeleted:\n  deleted/bugs/0099.yaml: "{secret}"\n'
    (directory / ".git-memory.yaml").write_text(said)
    report = memory.import_directory(directory)
    (kept_out,) = [thing for thing in report.files if thing.taken is Taken.SKIPPED]
    assert kept_out.source == ".git-memory.yaml: deleted/bugs/0099.yaml"
    assert secret not in str(kept_out.notes)
    assert memory.find("BUG-23") is not None
