"""A note stays on its line, and ``why`` says how it knows."""

from __future__ import annotations

import pytest
from support import AUTH, Repo

from lsp_server import Memory
from lsp_server.errors import UsageError
from lsp_server.memory import CodeRange, Kind
from lsp_server.records.anchors import whole


def lines_of(memory: Memory, text: str | None = None) -> list[tuple[int, int]]:
    return [(placed.start, placed.end) for placed in memory.file_memory("src/auth.py", text).placed]


def test_a_note_follows_its_line_through_edits_above(memory: Memory, repo: Repo) -> None:
    memory.record(Kind.LEARNING, "Emails differ by case", at=[CodeRange("src/auth.py", 5, 5)])
    assert lines_of(memory) == [(5, 5)]
    repo.write("src/auth.py", "# one\n# two\n" + AUTH)
    assert lines_of(memory) == [(7, 7)]
    repo.commit("Above")
    assert lines_of(memory) == [(7, 7)]
    assert lines_of(memory, "# three\n# one\n# two\n" + AUTH) == [(8, 8)]


def test_a_note_follows_a_renamed_file(memory: Memory, repo: Repo) -> None:
    memory.record(Kind.LEARNING, "Emails differ by case", at=[CodeRange("src/auth.py", 5, 7)])
    repo.git("mv", "src/auth.py", "src/login.py")
    repo.commit("Rename")
    assert [(p.start, p.end) for p in memory.file_memory("src/login.py").placed] == [(5, 7)]


def test_a_note_on_lines_that_are_gone_is_stale_and_on_no_line(memory: Memory, repo: Repo) -> None:
    record = memory.record(Kind.LEARNING, "Emails differ by case", at=[CodeRange("src/auth.py", 5, 5)])
    repo.write("src/auth.py", AUTH.replace("    user = find(email.lower())\n", "    user = other()\n"))
    repo.commit("Rewrite")
    known = memory.file_memory("src/auth.py")
    assert (known.placed, known.stale) == ((), (record.id,))
    assert [reason.evidence for reason in memory.why("src/auth.py")] == [
        "was anchored in this file; its lines are gone"
    ]


def test_a_note_on_lines_not_committed_yet_is_found_before_and_after_the_commit(
    memory: Memory, repo: Repo
) -> None:
    repo.write("src/auth.py", AUTH + "\n\ndef register(email):\n    create(email.strip())\n")
    memory.record(Kind.LEARNING, "Strip first", at=[CodeRange("src/auth.py", 16, 16)])
    assert lines_of(memory) == [(16, 16)]
    repo.commit("Register")
    repo.write("src/auth.py", "# above\n" + (repo.root / "src/auth.py").read_text())
    repo.commit("Above")
    assert lines_of(memory) == [(17, 17)]


def test_an_edit_is_followed_without_git(memory: Memory) -> None:
    memory.record(Kind.LEARNING, "Emails differ by case", at=[CodeRange("src/auth.py", 5, 7)])
    known = memory.file_memory("src/auth.py", AUTH)
    moved = known.moved(["# new", *known.lines])
    assert [(p.start, p.end) for p in moved.placed] == [(6, 8)]
    split = list(known.lines)
    split.insert(5, "    # between")
    assert [(p.start, p.end) for p in known.moved(split).placed] == [(5, 5), (7, 8)]
    assert known.moved([]).placed == ()


def test_why_answers_with_the_surest_first_and_says_how_it_knows(memory: Memory, repo: Repo) -> None:
    named = memory.record(Kind.DECISION, "Named in a comment")
    anchored = memory.record(Kind.LEARNING, "Anchored", at=[CodeRange("src/auth.py", 5, 5)])
    elsewhere = memory.record(Kind.BUG, "Elsewhere", at=[CodeRange("src/auth.py", 11, 12)])
    assert [(r.record.id, r.evidence.split(",")[0]) for r in memory.why("src/auth.py", 9)] == [
        (named.id, f"recorded at commit {repo.git('rev-parse', 'HEAD')[:10]}"),
        (elsewhere.id, "anchored elsewhere in this file"),  # the nearer one first
        (anchored.id, "anchored elsewhere in this file"),
    ]
    repo.write("src/auth.py", AUTH.replace("    if user is None:", "    if user is None:  # ADR-0001"))
    reasons = memory.why("src/auth.py", 6)
    assert (reasons[0].record.id, reasons[0].evidence) == (named.id, "named here as ADR-0001")
    reasons = memory.why("src/auth.py", 5)
    assert (reasons[0].record.id, reasons[0].evidence) == (anchored.id, "anchored here")


