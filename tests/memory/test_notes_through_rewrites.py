"""Notes on lines that repeat, when commits are squashed, joined and amended: on their line, or nowhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.code.model import Certainty
from lsp_server.memory import Kind
from lsp_server.records.anchors import CodeRange
from lsp_server.records.model import Record

FILE = "t.py"


def file_of(*names: str) -> str:
    """A file of tests that end alike."""
    bodies = "".join(
        f'def test_{name}(client):\n    response = client.get("/{name}")\n'
        "    assert response.status_code == 200\n\n"
        for name in names
    )
    return f"import app\n\n{bodies}"


def of(name: str, *names: str) -> int:
    """The line of a test's assertion in the file with these tests."""
    return 5 + 4 * names.index(name)


@pytest.fixture
def memory(repo: Repo) -> Iterator[Memory]:
    repo.commit("Begin", **{FILE: file_of()})
    with Memory.open(repo.root) as opened:
        opened.initialise()
        yield opened


def note(memory: Memory, name: str, *names: str) -> Record:
    """A note on a test's assertion, in the file with these tests."""
    line = of(name, *names)
    return memory.record(
        Kind.LEARNING, f"Of {name}", fields={"lesson": "So."}, at=[CodeRange(FILE, line, line)]
    )


def is_in(repo: Repo, memory: Memory, record: Record) -> list[str]:
    """The tests that a note is in: as it is told, after that is written down, and in a clone of that."""
    before = _is_in(repo, memory, record)
    memory.settle_links()
    after = _is_in(repo, memory, record)
    clone = Repo(repo.root.parent / f"clone-{len(list(repo.root.parent.iterdir()))}")
    clone.root.mkdir()
    clone.git("clone", "-q", f"file://{repo.root}", ".")
    clone.git("branch", "-q", "memory", "origin/memory")
    with Memory.open(clone.root) as there:
        assert _is_in(clone, there, record) == after
    assert before == after
    return after


def _is_in(repo: Repo, memory: Memory, record: Record) -> list[str]:
    found = []
    for _, located in memory.places(memory.get(record.id)):
        for place in located.ranges:
            assert place.start == place.end
            above = (repo.root / place.path).read_text().splitlines()[: place.start]
            assert above[-1] == "    assert response.status_code == 200"
            found.append(next(line for line in reversed(above) if line.startswith("def "))[9:-9])
    return found


def commits(repo: Repo, *names: str, before: tuple[str, ...] = ()) -> None:
    """A commit for each of these tests, each below the last."""
    for number in range(1, len(names) + 1):
        repo.commit(f"Test {names[number - 1]}", **{FILE: file_of(*before, *names[:number])})


ALL = ("login", "logout", "profile")


@pytest.mark.parametrize("name", ALL)
def test_a_squash_merge_of_a_branch_that_is_deleted(repo: Repo, memory: Memory, name: str) -> None:
    repo.git("switch", "-q", "-c", "feature")
    commits(repo, *ALL)
    record = note(memory, name, *ALL)
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--squash", "feature")
    repo.git("commit", "-q", "-m", "Tests (#7)")
    repo.git("branch", "-q", "-D", "feature")
    assert is_in(repo, memory, record) == [name]
    (anchor,) = memory.get(record.id).anchors
    assert [birth.commit for birth in anchor.births] == [repo.git("rev-parse", "HEAD")]


def test_a_squash_of_tests_that_were_put_in_above_each_other(repo: Repo, memory: Memory) -> None:
    repo.git("switch", "-q", "-c", "feature")
    repo.commit("One", **{FILE: file_of("logout")})
    record = note(memory, "logout", "logout")
    repo.commit("Two", **{FILE: file_of("login", "logout")})
    repo.commit("Three", **{FILE: file_of("login", "first", "logout", "last")})
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--squash", "feature")
    repo.git("commit", "-q", "-m", "Tests (#7)")
    repo.git("branch", "-q", "-D", "feature")
    assert is_in(repo, memory, record) == ["logout"]


