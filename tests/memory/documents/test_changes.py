"""What changed in a living document, in words."""

from __future__ import annotations

import pytest

from lsp_server import Memory
from lsp_server.memory.documents.changes import facts
from lsp_server.records.living.documents import BY_NAME

CONTEXT = (
    "# C\n\n## Recent Work\n- **Current focus**: Old\n- **Blockers**:\n  - a\n  - b\n\n## Decisions\n- x\n"
)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("focus**: Old", "focus**: New", 'context/recent-work/current-focus is "New", was "Old"'),
        ("focus**: Old", "focus**:", 'context/recent-work/current-focus is empty, was "Old"'),
        ("  - b\n", "  - b\n  - c\n", '"c" added to context/recent-work/blockers'),
        ("  - a\n", "", '"a" taken out of context/recent-work/blockers'),
        ("- x\n", "- x\n- y\n", '"y" added to context/technical-decisions-made'),
        (
            "- x\n",
            "".join(f"- {n}\n" for n in range(2000)),
            '"0", "1", "2", "3", "4", and 1,995 more added to context/technical-decisions-made',
        ),
        ("- x\n", "", '"x" taken out of context/technical-decisions-made'),
        ("## Decisions", "## Mood\n- m\n\n## Decisions", 'section "Mood" added'),
        ("- x\n", "* x\n", "another wording or order"),
    ],
)
def test_a_change_is_told_as_people_say_it(old: str, new: str, told: str) -> None:
    text = CONTEXT.replace("## Decisions", "## Technical Decisions Made")
    changed = CONTEXT.replace(old, new).replace("## Decisions", "## Technical Decisions Made")
    assert told in facts(BY_NAME["context"], text, changed)


def test_a_comparison_and_a_history_tell_it(memory: Memory) -> None:
    before = memory.version()
    memory.note("patterns/anti-patterns", "Sleep in tests")
    memory.set("project/version", "2")
    memory.append_log("Stopped", ["tired"])
    files = {file.path: file.remark for file in memory.compare(f"{before}..memory")[0].files}
    assert files["patterns-learned.md"] == '"Sleep in tests" added to patterns/anti-patterns'
    assert files["project.yaml"] == 'project/version is "2"'
    log = next(remark for path, remark in files.items() if path.startswith("log/"))
    assert log.endswith(' - Stopped" added')
    assert [change.facts for change in memory.document_history("project")] == [('project/version is "2"',)]
    memory.set("project/version", "")
    assert next(iter(memory.document_history("project"))).facts == (
        'project/version is empty, was "2"',
    )  # fmt: skip
