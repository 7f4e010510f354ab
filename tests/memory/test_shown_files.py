"""What is tidied away of the files that editors were shown, and what never is."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from lsp_server import Memory
from lsp_server.memory import Kind

DAY = 24 * 60 * 60.0


@pytest.fixture
def memory(repo: Any) -> Any:
    with Memory.open(repo.root) as opened:
        opened.initialise()
        yield opened


def unused(path: Path, days: float) -> None:
    """Nobody has opened or written it for so long; and nothing was tidied today."""
    past = time.time() - days * DAY
    for one in (path, path.parent / ".state" / f"{path.name}.json"):
        os.utime(one, (past, past))
    (path.parent / ".state" / "tidied.json").unlink(missing_ok=True)


def test_what_nobody_used_for_a_month_goes_and_what_was_typed_stays(memory: Memory) -> None:
    memory.record(Kind.LEARNING, "Emails differ by case")
    shown = memory.show_file("artifacts/screenshots/login.png", b"\x89PNG")
    clean, typed = memory.document_view("context").path, memory.document_view("patterns").path
    typed.write_text("# Mine\n")
    for path in (shown, clean, typed):
        unused(path, 31)
    memory.view(memory.list()[0].id)
    assert [path.exists() for path in (shown, clean, typed)] == [False, False, True]
    assert memory.document_view("patterns").path.read_text() == "# Mine\n"


def test_what_was_used_lately_stays(memory: Memory) -> None:
    memory.record(Kind.LEARNING, "Emails differ by case")
    shown = memory.show_file("checklist.md", b"# Checklist\n")
    document = memory.document_view("context").path
    for path in (shown, document):
        unused(path, 5)
    memory.view(memory.list()[0].id)
    assert shown.exists()
    assert document.exists()


def test_a_view_follows_the_branch_unless_somebody_works_in_it_or_has_it_open(memory: Memory) -> None:
    view = memory.document_view("patterns")
    memory.note("patterns/testing", "Real git")
    assert "Real git" not in memory.document_view("patterns", in_use=[view.path]).path.read_text()
    assert "Real git" in memory.document_view("patterns").path.read_text()
    view.path.write_text(view.path.read_text() + "- mine\n")
    memory.note("patterns/testing", "No mocks")
    assert "No mocks" not in memory.document_view("patterns").path.read_text()
    saved = memory.save_draft(view.path)
    assert saved.changed
    assert {"Real git", "No mocks"} <= set(memory.document("patterns").values("testing"))
    assert "- mine\n" in memory.document("patterns").text


def test_two_saves_of_one_change_are_one_commit(memory: Memory) -> None:
    view = memory.document_view("context")
    view.path.write_text(view.path.read_text().replace("**Current focus**:", "**Current focus**: Search"))
    assert memory.save_draft(view.path).changed
    version = memory.version()
    assert not memory.save_draft(view.path).changed
    assert memory.version() == version


def test_an_editor_that_had_not_seen_a_change_does_not_take_it_back(memory: Memory) -> None:
    view = memory.document_view("patterns")
    older = view.path.read_text()
    memory.note("patterns/testing", "Real git")
    memory.document_view("patterns")
    view.path.write_text(older.replace("## Code Patterns\n", "## Code Patterns\n- Small modules\n"))
    memory.save_draft(view.path, shown=older)
    assert memory.document("patterns").values("testing") == ("Real git",)
    assert memory.document("patterns").values("code") == ("Small modules",)