def test_a_squash_on_a_main_that_went_on(repo: Repo, memory: Memory) -> None:
    repo.commit("Old", **{FILE: file_of("old")})
    repo.git("switch", "-q", "-c", "feature")
    commits(repo, *ALL, before=("old",))
    record = note(memory, "logout", "old", *ALL)
    repo.git("switch", "-q", "main")
    repo.commit("Above", **{FILE: file_of("new", "newer", "old")})
    repo.git("merge", "-q", "--squash", "feature")
    repo.git("commit", "-q", "-m", "Tests (#7)")
    repo.git("branch", "-q", "-D", "feature")
    assert is_in(repo, memory, record) == ["logout"]


def test_a_soft_reset_and_one_commit_for_all(repo: Repo, memory: Memory) -> None:
    commits(repo, *ALL)
    record = note(memory, "logout", *ALL)
    repo.git("reset", "-q", "--soft", "HEAD~3")
    repo.git("commit", "-q", "-m", "All")
    assert is_in(repo, memory, record) == ["logout"]


def test_a_fixup_that_adds_another_test(repo: Repo, memory: Memory) -> None:
    commits(repo, "login", "logout")
    record = note(memory, "logout", "login", "logout")
    repo.commit("fixup! Test logout", **{FILE: file_of("login", "between", "logout", "below")})
    repo.git("-c", "sequence.editor=true", "rebase", "-q", "-i", "--autosquash", "HEAD~2")
    assert is_in(repo, memory, record) == ["logout"]


@pytest.mark.parametrize(
    "after",
    [
        ("login", "logout", "below"),
        ("login", "between", "logout"),
        ("login", "between", "logout", "below"),
        ("above", "login", "logout"),
    ],
)
def test_an_amendment_that_adds_more(repo: Repo, memory: Memory, after: tuple[str, ...]) -> None:
    repo.commit("Tests", **{FILE: file_of("login", "logout")})
    record = note(memory, "logout", "login", "logout")
    repo.write(FILE, file_of(*after))
    repo.git("commit", "-q", "-a", "--amend", "--no-edit")
    assert is_in(repo, memory, record) == ["logout"]


@pytest.mark.parametrize("noted", ALL)
def test_lines_that_an_amendment_takes_out_are_gone_and_not_the_neighbour_s(
    repo: Repo, memory: Memory, noted: str
) -> None:
    repo.commit("Tests", **{FILE: file_of(*ALL)})
    record = note(memory, noted, *ALL)
    repo.write(FILE, file_of(*(name for name in ALL if name != noted)))
    repo.git("commit", "-q", "-a", "--amend", "--no-edit")
    assert is_in(repo, memory, record) == []
    repo.commit("Later", **{FILE: file_of("later", *(name for name in ALL if name != noted))})
    assert is_in(repo, memory, record) == []


def test_of_two_the_one_that_an_amendment_leaves_is_not_taken_for_the_other(
    repo: Repo, memory: Memory
) -> None:
    repo.commit("Tests", **{FILE: file_of("login", "logout")})
    record = note(memory, "login", "login", "logout")
    repo.write(FILE, file_of("logout"))
    repo.git("commit", "-q", "-a", "--amend", "--no-edit")
    assert is_in(repo, memory, record) == []


def test_where_a_copy_is_put_beside_a_test_with_another_name_now_nothing_is_guessed(
    repo: Repo, memory: Memory
) -> None:
    plain = "def h{}(query):\n    connection = open_connection(settings)\n    return connection\n\n"

    def text(*numbers: int) -> str:
        return "".join(plain.format(number) for number in numbers)

    repo.commit("Begin", **{FILE: text(1, 5, 9)})
    repo.commit("More", **{FILE: text(1, 2, 5, 9)})
    place = CodeRange(FILE, 7, 7)
    record = memory.record(Kind.LEARNING, "Of h2", fields={"lesson": "So."}, at=[place])
    repo.write(FILE, text(1, 3, 6, 5, 9))
    repo.git("commit", "-q", "-a", "--amend", "--no-edit")
    for _ in range(2):
        assert [one.ranges for _, one in memory.places(memory.get(record.id))] == [()]
        memory.settle_links()


