"""No line that somebody leaves in a file takes longer to read than others of its length."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lsp_server.editor.completing import Form, complete
from lsp_server.editor.outline import yaml_outline
from lsp_server.memory.importing.aloop import _with_what_is_missing
from lsp_server.memory.working.ending_form import read_ending
from lsp_server.records.project_directory.bugs import learning_named, read_bug
from lsp_server.records.project_directory.decisions import read_decisions
from lsp_server.records.project_directory.json_file import read_json
from lsp_server.records.project_directory.learnings import read_learnings
from lsp_server.records.sessions.body import first_said

LONG = 60_000  # characters: some ten seconds where the time grows with the square
BLANKS = " " * LONG
MOST = 1.0  # seconds of the processor

READ: dict[str, Callable[[], object]] = {
    "a key in an editor": lambda: yaml_outline([f"x{BLANKS}y"]),
    "a heading in an editor": lambda: complete(Form([]), [f"#{BLANKS}#"], 0, LONG + 2, yaml=False),
    "comments at a session's end": lambda: read_ending("Done.\n\n" + "<!--" * (LONG // 4)),
    "the id of a session of another program": lambda: _with_what_is_missing(f"id: a{BLANKS}b", "x", []),
    "what was said first": lambda: first_said(f"messages:\n  - role: user\n    content: {BLANKS}x"),
    "the heading of a learning": lambda: read_learnings(f"## a{BLANKS}b"),
    "the date of a learning": lambda: read_learnings(f"## 2025-01-01: a\n**Date:** a{BLANKS}b"),
    "the status of a decision": lambda: read_decisions(f"## Decision 1: a\n**Status:** a{BLANKS}b"),
    "brackets in a status": lambda: read_decisions(f"## Decision 1: a\n**Status:** {'(' * LONG}"),
    "the learning that a bug names": lambda: learning_named(
        read_bug("bug_1.md", "# a\n\n## Lessons Learned\n" + "learnings.md - “a " * (LONG // 16))
    ),
    "JSON with a key that is there twice": lambda: read_json(
        "{" + ", ".join(f"{json.dumps(str(at % (LONG // 4)))}: 1" for at in range(LONG // 4 + 1)) + "}"
    ),
}


@pytest.mark.parametrize("what", READ)
def test_a_line_is_read_in_a_time_that_grows_with_its_length(what: str, tmp_path: Path) -> None:
    before = time.process_time()
    READ[what]()
    assert time.process_time() - before < MOST
