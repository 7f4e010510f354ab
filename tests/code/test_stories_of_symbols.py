"""What becomes of a note on a symbol among others that are written after the same pattern.

Half of such a function's lines stand in each of the others, too: they do not tell which one it is.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lsp_server.code.model import Certainty, Located
from lsp_server.code.naming import find
from lsp_server.code.symbols import outline
from lsp_server.records.anchors import Anchor, CodeSymbol

from .conftest import Repo


def fetching(*names: str) -> str:
    """Functions of five lines, a blank line between, the first on line 1, the second on line 7 …"""
    return "\n".join(
        f'def {name}(client):\n    value = client.fetch("{name}", timeout=30)\n    if not value:\n'
        "        return None\n    return value\n"
        for name in names
    )


class Told:
    """A note on a symbol, made at the beginning, and what git did since."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        self.git = repo.git
        self.anchor: Anchor | None = None
        self.made_at: str | None = None

    def begins(self, name: str, path: str = "a.py", **files: str) -> None:
        """The files as they were when the note was made."""
        self.made_at = self.repo.commit("Begin", **files)
        self.notes(name, path)

    def notes(self, name: str, path: str = "a.py") -> None:
        lines = self.repo.files.worktree_text(path) or ()
        found = find(outline(path, lines), CodeSymbol(path, name))
        self.anchor = self.repo.anchor(path, found.start, found.end)._replace(symbol=found.name)

    def located(self, repo: Repo | None = None) -> Located:
        assert self.anchor is not None
        return (repo or self.repo).files.find(self.anchor, made_at=self.made_at)

    def is_on(self, place: str, symbol: str) -> None:
        located = self.located()
        assert ([str(one) for one in located.ranges], located.symbol) == ([place], symbol), located

    def is_stale(self, last: str = "", by: str = "") -> None:
        located = self.located()
        assert (located.ranges, located.certainty) == ((), Certainty.STALE)
        if last:
            assert str(located.last) == last
            assert self.git("log", "-1", "--format=%s", located.gone_by) == by


@pytest.fixture
def told(new_repo: Callable[..., Repo]) -> Told:
    return Told(new_repo())


class TestAnotherInItsPlace:
    def test_is_not_it_when_its_file_was_renamed_and_a_new_one_has_the_old_name(self, told):
        told.begins("a1", a="import io\n\n" + fetching("a1"))
        told.git("mv", "a.py", "b.py")
        told.repo.commit("The old a.py is b.py", a=fetching("c1"))
        told.is_on("b.py:3-7", "a1")

    def test_is_not_it_when_it_was_moved_to_another_file(self, told):
        told.begins("a2", a=fetching("a1", "a2", "a3"))
        told.repo.write("a.py", fetching("a1", "c2", "a3"))
        told.repo.write("b.py", fetching("b1", "a2"))
        told.is_on("b.py:7-11", "a2")  # not committed yet
        told.repo.commit("Move a2, write c2")
        told.is_on("b.py:7-11", "a2")

    def test_is_not_it_when_it_was_moved_to_a_file_that_has_the_same_pattern(self, told):
        told.begins("a2", a=fetching("a1", "a2", "a3"), b=fetching("b1", "b2"))
        told.repo.commit("Swap a2 and b2", a=fetching("a1", "b2", "a3"), b=fetching("b1", "a2"))
        told.is_on("b.py:7-11", "a2")

    def test_is_not_it_when_two_files_take_each_others_names(self, told):
        told.begins("a1", a=fetching("a1", "a2"), b=fetching("b1", "b2", "b3"))
        for old, new in (("a.py", "t"), ("b.py", "a.py"), ("t", "b.py")):
            told.git("mv", old, new)
        told.repo.commit("Swap")
        told.is_on("b.py:1-5", "a1")

    def test_is_not_it_when_two_files_with_more_in_common_take_each_others_names(self, told):
        code = [fetching(name).replace("return None", "raise LookupError(name)") for name in ("a1", "b1")]
        told.begins("a1", a=code[0], b=code[1])
        told.repo.commit("Swap", a=code[1], b=code[0])
        told.is_on("b.py:1-5", "a1")

    def test_is_not_it_when_it_was_edited_in_the_file_it_was_moved_to(self, told):
        code = [fetching(name).replace("return None", "raise LookupError(name)") for name in ("a1", "b1")]
        told.begins("a1", a=code[0])
        told.repo.commit("Move, edit", a=code[1], b=code[0].replace("if not value", "if value is None"))
        told.is_stale()

    def test_is_not_it_when_it_was_deleted(self, told):
        told.begins("a2", a=fetching("a1", "a2", "a3"))
        told.repo.commit("c2 for a2", a=fetching("a1", "c2", "a3"))
        told.is_stale(last="a.py:7-8", by="c2 for a2")
        told.repo.commit("a2 is back", a=fetching("a1", "c2", "a2"))
        told.is_on("a.py:13-17", "a2")

    def test_is_not_it_when_it_was_alone_in_its_file(self, told):
        told.begins("a1", a=fetching("a1"))
        told.repo.commit("c1 for a1", a=fetching("c1"))
        told.is_stale(last="a.py:1-2", by="c1 for a1")

    def test_is_not_it_when_it_was_moved_to_two_files(self, told):
        told.begins("a2", a=fetching("a1", "a2", "a3"))
        told.repo.commit("Both", a=fetching("a1", "c2", "a3"), b=fetching("a2"), c=fetching("b", "a2"))
        told.is_stale()

    def test_is_not_it_where_a_copy_was_made_before(self, told):
        told.begins("a2", a=fetching("a1", "a2", "a3"))
        told.repo.commit("Copy", b=fetching("a2"))
        told.repo.commit("c2 for a2", a=fetching("a1", "c2", "a3"))
        told.is_stale(last="a.py:7-8", by="c2 for a2")

    def test_is_not_it_when_a_note_was_made_before_the_commit(self, told):
        told.made_at = told.repo.commit("Begin", a="import io\n")
        told.repo.write("a.py", "import io\n\n" + fetching("a1", "a2", "a3"))
        told.notes("a2")
        told.repo.commit("Functions")
        told.is_on("a.py:9-13", "a2")
        told.repo.commit("c2 for a2", a="import io\n\n" + fetching("a1", "c2", "a3"))
        told.is_stale()

    def test_is_found_in_a_bare_clone_and_unknown_in_a_shallow_one(self, told):
        told.begins("a2", a=fetching("a1", "a2", "a3"))
        told.repo.commit("Move a2, write c2", a=fetching("a1", "c2", "a3"), b=fetching("a2"))
        bare = told.located(told.repo.clone("bare.git", "--bare"))
        assert [str(place) for place in bare.ranges] == ["b.py:1-5"]
        shallow = told.located(told.repo.clone("shallow", "--depth=1"))
        assert (shallow.ranges, shallow.certainty) == ((), Certainty.UNKNOWN)


