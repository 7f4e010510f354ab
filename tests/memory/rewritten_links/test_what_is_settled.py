"""Commits and births that records name, when history is rewritten: what is written to the branch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from memory.rewritten_links.written_at import LINES, change, commit_of, learn, link_of
from support import Repo

from lsp_server import Memory
from lsp_server.records.anchors import UNCOMMITTED, CodeRange
from lsp_server.records.evidence import Evidence


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
