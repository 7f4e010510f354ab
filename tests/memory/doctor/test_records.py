"""Records that are wrong, or contradict each other, are found, explained, and mended where that is safe."""

from __future__ import annotations

import re
import uuid

import pytest
from memory.doctor.findings import ByHand, codes, mended, replacing
from support import Repo

from lsp_server import Memory
from lsp_server.memory import Kind, Record


# records -----------------------------------------------------------------------------------------------
def test_a_record_that_cannot_be_read_whole_is_named_with_its_line(memory: Memory, by_hand: ByHand) -> None:
    def work(tree: Repo) -> None:
        path = "bugs/0001-login-fails.md"
        text = (tree.root / path).read_text()
        tree.write(path, text.replace("status: fixed", "status: sideways"))
        tree.write("learnings/mine.md", "no front matter\n")

    by_hand(work)
    found = memory.examine()
    assert codes(found) == ["unreadable"]
    assert sorted(finding.where for finding in found.findings) == [
        "bugs/0001-login-fails.md:5",
        "learnings/mine.md:1",
    ]


def test_one_id_in_two_files(memory: Memory, by_hand: ByHand) -> None:
    def work(tree: Repo) -> None:
        text = (tree.root / "bugs/0001-login-fails.md").read_text()
        tree.write("bugs/0002-copy.md", text.replace("number: 1", "number: 2"))

    by_hand(work)
    assert codes(memory.examine()) == ["id-twice"]


def test_a_number_given_twice_goes_to_the_elder(memory: Memory, repo: Repo, by_hand: ByHand) -> None:
    text = repo.git("show", "memory:decisions/0001-use-sessions.md") + "\n"
    own = memory.get("ADR-1").id
    other = str(uuid.uuid4())
    younger = (
        text.replace(own, other).replace("created: 20", "created: 21").replace("Use sessions", "Use JWT")
    )
    by_hand(lambda tree: tree.write("decisions/0001-use-jwt.md", younger) and None)
    found = memory.examine()
    assert codes(found) == ["created-in-the-future", "number-twice"]
    after = memory.repair()
    assert codes(after) == ["alias-of-another", "created-in-the-future"]
    assert memory.get("ADR-1").id == own
    assert (memory.get(other).label, memory.get(other).aliases) == ("ADR-0002", ("ADR-0001",))
    assert "ADR-0002" in after.repairs[0].message


def test_a_file_whose_name_or_folder_disagrees_with_its_number(
    memory: Memory, repo: Repo, by_hand: ByHand
) -> None:
    memory.record(Kind.DECISION, "Use JWT")
    before = memory.get("ADR-2")

    def work(tree: Repo) -> None:
        tree.git("mv", "decisions/0001-use-sessions.md", "decisions/0007-whatever.md")
        tree.git("mv", "decisions/0002-use-jwt.md", "learnings/0002-use-jwt.md")

    by_hand(work)
    after = mended(memory, "number-in-name", "wrong-folder")
    paths = repo.git("ls-tree", "-r", "--name-only", "memory", "decisions/").splitlines()
    assert paths == ["decisions/0001-use-sessions.md", "decisions/0002-use-jwt.md"]
    assert memory.get("ADR-2").id == before.id
    version = after.repairs[0].version or ""
    assert repo.git("log", "-1", "--format=%s", version) == "doctor: name files by their records' numbers"
    assert "renamed decisions/0007-whatever.md" in repo.git("log", "-1", "--format=%b", version)


def test_a_mark_of_deletion_on_what_is_there(memory: Memory, repo: Repo, by_hand: ByHand) -> None:
    text = repo.git("show", "memory:bugs/0001-login-fails.md") + "\n"
    memory.delete("BUG-1")
    by_hand(lambda tree: tree.write("bugs/0001-login-fails.md", text) and None)
    mended(memory, "tombstone-of-the-living")
    assert memory.get("BUG-1").title == "Login fails"


def test_a_number_that_lives_again_as_another_record(memory: Memory, repo: Repo, by_hand: ByHand) -> None:
    text = repo.git("show", "memory:decisions/0001-use-sessions.md") + "\n"
    own = memory.get("ADR-1").id
    memory.delete("ADR-1")
    again = text.replace(own, str(uuid.uuid4()))
    by_hand(lambda tree: tree.write("decisions/0001-use-sessions.md", again) and None)
    assert codes(memory.examine()) == ["number-given-again"]


