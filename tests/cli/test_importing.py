"""``git memory import adr``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Repo

NYGARD = "# 2. Use JWT\n\nDate: 2021-03-04\n\n## Status\n\nAccepted\n\n## Context\n\nTwo services.\n"


@pytest.fixture
def folder(repo: Repo) -> Repo:
    """A repository whose ``adr`` folder holds two ADRs of different dialects and a picture."""
    (repo.path / "adr").mkdir()
    (repo.path / "adr" / "0002-use-jwt.md").write_text(NYGARD)
    (repo.path / "adr" / "0003-use-rust.md").write_text(
        "---\nstatus: proposed\n---\n# Use Rust\n\nWe might.\n"
    )
    (repo.path / "adr" / "diagram.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff")
    return repo


def test_a_folder_is_imported_and_the_report_goes_file_by_file(
    folder: Repo, assert_record: Callable[[Any], None]
) -> None:
    report = folder.json("import", "adr", "adr")
    assert report["imported"] == 2
    assert report["version"] == folder.git("rev-parse", "memory")
    by_source = {file["source"]: file for file in report["files"]}
    (jwt,) = [file for source, file in by_source.items() if source.endswith("0002-use-jwt.md")]
    assert_record(jwt["record"])
    assert (jwt["record"]["label"], jwt["record"]["status"], jwt["new"]) == ("ADR-0002", "accepted", True)
    assert jwt["record"]["created"].startswith("2021-03-04")
    assert folder.file("ADR-2").endswith(NYGARD.strip())


def test_the_report_is_readable(folder: Repo) -> None:
    lines = folder.do("import", "adr", "adr").splitlines()
    (line,) = [line for line in lines if "0002-use-jwt.md" in line and "ADR-0002" in line]
    assert "accepted" in line
    assert line.endswith("Use JWT")
    assert lines[-1].startswith("2 imported")


def test_importing_twice_adds_nothing(folder: Repo) -> None:
    folder.do("import", "adr", "adr")
    tip = folder.git("rev-parse", "memory")
    again = folder.json("import", "adr", "adr", cwd=folder.path)
    assert again["imported"] == 0
    assert folder.git("rev-parse", "memory") == tip
    assert len(folder.json("list", "decisions")) == 2


def test_a_dry_run_writes_nothing(folder: Repo) -> None:
    tip = folder.git("rev-parse", "memory")
    report = folder.json("import", "adr", "adr", "--dry-run")
    assert (report["dry_run"], report["imported"]) == (True, 2)
    assert "2 would be imported" in folder.do("import", "adr", "adr", "--dry-run")
    assert folder.git("rev-parse", "memory") == tip


def test_a_folder_that_is_not_there_or_holds_no_adr(folder: Repo) -> None:
    assert "none" in folder.fails("import", "adr", "none", code=2)
    (folder.path / "empty").mkdir()
    assert "empty" in folder.fails("import", "adr", "empty", code=2)
