"""Code that leaves its file takes its notes along, where its text tells which code it is."""

from __future__ import annotations

import pytest
from support import AUTH, Repo

from lsp_server import Memory
from lsp_server.code.model import Certainty
from lsp_server.memory import CodeRange, Kind
from lsp_server.memory.results import How
from lsp_server.records.anchors import whole
from lsp_server.records.model import Record

LOGIN = "".join(AUTH.splitlines(keepends=True)[3:8])
REST = AUTH.replace(LOGIN, "")


@pytest.fixture
def note(memory: Memory) -> Record:
    """A note on the whole of ``login``."""
    return memory.record(Kind.LEARNING, "Emails differ by case", at=[CodeRange("src/auth.py", 4, 8)])


def on(memory: Memory, path: str, text: str | None = None) -> list[tuple[int, int]]:
    return [(placed.start, placed.end) for placed in memory.file_memory(path, text).placed]


def places(memory: Memory, record: Record) -> list[str]:
    return [str(place) for _, located in memory.places(record) for place in located.ranges]


def test_a_note_is_in_the_file_its_lines_were_moved_to_and_not_stale_in_the_old_one(
    memory: Memory, repo: Repo, note: Record
) -> None:
    repo.commit("Move", **{"src/auth.py": REST, "src/login.py": f"# signing in\n\n{LOGIN}"})
    assert on(memory, "src/login.py") == [(3, 7)]
    assert places(memory, note) == ["src/login.py:3-7"]
    known = memory.file_memory("src/auth.py")
    assert (known.placed, known.stale, known.gone) == ((), (), ())
    assert [reason.range for reason in memory.why("src/login.py", 4)] == [CodeRange("src/login.py", 3, 7)]


def test_before_it_is_committed_and_in_a_text_that_is_not_even_saved(
    memory: Memory, repo: Repo, note: Record
) -> None:
    repo.write("src/login.py", "# signing in\n")
    repo.write("src/auth.py", REST)
    assert places(memory, note) == []
    assert on(memory, "src/login.py", f"# typing\n{LOGIN}") == [(2, 6)]
    repo.write("src/login.py", LOGIN)
    assert on(memory, "src/login.py") == [(1, 5)]
    assert memory.file_memory("src/auth.py").stale == ()
    assert note.id in memory.file_memory("src/login.py").at(1)


def test_a_copy_is_not_the_code_the_note_is_on(memory: Memory, repo: Repo, note: Record) -> None:
    repo.commit("Copy", **{"src/copy.py": LOGIN})
    assert on(memory, "src/copy.py") == []
    assert on(memory, "src/auth.py") == [(4, 8)]
    repo.git("mv", "src/auth.py", "src/users.py")
    repo.commit("Rename")
    assert on(memory, "src/copy.py") == []
    assert on(memory, "src/users.py") == [(4, 8)]
    assert places(memory, note) == ["src/users.py:4-8"]


def test_nor_is_it_when_the_original_is_taken_out_later_whoever_asks(
    memory: Memory, repo: Repo, note: Record
) -> None:
    about_it_all = memory.record(Kind.LEARNING, "All of it", at=[whole("src/auth.py")])
    repo.commit("Copy the file", **{"src/copy.py": AUTH})
    repo.git("rm", "-q", "src/auth.py")
    repo.commit("Remove the original")
    assert on(memory, "src/copy.py") == []
    known = memory.file_memory("src/copy.py")
    assert (known.whole, known.gone) == ((), ())
    assert [one for one in memory.why("src/copy.py", 5) if one.how is How.ANCHORED] == []
    assert places(memory, note) == []
    assert places(memory, about_it_all) == []
    ((_, located),) = memory.places(note)
    assert (located.certainty, str(located.last)) == (Certainty.STALE, "src/auth.py:4-8")


def test_in_a_renamed_file_that_was_rewritten_and_put_back_it_is_there_whoever_asks(
    memory: Memory, repo: Repo, note: Record
) -> None:
    repo.git("mv", "src/auth.py", "src/users.py")
    repo.commit("Rename")
    repo.commit("Rewrite", **{"src/users.py": "".join(f"another line {n}\n" for n in range(9))})
    repo.git("revert", "--no-edit", "HEAD")  # blame knows of no line now that was there before
    assert places(memory, note) == ["src/users.py:4-8"]
    assert on(memory, "src/users.py") == [(4, 8)]
    (reason,) = memory.why("src/users.py", 5)
    assert (reason.how, reason.range) == (How.ANCHORED, CodeRange("src/users.py", 4, 8))


def test_of_two_places_that_it_could_have_gone_to_none_is_guessed(
    memory: Memory, repo: Repo, note: Record
) -> None:
    repo.commit("Move twice", **{"src/auth.py": REST, "src/one.py": LOGIN, "src/two.py": LOGIN})
    assert on(memory, "src/one.py") == on(memory, "src/two.py") == []
    assert places(memory, note) == []
    [gone] = memory.file_memory("src/auth.py").gone
    assert (gone.record_id, gone.last, gone.commit) == (
        note.id,
        CodeRange("src/auth.py", 4, 8),
        repo.git("rev-parse", "HEAD"),
    )


def test_what_was_moved_and_then_edited_is_said_to_be_gone(memory: Memory, repo: Repo, note: Record) -> None:
    edited = LOGIN.replace("user.check", "user.is_allowed")
    repo.commit("Move and edit", **{"src/auth.py": REST, "src/login.py": edited})
    assert on(memory, "src/login.py") == []
    assert memory.file_memory("src/auth.py").stale == (note.id,)


def test_a_short_line_is_no_evidence_in_another_file(memory: Memory, repo: Repo) -> None:
    record = memory.record(Kind.LEARNING, "None", at=[CodeRange("src/auth.py", 7, 7)])
    repo.commit("Elsewhere", **{"src/auth.py": REST, "src/other.py": "def f():\n        return None\n"})
    assert on(memory, "src/other.py") == []
    assert places(memory, record) == []


def test_in_a_bare_repository_a_path_means_heads(
    memory: Memory, repo: Repo, note: Record, tmp_path_factory: pytest.TempPathFactory
) -> None:
    repo.commit("Move", **{"src/auth.py": REST, "src/login.py": f"# signing in\n\n{LOGIN}"})
    bare = tmp_path_factory.mktemp("bare") / "repo.git"
    repo.git("clone", "-q", "--mirror", str(repo.root), str(bare))
    with Memory.open(bare) as other:
        assert on(other, "src/login.py") == [(3, 7)]
        assert places(other, note) == ["src/login.py:3-7"]
        assert [reason.record.id for reason in other.why("src/login.py", 4)] == [note.id]


def test_where_history_is_cut_nothing_is_called_gone_and_what_is_fetched_later_tells(
    memory: Memory, repo: Repo, note: Record, tmp_path_factory: pytest.TempPathFactory
) -> None:
    edited = "# above\n" + AUTH.replace("user.check", "user.is_allowed")
    repo.commit("Edit", **{"src/auth.py": edited})
    repo.commit("More", **{"README.md": "# More\n"})
    clone = tmp_path_factory.mktemp("clones") / "shallow"
    repo.git("clone", "-q", "--depth=1", "--no-single-branch", f"file://{repo.root}", str(clone))
    with Memory.open(clone) as other:
        other.initialise()
        [(_, located)] = other.places(note)
        assert (located.ranges, located.certainty.value) == ((), "unknown")
        assert other.file_memory("src/auth.py").stale == ()
        Repo(clone).git("fetch", "-q", "--unshallow")
        assert places(other, note) == ["src/auth.py:5-8"]
