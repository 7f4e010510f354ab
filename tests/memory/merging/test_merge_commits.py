"""A merge is one commit that a reviewer can read, or none; what others merged badly is mended."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from memory.merging.clones import Clone

from lsp_server.errors import RefusedError
from lsp_server.memory import Kind
from lsp_server.memory.merging import changes_nothing, merge_into, repair


def test_nothing_is_committed_when_there_is_nothing_to_merge(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    b.memory.record(Kind.LEARNING, "Mine")
    before = b.tip
    assert b.merge(a) is None
    assert b.tip == before


def test_what_contains_our_tip_is_taken_as_it_is(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    a.memory.record(Kind.LEARNING, "Theirs")
    merge = b.merge(a)
    assert merge is not None
    assert (merge.version, merge.fast_forward, merge.added) == (a.tip, True, 1)
    assert b.tip == a.tip


def test_a_merge_has_both_tips_as_parents_and_says_what_it_did(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    a.memory.record(Kind.DECISION, "Use JWT")
    mine = b.memory.record(Kind.DECISION, "Use PostgreSQL")
    parents = f"{b.tip} {a.tip}"
    merge = b.merge(a, "ours")
    assert merge is not None
    assert b.repo.git("log", "-1", "--format=%P", "memory") == parents
    assert b.repo.git("log", "-1", "--format=%B", "memory") == (
        "merge: origin/memory into memory\n\n"
        "Renumbered, because the number was given twice:\n"
        '- ADR-0001 "Use PostgreSQL" is now ADR-0002\n\n'
        f"Memory-Id: {mine.id}"
    )
    assert b.repo.git("log", "-1", "--format=%(trailers)", "memory") == f"Memory-Id: {mine.id}"


def test_a_long_list_in_a_message_is_cut(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    text = "---\nid: {}\nkind: bug\nnumber: {}\ncreated: 2026-01-01T10:00:00+00:00\n---\n\n# Bug {}\n"
    for clone, start in ((a, "aaaaaaaa"), (b, "bbbbbbbb")):
        clone.change(
            {
                f"bugs/{n:04d}-bug.md": text.format(f"{start}-0000-4000-8000-{n:012d}", n, n)
                for n in range(1, 31)
            }
        )
    b.merge(a)
    message = b.repo.git("log", "-1", "--format=%B", "memory")
    assert message.count(" is now ") == 20
    assert "- and 10 more" in message


def test_a_merge_of_equal_trees_is_still_a_merge(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    for clone in pair:
        clone.change({"notes.md": "Same.\n"}, message=f"by {clone.repo.root.name}")
    merge = b.merge(a)
    assert merge is not None
    assert a.tip in b.repo.git("rev-list", "memory")


def test_another_branch_that_is_no_memory_is_refused(pair: tuple[Clone, Clone]) -> None:
    _, b = pair
    before = b.tip
    head = b.repo.git("rev-parse", "HEAD")
    with pytest.raises(RefusedError, match="origin/main holds something else than a memory"):
        merge_into(b.core, b.core.store, head, source="origin/main", yielding="ours")
    assert b.tip == before


def test_a_newer_format_is_refused(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    a.change({"memory.yaml": "format: 99\n"})
    b.memory.record(Kind.LEARNING, "Mine")
    with pytest.raises(RefusedError, match=r"newer Git Memory \(format 99"):
        b.merge(a)


def test_two_clones_that_merge_each_other_at_once_agree(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    for clone, word in ((a, "a"), (b, "b")):
        clone.memory.record(Kind.DECISION, f"Decision {word}", fields={"context": "See ADR-1."})
    for _ in range(3):
        tips = (a.tip, b.tip)
        a.fetch(b)
        b.fetch(a)
        merge_into(a.core, a.core.store, tips[1], source="b", yielding="ours")
        merge_into(b.core, b.core.store, tips[0], source="a", yielding="ours")
        a.memory.record(Kind.LEARNING, "In a")
        b.memory.record(Kind.DECISION, "In b")
    a.merge(b, "ours")
    b.merge(a, "ours")
    assert a.tip == b.tip
    numbers = sorted(record.number for record in a.records().values() if record.number)
    assert numbers == sorted(set(numbers))
    assert len(numbers) == 5


def test_two_numbers_that_a_forge_merged_are_mended_by_a_commit_of_its_own(
    pair: tuple[Clone, Clone],
) -> None:
    a, b = pair
    start = a.tip
    older = a.memory.record(Kind.DECISION, "Older")
    text = (
        "---\nid: ffffffff-51f4-4bb1-9f3b-3f4a6f1f2a3b\nkind: decision\nnumber: 1\n"
        "created: 2100-01-01T00:00:00+00:00\n---\n\n# Younger\n\nThis is ADR-0001.\n"
    )
    a.change({"decisions/0001-younger.md": text}, message="Merge pull request")
    assert b.tip == start
    forge = a.tip
    merge = b.merge(a, "ours")
    assert merge is not None
    assert [(one.title, one.new) for one in merge.renumbered] == [("Younger", "ADR-0002")]
    assert merge.added == 2
    assert b.repo.git("log", "-1", "--format=%P", "memory") == forge
    assert b.repo.git("log", "-1", "--format=%s", "memory").startswith("repair: ")
    assert "This is ADR-0002." in b.read("decisions/0002-younger.md")
    assert b.memory.get("ADR-1").id == older.id
    # Somebody who mends it at the same time, seeing it from elsewhere, comes to the same tree.
    repair(a.core, a.core.store, since=f"{a.repo.git('rev-parse', 'memory~1')}")
    assert a.tree() == b.tree()
    assert repair(a.core, a.core.store, since=None) is None


def test_what_a_forge_gave_twice_is_mended_in_the_very_move_that_brings_it(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    a.memory.record(Kind.DECISION, "Older")
    text = a.read("decisions/0001-older.md")
    other = text.replace(text[8:16], "ffffffff").replace("# Older", "# Younger").replace("2026-", "2100-")
    a.change({"decisions/0001-younger.md": other + "\n"}, message="Merge pull request")
    before, moves = b.tip, len(b.repo.git("reflog", "memory").splitlines())
    merge = b.merge(a, "ours")
    assert merge is not None
    assert [one.new for one in merge.renumbered] == ["ADR-0002"]
    assert not merge.fast_forward
    # One move of the branch: killed at any instant it is where it was, or where all is well.
    assert len(b.repo.git("reflog", "memory").splitlines()) == moves + 1
    assert b.repo.git("rev-parse", "memory@{1}") == before


def test_one_record_that_a_forge_left_in_two_files_is_one_again(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    a.memory.record(Kind.DECISION, "First")
    record = b.memory.record(Kind.DECISION, "Use JWT", fields={"context": "Sessions."})
    old = b.read(record.path)
    b.merge(a, "ours")
    a.merge(b)
    a.change({record.path: old.replace("Sessions.", "Sessions do not scale.") + "\n"}, message="Merge pull")
    forge = a.tip
    merge = b.merge(a, "ours")
    assert merge is not None
    assert merge.remarks == (
        "decisions/0001-use-jwt.md was another file of the record in decisions/0002-use-jwt.md: they are one",
    )
    assert b.files() == ["decisions/0001-first.md", "decisions/0002-use-jwt.md", "memory.yaml"]
    text = b.read("decisions/0002-use-jwt.md")
    assert "Sessions." in text
    assert "Sessions do not scale." in text
    assert b.repo.git("log", "-1", "--format=%P", "memory") == forge
    repair(a.core, a.core.store, since=None)
    assert a.tree() == b.tree()


def test_a_merge_also_mends_what_it_brings(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    a.memory.record(Kind.DECISION, "Older")
    text = a.read("decisions/0001-older.md")
    other = text.replace(text[8:16], "ffffffff").replace("# Older", "# Younger").replace("2026-", "2100-")
    a.change({"decisions/0001-younger.md": other + "\n"})
    b.memory.record(Kind.LEARNING, "Mine")
    merge = b.merge(a, "ours")
    assert merge is not None
    assert [(one.title, one.new) for one in merge.renumbered] == [("Younger", "ADR-0002")]


def test_a_squashed_proposal_changes_nothing_when_merged_again(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    record = b.memory.record(Kind.DECISION, "Use JWT", fields={"context": "One."})
    a.merge(b)
    b.edit(record, "One.", "Proposed.")
    a.edit(record, "One.", "Proposed.")
    a.edit(record, "# Use JWT", "# Use JWT everywhere")
    assert changes_nothing(a.core, a.core.store.snapshot(), a.fetch(b))
    b.edit(record, "Proposed.", "Proposed again.")
    assert not changes_nothing(a.core, a.core.store.snapshot(), a.fetch(b))


def test_a_merge_decides_anew_when_another_writer_was_faster(
    pair: tuple[Clone, Clone], new_clone: Callable[..., Clone]
) -> None:
    a, b = pair
    a.memory.record(Kind.DECISION, "Theirs")
    b.memory.record(Kind.DECISION, "Mine")
    theirs = b.fetch(a)
    store = b.core.store
    commit, calls = store.commit, []

    def racing(build):  # type: ignore[no-untyped-def]
        def late(tip):  # type: ignore[no-untyped-def]
            calls.append(tip.version)
            changes = build(tip)
            if len(calls) == 1:  # git itself, which does not take our lock
                text = b.read("decisions/0001-mine.md").replace("# Mine", "# Late")
                text = text.replace(text[8:16], "eeeeeeee").replace("number: 1", "number: 2")
                b.change({"decisions/0002-late.md": text + "\n"})
            return changes

        return commit(late)

    store.commit = racing
    try:
        merge = merge_into(b.core, store, theirs, source="a", yielding="ours")
    finally:
        del store.commit
    assert len(calls) == 2
    assert merge is not None
    assert [(one.title, one.new) for one in merge.renumbered] == [("Mine", "ADR-0003")]
    assert sorted(record.number or 0 for record in b.records().values()) == [1, 2, 3]


def test_memories_with_sha256_merge_alike(new_clone: Callable[..., Clone]) -> None:
    a = new_clone("a", "--object-format=sha256")
    b = new_clone("b", "--object-format=sha256", of=a)
    record = a.memory.record(Kind.DECISION, "Theirs", fields={"context": "One."})
    b.merge(a)
    a.edit(record, "One.", "Two.")
    b.edit(record, "# Theirs", "# Everybody's")
    a.memory.record(Kind.BUG, "Theirs")
    b.memory.record(Kind.BUG, "Mine")
    merge = b.merge(a, "ours")
    assert merge is not None
    assert [one.new for one in merge.renumbered] == ["BUG-2"]
    merged = b.memory.get(record.id)
    assert (merged.title, merged.fields["context"]) == ("Everybody's", "Two.")
    assert b.repo.git("fsck", "--no-dangling") == ""


def test_a_merge_touches_nothing_of_the_users(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    a.memory.record(Kind.DECISION, "Theirs")
    b.memory.record(Kind.DECISION, "Mine")
    b.repo.write("src/app.py", "edited = True\n")
    before = b.repo.fingerprint()
    theirs = b.fetch(a)
    merge_into(b.core, b.core.store, theirs, source="a", yielding="ours")
    assert b.repo.fingerprint() == before


def test_a_proposals_branch_takes_a_merge_and_leaves_the_memory_alone(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    a.memory.record(Kind.LEARNING, "Theirs")
    b.memory.record(Kind.LEARNING, "Mine")
    memory, theirs = b.tip, b.fetch(a)
    ref = "refs/heads/memory-proposals/x"
    b.repo.git("update-ref", ref, memory)
    merge = merge_into(b.core, b.core.store.on(ref), theirs, source="a", yielding="theirs")
    assert merge is not None
    assert b.tip == memory
    assert b.repo.git("rev-parse", ref) == merge.version
    assert b.repo.git("log", "-1", "--format=%s", ref) == "merge: a into memory-proposals/x"
