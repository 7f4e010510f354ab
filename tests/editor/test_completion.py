"""What an editor proposes in our own documents: what they have not yet. Nothing in any other file."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from client import Client, at
from support import Repo

from lsp_server import Memory
from lsp_server.editor.completing import complete
from lsp_server.editor.documents import Document, split_lines
from lsp_server.editor.forms import form_of
from lsp_server.memory import Kind

CONTEXT = """\
# Current Project Context

## Active Project: Shop
- **Type**: API
- **Stage:**{stage}
{field}

## recent work
{heading}
"""


def proposed(name: str, text: str) -> list[tuple[str, str]]:
    """What is proposed at the ``|`` in a view of this name: (shown, text after it is taken)."""
    before = text[: text.index("|")]
    line, column = before.count("\n"), len(before.rpartition("\n")[2])
    document = Document(
        f"file:///d/{name}", Path("/d", name), 1, split_lines(text.replace("|", "")), "utf-16"
    )
    form = form_of(document)
    assert form is not None
    lines = [one.rstrip("\r\n") for one in document.lines]
    found = complete(form, lines, line, column, yaml=name.endswith(".yaml"))
    rest = [lines[line][column + one.after :] for one in found]
    return [
        (one.label, lines[line][: one.start] + one.text + after)
        for one, after in zip(found, rest, strict=True)
    ]


def context(**places: str) -> str:
    return CONTEXT.format(**{"stage": " Testing", "field": "", "heading": "", **places})


@pytest.mark.parametrize("typed", ["#|", "##|", "## |", "## Tech|"])
def test_after_a_hash_come_the_sections_that_the_document_has_not(typed: str) -> None:
    assert proposed("project-context.md", context(heading=typed)) == [
        ("Technical Decisions Made", "## Technical Decisions Made"),
        ("User Preferences Observed", "## User Preferences Observed"),
    ]


@pytest.mark.parametrize("typed", ["- **|", "- *|", "- **Te|", "* **|", "- **|**"])
def test_after_a_bullets_stars_come_the_fields_that_the_section_has_not(typed: str) -> None:
    bullet = typed[0]
    assert proposed("project-context.md", context(field=typed)) == [
        (name, f"{bullet} **{name}**: ") for name in ("Tech Stack", "Team Size", "Timeline")
    ]


@pytest.mark.parametrize("typed", [" |", " Dev|"])
def test_a_field_with_a_few_values_proposes_them(typed: str) -> None:
    found = proposed("project-context.md", context(stage=typed))
    assert found[1] == ("Development", "- **Stage:** Development")
    assert len(found) == 5


def test_a_session_log_gets_an_entry_of_today_however_many_it_has() -> None:
    text = "# Session Log\n\n## 2026-01-01 - Session Summary\n- **Focus**: x\n\n#|"
    today = datetime.date.today().isoformat()
    assert [after for _, after in proposed("session-log.md", text)] == [f"## {today} - Session Summary"]
    in_entry = proposed("session-log.md", text.replace("\n\n#|", "\n- **|"))
    assert [name for name, _ in in_entry] == ["Accomplished", "Next steps", "Patterns learned"]


def test_the_status_of_a_milestone_is_another_than_the_projects() -> None:
    text = "name: Shop\nstatus: {}\nmilestones:\n  - name: MVP\n    status: {}\n"
    assert "on_hold" in [name for name, _ in proposed("project.yaml", text.format("|", "x"))]
    milestone = proposed("project.yaml", text.format("x", "comp|"))
    assert ("completed", "    status: completed") in milestone
    assert "on_hold" not in [name for name, _ in milestone]


def test_a_persons_preferences_and_a_month_of_the_log_are_known_too() -> None:
    assert "Technical Preferences" in [name for name, _ in proposed("user-preferences-ada.md", "#|")]
    document = Document("file:///d/log-2026-11.md", Path("/d/log-2026-11.md"), 1, [""], "utf-16")
    assert form_of(document) is not None


@pytest.mark.parametrize(
    "text", ["text #|", "## Recent Work # |", "```\n#|\n```\n", "- text **|", "- **Type**: |", "|", "a |"]
)
def test_nowhere_else_is_anything_proposed(text: str) -> None:
    assert proposed("project-context.md", text) == []


def test_a_bugs_file_proposes_its_sections_its_statuses_and_severities(
    editor: Client, memory: Memory, repo: Repo
) -> None:
    memory.record(Kind.BUG, "Login fails", fields={"severity": "high", "description": "It does."})
    path = memory.view("BUG-1").path
    lines = path.read_text().split("\n")

    def labels(uri: str, line: int, character: int) -> list[str]:
        found = editor.request("textDocument/completion", at(uri, line, character))
        return [item["label"] for item in found or ()]

    status, severity = (
        next(number for number, line in enumerate(lines) if line.startswith(f"{key}: "))
        for key in ("status", "severity")
    )
    uri = editor.open(path, "\n".join([*lines, "##"]))
    assert labels(uri, status, len("status: ")) == ["open", "in-progress", "fixed", "closed", "wont-fix"]
    assert labels(uri, severity, len("severity: ")) == ["low", "medium", "high", "critical"]
    assert labels(uri, len(lines), 2)[:2] == ["Steps to Reproduce", "Expected Behaviour"]
    assert "Description" not in labels(uri, len(lines), 2)


def test_code_gets_no_proposals(editor: Client, memory: Memory, repo: Repo) -> None:
    source = editor.open(repo.root / "src/auth.py", "#\n# \n- **\nstatus: \n")
    notes = editor.open(repo.root / "project-context.md", "#\n")
    asked: list[Any] = [editor.request("textDocument/completion", at(source, line, 1)) for line in range(4)]
    assert [*asked, editor.request("textDocument/completion", at(notes, 0, 1))] == [None] * 5
