"""What tests of the doctor ask of what it found."""

from __future__ import annotations

import re
from collections.abc import Callable

from support import Repo

from lsp_server import Memory
from lsp_server.memory.doctor.model import Diagnosis

DESTRUCTIVE = re.compile(
    r"\brm\b|reset --hard|--force|push -f|branch -D|update-ref|clean -|checkout --|gc --prune"
)


ByHand = Callable[[Callable[[Repo], None]], None]


def codes(diagnosis: Diagnosis) -> list[str]:
    for finding in diagnosis.findings:
        assert finding.message.endswith("."), finding
        assert finding.advice.endswith("."), finding
        assert "\n" not in finding.message + finding.advice
        assert not DESTRUCTIVE.search(finding.message + finding.advice), finding
    return sorted({finding.code for finding in diagnosis.findings})


def mended(memory: Memory, *found: str) -> Diagnosis:
    """The memory has these faults and no others; a repair takes them away, and a second one does nothing."""
    before = memory.examine()
    assert codes(before) == sorted(found)
    assert all(finding.fixable for finding in before.findings), before.findings
    after = memory.repair()
    assert after.repairs
    assert codes(after) == []
    again = memory.repair()
    assert (again.repairs, again.findings) == ((), [])
    return after


def replacing(path: str, old: str, new: str) -> Callable[[Repo], None]:
    """What a person does to the branch: put other words in a file."""

    def work(tree: Repo) -> None:
        file = tree.root / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    return work