def test_a_rebase_keeps_every_note_on_its_line(repo: Repo, memory: Memory) -> None:
    repo.commit("Old", **{FILE: file_of("old")})
    repo.git("switch", "-q", "-c", "feature")
    commits(repo, *ALL, before=("old",))
    records = {name: note(memory, name, "old", *ALL) for name in ALL}
    repo.git("switch", "-q", "main")
    repo.commit("Above", **{FILE: file_of("new", "newer", "old")})
    repo.git("rebase", "-q", "main", "feature")
    for name, record in records.items():
        assert is_in(repo, memory, record) == [name]


@pytest.fixture
def squashed(repo: Repo, memory: Memory) -> dict[str, Record]:
    """Notes on tests of a branch that is there still and was squashed on a main that went on; settled: now
    they name the squash."""
    repo.commit("Old", **{FILE: file_of("old")})
    repo.git("switch", "-q", "-c", "feature")
    commits(repo, *ALL, before=("old",))
    noted = {name: note(memory, name, "old", *ALL) for name in ALL}
    repo.git("switch", "-q", "main")
    repo.commit("Above", **{FILE: file_of("new", "newer", "old")})
    repo.git("merge", "-q", "--squash", "feature")
    repo.git("commit", "-q", "-m", "Tests (#7)")
    memory.settle_links()
    squash = repo.git("rev-parse", "HEAD")
    for record in noted.values():
        assert {one.commit for one in memory.get(record.id).anchors[0].births} == {squash}
    return noted


def where(repo: Repo, memory: Memory, noted: dict[str, Record]) -> dict[str, list[str]]:
    """The tests that notes are in, here and in a clone, which has nothing but what the records say."""
    here = {name: _is_in(repo, memory, record) for name, record in noted.items()}
    clone = repo.root.parent / f"clone-{len(list(repo.root.parent.iterdir()))}"
    repo.git("clone", "-q", f"file://{repo.root}", str(clone))
    other = Repo(clone)
    other.git("branch", "-q", "memory", "origin/memory")
    with Memory.open(clone) as there:
        assert {name: _is_in(other, there, record) for name, record in noted.items()} == here
    return here


def test_on_the_branch_that_was_squashed_a_settled_note_is_where_it_was(
    repo: Repo, memory: Memory, squashed: dict[str, Record]
) -> None:
    assert where(repo, memory, squashed) == {name: [name] for name in ALL}
    repo.git("switch", "-q", "feature")
    assert where(repo, memory, squashed) == {name: [name] for name in ALL}
    repo.commit("More", **{FILE: file_of("first", "old", "login", "between", "logout", "profile", "last")})
    assert where(repo, memory, squashed) == {name: [name] for name in ALL}


def test_where_a_branch_has_a_part_of_what_was_squashed_only_notes_on_that_are_on_it(
    repo: Repo, memory: Memory, squashed: dict[str, Record]
) -> None:
    repo.git("switch", "-q", "-c", "part", "feature~1")
    found = {name: _is_in(repo, memory, record) for name, record in squashed.items()}
    assert found == {"login": ["login"], "logout": ["logout"], "profile": []}
    [(_, located)] = memory.places(memory.get(squashed["profile"].id))
    assert located.certainty is Certainty.ABSENT
    repo.git("switch", "-q", "--detach", "feature~3")
    assert where(repo, memory, squashed) == {name: [] for name in ALL}


def test_a_note_that_was_settled_to_a_rebase_is_found_on_the_branch_as_it_was_before(
    repo: Repo, memory: Memory
) -> None:
    repo.commit("Old", **{FILE: file_of("old")})
    repo.git("switch", "-q", "-c", "feature")
    commits(repo, *ALL, before=("old",))
    noted = {name: note(memory, name, "old", *ALL) for name in ALL}
    repo.git("branch", "kept")
    repo.git("switch", "-q", "main")
    repo.commit("Above", **{FILE: file_of("new", "newer", "old")})
    repo.git("rebase", "-q", "main", "feature")
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--ff-only", "feature")
    memory.settle_links()
    repo.git("switch", "-q", "kept")
    assert where(repo, memory, noted) == {name: [name] for name in ALL}
