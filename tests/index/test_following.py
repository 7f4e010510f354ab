"""The index follows the branch: by what changed, all or nothing, and always to the same result."""

import json
import threading
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.errors import StoreError
from lsp_server.index import Index, Tombstone
from lsp_server.records.model import Kind


def state(index, make):
    """Everything that can be asked, for comparing two indexes."""
    return (
        index.version(),
        index.list(),
        index.broken(),
        [(found.record.id, found.snippet) for found in index.search("untitled word")],
        [index.label_of(record.kind, record.id) for record in index.list()],
        index.deleted_numbers(Kind.DECISION),
        index.anchors_on_path("src/auth.py"),
    )


def test_a_record_comes_back_as_it_was_parsed(known, make, branch, reader):
    from lsp_server.records.anchors import Anchor, Birth, CodePosition, CodeRange
    from lsp_server.records.model import Link, Relation

    record = make.decision(
        "aaaa", "Use JWT", number=12, status="accepted", tags=("auth", "API"), aliases=("ADR-0003",),
        links=(Link(Relation.SUPERSEDES, "bbbb", "ADR-0001"),), code=CodePosition("c" * 40, "main"),
        anchors=(Anchor(CodeRange("src/é.py", 3, 4), (Birth("c" * 40, "a.py", 1, 2),), ("def f():", "\t…")),),
        body="# Use JWT\r\n\r\nBecause \x00 of \U0001f511.\n",
    )  # fmt: skip
    assert known(record).get(record.id) == record


def test_values_that_json_has_not_survive_the_index():
    from datetime import date, datetime, timezone

    from lsp_server.index.packing import COLUMNS, pack, unpack
    from lsp_server.records.model import Record

    extra = {
        "date": date(2024, 2, 29), "seen": datetime(2024, 2, 29, 1, 2, tzinfo=timezone.utc), "raw": b"\xff",
        "map": {1: "one", None: [1.5, True]}, "set": {"a", "b"}, "half": "\ud83d", "\x00type": "mine",
        "pair": (1, 2),
    }  # fmt: skip
    created = datetime(2024, 1, 1, 12, 30, 1, 5, tzinfo=timezone.utc)
    record = Record(
        "i", Kind.BUG, "t", "BUG-1", created, "bugs/1.md", extra=extra, fields={"steps": ["a", "b"]}
    )
    row = {**vars(record), "kind": "bug", "tags": "", "data": pack(record)}
    assert unpack([row[name] for name in COLUMNS.split(", ")]) == record


def test_only_what_changed_is_read(branch, index, make):
    records = [make.learning(f"{n:08x}") for n in range(50)]
    branch.put(*records)
    index.follow(branch)
    branch.reads = 0
    branch.put(replace(records[7], title="Another title"))
    index.follow(branch)
    assert branch.reads == 1
    assert index.get(records[7].id).title == "Another title"
    assert len(index.list()) == 50


def test_following_to_where_it_stands_reads_nothing(branch, index, make):
    branch.put(make.learning("aaaa"))
    assert index.follow(branch) == branch.tip()
    branch.reads = 0
    assert index.follow(branch, branch.tip()) == branch.tip()
    assert branch.reads == 0


def test_who_has_little_time_follows_only_where_little_is_to_be_read(branch, index, make):
    branch.put(make.learning("aaaa"))
    assert index.follow(branch, most=0) is None
    first = index.follow(branch)
    branch.put(make.learning("bbbb"), make.learning("cccc"))
    branch.reads = 0
    assert (index.follow(branch, most=1), branch.reads, len(index.list())) == (first, 0, 1)
    assert (index.follow(branch, most=2), len(index.list())) == (branch.tip(), 3)


def test_progress_is_told_to_the_end(branch, index, make):
    branch.put(*[make.learning(f"{n:08x}") for n in range(450)])
    told = []
    index.follow(branch, progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 450), (200, 450), (400, 450), (450, 450)]