@pytest.mark.parametrize(
    "place",
    [
        CodeRange("src/auth.py", 999, 999),
        CodeRange("src/auth.py", 7, 5),
        CodeRange("src/auth.py", 0, 1),
        CodeRange("../outside.py", 1, 1),
        CodeRange("/etc/passwd", 1, 1),
        CodeRange("nothing.py", 1, 1),
        CodeRange("src", 1, 1),
        CodeRange(".git/config", 1, 1),
        CodeRange("a\0b", 1, 1),
    ],
)
def test_a_place_that_is_not_there_is_refused_and_nothing_recorded(memory: Memory, place: CodeRange) -> None:
    before = memory.version()
    with pytest.raises(UsageError):
        memory.record(Kind.LEARNING, "x", at=[place])
    assert memory.version() == before


def test_a_hover_has_ten_lines_at_most_and_begins_with_the_label(memory: Memory) -> None:
    records = [
        memory.record(
            Kind.DECISION, f"Decision [{n}](x) <b>", fields={"decision": "word " * 400, "context": "a\n" * 50}
        )
        for n in range(8)
    ]
    for count in range(1, 9):
        text = memory.hover([record.id for record in records[:count]])
        assert text.startswith("**ADR-0001**")
        assert len(text.splitlines()) <= 10
        assert "<b>" not in text
    assert memory.hover([]) == ""
    assert "5 more" in memory.hover([record.id for record in records])


def test_a_hover_says_what_was_decided_or_learned(memory: Memory) -> None:
    decision = memory.record(Kind.DECISION, "Use JWT", fields={"context": "Why.", "decision": "JWT it is."})
    learning = memory.record(Kind.LEARNING, "Case", fields={"lesson": "Normalise first."})
    assert "JWT it is." in memory.hover([decision.id])
    assert "proposed" in memory.hover([decision.id])
    assert "Normalise first." in memory.hover([learning.id])
    assert memory.view("ADR-1").path.as_uri() in memory.hover([decision.id])


def test_the_places_of_a_record_are_found_in_a_renamed_file_and_said_to_be_gone(
    memory: Memory, repo: Repo
) -> None:
    place = CodeRange("src/auth.py", 5, 7)
    record = memory.record(Kind.LEARNING, "Emails differ by case", at=[place])
    repo.git("mv", "src/auth.py", "src/login.py")
    repo.write("src/login.py", "# above\n" + AUTH)
    repo.commit("Rename and add a line")
    [(anchor, located)] = memory.places(record)
    assert anchor.range == place
    assert located.ranges == (CodeRange("src/login.py", 6, 8),)
    repo.write("src/login.py", "nothing\n")
    repo.commit("Remove")
    [(_, located)] = memory.places(record)
    assert (located.ranges, located.certainty.value) == ((), "stale")


def test_a_note_whose_line_went_says_so_in_the_renamed_file_too(memory: Memory, repo: Repo) -> None:
    record = memory.record(Kind.LEARNING, "Emails differ by case", at=[CodeRange("src/auth.py", 5, 5)])
    repo.git("mv", "src/auth.py", "src/login.py")
    repo.write("src/login.py", AUTH.replace("    user = find(email.lower())\n", "    user = other()\n"))
    repo.commit("Rename and rewrite the line")
    known = memory.file_memory("src/login.py")
    assert (known.placed, known.stale) == ((), (record.id,))


def test_of_a_binary_file_it_is_said_that_it_is_one_not_that_lines_are_missing(
    memory: Memory, repo: Repo
) -> None:
    repo.write("wide.txt", "one\ntwo\nthree\n".encode("utf-16"))
    repo.write("empty.txt", "")
    repo.commit("Wide")
    for rev in (None, "HEAD"):
        with pytest.raises(UsageError, match=r"wide\.txt is binary"):
            memory.why("wide.txt", 3, rev=rev)
        with pytest.raises(UsageError, match=r"empty\.txt has 0 lines"):
            memory.why("empty.txt", 3, rev=rev)
    record = memory.record(Kind.LEARNING, "Wide", at=[whole("wide.txt")])
    assert [one.record.id for one in memory.why("wide.txt")] == [record.id]
