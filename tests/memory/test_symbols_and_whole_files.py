"""Records about a symbol, a whole file or a folder, as every face gets them from ``Memory``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lsp_server import Memory
from lsp_server.errors import UsageError
from lsp_server.memory import CodeRange, Kind
from lsp_server.records.anchors import ROOT, Anchor, CodePlace, CodeSymbol, whole

CODE = '''"""Signing in."""


class Login:
    def check(self, password):
        return self.user.digest == digest(password)

    @property
    def name(self):
        return self.user.name


def sign_out(user):
    user.session.end()
'''
PATH = "src/login.py"


@pytest.fixture
def memory(repo: Any) -> Iterator[Memory]:
    repo.write(PATH, CODE)
    repo.write("src/deep/rules.sql", "select 1\n")
    repo.commit("Login")
    with Memory.open(repo.root) as opened:
        opened.initialise()
        yield opened


def learn(memory: Memory, *places: CodePlace) -> tuple[Anchor, ...]:
    return memory.record(Kind.LEARNING, "T", at=places).anchors


def test_a_symbol_is_kept_with_its_lines_and_its_full_name(memory: Memory) -> None:
    (anchor,) = learn(memory, CodeSymbol(PATH, "Login.name"))
    assert (anchor.range, anchor.symbol) == (CodeRange(PATH, 8, 10), "Login.name")
    assert anchor.text[0] == "    @property"
    assert str(anchor) == f"{PATH}:8 (Login.name)"


def test_a_file_and_a_folder_are_kept_as_nothing_but_their_names(repo: Any, memory: Memory) -> None:
    anchors = learn(memory, whole(PATH), whole("src/deep/"), whole(ROOT))
    assert anchors == tuple(Anchor(whole(path)) for path in (PATH, "src/deep/", ROOT))
    (record,) = memory.list()
    file = repo.git("show", f"memory:{record.path}")
    assert f"anchors:\n  - path: {PATH}\n  - path: src/deep/\n  - path: ./\n---" in file


def test_of_a_long_symbol_only_the_beginning_is_kept_but_all_of_it_is_found(
    repo: Any, memory: Memory
) -> None:
    long = "class Long:\n" + "".join(f"    field_{number} = {number}\n" for number in range(500))
    repo.write("long.py", long)
    (anchor,) = learn(memory, CodeSymbol("long.py", "Long"))
    assert len(anchor.text) == 60
    (place,) = memory.file_memory("long.py").placed
    assert (place.start, place.end) == (1, 501)


def test_a_file_made_after_the_memory_answers_with_each_kind(memory: Memory) -> None:
    symbol = memory.record(Kind.LEARNING, "S", at=[CodeSymbol(PATH, "Login.check")])
    file = memory.record(Kind.LEARNING, "F", at=[whole(PATH)])
    memory.record(Kind.LEARNING, "D", at=[whole("src/")])
    known = memory.file_memory(PATH)
    assert known.at(5) == (symbol.id,)
    assert known.at(6) == (symbol.id,)
    assert known.at(7) == ()
    # The first line stands for the file. What a folder is told is not said again in each of its files.
    assert known.at(1) == (file.id,)
    assert known.on(1) == ()
    assert known.whole == (file.id,)
    assert known.stale == ()


def test_typing_above_a_symbol_moves_it_and_leaves_the_file_on_the_first_line(memory: Memory) -> None:
    symbol = memory.record(Kind.LEARNING, "S", at=[CodeSymbol(PATH, "sign_out")])
    file = memory.record(Kind.LEARNING, "F", at=[whole(PATH)])
    lines = CODE.splitlines()
    live = memory.file_memory(PATH).live(lines)
    lines[0:0] = ["import os"]
    live.edited([(0, 0, 1)], lambda number: lines[number])
    assert live.at(1) == (file.id,)
    assert live.at(2) == ()
    assert live.at(14) == (symbol.id,)


def test_in_an_unsaved_buffer_a_symbol_has_its_lines_of_the_buffer(memory: Memory) -> None:
    learn(memory, CodeSymbol(PATH, "Login.check"))
    typed = CODE.replace("        return self", "        if locked(:\n        return self", 1)
    placed = memory.file_memory(PATH, typed).placed
    assert {line for place in placed for line in range(place.start, place.end + 1)} >= {5, 7}


def test_renamed_and_moved_all_of_them_are_found(repo: Any, memory: Memory) -> None:
    record = memory.record(
        Kind.LEARNING,
        "T",
        at=[CodeSymbol(PATH, "Login.check"), whole(PATH), whole("src/"), whole("src/deep/rules.sql")],
    )
    repo.git("mv", "src", "lib")
    repo.git("mv", "lib/login.py", "lib/signing_in.py")
    repo.write("lib/signing_in.py", CODE.replace("def check", "def verify"))
    repo.commit("Move")
    located = [found for _, found in memory.places(record)]
    assert [[str(place) for place in one.ranges] for one in located] == [
        ["lib/signing_in.py:5-6"],
        ["lib/signing_in.py"],
        ["lib/"],
        ["lib/deep/rules.sql"],
    ]
    assert located[0].symbol == "Login.verify"
    known = memory.file_memory("lib/signing_in.py")
    assert (known.at(5), known.at(1)) == ((record.id,), (record.id,))


def test_gone_they_are_stale(repo: Any, memory: Memory) -> None:
    symbol = memory.record(Kind.LEARNING, "S", at=[CodeSymbol(PATH, "sign_out")])
    rest = memory.record(Kind.LEARNING, "R", at=[whole("src/deep/rules.sql"), whole("src/deep/")])
    repo.write(PATH, CODE.partition("\n\ndef sign_out")[0])
    repo.git("rm", "-rq", "src/deep")
    repo.commit("Less")
    for record in (symbol, rest):
        assert {found.certainty.value for _, found in memory.places(record)} == {"stale"}
    assert memory.file_memory(PATH).stale == (symbol.id,)
    assert [anchor.ending for anchor in (*symbol.anchors, *rest.anchors)] == [
        "there is no sign_out any more",
        "the file is gone",
        "the folder is gone",
    ]


def test_another_reader_reads_them_as_they_were_written(repo: Any, memory: Memory) -> None:
    written = memory.record(Kind.LEARNING, "T", at=[CodeSymbol(PATH, "Login"), whole(PATH), whole("src/")])
    with Memory.open(repo.root) as another:
        assert another.get(written.id) == written
    (repo.root / ".git" / "git-memory" / "index.sqlite3").unlink()
    with Memory.open(repo.root) as another:
        assert another.get(written.id) == written


@pytest.mark.parametrize(
    ("place", "says"),
    [
        (CodeSymbol(PATH, "check"), "did you mean Login.check?"),
        (CodeSymbol("src/deep/rules.sql", "f"), "name lines instead"),
        (CodeSymbol("src/none.py", "f"), "does not exist"),
        (CodeSymbol("../out.py", "f"), "outside"),
        (whole("src"), "is a folder"),
        (whole(f"{PATH}/"), "not a folder"),
        (whole("none/"), "does not exist"),
        (whole(".git/"), "git's own"),
        (whole("../"), "outside"),
    ],
)
def test_what_is_not_there_is_refused_and_nothing_is_recorded(
    memory: Memory, place: CodePlace, says: str
) -> None:
    before = memory.version()
    with pytest.raises(UsageError, match=says.replace("?", r"\?")):
        learn(memory, place)
    assert memory.version() == before


def test_a_folder_that_git_knows_nothing_of_is_refused(repo: Any, memory: Memory) -> None:
    repo.write(".gitignore", "build/\n")
    repo.write("build/out.o", "")
    (repo.root / "empty").mkdir()
    for folder in ("build/", "empty/"):
        with pytest.raises(UsageError, match="no files that git knows"):
            learn(memory, whole(folder))
    repo.write("new/file.py", "")
    assert learn(memory, whole("new/")) == (Anchor(whole("new/")),)


def test_a_binary_file_can_be_a_whole_file_and_has_no_symbols(repo: Any, memory: Memory) -> None:
    repo.write("logo.py", b"\0\1")
    learn(memory, whole("logo.py"))
    with pytest.raises(UsageError, match="binary"):
        learn(memory, CodeSymbol("logo.py", "f"))


def test_a_proposal_that_adds_places_is_adopted_with_them(memory: Memory) -> None:
    record = memory.record(Kind.LEARNING, "T", at=[CodeSymbol(PATH, "Login.check")])
    memory.propose("one")
    memory.reanchor(record.id, [CodeSymbol(PATH, "Login.name"), whole("src/")])
    memory.adopt("one")
    assert [str(anchor) for anchor in memory.get(record.id).anchors] == [
        f"{PATH}:5 (Login.check)",
        f"{PATH}:8 (Login.name)",
        "src/",
    ]
