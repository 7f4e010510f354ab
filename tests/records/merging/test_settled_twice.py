"""Two clones settle what became of one record's commit: merged, it is one answer, and nobody is asked."""

from __future__ import annotations

from itertools import permutations

import pytest

from lsp_server.records.document import parse
from lsp_server.records.merging import merge_record
from lsp_server.records.model import Kind, Record

NAMES = ("A Developer, 2026-11-21 (3f2a9c1d)", "B Developer, 2026-11-20 (77aa001b)")
OLD, ONE, TWO, THREE = (digit * 40 for digit in "0123")


def file(
    commit: str, *formerly: tuple[str, str], line: int = 10, also: str = "", tags: str = "[auth]"
) -> bytes:
    """A record that was written at a commit, with an anchor born in it."""
    listed = "".join(f"    - {old}: {word}\n" for old, word in formerly)
    return f"""---
id: 5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f
kind: learning
created: 2026-11-21T10:00:00+00:00
tags: {tags}
code:
  commit: {commit}
  branch: main
{also}{"  formerly:" if formerly else ""}
{listed}anchors:
  - path: src/auth.py
    lines: {line}
    births:
      - {commit} {line} src/auth.py
    text: |2-
      def login(user):
---

# Emails differ by case
""".replace("\n\nanchors", "\nanchors").encode()


def merged(base: bytes, one: bytes, other: bytes) -> Record:
    ways = permutations(zip((one, other), NAMES, strict=True))
    results = [merge_record(Kind.LEARNING, base, a, b, (of_a, of_b)) for (a, of_a), (b, of_b) in ways]
    assert results[0].data == results[1].data, "whoever merges"
    parsed = parse("learnings/2026/11/21-x.md", results[0].data)
    assert parsed.problems == ()
    assert parsed.record is not None
    assert not parsed.record.conflicts
    return parsed.record


def outcome(record: Record) -> tuple[str | None, tuple[tuple[str, str], ...], list[str]]:
    assert record.code is not None
    births = [birth.commit for anchor in record.anchors for birth in anchor.births]
    return record.code.commit, record.code.formerly, births


def test_the_same_answer_twice_is_one() -> None:
    settled = file(ONE, (OLD, "patch-id"), line=12)
    assert outcome(merged(file(OLD), settled, settled)) == (ONE, ((OLD, "patch-id"),), [ONE])


def test_the_same_commit_by_other_evidence_keeps_the_surer() -> None:
    record = merged(file(OLD), file(ONE, (OLD, "range-diff")), file(ONE, (OLD, "hook")))
    assert outcome(record) == (ONE, ((OLD, "hook"),), [ONE])


@pytest.mark.parametrize(
    ("one", "other", "taken"),
    [
        ("patch-id", "hook", TWO),
        ("squash", "range-diff", ONE),
        ("patch-id", "patch-id", ONE),
        ("a-later-word", "tree", TWO),
    ],
)
def test_of_two_commits_the_surer_is_taken_and_the_other_is_kept(one: str, other: str, taken: str) -> None:
    record = merged(file(OLD), file(ONE, (OLD, one), line=12), file(TWO, (OLD, other), line=14))
    left = TWO if taken == ONE else ONE
    commit, formerly, births = outcome(record)
    assert commit == taken
    assert {old for old, _ in formerly} == {OLD, left}
    assert births == [taken], "its lines are where that commit has them"


def test_what_was_rewritten_once_more_is_the_later_one() -> None:
    record = merged(file(OLD), file(ONE, (OLD, "hook")), file(TWO, (ONE, "range-diff"), (OLD, "hook")))
    assert outcome(record) == (TWO, ((ONE, "range-diff"), (OLD, "hook")), [TWO])


def test_what_else_was_changed_meanwhile_stays() -> None:
    record = merged(
        file(OLD), file(ONE, (OLD, "hook"), tags="[auth, mail]"), file(TWO, (OLD, "tree"), tags="[login]")
    )
    assert outcome(record)[0] == ONE
    assert set(record.tags) == {"mail", "login"}


def test_a_key_that_only_one_side_has_is_kept_with_its_side() -> None:
    one = file(ONE, (OLD, "hook"), also="  dirty: true\n")
    record = merged(file(OLD), one, file(TWO, (OLD, "tree")))
    assert record.code is not None
    assert (record.code.commit, record.code.dirty) == (ONE, True)


def test_settled_here_and_edited_there_is_both() -> None:
    edited = file(OLD).replace(b"differ by case", b"differ")
    record = merged(file(OLD), file(ONE, (OLD, "hook"), line=12), edited)
    assert outcome(record) == (ONE, ((OLD, "hook"),), [ONE])
    assert record.title == "Emails differ"


def test_a_commit_that_a_person_wrote_is_for_a_person_to_settle() -> None:
    result = merge_record(Kind.LEARNING, file(OLD), file(ONE, (OLD, "hook")), file(THREE), NAMES)
    assert [conflict.where for conflict in result.conflicts] == ["code"]


def test_two_new_anchors_with_the_same_text_are_two() -> None:
    def with_more(line: int) -> bytes:
        more = f"  - path: src/other.py\n    lines: {line}\n    births:\n      - {OLD} {line} src/other.py\n"
        return file(OLD).replace(
            b"---\n\n#", f"{more}    text: |2-\n      def login(user):\n---\n\n#".encode()
        )

    record = merged(file(OLD), with_more(3), with_more(30))
    assert sorted(anchor.range.start for anchor in record.anchors) == [3, 10, 30]