def test_a_rewritten_branch_is_read_anew(branch, index, make):
    branch.put(make.learning("aaaa"), make.learning("bbbb"))
    index.follow(branch)
    left = make.learning("cccc")
    branch.rewrite(left)
    index.follow(branch)
    assert index.list() == [left]
    assert [found.record for found in index.search("untitled")] == [left]


def test_a_branch_that_is_gone_leaves_an_empty_index(branch, index, make):
    branch.put(make.learning("aaaa"))
    index.follow(branch)
    branch.remove_branch()
    assert index.follow(branch) is None
    assert index.list() == []


def test_other_files_of_the_branch_are_no_records(branch, index):
    branch.change({"memory.yaml": b"format: 1\n", "project-context.md": b"# Hello\n"})
    index.follow(branch)
    assert (index.list(), index.broken()) == ([], [])


def test_a_broken_file_is_named_and_takes_nothing_down(branch, index, make):
    good = make.learning("aaaa")
    branch.put(good)
    branch.change({"learnings/bad.md": b"no\nrecord", "learnings/worse.md": b'{"boom": "it fell over"}'})
    index.follow(branch)
    assert index.list() == [good]
    assert [(b.path, b.problems[0].line, b.problems[0].message) for b in index.broken()] == [
        ("learnings/bad.md", 1, "this is no record"),
        ("learnings/worse.md", 0, "this file could not be read: it fell over"),
    ]
    branch.change({}, ["learnings/bad.md", "learnings/worse.md"])
    index.follow(branch)
    assert index.broken() == []


def test_a_number_too_large_for_the_index_is_a_broken_file(branch, index, make):
    good = make.decision("bbbb", number=1)
    branch.put(good, make.decision("aaaa", number=10**30))
    index.follow(branch)
    assert index.list() == [good]
    assert [broken.problems[0].message for broken in index.broken()] == [
        "a number in this record is too large"
    ]


def test_of_two_files_with_one_id_the_first_by_path_is_the_record(branch, index, make):
    copy = make.learning("aaaa", "The copy", path="learnings/b.md")
    branch.put(copy)
    index.follow(branch)
    assert index.list() == [copy]
    first = replace(copy, title="The first", path="learnings/a.md")
    branch.put(first)
    index.follow(branch)
    assert index.list() == [first]
    (broken,) = index.broken()
    assert broken.path == "learnings/b.md"
    assert "same id as learnings/a.md" in broken.problems[0].message
    branch.change({}, ["learnings/a.md"])
    index.follow(branch)
    assert index.list() == [copy]
    assert index.broken() == []


def test_a_file_name_that_is_not_utf8_takes_nothing_down(branch, index, make):
    good = make.learning("aaaa")
    branch.put(good, make.learning("bbbb", path="learnings/\udcff.md"))
    index.follow(branch)
    assert good in index.list()
    branch.change({}, ["learnings/\udcff.md"])
    index.follow(branch)
    assert index.list() == [good]


class Interrupted(BaseException):
    """As Ctrl-C: no ordinary exception."""


def test_a_follow_that_is_interrupted_leaves_the_old_state_and_can_be_said_again(branch, index, make):
    old = make.learning("aaaa")
    branch.put(old)
    index.follow(branch)
    before = state(index, make)
    branch.put(*[make.learning(f"bbbb{n:04x}") for n in range(20)])

    def interrupt():
        if branch.reads > 10:
            raise Interrupted

    branch.before_each_read = interrupt
    with pytest.raises(Interrupted):
        index.follow(branch)
    assert state(index, make) == before
    branch.before_each_read = lambda: None
    index.follow(branch)
    assert len(index.list()) == 21


def test_a_store_that_fails_leaves_the_old_state_and_its_error_is_heard(branch, index, make):
    branch.put(make.learning("aaaa"))
    index.follow(branch)
    before = state(index, make)
    branch.put(make.learning("bbbb"))

    def fail():
        raise StoreError("git could not read")

    branch.before_each_read = fail
    with pytest.raises(StoreError, match="git could not read"):
        index.follow(branch)
    assert state(index, make) == before


