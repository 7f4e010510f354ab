"""Where the code at HEAD names a label."""

from __future__ import annotations

from support import Repo

from lsp_server import Memory
from lsp_server.code.mentions import label_mentions


def runner(repo: Repo):  # type: ignore[no-untyped-def]
    with Memory.open(repo.root) as memory:
        return memory._core.repository.git


def test_labels_are_found_in_every_spelling_and_as_whole_words(repo: Repo) -> None:
    repo.write("a.py", "# ADR-7 adr-0007 ADR-70 XADR-7 ADR-7-b BUG-7\n# bug-007.\n")
    repo.write("b.bin", b"\0ADR-7\n")
    repo.commit("Mention")
    found = label_mentions(runner(repo), [("ADR", 7), ("BUG", 7)])
    assert [(one.prefix, one.number, one.path, one.line) for one in found] == [
        ("ADR", 7, "a.py", 1),
        ("BUG", 7, "a.py", 1),
        ("BUG", 7, "a.py", 2),
    ]


def test_what_is_not_committed_is_not_looked_at(repo: Repo) -> None:
    repo.write("a.py", "# ADR-7\n")
    assert label_mentions(runner(repo), [("ADR", 7)]) == []


def test_an_unborn_branch_has_none(new_repo) -> None:  # type: ignore[no-untyped-def]
    assert label_mentions(runner(new_repo()), [("ADR", 7)]) == []


def test_many_labels_and_many_places_are_bounded(repo: Repo) -> None:
    repo.write("a.py", "".join(f"# ADR-{number} {'x' * 500}\n" for number in range(1, 400)))
    repo.commit("Mention")
    found = label_mentions(runner(repo), [("ADR", number) for number in range(2, 400)])
    assert len(found) == 200
    assert found[0].number == 2
    assert max(len(one.text) for one in found) == 200
