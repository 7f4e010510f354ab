"""An import or export of a folder, killed anywhere: nothing is half, and said again it completes."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from crash.tools import LONG, PROGRAM, Place, told

KILLS = 60 if LONG else 2
TEXT = "# Learned Patterns\n\n## Python Code Patterns\n- Data classes\n- Generators\n"


def folder(place: Path) -> Path:
    (place / "bugs").mkdir(parents=True)
    (place / "patterns-learned.md").write_text(TEXT)
    (place / "session-log.md").write_text("# Session Log\n\n## 2025-01-07 - Login\n- **Focus**: Login\n")
    (place / "decisions.md").write_text(
        "# Design Decisions\n\n## Decision 901: Use JWT\n\n### Context\nWhy\n"
    )
    for number in range(910, 913):
        (place / f"bugs/bug_{number}.md").write_text(f"# Bug #{number}: Broken\n\n## Description\nIt is\n")
    return place


def contents(place: Path) -> dict[str, bytes]:
    return {
        path.relative_to(place).as_posix(): path.read_bytes() for path in place.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize("what", ["folder", "directory"])
def test_an_import_that_is_killed_is_one_commit_or_none_and_whole_when_said_again(
    broken: Callable[[], Place], tmp_path: Path, what: str
) -> None:
    given = folder(tmp_path / "given")
    command = [str(PROGRAM), "import", what, str(given)]
    whole = broken()
    done = whole.killed(command, 0, "before", everything=False)
    assert done.ended
    tree = whole.repo.git("rev-list", "--count", "memory")
    calls = [at for at, call in enumerate(done.calls, 1) if LONG or "update-ref" in call]
    for at in calls:
        for how in ("before", "after") if LONG else ("after",):
            place = broken()
            old = place.tip()
            place.killed(command, at, how, everything=True)
            with told(f"killed {how} call {at}"):
                assert len(place.repo.git("rev-list", f"{old}..memory").split()) <= 1
                place.memory(*command[1:])
                assert place.repo.git("rev-list", "--count", "memory") == tree
                (given / "patterns-learned.md").write_text(TEXT.replace("- Generators\n", ""))
                place.memory(*command[1:])
                (given / "patterns-learned.md").write_text(TEXT)
                if what == "folder":
                    assert "Generators" not in place.do("documents", "patterns")


@pytest.mark.parametrize("what", ["folder", "directory"])
def test_an_export_that_is_killed_leaves_whole_files_and_completes_when_said_again(
    place: Place, tmp_path: Path, what: str
) -> None:
    chance = random.Random(7)
    place.memory("import", what, str(folder(tmp_path / "given")))
    place.do("export", what, str(tmp_path / "whole"))
    out = tmp_path / "out"
    for _ in range(KILLS):
        process = subprocess.Popen(
            [str(PROGRAM), "export", what, str(out)],
            cwd=place.repo.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(chance.uniform(0.1, 0.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
        known = contents(tmp_path / "whole")
        for name, data in contents(out).items() if out.exists() else ():
            assert name.endswith(".half") or name == ".git-memory.yaml" or data == known[name]
    place.do("export", what, str(out))
    found = contents(out)
    assert {name: data for name, data in found.items() if not name.endswith(".half")} == known


def test_what_an_export_wrote_before_it_was_killed_is_no_hand_edit(place: Place, tmp_path: Path) -> None:
    out = tmp_path / "out"
    place.do("note", "patterns/code", "Slots")
    place.do("export", "folder", str(out))
    (note,) = (place.git_dir / "git-memory/folders").iterdir()
    before = note.read_text()
    place.do("note", "patterns/code", "Enums")
    place.do("export", "folder", str(out))
    digests = note.read_text()
    # As it is noted between the first file and the end.
    said = json.loads(before)
    said["coming"] = {name: file[0] for name, file in json.loads(digests)["files"].items()}
    note.write_text(json.dumps(said))
    place.do("note", "patterns/code", "Protocols")
    place.do("export", "folder", str(out))
    assert "Protocols" in (out / "patterns-learned.md").read_text()
