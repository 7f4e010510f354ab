"""A briefing tells what there is to know, each thing with where it stands, and nothing in it acts."""

from __future__ import annotations

import subprocess

import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.errors import NotInitialisedError
from lsp_server.memory import Kind
from lsp_server.memory.working.briefing_results import Briefing, BriefingPart


def put(repo: Repo, path: str, text: str) -> None:
    """A file on the branch, by git's own hand, whatever is in it."""
    tip = repo.git("rev-parse", "refs/heads/memory")
    data = text.encode("utf-8", "surrogateescape")
    stream = (
        f"commit refs/heads/memory\ncommitter Hand <hand@example.org> 1700000000 +0000\ndata 7\nBy hand\n"
        f"from {tip}\nM 100644 inline {path}\ndata {len(data)}\n"
    )
    subprocess.run(
        ["git", "fast-import", "--quiet"], cwd=repo.root, input=stream.encode() + data + b"\n", check=True
    )


def named(briefing: Briefing, name: str) -> BriefingPart:
    return next(part for part in briefing.parts if part.name == name)


def told(briefing: Briefing, name: str) -> list[str]:
    return [f"{line.lead} {line.text}".strip() for line in named(briefing, name).lines]


def test_a_memory_with_nothing_in_it_tells_nothing(memory: Memory) -> None:
    briefing = memory.briefing()
    assert briefing.parts == []
    assert briefing.left_out == []
    assert memory.briefing_report(briefing) == "### What to know now\n"


def test_without_a_memory_it_says_what_to_do(repo: Repo) -> None:
    with Memory.open(repo.root) as memory, pytest.raises(NotInitialisedError, match="git memory init"):
        memory.briefing()


def test_open_bugs_come_by_severity_and_those_that_are_fixed_do_not(memory: Memory) -> None:
    for title, severity in (
        ("Typo", "low"),
        ("Keys in the log", "critical"),
        ("Crash", "high"),
        ("Odd", None),
    ):
        memory.record(Kind.BUG, title, fields={"severity": severity} if severity else None)
    memory.mark("BUG-3", "fixed")
    assert told(memory.briefing(), "bugs") == [
        "BUG-2 critical: Keys in the log",
        "BUG-1 low: Typo",
        "BUG-4 Odd",
    ]


def test_a_severity_in_a_bugs_text_does_not_make_it_worse(memory: Memory) -> None:
    memory.record(Kind.BUG, "Real", fields={"severity": "high"})
    memory.record(
        Kind.BUG, "Quoted", fields={"severity": "low", "description": 'It said "severity":"critical".'}
    )
    assert told(memory.briefing(), "bugs")[0] == "BUG-1 high: Real"


def test_a_critical_bug_is_told_however_many_came_after_it(memory: Memory) -> None:
    memory.record(Kind.BUG, "Old and bad", fields={"severity": "critical"})
    with memory.batch("bug: many"):
        for n in range(30):
            memory.record(Kind.BUG, f"Small {n}", fields={"severity": "low"})
    part = named(memory.briefing(), "bugs")
    assert part.lines[0].text == "critical: Old and bad"
    assert part.more + len(part.lines) == 31
    assert part.hint == "git memory list bugs"


def test_decisions_are_told_as_taken_and_as_still_to_be_taken(memory: Memory) -> None:
    memory.record(Kind.DECISION, "Use JWT", status="accepted")
    memory.record(Kind.DECISION, "Rotate keys")
    memory.record(Kind.DECISION, "Never", status="rejected")
    briefing = memory.briefing()
    assert told(briefing, "decisions") == ["ADR-0001 Use JWT"]
    assert told(briefing, "proposed") == ["ADR-0002 Rotate keys"]


def test_the_last_checkpoint_of_this_branch_tells_what_is_to_be_done(repo: Repo, memory: Memory) -> None:
    mine = memory.checkpoint(
        "Half way", fields={"todo": ["Refresh"], "in_progress": ["Login"], "phase": "Code"}
    )
    repo.git("checkout", "-q", "-b", "other")
    memory.checkpoint("Elsewhere")
    repo.git("checkout", "-q", "main")
    lines = told(memory.briefing(), "checkpoint")
    assert lines[0].startswith(f"{mine.label} Half way (")
    assert lines[1:] == ["In progress Login", "To do Refresh"]


def test_what_is_known_about_files_that_are_being_changed_is_told(repo: Repo, memory: Memory) -> None:
    from lsp_server.records.anchors import CodeRange

    learned = memory.record(
        Kind.LEARNING, "Case", fields={"lesson": "Lower it."}, at=[CodeRange("src/auth.py", 4, 5)]
    )
    assert "files" not in [part.name for part in memory.briefing().parts]
    repo.write("src/auth.py", "changed\n")
    repo.write("new/one.py", "new\n")
    briefing = memory.briefing()
    assert told(briefing, "uncommitted") == ["new/", "src/auth.py"]
    assert told(briefing, "files") == [f"{learned.label} Case: Lower it."]
    assert "learnings" not in [part.name for part in briefing.parts], "nothing is told twice"