def test_a_late_follower_never_takes_the_index_back(branch, index, file, reader, make):
    branch.put(make.learning("aaaa"))
    stale = branch.tip()
    branch.put(make.learning("bbbb"))
    index.follow(branch)
    with Index(file, reader) as other:
        assert other.follow(branch, stale) == branch.tip()
        assert len(other.list()) == 2


def test_reading_goes_on_while_another_thread_follows(branch, index, make):
    old = make.learning("aaaa")
    branch.put(old)
    index.follow(branch)
    branch.put(make.learning("bbbb"))
    reading, go_on = threading.Event(), threading.Event()

    def wait():
        reading.set()
        assert go_on.wait(10)

    branch.before_each_read = wait
    follower = threading.Thread(target=index.follow, args=(branch,))
    follower.start()
    assert reading.wait(10)
    assert index.list() == [old]  # answers at once, with the old state
    go_on.set()
    follower.join()
    assert len(index.list()) == 2


def test_many_threads_may_ask_and_follow_at_once(branch, index, make):
    branch.put(*[make.learning(f"{n:08x}", f"Word {n}") for n in range(30)])
    failures = []

    def work():
        try:
            for _ in range(20):
                index.follow(branch)
                assert len(index.list()) == 30
                assert len(index.search("word", limit=30)) == 30
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


FILES = [f"{folder}/{name}.md" for folder in ("decisions", "learnings") for name in "abc"]
EDITS = st.dictionaries(
    st.sampled_from(FILES),
    st.one_of(
        st.none(),
        st.just("broken"),
        st.tuples(st.sampled_from(["aaaa", "aaaaaaaa1", "aaaaaaaa2", "bbbb"]), st.sampled_from([None, 1, 2])),
    ),
    min_size=1,
)


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(EDITS, min_size=1, max_size=6))
def test_by_small_steps_or_from_nothing_the_index_is_the_same(steps, new_branch, reader, make, write):
    from datetime import datetime, timezone

    branch = new_branch()
    branch.change({})
    with Index(None, reader) as followed:
        for step, edits in enumerate(steps):
            writes, deletes = {}, []
            for path, what in edits.items():
                if what is None:
                    deletes += [path] if branch.snapshot().read(path) is not None else []
                elif what == "broken":
                    writes[path] = b"?"
                else:
                    kind = make.decision if path.startswith("decisions") else make.learning
                    record = kind(
                        what[0], f"Word {step}", number=what[1], path=path, tags=("t",), aliases=("ADR-9",),
                        created=datetime(2025, 1, 1, tzinfo=timezone.utc),
                    )  # fmt: skip
                    writes[path] = write(record)
            branch.change(writes, deletes)
            followed.follow(branch)
        with Index(None, reader) as fresh:
            fresh.follow(branch)
            assert state(followed, make) == state(fresh, make)
            assert followed.resolve("ADR-9") == fresh.resolve("ADR-9")
            followed._read(
                lambda c: c.execute("INSERT INTO search(search, rank) VALUES ('integrity-check', 1)")
            )


def test_tombstones_that_cannot_be_read_are_only_unknown(branch, index):
    branch.change({"deleted/decisions/1.yaml": b"?", "deleted/decisions/2.yaml": b"ADR-2 x"})
    index.follow(branch)
    assert index.tombstone("ADR-2") == Tombstone("ADR-0002", "x")
    assert index.tombstone("ADR-1") is None
    assert json.dumps(index.deleted_numbers(Kind.DECISION)) == '{"2": "ADR-0002"}'


def test_the_first_of_the_files_with_one_id_is_the_record_also_when_another_comes_as_the_holder_goes(
    branch, index, make, write
):
    first, second, third = (
        make.learning("aaaa", f"Word {n}", path=f"learnings/{n}.md") for n in ("b", "a", "c")
    )
    branch.change({second.path: write(second), first.path: write(first)})
    index.follow(branch)
    branch.change({third.path: write(third)}, [second.path])
    index.follow(branch)
    assert [record.path for record in index.list()] == [first.path]
