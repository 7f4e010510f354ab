"""``docs/cli.md`` and the manual page say what the commands say of themselves."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Repo

ROOT = Path(__file__).parents[2]


def test_the_pages_are_what_would_be_made_today() -> None:
    made = subprocess.run(
        [sys.executable, "docs/make_cli.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (made.returncode, made.stderr) == (0, "")


def test_every_help_in_the_manual_is_what_the_command_prints(fresh: Repo) -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    helps = re.findall(r"```text\n(Usage: git memory(.*?) \[OPTIONS\].*?)\n```", text, re.DOTALL)
    assert len(helps) > 17
    for shown, command in helps:
        assert fresh.do(*command.split(), "--help", env={"COLUMNS": "80"}) == f"{shown}\n"


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_the_manual_page_is_well_formed() -> None:
    page = ROOT / "docs" / "git-memory.1"
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", page], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert "git memory decide" in done.stdout