def test_milestones_that_are_one_word_each_are_told_as_well(repo: Repo, memory: Memory) -> None:
    put(repo, "project.yaml", "name: Shop\nmilestones:\n  MVP: completed\n  Beta: in_progress\n")
    assert told(memory.briefing(), "project") == ["Shop", "Milestone Beta: in progress"]


PROJECT = """name: Shop
version: 1.4.0
status: in_progress
stack:
  backend: FastAPI
milestones:
  - name: MVP
    status: completed
  - name: Beta
    status: in_progress
    target_date: 2026-12-15
"""
CONTEXT = """# Current Project Context

## Active Project: Shop
- **Stage**: Development

## What we did (a heading of our own)
- **Last session**: Registration
- **Current focus**:
- **Next planned**:
  - Login
  - Limits
- **Blockers**: None

## User Preferences Observed
- **Communication style**: Direct
"""
PATTERNS = """# Learned Patterns

## Python Code Patterns
- Data classes
- Context managers

## Our Own Heading
- Own

## Anti-Patterns (Things That Don't Work)
- Mutable defaults
- Mocks of the database
"""


def test_documents_are_told_with_file_and_section(repo: Repo, memory: Memory) -> None:
    for path, text in (
        ("project.yaml", PROJECT),
        ("project-context.md", CONTEXT),
        ("patterns-learned.md", PATTERNS),
    ):
        put(repo, path, text)
    put(repo, "user-preferences.md", "# User Preferences\n\n## Technical\n- **Primary language**: Python\n")
    put(repo, "user-preferences/a-developer.md", "# Preferences\n\n## Own\n- **Level**: Senior\n")
    put(repo, "user-preferences/another.md", "# Preferences\n\n## Own\n- **Level**: Somebody else\n")
    briefing = memory.briefing()
    assert told(briefing, "project") == [
        "Shop version 1.4.0, in progress",
        "Stack backend FastAPI",
        "Milestone Beta: in progress, due 2026-12-15",
        "Stage Development",
    ]
    assert told(briefing, "work") == [
        "Last session Registration",
        "Next planned Login",
        "Next planned Limits",
    ]
    assert named(briefing, "work").source == "project-context.md, What we did (a heading of our own)"
    assert "blockers" not in [part.name for part in briefing.parts], "None is none"
    assert told(briefing, "own-preferences") == ["Level Senior"]
    assert told(briefing, "preferences") == ["Primary language Python", "Communication style Direct"]
    assert told(briefing, "anti-patterns") == ["Mocks of the database", "Mutable defaults"]
    assert told(briefing, "patterns") == [
        "Python Code Patterns Context managers",
        "Our Own Heading Own",
        "Python Code Patterns Data classes",
    ]
    assert told(memory.briefing(person="another"), "own-preferences") == ["Level Somebody else"]


HOSTILE = (
    "![x](http://evil/x.png) <img src=x> [run](command:evil) `unfinished \x1b[31m \u202e # [a]: http://x"
)


@pytest.mark.parametrize(
    "text", [HOSTILE, "- [a]: command:evil", "# Heading", "```", "> quoted", "1. first", "---"]
)
def test_nothing_acts_that_stands_in_a_document_or_a_title(repo: Repo, memory: Memory, text: str) -> None:
    put(repo, "project-context.md", f"# C\n\n## Recent Work\n- **Blockers**:\n  - {text}\n")
    put(repo, "patterns-learned.md", f"# P\n\n## Code Patterns\n- {text}\n")
    shown = memory.briefing_report(memory.briefing())
    assert "![" not in shown
    assert "<img" not in shown
    assert "](command:" not in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    inner = [line.removeprefix("- ") for line in shown.splitlines() if line.startswith("- ")]
    assert not [line for line in inner if line.startswith(("#", "```", ">", "1. ", "---", "- ", "["))]


@pytest.mark.parametrize(
    "broken",
    [
        "\x00\x01\xff",
        "name: [",
        "- just\n- a list\n",
        "\ufeff" + PROJECT,
        PROJECT.replace("\n", "\r\n"),
        "a: " * 5000,
    ],
)
def test_documents_that_are_no_documents_take_nothing_down(repo: Repo, memory: Memory, broken: str) -> None:
    memory.record(Kind.BUG, "Still told")
    for path in ("project.yaml", "project-context.md", "patterns-learned.md", "user-preferences.md"):
        put(repo, path, broken)
    assert told(memory.briefing(), "bugs") == ["BUG-1 Still told"]


def test_it_writes_nothing(repo: Repo, memory: Memory) -> None:
    memory.record(Kind.BUG, "One")
    before, version = repo.fingerprint(), memory.version()
    memory.briefing()
    assert (repo.fingerprint(), memory.version()) == (before, version)
    assert not (repo.root / ".git" / "git-memory-session").exists()
