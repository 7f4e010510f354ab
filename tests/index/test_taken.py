"""A new label is as long as it must be to be told apart, and asking costs no index."""

from __future__ import annotations

from pathlib import Path

from support import Repo

from lsp_server import Memory
from lsp_server.index.taken import width_needed
from lsp_server.memory import Kind


def test_a_label_grows_where_its_first_digits_are_taken_by_another_of_its_kind(repo: Repo) -> None:
    with Memory.open(repo.root) as memory:
        memory.initialise()
        record = memory.record(Kind.LEARNING, "One")
        memory.list()
    index = repo.root / ".git/git-memory/index.sqlite3"
    digits = record.id.replace("-", "")
    other = "f" if digits[10] != "f" else "0"
    near = digits[:10] + other + digits[11:]
    assert width_needed(index, "learning", near) == 11
    assert width_needed(index, "learning", digits) == 8
    assert width_needed(index, "checkpoint", near) == 8


def test_without_an_index_or_with_a_broken_one_the_label_is_short(tmp_path: Path) -> None:
    assert width_needed(tmp_path / "none", "learning", "0" * 32) == 8
    broken = tmp_path / "broken"
    broken.write_text("not a database")
    assert width_needed(broken, "learning", "0" * 32) == 8
