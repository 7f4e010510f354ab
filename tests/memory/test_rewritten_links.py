"""Commits that records name, when history is rewritten in this clone: what is told, settled, and kept."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.code import rewrite_journal
from lsp_server.memory import Kind
from lsp_server.memory.links import Link
from lsp_server.records.anchors import UNCOMMITTED, CodeRange
from lsp_server.records.evidence import Evidence
from lsp_server.records.model import Record
from lsp_server.store.git_process import Git

LINES = [f"line {number}\n" for number in range(1, 21)]


@pytest.fixture
def memory(repo: Repo) -> Iterator[Memory]:
    repo.commit("Lines", **{"a.py": "".join(LINES)})
    with Memory.open(repo.root) as opened:
        opened.initialise()
        yield opened


def learn(memory: Memory, *places: CodeRange) -> Record:
    return memory.record(Kind.LEARNING, "It is so", fields={"lesson": "Always."}, at=places)


def link_of(memory: Memory, record: Record) -> Link:
    (link,) = memory.links([record]).values()
    return link


def commit_of(memory: Memory, record: Record) -> str | None:
    code = memory.get(record.id).code
    return code.commit if code else None


def change(repo: Repo, line: int, text: str, message: str = "Change") -> str:
    lines = list(LINES)
    lines[line - 1] = text
    return repo.commit(message, **{"a.py": "".join(lines)})


# what is told ------------------------------------------------------------------------------------------
def test_a_commit_that_is_there_is_itself(repo: Repo, memory: Memory) -> None:
    record = learn(memory)
    head = repo.git("rev-parse", "HEAD")
    assert link_of(memory, record) == Link(head, head)


def test_an_amended_commit_is_told_at_once_and_nothing_is_written_by_that(repo: Repo, memory: Memory) -> None:
    record = learn(memory)
    before = memory.version()
    repo.git("commit", "-q", "--amend", "-m", "Other words")
    link = link_of(memory, record)
    assert (link.today, link.evidence) == (repo.git("rev-parse", "HEAD"), Evidence.AMENDED)
    assert memory.version() == before


def test_a_commit_that_was_thrown_away_is_lost(repo: Repo, memory: Memory) -> None:
    record = learn(memory)
    repo.git("reset", "-q", "--hard", "HEAD~1")
    link = link_of(memory, record)
    assert (link.today, link.unknown, link.missing) == (None, False, False)


def test_a_commit_that_comes_back_is_there_again(repo: Repo, memory: Memory) -> None:
    record = learn(memory)
    commit = repo.git("rev-parse", "HEAD")
    repo.git("reset", "-q", "--hard", "HEAD~1")
    assert link_of(memory, record).today is None
    repo.git("branch", "saved", commit)
    assert link_of(memory, record).today == commit


def test_of_two_copies_the_one_that_stays_is_taken_when_the_other_goes(repo: Repo, memory: Memory) -> None:
    repo.git("switch", "-q", "-c", "topic")
    change(repo, 3, "three\n")
    record = learn(memory)
    for name in ("one", "two"):
        repo.git("switch", "-q", "-c", name, "main")
        repo.commit(f"Before {name}", **{f"{name}.py": name})
        repo.git("cherry-pick", "topic")
    repo.git("branch", "-q", "-D", "topic")
    assert link_of(memory, record).today is None
    repo.git("switch", "-q", "main")
    repo.git("branch", "-q", "-D", "one")
    assert link_of(memory, record).today == repo.git("rev-parse", "two")


@pytest.mark.parametrize("name", ["refs/tags/v1", "refs/remotes/origin/old", "refs/heads/a/b"])
def test_any_ref_of_code_keeps_a_commit(repo: Repo, memory: Memory, name: str) -> None:
    record = learn(memory)
    repo.git("update-ref", name, "HEAD")
    repo.git("reset", "-q", "--hard", "HEAD~1")
    assert link_of(memory, record).today == commit_of(memory, record)


def test_an_annotated_tag_keeps_a_commit(repo: Repo, memory: Memory) -> None:
    record = learn(memory)
    repo.git("tag", "-a", "v1", "-m", "One")
    repo.git("reset", "-q", "--hard", "HEAD~1")
    assert link_of(memory, record).today == commit_of(memory, record)


def test_the_head_of_another_worktree_keeps_a_commit(repo: Repo, memory: Memory, tmp_path: Path) -> None:
    record = learn(memory)
    repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "other"))
    repo.git("reset", "-q", "--hard", "HEAD~1")
    assert link_of(memory, record).today == commit_of(memory, record)


@pytest.mark.parametrize("cut", ["shallow", "partial"])
def test_where_history_is_cut_a_commit_that_is_not_here_is_unknown(
    repo: Repo, memory: Memory, tmp_path: Path, cut: str
) -> None:
    record = learn(memory)
    repo.git("reset", "-q", "--hard", "HEAD~1")
    depth = ["--depth=1", "--no-single-branch"] if cut == "shallow" else []
    repo.git("clone", "-q", *depth, f"file://{repo.root}", str(tmp_path / "cut"))
    clone = Repo(tmp_path / "cut")
    clone.git("branch", "memory", "origin/memory")
    if cut == "partial":
        clone.git("config", "extensions.partialClone", "origin")
        clone.git("config", "remote.origin.promisor", "true")
    with Memory.open(clone.root) as opened:
        link = link_of(opened, opened.get(record.id))
        assert (link.today, link.unknown, link.missing) == (None, True, True)
        assert opened.settle_links().version is None


def test_a_repository_that_cannot_be_written_to_tells_it_as_well(repo: Repo, memory: Memory) -> None:
    record = learn(memory)
    memory.list()
    repo.git("commit", "-q", "--amend", "-m", "Other words")
    private = repo.root / ".git" / "git-memory"
    (private / "links").unlink(missing_ok=True)
    (private / "links").mkdir()  # no file can be there, whoever we are
    (private / rewrite_journal.FILE).mkdir()
    with Memory.open(repo.root) as again:
        assert link_of(again, again.get(record.id)).today == repo.git("rev-parse", "HEAD")


def test_what_was_found_outlives_git_s_own_objects(repo: Repo, memory: Memory) -> None:
    record = learn(memory)
    repo.git("commit", "-q", "--amend", "-m", "Other words")
    assert link_of(memory, record).today
    repo.git("reflog", "expire", "--expire=all", "--all")
    repo.git("gc", "-q", "--prune=now")
    (repo.root / ".git" / "git-memory" / "links").unlink()  # the journal is what stays
    with Memory.open(repo.root) as again:
        link = link_of(again, again.get(record.id))
    assert (link.today, link.evidence) == (repo.git("rev-parse", "HEAD"), Evidence.AMENDED)


def test_what_a_hook_notes_counts_from_then_on(repo: Repo, memory: Memory) -> None:
    record = learn(memory)
    old = repo.git("rev-parse", "HEAD")
    repo.git("reset", "-q", "--hard", "HEAD~1")
    new = repo.commit("Quite another", **{"b.py": "b\n"})
    repo.git("reflog", "expire", "--expire=all", "--all")
    assert link_of(memory, record).today is None
    rewrite_journal.note_hook(repo.root / ".git" / "git-memory", f"{old} {new}\n")
    link = link_of(memory, record)
    assert (link.today, link.evidence) == (new, Evidence.HOOK)


def test_nonsense_beside_the_index_does_no_harm(repo: Repo, memory: Memory) -> None:
    record = learn(memory)
    repo.git("commit", "-q", "--amend", "-m", "Other words")
    private = repo.root / ".git" / "git-memory"
    private.mkdir(exist_ok=True)
    (private / "links").write_bytes(b"links 1\nl nonsense\n\xff\x00\nt\n")
    (private / rewrite_journal.FILE).write_bytes(b"half a line\n" + b"\xff" * 100 + b"\n1234 5678 hook\n")
    with Memory.open(repo.root) as again:
        assert link_of(again, again.get(record.id)).today == repo.git("rev-parse", "HEAD")


# what is settled ---------------------------------------------------------------------------------------
def test_births_follow_line_by_line_also_where_lines_repeat(repo: Repo, memory: Memory) -> None:
    repo.git("switch", "-q", "-c", "topic")
    lines = [*LINES[:5], "}\n", "new\n", "}\n", *LINES[5:]]
    repo.commit("New", **{"a.py": "".join(lines)})
    record = learn(memory, CodeRange("a.py", 5, 8))
    begun = repo.git("rev-parse", "HEAD~1")
    repo.git("switch", "-q", "main")
    repo.commit("Braces", **{"a.py": "".join(["}\n", "}\n", "}\n", *LINES])})
    repo.git("rebase", "-q", "main", "topic")
    new = repo.git("rev-parse", "HEAD")
    memory.settle_links()
    (anchor,) = memory.get(record.id).anchors
    assert anchor.range == CodeRange("a.py", 8, 11)
    assert [tuple(birth) for birth in anchor.births] == [(begun, "a.py", 5, 5), (new, "a.py", 9, 11)]
    assert anchor.text == ("line 5", "}", "new", "}")


def test_a_commit_that_joined_two_has_the_births_of_both(repo: Repo, memory: Memory) -> None:
    change(repo, 3, "three\n", "One")
    one = learn(memory, CodeRange("a.py", 3, 3))
    lines = list(LINES)
    lines[2], lines[9] = "three\n", "ten\n"
    repo.commit("Two", **{"a.py": "".join(lines)})
    two = learn(memory, CodeRange("a.py", 10, 10))
    repo.git("reset", "-q", "--soft", "HEAD~2")
    joined = repo.commit("Both")
    memory.settle_links()
    for record, line in ((one, 3), (two, 10)):
        found = memory.get(record.id)
        assert found.code is not None
        assert (found.code.commit, found.code.formerly[0][1]) == (joined, "squash")
        assert [tuple(birth) for birth in found.anchors[0].births] == [(joined, "a.py", line, line)]


def test_a_file_that_was_renamed_meanwhile_is_followed(repo: Repo, memory: Memory) -> None:
    repo.git("switch", "-q", "-c", "topic")
    change(repo, 3, "three\n")
    record = learn(memory, CodeRange("a.py", 3, 3))
    repo.git("switch", "-q", "main")
    repo.git("mv", "a.py", "moved.py")
    repo.commit("Move")
    repo.git("rebase", "-q", "main", "topic")
    memory.settle_links()
    (anchor,) = memory.get(record.id).anchors
    assert anchor.range == CodeRange("moved.py", 3, 3)
    assert anchor.births[0][:2] == (repo.git("rev-parse", "HEAD"), "moved.py")


def test_lines_that_were_not_committed_get_their_births(repo: Repo, memory: Memory) -> None:
    repo.write("a.py", "".join([*LINES[:5], "written just now\n", *LINES[5:]]))
    record = learn(memory, CodeRange("a.py", 6, 6))
    assert memory.get(record.id).anchors[0].births[0].commit == UNCOMMITTED
    assert memory.settle_links().version is None
    repo.commit("Now it is")
    assert [one.id for one in memory.settle_links().records] == [record.id]
    births = memory.get(record.id).anchors[0].births
    assert [tuple(birth) for birth in births] == [(repo.git("rev-parse", "HEAD"), "a.py", 6, 6)]
    assert repo.git("log", "-1", "--format=%s", "memory") == "anchors: settle 1 record after a commit"


def test_a_checkpoint_settles_what_was_rewritten(repo: Repo, memory: Memory) -> None:
    record = learn(memory)
    repo.git("commit", "-q", "--amend", "-m", "Other words")
    memory.checkpoint("Here")
    assert commit_of(memory, record) == repo.git("rev-parse", "HEAD")


def test_only_the_lines_that_say_so_are_changed(repo: Repo, memory: Memory) -> None:
    record = learn(memory, CodeRange("a.py", 3, 4))
    text = memory.text(record.id)
    text = text.replace("kind: learning", "kind: learning  # of a kind").replace(
        "  branch:", "  # there\n  branch:"
    )
    text = text.replace("anchors:\n", "# where it is\nanchors:\n").replace("\n", "\r\n")
    memory.amend(record.id, text)
    before = memory.raw(record.id).decode()
    old = repo.git("rev-parse", "HEAD")
    repo.git("commit", "-q", "--amend", "-m", "Other words")
    memory.settle_links()
    after = memory.raw(record.id).decode()
    new = repo.git("rev-parse", "HEAD")
    added = f"  formerly:\r\n    - {old}: reflog\r\n"
    assert added in after
    assert after.replace(added, "").replace(new, old) == before


def test_a_record_is_found_by_the_commit_it_was_written_at_before(repo: Repo, memory: Memory) -> None:
    record = learn(memory)
    old = repo.git("rev-parse", "HEAD")
    repo.git("commit", "-q", "--amend", "-m", "Other words")
    memory.settle_links()
    index = memory._core.followed()
    assert [one.id for one in index.at_commit(old)] == [record.id]
    assert [one.id for one in index.at_commit(repo.git("rev-parse", "HEAD"))] == [record.id]


def test_rewritten_twice_both_former_commits_are_kept_the_newest_first(repo: Repo, memory: Memory) -> None:
    record = learn(memory)
    former = []
    for words in ("Other words", "And others"):
        former.insert(0, repo.git("rev-parse", "HEAD"))
        repo.git("commit", "-q", "--amend", "-m", words)
        memory.settle_links()
    code = memory.get(record.id).code
    assert code is not None
    assert code.formerly == ((former[0], "reflog"), (former[1], "reflog"))
    repo.git("reset", "-q", "--hard", former[1])
    memory.settle_links()
    code = memory.get(record.id).code
    assert code is not None
    assert code.commit == repo.git("rev-parse", "HEAD~0") or former[1] in dict(code.formerly)


def test_in_the_middle_of_a_rebase_nothing_is_settled(
    repo: Repo, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = learn(memory)
    repo.git("switch", "-q", "-c", "topic")
    change(repo, 3, "three\n")
    learn(memory)
    repo.git("switch", "-q", "main")
    change(repo, 3, "drei\n")
    repo.git("rebase", "main", "topic", check=False)
    assert (repo.root / ".git" / "rebase-merge").is_dir()
    before = memory.version()
    assert memory.settle_links().version is None
    assert memory.version() == before
    repo.git("rebase", "--abort")
    assert commit_of(memory, record)


def test_a_file_in_somebody_s_own_style_is_left_alone(repo: Repo, memory: Memory) -> None:
    record = learn(memory)
    code = memory.get(record.id).code
    assert code is not None
    text = memory.text(record.id)
    start, end = text.index("code:"), text.index("---", 5)
    memory.amend(record.id, f"{text[:start]}code: {{commit: {code.commit}, branch: main}}\n{text[end:]}")
    repo.git("commit", "-q", "--amend", "-m", "Other words")
    before = memory.version()
    memory.settle_links()
    assert memory.version() == before
    assert link_of(memory, memory.get(record.id)).today == repo.git("rev-parse", "HEAD")


def test_the_user_s_own_things_stay_as_they_are(repo: Repo, memory: Memory) -> None:
    learn(memory, CodeRange("a.py", 3, 4))
    repo.git("commit", "-q", "--amend", "-m", "Other words")
    repo.write("a.py", "not committed\n")
    repo.git("add", "a.py")
    repo.write("a.py", "not even added\n")
    before = repo.fingerprint()
    memory.settle_links()
    assert repo.fingerprint() == before


@pytest.mark.parametrize("options", [["--object-format=sha256"], ["--ref-format=reftable"]])
def test_on_other_kinds_of_repositories(new_repo: Callable[..., Repo], options: list[str]) -> None:
    try:
        repo = new_repo("other", *options)
    except AssertionError:
        pytest.skip("this git has no such repositories")
    repo.commit("Lines", **{"a.py": "".join(LINES)})
    with Memory.open(repo.root) as memory:
        memory.initialise()
        record = learn(memory, CodeRange("a.py", 3, 4))
        repo.git("commit", "-q", "--amend", "-m", "Other words")
        memory.settle_links()
        assert commit_of(memory, record) == repo.git("rev-parse", "HEAD")


def test_in_a_bare_repository(repo: Repo, memory: Memory, tmp_path: Path) -> None:
    record = learn(memory, CodeRange("a.py", 3, 4))
    repo.git("clone", "-q", "--mirror", str(repo.root), str(tmp_path / "bare.git"))
    bare = Repo(tmp_path / "bare.git")
    repo.git("commit", "-q", "--amend", "-m", "Other words")
    bare.git("fetch", "-q", "origin", "+refs/heads/main:refs/heads/main")
    with Memory.open(bare.root) as opened:
        link = link_of(opened, opened.get(record.id))
        assert (link.today, link.evidence) == (repo.git("rev-parse", "HEAD"), Evidence.PATCH_ID)
        opened.settle_links()
        assert commit_of(opened, record) == repo.git("rev-parse", "HEAD")


# what it costs -----------------------------------------------------------------------------------------
@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What git is started with."""
    started: list[list[str]] = []
    start = Git.start

    def counted(self: Git, arguments: list[str], **options: object) -> object:
        started.append([word for word in arguments if not word.startswith("-")])
        return start(self, arguments, **options)  # type: ignore[arg-type]  # what it was called with

    monkeypatch.setattr(Git, "start", counted)
    return started