class TestItsNeighbour:
    TWINS = """\
class One:
    def close(self):
        self.client.close_all_connections()


class Two:
    def close(self):
        self.client.close_all_connections()
"""

    @pytest.mark.parametrize("body", ["pass", "return self.client.fetch_all_values()"])
    def test_of_one_body_is_not_it_when_it_goes(self, told, body):
        functions = [f"def a{n}(self):\n    {body}\n" for n in (1, 2, 3)]
        told.begins("a2", a="\n".join(functions))
        told.repo.commit("a2 goes", a="\n".join((functions[0], functions[2])))
        told.is_stale()

    def test_that_took_over_its_lines_is_not_it(self, told):
        work = "    client.open_connection()\n    return client.fetch_all_values()\n"
        told.begins("inner", a=f"def outer(client):\n    return inner(client)\n\ndef inner(client):\n{work}")
        told.repo.commit("Inline", a=f"def outer(client):\n{work}")
        told.is_stale()

    def test_has_the_same_method_and_it_is_still_found_when_its_class_is_renamed(self, told):
        told.begins("One.close", a=self.TWINS)
        told.repo.commit("Rename", a=self.TWINS.replace("One", "Uno"))
        told.is_on("a.py:2-3", "Uno.close")

    def test_has_the_same_method_and_is_not_it_when_its_class_goes(self, told):
        told.begins("One.close", a=self.TWINS)
        told.repo.commit("One goes", a=self.TWINS.partition("\n\n\n")[2])
        told.is_stale()


class TestRenamed:
    def test_with_a_line_that_tells_it_from_others_it_is_found(self, told):
        told.begins("a2", a=fetching("a1", "a2", "a3"))
        told.repo.commit("Name", a=fetching("a1", "a2", "a3").replace("def a2", "def load"))
        told.is_on("a.py:7-11", "load")

    def test_short_as_it_is_it_is_found_by_all_of_its_body(self, told):
        code = (
            "def area(w, h):\n    if w < 0:\n        return 0\n    return w * h\n\ndef one():\n    return 1\n"
        )
        told.begins("area", a=code)
        told.repo.commit("Name", a=code.replace("area", "surface"))
        told.is_on("a.py:1-4", "surface")

    def test_in_a_file_that_was_renamed_it_is_found(self, told):
        told.begins("a2", a=fetching("a1", "a2", "a3"))
        told.git("mv", "a.py", "b.py")
        told.repo.commit("Name", b=fetching("a1", "a2", "a3").replace("def a2", "def load"))
        told.is_on("b.py:7-11", "load")
