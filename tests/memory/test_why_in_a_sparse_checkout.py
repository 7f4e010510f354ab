"""What a sparse checkout leaves out is not gone: ``why`` answers from what HEAD has."""

from __future__ import annotations

import pytest
from support import AUTH, Repo

from lsp_server import Memory
from lsp_server.memory import CodeRange, Kind, Record
from lsp_server.records.anchors import whole


@pytest.fixture
def noted(memory: Memory, repo: Repo) -> Record:
    """A note on a line of a file that is left out since."""
    record = memory.record(Kind.LEARNING, "Emails differ by case", at=[CodeRange("src/auth.py", 5, 5)])
    repo.write("docs/guide.md", "# Guide\n")
    repo.write("src/mail.py", "def send(mail):\n    post(mail)\n")
    repo.commit("Guide")
    repo.git("sparse-checkout", "set", "docs")
    assert not (repo.root / "src").exists()
    return record


def told(memory: Memory, path: str, start: int | None = None) -> list[tuple[str, str]]:
    return [(one.record.title, one.evidence) for one in memory.why(path, start)]


def test_a_line_of_a_file_that_is_left_out_is_as_head_has_it(noted: Record, memory: Memory) -> None:
    assert told(memory, "src/auth.py", 5) == [(noted.title, "anchored here")]
    assert told(memory, "src/auth.py") == [(noted.title, "anchored in this file")]


def test_a_symbol_of_a_file_that_is_left_out_is_as_head_has_it(noted: Record, memory: Memory) -> None:
    assert [one.evidence for one in memory.why("src/auth.py", symbol="login")] == ["anchored here"]


def test_a_folder_that_is_left_out_has_what_is_known_below_it(noted: Record, memory: Memory) -> None:
    assert told(memory, "src") == [(noted.title, "anchored in src/auth.py")]
    (beside, *_) = told(memory, "src/mail.py")
    assert beside == (noted.title, "anchored in src/auth.py, in the same folder")


def test_lines_that_moved_into_a_file_that_is_left_out_are_told_where_they_are(
    memory: Memory, repo: Repo
) -> None:
    record = memory.record(Kind.LEARNING, "Emails differ by case", at=[CodeRange("src/auth.py", 5, 5)])
    repo.git("mv", "src/auth.py", "src/login.py")
    repo.write("docs/guide.md", "# Guide\n")
    repo.commit("Rename")
    repo.git("sparse-checkout", "set", "docs")
    assert [(one.record.id, one.evidence, str(one.range)) for one in memory.why("src/auth.py", 5)] == [
        (record.id, "where its lines are now; it was anchored at src/auth.py:5", "src/login.py:5")
    ]


def test_what_is_nowhere_is_still_gone(memory: Memory, repo: Repo) -> None:
    memory.record(Kind.LEARNING, "About it", at=[whole("src/auth.py")])
    repo.git("rm", "-q", "src/auth.py")
    repo.write("docs/guide.md", "# Guide\n")
    repo.write("src/other.py", AUTH.replace("login", "enter").replace("user", "person"))
    repo.commit("Gone")
    repo.git("sparse-checkout", "set", "docs")
    (reason,) = memory.why("src/auth.py", 5)
    assert reason.evidence == "was anchored at src/auth.py, which is gone"