def test_with_nothing_lost_a_look_costs_one_process_after_a_commit_and_then_none(
    repo: Repo, memory: Memory, processes: list[list[str]]
) -> None:
    for number in range(3):
        change(repo, number + 1, "other\n")
        learn(memory, CodeRange("a.py", 1, 9))
    records = memory.list()
    memory.links(records)
    change(repo, 7, "other\n")
    processes.clear()
    memory.links(records)
    assert len(processes) <= 1
    processes.clear()
    memory.links(records)
    assert processes == []
    with Memory.open(repo.root) as another:
        again = another.list()
        processes.clear()
        another.links(again)
        assert processes == []


def test_with_nothing_lost_a_checkpoint_costs_one_process_more(
    repo: Repo, memory: Memory, processes: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def cost() -> int:
        processes.clear()
        memory.checkpoint()
        return len(processes)

    from lsp_server.memory import checkpointing

    costs = []
    for settles in (True, False):
        if not settles:
            monkeypatch.setattr(checkpointing, "settle_quietly", lambda _: None)
        counted = []
        for number in range(3):
            change(repo, number + 1, f"other {settles}\n")
            counted.append(cost())
        costs.append(counted[-1])
    assert costs[0] <= costs[1] + 1


def test_a_lost_link_is_not_searched_for_again_until_something_comes(
    repo: Repo, memory: Memory, processes: list[list[str]]
) -> None:
    record = learn(memory)
    repo.git("reset", "-q", "--hard", "HEAD~1")
    memory.links([record])
    processes.clear()
    memory.links([record])
    assert len(processes) <= 1


def test_the_private_directory_may_be_gone(repo: Repo, memory: Memory) -> None:
    record = learn(memory)
    memory.close()
    shutil.rmtree(repo.root / ".git" / "git-memory")
    repo.git("commit", "-q", "--amend", "-m", "Other words")
    with Memory.open(repo.root) as again:
        assert link_of(again, again.get(record.id)).today == repo.git("rev-parse", "HEAD")
    assert os.path.exists(repo.root / ".git" / "git-memory")  # noqa: PTH110  any kind of thing
