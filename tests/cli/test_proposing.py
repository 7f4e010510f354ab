"""``git memory propose``, ``adopt``, ``withdraw`` and ``--proposal``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Repo


def test_next_writes_go_to_the_proposal_and_every_command_says_so(repo: Repo) -> None:
    before = repo.git("rev-parse", "memory")
    told = repo.do("propose", "use-jwt")
    assert "memory-proposals/use-jwt" in told
    assert "--end" in told
    written = repo.run("decide", "Use JWT")
    assert written.err == "on the proposal use-jwt\n"
    assert repo.git("rev-parse", "memory") == before
    listed = repo.run("list")
    assert "Use JWT" in listed.out
    assert listed.err == "on the proposal use-jwt\n"
    assert "stays open" in repo.do("propose", "--end")
    assert repo.run("list", "--json").json == []
    assert "proposal" not in repo.run("list").err


def test_one_command_alone_can_write_to_a_proposal(repo: Repo) -> None:
    repo.do("--proposal", "use-jwt", "decide", "Use JWT")
    assert repo.run("list").code == 1
    assert "Use JWT" in repo.do("--proposal", "use-jwt", "list")
    (listed,) = repo.json("propose")
    assert (listed["name"], listed["here"], listed["commits"]) == ("use-jwt", False, 1)


def test_the_open_proposals_are_listed(repo: Repo) -> None:
    assert "begins one" in repo.run("propose").err
    repo.do("--proposal", "one", "decide", "First")
    repo.do("propose", "two")
    answer = repo.run("propose")
    assert [line.split() for line in answer.out.splitlines()] == [
        ["one", "1", "commit", "here"],
        ["*", "two", "0", "commits", "here"],
    ]


def test_a_command_that_writes_nothing_begins_no_proposal(repo: Repo) -> None:
    repo.do("--proposal", "open", "decide", "First")
    answer = repo.run("--proposal", "opne", "list")
    assert answer.err.startswith("on the new proposal opne\n")
    repo.run("--proposal", "opne", "search", "First")
    repo.run("--proposal", "opne", "mark", "ADR-7", "accepted")
    assert [proposal["name"] for proposal in repo.json("propose")] == ["open"]
    assert "there is open" in repo.fails("adopt", "opne")
    assert repo.run("--proposal", "new", "decide", "Second").err == "on the new proposal new\n"
    assert repo.run("--proposal", "new", "decide", "Third").err == "on the proposal new\n"
    assert [proposal["name"] for proposal in repo.json("propose")] == ["new", "open"]


def test_an_adopted_proposal_is_part_of_the_memory_and_what_was_renumbered_is_told(repo: Repo) -> None:
    (repo.path / "app.py").write_text("# see ADR-1\n")
    repo.git("add", "app.py")
    repo.git("commit", "-qm", "app")
    repo.do("--proposal", "use-jwt", "decide", "Use JWT")
    repo.do("decide", "Use sessions")
    told = repo.do("adopt", "use-jwt")
    assert "The proposal use-jwt is part of the memory." in told
    assert "ADR-0001 Use JWT is now ADR-0002" in told
    assert "app.py:1" in told
    assert [record["title"] for record in repo.json("list")] == ["Use sessions", "Use JWT"]
    assert repo.json("show", "ADR-2")["aliases"] == ["ADR-0001"]


def test_what_adopting_answers_in_json_has_the_shape_of_a_sync(repo: Repo) -> None:
    (repo.path / "app.py").write_text("# see ADR-1\n")
    repo.git("add", "app.py")
    repo.git("commit", "-qm", "app")
    repo.do("--proposal", "use-jwt", "decide", "Use JWT")
    repo.do("decide", "Use sessions")
    done = repo.json("adopt", "use-jwt")
    (renumbered,) = done["merge"]["renumbered"]
    assert renumbered["mentions"] == [{"path": "app.py", "line": 1, "text": "# see ADR-1"}]
    assert list(done["merge"]) == [
        "version",
        "fast_forward",
        "added",
        "changed",
        "deleted",
        "merged",
        "renumbered",
        "conflicts",
        "revived",
        "remarks",
    ]


def test_an_adopted_proposal_whose_branch_is_locked_is_adopted_and_ends_with_the_next_sync(
    repo: Repo, tmp_path: Path
) -> None:
    repo.git("init", "-q", "--bare", tmp_path / "hub.git")
    repo.git("remote", "add", "origin", tmp_path / "hub.git")
    repo.do("propose", "use-jwt")
    repo.do("decide", "Use JWT")
    repo.git("pack-refs", "--all")
    lock = repo.path / ".git" / "packed-refs.lock"  # taking a branch away needs it, moving one does not
    lock.touch()
    answer = repo.run("adopt", "use-jwt")
    assert answer.code == 0
    assert answer.out.splitlines() == [
        "The proposal use-jwt is part of the memory.",
        "  1 record added",
        "This worktree writes to the memory itself again.",
    ]
    assert "still there, and the next sync ends it: the branch 'memory-proposals/use-jwt'" in answer.err
    assert f"{lock} exists" in answer.err
    assert [record["title"] for record in repo.json("list")] == ["Use JWT"]
    assert "still here" in repo.do("sync")  # which goes its way all the same
    lock.unlink()
    assert "proposal 'use-jwt' was merged" in repo.do("sync")
    assert repo.git("for-each-ref", "refs/heads/memory-proposals") == ""


def test_a_withdrawn_proposal_says_where_its_changes_are_kept(repo: Repo) -> None:
    repo.do("--proposal", "use-jwt", "decide", "Use JWT")
    told = repo.do("withdraw", "use-jwt")
    assert "1 commit can be found under refs/memory/withdrawn/use-jwt" in told
    assert repo.git("log", "-1", "--format=%s", "refs/memory/withdrawn/use-jwt").endswith('"Use JWT"')


def test_what_was_to_be_written_to_a_proposal_that_is_gone_is_kept(repo: Repo) -> None:
    repo.do("propose", "use-jwt")
    repo.git("worktree", "add", "-q", "../other")
    repo.do("withdraw", "use-jwt", cwd=repo.path.parent / "other")
    answer = repo.run("decide", "Use JWT", "--context", "Sessions are slow.")
    assert answer.code == 1
    assert "adopted or withdrawn" in answer.err
    kept = Path(answer.err.rpartition("kept in ")[2].strip())
    assert "Sessions are slow." in kept.read_text()
    assert "stays open" not in repo.do("propose", "--end")
    assert "Use JWT" in repo.do("edit", kept, env={"EDITOR": repo.editor("true")})


def test_what_cannot_be_is_one_clear_line(repo: Repo) -> None:
    assert "no proposal 'x'" in repo.fails("adopt", "x")
    assert "no proposal 'x'" in repo.fails("withdraw", "x")
    assert "cannot be the name" in repo.fails("propose", "a..b", code=2)
    assert "cannot be the name" in repo.fails("--proposal", "a b", "list", code=2)
    assert "--end takes no name" in repo.fails("propose", "x", "--end", code=2)


def test_a_command_line_that_is_wrong_begins_no_proposal(repo: Repo) -> None:
    repo.fails("--proposal", "x", "mark", "ADR-1", code=2)
    assert repo.git("for-each-ref", "refs/heads/memory-proposals") == ""


def test_what_a_remote_still_has_of_a_proposal_that_ended_is_not_listed(repo: Repo, tmp_path: Path) -> None:
    hub = tmp_path / "hub.git"
    repo.git("init", "-q", "--bare", hub)
    repo.git("remote", "add", "origin", hub)
    repo.do("sync")
    for name in ("adopted", "withdrawn", "squashed", "open"):
        repo.do("--proposal", name, "decide", f"Is {name}")
    repo.do("sync")
    repo.git("clone", "-q", "--no-checkout", hub, tmp_path / "other")
    other = type(repo)(tmp_path / "other", dict(repo.environment))
    other.do("init")
    listed = [proposal["name"] for proposal in other.json("propose")]
    assert listed == ["adopted", "open", "squashed", "withdrawn"]
    repo.do("adopt", "adopted")
    repo.do("withdraw", "withdrawn")
    repo.do("sync")
    squash(hub, repo, "squashed")
    assert "'squashed' was merged on origin" in repo.do("sync")
    assert [proposal["name"] for proposal in repo.json("propose")] == ["open"]
    other.do("sync")
    # Nobody told this clone that one was withdrawn: as long as the forge has the branch it may come yet.
    assert [proposal["name"] for proposal in other.json("propose")] == ["open", "withdrawn"]
    assert repo.git("-C", hub, "for-each-ref", "--format=%(refname)", "refs/heads").count("-proposals/") == 4
    assert "begins, on branch" in other.do("propose", "adopted")  # anew, not where it ended
    assert other.git("rev-parse", "memory-proposals/adopted") == other.git("rev-parse", "memory")


def squash(hub: Path, repo: Repo, name: str) -> None:
    """What a forge's button does: one commit without the proposal's own."""
    proposal = f"memory-proposals/{name}"
    base = repo.git("-C", hub, "merge-base", "memory", proposal)
    path = repo.git("-C", hub, "diff", "--name-only", base, proposal)
    blob = repo.git("-C", hub, "rev-parse", f"{proposal}:{path}")
    index = {**repo.environment, "GIT_INDEX_FILE": str(hub / "squashing")}
    on = type(repo)(hub, index)
    on.git("read-tree", "memory")
    on.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
    commit = on.git("commit-tree", on.git("write-tree"), "-p", "memory", "-m", f"{name} (#7)")
    on.git("update-ref", "refs/heads/memory", commit)