def test_an_alias_that_is_anothers_label_is_a_note(memory: Memory, by_hand: ByHand) -> None:
    record = memory.record(Kind.DECISION, "Use JWT")

    by_hand(replacing(record.path, "number: 2\n", "number: 2\naliases: [ADR-1]\n"))
    found = memory.examine()
    assert codes(found) == ["alias-of-another"]
    assert found.is_healthy
    assert "ADR-0001 was the label of ADR-0002 before" in found.findings[0].message


# links and anchors -------------------------------------------------------------------------------------
def test_a_link_that_is_said_on_one_side_only(memory: Memory, repo: Repo, by_hand: ByHand) -> None:
    old, new = memory.supersede("ADR-1", "Use passkeys")

    def work(tree: Repo) -> None:
        lines = (tree.root / old.path).read_text().splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(("links:", "  - superseded-by"))]
        tree.write(old.path, "".join(kept))

    by_hand(work)
    mended(memory, "one-sided-link")
    assert [link.target for link in memory.get("ADR-1").links] == [new.id]
    assert repo.git("diff", "--numstat", "memory~1", "memory") == f"2\t0\t{old.path}"


def replaced_decision(memory: Memory) -> tuple[Record, Record]:
    """A decision that was accepted, and the one in its place."""
    old = memory.mark("ADR-1", "accepted")
    memory.supersede(old.id, "Use tokens")
    return old, memory.get("ADR-2")


def test_a_decision_that_was_replaced_and_is_still_accepted(
    memory: Memory, repo: Repo, by_hand: ByHand
) -> None:
    old, new = replaced_decision(memory)

    by_hand(replacing(old.path, "status: superseded", "status: accepted"))
    after = mended(memory, "still-accepted")
    assert memory.get(old.id).status == "superseded"
    assert after.repairs[0].message == f"{old.label} is superseded by {new.label}"
    assert repo.git("diff", "--numstat", "memory~1", "memory").split()[:2] == ["1", "1"]


@pytest.mark.parametrize("status", ["proposed", "rejected"])
def test_a_decision_stays_accepted_as_long_as_what_would_replace_it_is_not(
    memory: Memory, by_hand: ByHand, status: str
) -> None:
    old, new = replaced_decision(memory)

    by_hand(replacing(old.path, "status: superseded", "status: accepted"))
    by_hand(replacing(new.path, "status: accepted", f"status: {status}"))
    assert codes(memory.examine()) == []


def test_links_to_what_was_deleted_and_to_what_never_was(memory: Memory, by_hand: ByHand) -> None:
    memory.delete(memory.list(Kind.LEARNING)[0].id)
    assert codes(memory.examine()) == ["link-to-a-deleted"]

    def work(tree: Repo) -> None:
        path = "bugs/0001-login-fails.md"
        text = (tree.root / path).read_text()
        tree.write(path, re.sub(r"taught: [0-9a-f-]+", f"taught: {uuid.uuid4()}", text))

    by_hand(work)
    assert codes(memory.examine()) == ["dangling-link"]


def test_anchors_are_looked_for_as_long_as_there_is_time(memory: Memory, repo: Repo, by_hand: ByHand) -> None:
    def summary(**how: float) -> str:
        found = memory.examine(**how)
        return next(area.summary for area in found.areas if area.name == "anchors")

    assert summary() == "1 found"
    assert "1 of 1 not looked for" in summary(seconds=-1)
    repo.write("src/auth.py", "nothing of it\n")
    repo.commit("Start again")
    assert summary() == "1 stale"
    assert codes(memory.examine()) == ["stale-anchor"]
    [anchored] = [record for record in memory.list() if record.anchors]
    for status in ("deprecated", "superseded", "rejected"):
        by_hand(replacing(anchored.path, f"status: {anchored.status}", f"status: {status}"))
        assert summary() == "1 gone (of records that no longer hold)"
        assert "stale-anchor" not in codes(memory.examine())
        by_hand(replacing(anchored.path, f"status: {status}", f"status: {anchored.status}"))
