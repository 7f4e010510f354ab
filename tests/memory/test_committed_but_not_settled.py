"""Lines that were anchored before they were committed, and edited once more before: found without a hook, a
server or a sync having settled them."""

from __future__ import annotations

import pytest
from support import AUTH, Repo

from lsp_server import Memory
from lsp_server.code.model import Certainty
from lsp_server.memory import CodeRange, Kind
from lsp_server.records.model import Record

FILE = "src/auth.py"
NEW = ("def renew(user):", "    token = tokens.issue(user)", "    return token")


def written(*lines: str) -> str:
    return AUTH + "\n\n" + "".join(f"{line}\n" for line in lines)


@pytest.fixture
def record(repo: Repo, memory: Memory) -> Record:
    """On lines 15 to 17, of which the last was changed once more before they were committed."""
    repo.write(FILE, written(*NEW))
    made = memory.record(Kind.LEARNING, "Tokens are renewed", at=[CodeRange(FILE, 15, 17)])
    repo.commit("Renew tokens", **{FILE: "# above\n" + written(*NEW[:2], "    return token.text")})
    return made


def test_what_was_committed_of_them_is_found(memory: Memory, record: Record) -> None:
    before = memory.version()
    ((_, located),) = memory.places(memory.get(record.id))
    assert located.ranges == (CodeRange(FILE, 16, 17),)
    assert (located.certainty, located.survived, located.total) == (Certainty.BIRTHS, 2, 3)
    known = memory.file_memory(FILE)
    assert (known.at(16), known.at(18), known.stale) == ((record.id,), (), ())
    assert [reason.record.id for reason in memory.why(FILE, 17)] == [record.id]
    assert memory.version() == before


def test_the_same_is_found_once_it_is_settled(memory: Memory, record: Record) -> None:
    ((_, located),) = memory.places(memory.get(record.id))
    memory.settle_links()
    ((_, settled),) = memory.places(memory.get(record.id))
    assert settled == located


def test_they_are_followed_from_there(repo: Repo, memory: Memory, record: Record) -> None:
    repo.commit("Other words", **{FILE: written(NEW[0], "    token = issue(user)", "    return token.text")})
    ((_, located),) = memory.places(memory.get(record.id))
    assert located.ranges == (CodeRange(FILE, 15, 15),)


def test_an_equal_line_that_was_there_before_is_not_shown_at_once(repo: Repo, memory: Memory) -> None:
    older = "    return the_same_telling_text\n"
    repo.commit("One", **{FILE: f"one\nwords of its own\n{older}two\n"})
    repo.write(FILE, f"{older}one\nwords of its own\n    print(one)\n{older}two\n")
    made = memory.record(Kind.LEARNING, "It returns", at=[CodeRange(FILE, 1, 1)])
    repo.commit("Two", **{FILE: f"one\nwords of its own\n{older}two\n# more\n"})
    assert made.id not in memory.file_memory(FILE).at(3)
    assert made.id not in memory.second_look(FILE).at(3)
