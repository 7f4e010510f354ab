"""``git memory errors``: what went wrong in programs, and what helped, from a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lsp_server import ErrorMemory, EventMemory

if TYPE_CHECKING:
    from tests.cli.conftest import Repo

PROGRAM = """
def charge(bank, seconds):
    raise ConnectionError(f"No answer from {bank} in {seconds} s")
for bank in ("north", "south", "east"):
    with errors.watching("charging", order=42, suppress=True):
        charge(bank, 30)
"""


@pytest.fixture
def failed(repo: Repo) -> Repo:
    """A repository whose program has failed three times in one way, and once in another."""
    place = repo.path / "src" / "pay.py"
    place.write_text(PROGRAM)
    with EventMemory(repo.path, publish_every=None) as events:
        errors = ErrorMemory(events, owner="worker-1")
        scope = {"errors": errors}
        exec(compile(PROGRAM, str(place), "exec"), scope)
        events.create_memory("KeyError: 'id'", memory_type="error")
    return repo


def test_errors_are_listed_by_what_they_have_in_common_and_shown_whole(failed: Repo) -> None:
    first, second = (line.split() for line in failed.do("errors").splitlines())
    assert (first[1], first[4:]) == (
        "3",
        ["open", "ConnectionError:", "No", "answer", "from", "<*>", "in", "<num>", "s"],
    )
    assert (second[1], second[4:]) == ("1", ["open", "KeyError:", "<text>"])
    shown = failed.do("errors", "show", first[0][:6]).splitlines()
    assert shown[0] == f"{first[0]} ConnectionError: No answer from <*> in <num> s"
    assert shown[1] == "  at src/pay.py:3 in charge"
    assert shown[2].startswith("  happened 3 times, last 20")
    assert shown[3:5] == ["  to worker-1", "  is open: nobody has written down what helps"]
    assert shown[-3:] == [
        "    ConnectionError: No answer from east in 30 s",
        "  what charging",
        "  order 42",
    ]
    (only,) = failed.do("errors", "--all", "-n", "1").splitlines()
    assert only.split() == first


def test_a_solution_is_written_down_published_and_told_with_the_error(failed: Repo) -> None:
    (group, _) = failed.json("errors")
    told = failed.do("errors", "solve", group["id"][:7], "Give the pool ten connections", "--handler", "grow")
    assert told.splitlines()[1] == "  for ConnectionError: No answer from east in 30 s"
    completed = failed.run("errors", "show", group["id"][:2], env={"_GIT_MEMORY_COMPLETE": "1"})
    assert group["id"] in completed.out
    assert "solve" in failed.run("errors", "", env={"_GIT_MEMORY_COMPLETE": "1"}).out
    (again, other) = failed.json("errors", "list")
    assert (again["open"], other["open"]) == (False, True)
    assert list(again) == [
        *(
            "id",
            "type",
            "template",
            "place",
            "count",
            "first",
            "last",
            "owners",
            "open",
            "solutions",
            "example",
        )
    ]
    (solution,) = again["solutions"]
    assert (solution["title"], solution["handler"]) == ("Give the pool ten connections", "grow")
    lines = failed.do("errors").splitlines()
    assert lines[1].strip() == "helped: Give the pool ten connections, applied by grow"
    assert failed.json("errors", "--open") == [other]
    assert "1 solution" in failed.git("log", "-1", "--format=%s", "memory")
    failed.do("errors", "solve", "KeyError: 'name'", "Ask for it", "--content", "With dict.get")
    assert "    With dict.get" in failed.do("errors", "show", other["id"]).splitlines()


def test_what_is_not_there_is_said(repo: Repo) -> None:
    for arguments, told in (
        (["errors"], "no errors in the last 24 hours"),
        (["errors", "--all", "--open"], "no open errors"),
    ):
        answer = repo.run(*arguments)
        assert (answer.code, answer.out, answer.err.strip()) == (1, "", told)
        assert repo.run(*arguments, "--json").json == []
    for command in (["show", "0123abcd"], ["solve", "0123abcd", "Wait"]):
        answer = repo.run("errors", *command)
        assert answer.code == 1
        assert "there is no group of errors '0123abcd' (see `git memory errors --all`)" in answer.err
    assert repo.run("errors", "solve", " ", "Wait").code == 2
    assert repo.run("errors", "nope").code == 2


def test_without_drain3_one_line_says_what_to_install(repo: Repo) -> None:
    place = repo.path.parent / "without"
    (place / "drain3").mkdir(parents=True)
    (place / "drain3" / "__init__.py").write_text("raise ImportError('not here')")
    repo.do("event", "error", "Timeout")
    answer = repo.run("errors", env={"PYTHONPATH": str(place)})
    assert answer.code == 1
    missing = 'similar errors are found with drain3, which is missing: pip install "git-memory-lsp[learning]"'
    assert answer.err.strip() == f"error: {missing}"
