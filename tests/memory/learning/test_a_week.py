"""The life of a finding, from the events to the branch: written once, updated, closed, opened again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memory.learning.streams import LINE, PAY, at, at_work, failure, failures, kept, solution

from lsp_server.records.model import Kind

if TYPE_CHECKING:
    from memory.learning.conftest import Place


def test_an_error_that_comes_again_and_again_becomes_a_bug_at_its_line(place: Place) -> None:
    kept(place.events, at_work(at(0), 3), failures(at(2, 8), 6))
    learned = place.loop.run(at(2, 10))
    (bug,) = learned.written
    assert (bug.kind, bug.label, bug.status, bug.tags) == (Kind.BUG, "BUG-1", "open", ("found", "errors"))
    assert bug.title == "TimeoutError in charge: no answer from ING in … s"
    assert bug.fields["severity"] == "medium"
    assert "in `src/pay.py:6 in charge`, first on 2026-11-04 08:00 (UTC)" in bug.fields["description"]
    assert "Traceback" in bug.fields["actual"]
    assert [str(anchor) for anchor in bug.anchors] == [f"src/pay.py:{LINE}"]
    seen = place.memory.file_memory("src/pay.py")
    assert seen.at(LINE) == (bug.id,)
    assert "**BUG-1** · bug · open · 6 times, last on 2026-11-04" in place.memory.hover([bug.id])
    assert place.repo.git("status", "--porcelain") == ""


def test_a_week(place: Place) -> None:
    """Errors begin on the third day, are solved on the fifth, stop, and come back on the eighth."""
    kept(
        place.events,
        at_work(at(0), 11),
        failures(at(2, 8), 6),
        failures(at(3, 8), 20),
        [failure(at(4, 8))],
        [solution(at(4, 12))],
        failures(at(7, 9), 4),
    )
    place.loop.run(at(1, 12))
    assert place.subjects()[0].startswith("memory: ")  # nothing to tell
    place.loop.run(at(2, 10))
    quiet = place.commits()
    place.loop.run(at(2, 10, 5))
    place.loop.run(at(2, 23))
    assert place.commits() == quiet  # nothing is new

    grown = place.loop.run(at(3, 23))
    assert [record.label for record in grown.updated] == ["BUG-1"]
    assert "  count: 26\n" in place.text("BUG-1")
    changed = place.repo.git("diff", "--unified=0", "memory~1", "memory", "--", "bugs").splitlines()
    assert sorted(line[1:].split(":")[0].strip() for line in changed if line[:2] in ("+ ", "- ")) == [
        *("count", "count", "last", "last"),
    ]

    place.loop.run(at(4, 13))
    assert "## Fix\n\nAsk a second time (recorded on 2026-11-06)" in place.text("BUG-1")
    assert place.memory.get("BUG-1").status == "open"
    ended = place.loop.run(at(5, 9))
    assert [record.status for record in ended.closed] == ["fixed"]
    assert "* 2026-11-07: not once in 25 hours, and what solves it is known: fixed." in place.text("BUG-1")
    assert place.loop.run(at(5, 10)).closed == []

    back = place.loop.run(at(7, 10))
    assert [(record.label, record.status) for record in back.reopened] == [("BUG-1", "open")]
    text = place.text("BUG-1")
    assert "* 2026-11-09: it is back, 4 times since it ended; opened again." in text
    assert "  again: 1\n" in text
    assert "ended:" not in text
    # Twice as long as the first time: it has come back once.
    assert place.loop.run(at(8, 12)).closed == []
    assert [record.status for record in place.loop.run(at(9, 12)).closed] == ["fixed"]
    assert len(place.memory.list(Kind.BUG)) == 1
    assert place.subjects()[0] == "learnings: 1 over, report of 2026-11-10"
    assert 'bug: reopen BUG-1 "TimeoutError in charge: no answer from ING in … s"' in place.subjects()


def test_what_is_found_at_once_is_one_commit(place: Place) -> None:
    other = [failure(at(2, 8, 10 * n), type="KeyError", message="'id'", function="ship") for n in range(5)]
    kept(place.events, failures(at(2, 8), 5), other)
    before = place.commits()
    assert len(place.loop.run(at(2, 10)).written) == 2
    assert place.commits() == before + 1
    assert place.subjects()[0] == "learnings: 2 new"


def test_a_dry_run_tells_and_writes_nothing(place: Place) -> None:
    kept(place.events, failures(at(2, 8), 5))
    before = place.commits()
    learned = place.loop.run(at(2, 10), dry_run=True)
    assert [record.title for record in learned.written] == [
        "TimeoutError in charge: no answer from ING in … s"
    ]
    assert place.commits() == before


def test_a_bug_is_anchored_to_what_the_line_said_when_it_failed(place: Place) -> None:
    kept(place.events, failures(at(2, 8), 5))
    place.repo.write("src/pay.py", "# Paying, and nothing else.\nimport bank\n" + PAY)  # not committed
    (bug,) = place.loop.run(at(2, 10)).written
    assert [str(anchor) for anchor in bug.anchors] == [f"src/pay.py:{LINE + 2}"]


def test_a_bug_whose_line_was_written_anew_is_anchored_to_its_function(place: Place) -> None:
    kept(place.events, failures(at(2, 8), 5))
    place.repo.write("src/pay.py", PAY.replace("raise TimeoutError", "raise BankAsleepError"))
    (bug,) = place.loop.run(at(2, 10)).written
    assert [anchor.symbol for anchor in bug.anchors] == ["charge"]


def test_nothing_of_a_person_goes_where_records_are_pushed_to(place: Place) -> None:
    message = (
        "card 4111 1111 1111 1111 of ada@mail.example (+49 170 1234567) refused, see /home/ada/log/pay.txt, "
        "order 4111 1111 1111 1112"
    )
    kept(place.events, [failure(at(2, 8, 10 * n), message=message, handled=False) for n in range(5)])
    (bug,) = place.loop.run(at(2, 10)).written
    place.loop.run(at(3, 10))
    (report,) = place.repo.git("ls-tree", "-r", "--name-only", "memory", "events").splitlines()
    for text in (place.text(bug.label), place.repo.git("show", f"memory:{report}")):
        assert "4111 1111 1111 1111" not in text
        assert "ada" not in text
        assert "1234567" not in text
    assert "card … of … (…) refused, see ~/log/pay.txt, order 4111 1111 1111 1112" in place.text(bug.label)


def test_a_line_that_is_not_there_is_told_in_words(place: Place) -> None:
    gone = [failure(at(2, 8, 10 * n), path="src/gone.py", line=99) for n in range(5)]
    kept(place.events, gone)
    (bug,) = place.loop.run(at(2, 10)).written
    assert bug.anchors == ()


def test_secrets_and_hostile_texts_do_no_harm(place: Place) -> None:
    token = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF" + "3hJ6"
    message = f"bad `token` {token} \x1b[31m\u202e<<<<<<< ours # {{{{ 1 }}}} ![x](http://x)"
    kept(place.events, [failure(at(2, 8, 10 * n), message=message) for n in range(5)])
    (bug,) = place.loop.run(at(2, 10)).written
    text = place.text(bug.label)
    assert token not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert not bug.conflicts


def test_a_flood_of_errors_is_no_flood_of_bugs(place: Place) -> None:
    kept(
        place.events,
        [
            failure(at(2, 8, 10 * n), type="KeyError", message="'id'", function=f"step_{kind}")
            for kind in range(22)
            for n in range(9 if kind == 21 else 5)
        ],
    )
    first = place.loop.run(at(2, 10)).written
    assert len(first) == 20
    assert first[0].title == "KeyError in step_21: 'id'"  # the most frequent
    assert len(place.loop.run(at(2, 10, 5)).written) == 2
    assert place.loop.run(at(2, 10, 10)).written == []


def test_whatever_an_error_says_of_itself_its_record_can_be_read(place: Place) -> None:
    strange: list[dict[str, object]] = [
        {"path": "a\0b"},
        {"path": "../../etc/passwd"},
        {"path": "README.md", "line": True},
        {"path": ["a"], "line": "3"},
        {"path": ".git/config", "line": 1},
        {"type": "", "message": ""},
        {"type": "<script>", "message": "---\nid: 5\n## Since Then"},
        {"type": 3, "message": None, "handled": "no"},
    ]
    kept(
        place.events,
        [
            failure(at(2, 8, 10 * n), **{"function": f"step_{number}", **told})
            for number, told in enumerate(strange)
            for n in range(5)
        ],
    )
    written = place.loop.run(at(2, 10)).written
    assert len(written) == len(strange)
    assert {str(anchor) for record in written for anchor in record.anchors} == {f"src/pay.py:{LINE}"}
    assert place.memory.broken_files() == []
    assert len(place.loop.run(at(20)).closed) == len(strange)
