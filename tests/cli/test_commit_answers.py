"""``git memory show COMMIT`` and ``git memory checkpoint --for RANGE``: answers from the commit's side."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Repo


def told(repo: Repo, name: str, *options: str) -> list[tuple[str, str]]:
    return [(one["title"], one["evidence"]) for one in repo.json("show", name, *options)["records"]]


def test_a_commit_is_shown_with_what_was_recorded_at_it(repo: Repo) -> None:
    head = repo.commit("Add the form", form="a form of the program\n")
    repo.do("checkpoint", "Form works")
    label = repo.label("learn", "Forms are hard", "--at", "form.py:1")
    repo.commit("Later", other="x\n")
    document = repo.json("show", head[:8])
    assert document["commit"] == {
        "id": head,
        "author": "Ada",
        "when": document["commit"]["when"],
        "subject": "Add the form",
        "today": None,
        "evidence": None,
    }
    assert told(repo, "HEAD~1") == [
        ("Form works", "recorded at this commit"),
        ("Forms are hard", "recorded at this commit"),
    ]
    shown = repo.do("show", "HEAD~1").splitlines()
    assert shown[0] == f"commit {head[:10]} Add the form"
    assert shown[1].startswith("Ada · ")
    assert shown[3].split()[0].startswith("CHECK-")
    assert shown[4] == "  recorded at this commit"
    assert shown[5].split()[0] == label


@pytest.mark.parametrize(
    "name", ["HEAD", "@", "HEAD@{0}", "main@{0}", "@{0}", "HEAD^{/Side}~1^{commit}", "HEAD^2~1", ":/Main"]
)
def test_a_commit_has_all_the_names_that_git_knows_it_by(repo: Repo, name: str) -> None:
    main = repo.commit("Main", form="a form of the program\n")
    repo.do("learn", "Forms are hard", "--at", "form.py:1")
    if "Side" in name or "^2" in name:
        repo.git("checkout", "-q", "-b", "side")
        repo.commit("Side", other="x\n")
        repo.git("checkout", "-q", "-b", "merged", main)
        repo.commit("Beside", more="x\n")
        repo.git("merge", "-q", "--no-edit", "side")
    for options in ([], ["--commit"]):
        assert repo.json("show", name, *options)["commit"]["id"] == main
    assert repo.git("rev-parse", "--verify", f"{name}^{{commit}}" if name[0] != ":" else name) == main


@pytest.mark.parametrize("name", ["HEAD@{500}", "main@{500}", "HEAD^7"])
def test_of_a_commit_that_is_not_there_no_record_is_said_to_be_missing(repo: Repo, name: str) -> None:
    assert "no commit" in repo.fails("show", name)


def test_a_commits_message_its_lines_and_its_files_lead_to_records(repo: Repo) -> None:
    bug = repo.label("bug", "Login fails")
    repo.do("learn", "Old line", "--at", "src/auth.py:2")
    code = repo.path / "src" / "auth.py"
    code.write_text(code.read_text() + "a line that is new\n")
    repo.commit(f"Mend it\n\nFixes {bug}")
    repo.commit("Another", other="x\n")
    repo.do("learn", "New line", "--at", "src/auth.py:21")
    assert told(repo, "HEAD~1") == [
        ("Login fails", f"named in its message as {bug}"),
        ("New line", "anchored to lines that it brought"),
        ("Old line", "anchored in a file that it changed"),
    ]
    code.write_text("all is new\n")
    repo.commit("Rewrite")
    assert dict(told(repo, "HEAD~2"))["New line"] == (
        "was anchored to lines that it brought, at src/auth.py:21: its lines are gone"
    )


def test_a_label_comes_first_and_a_branch_of_that_name_is_shown_when_asked_for(repo: Repo) -> None:
    repo.do("decide", "Use JWT")
    repo.git("branch", "ADR-1")
    repo.git("branch", "ADR-2")
    assert repo.json("show", "ADR-1")["title"] == "Use JWT"
    assert repo.json("show", "ADR-1", "--commit")["commit"]["subject"] == "Begin"
    assert repo.json("show", "ADR-2")["commit"]["subject"] == "Begin"
    repo.do("delete", "ADR-1")
    assert "was deleted" in repo.fails("show", "ADR-1")


def test_a_hex_string_that_is_a_record_and_a_commit_is_refused_with_both_named(repo: Repo) -> None:
    label = repo.label("learn", "Emails differ by case")
    digits = label.removeprefix("LEARN-")[:4]
    repo.git("branch", digits)  # as good as a commit whose id begins so
    said = repo.fails("show", digits)
    assert f"the record {label} 'Emails differ by case'" in said
    assert f"the commit {repo.git('rev-parse', 'HEAD')[:10]} 'Begin'" in said
    assert f"`git memory show {label}`" in said
    assert f"`git memory show --commit {digits}`" in said
    assert repo.json("show", label)["title"] == "Emails differ by case"
    assert repo.json("show", "--commit", digits)["commit"]["subject"] == "Begin"


def test_the_beginning_of_a_commits_own_id_is_refused_like_that(repo: Repo) -> None:
    digits = repo.label("learn", "Emails differ by case").removeprefix("LEARN-")[:4]
    tree = repo.git("rev-parse", "HEAD^{tree}")
    # A commit with these four digits in front is found by trying: one of 65,536 has them.
    for number in range(2_000_000):
        body = (
            f"tree {tree}\nauthor A <a@example.org> {number} +0000\n"
            f"committer A <a@example.org> {number} +0000\n\nx\n"
        ).encode()
        if hashlib.sha1(b"commit %d\0" % len(body) + body).hexdigest().startswith(digits):
            break
    else:
        pytest.fail("no such commit")
    (repo.path.parent / "object").write_bytes(body)
    made = repo.git("hash-object", "-t", "commit", "-w", repo.path.parent / "object")
    said = repo.fails("show", digits)
    assert made[:10] in said
    assert "'Emails differ by case'" in said
    assert repo.run("show", made[:12], "--json").json["commit"]["id"] == made


def test_what_is_nothing_is_said_to_be_nothing(repo: Repo) -> None:
    for name in ("nothing", "HEAD~50", "deadbeef"):
        said = repo.fails("show", name)
        assert f"{name!r} is no record of this memory and no commit of this repository; " in said
        assert "`git memory list` shows the records, `git log --all --oneline` the commits" in said
    assert "there is no 'ADR-99' in this memory; `git memory list` shows" in repo.fails("show", "ADR-99")
    said = repo.fails("show", "--commit", "nothing")
    assert "there is no commit 'nothing' in this repository; `git log --all --oneline` lists" in said
    answer = repo.run("show", "HEAD")
    assert (answer.code, answer.err) == (
        1,
        f"nothing is recorded about commit {repo.git('rev-parse', 'HEAD')[:10]}\n",
    )
    assert repo.run("show", "HEAD", "--json").json["records"] == []
    memory = repo.git("rev-parse", "memory")
    assert f"`git memory diff {memory[:10]}~1..{memory[:10]}`" in repo.run("show", memory[:9]).err
    assert "leave one of them out" in repo.fails("show", "HEAD", "--commit", "--raw", code=2)


def test_a_commit_as_markdown(repo: Repo) -> None:
    repo.do("checkpoint", "Begun")
    said = repo.do("show", "HEAD", "--markdown")
    assert said.startswith("### Begin\n")
    assert "recorded at this commit" in said


def test_an_amended_commit_is_known_as_what_it_is_today(repo: Repo) -> None:
    old = repo.commit("Add a form", form="a form\n")
    repo.do("checkpoint", "Form works")
    repo.git("commit", "-q", "--amend", "-m", "Add the form")
    new = repo.git("rev-parse", "HEAD")
    [(title, evidence)] = told(repo, "HEAD")
    assert title == "Form works"
    assert evidence.startswith(f"recorded at this commit; it was {old[:10]} then: ")
    document = repo.json("show", old)["commit"]
    assert document["today"] == new
    assert document["evidence"]
    assert f"rewritten: it is {new[:10]} today (" in repo.do("show", old)
    [[_, why]] = [(one["title"], one["evidence"]) for one in repo.json("why", "form.py:1")]
    assert why.startswith(
        f"recorded at commit {new[:10]}, which last touched this line; it was {old[:10]} then"
    )


def test_a_range_has_its_checkpoints_and_records_newest_first(repo: Repo) -> None:
    start = repo.git("rev-parse", "HEAD")
    repo.do("checkpoint", "Before")
    one = repo.commit("One", one="1\n")
    repo.do("checkpoint", "At one")
    repo.commit("Two", two="2\n")
    repo.do("learn", "At two")
    repo.do("decide", "Also at two", "--at", "two.py:1")
    repo.commit("Three", three="3\n")
    found = repo.json("checkpoint", "--for", f"{start}..HEAD")
    assert [record["title"] for record in found] == ["Also at two", "At two", "At one"]
    assert found[2]["evidence"] == f"recorded at {one[:10]} One"
    assert found[2]["commit"] == one
    assert repo.json("checkpoint", "--for", start) == found
    assert [r["title"] for r in repo.json("checkpoint", "--for", "HEAD~3..HEAD~2")] == ["At one"]
    assert repo.do("checkpoint", "--for", "HEAD~3..HEAD~2").splitlines()[1] == f"  recorded at {one[:10]} One"
    assert len(repo.json("list")) == 4  # nothing was recorded by asking


def test_a_range_as_markdown_in_which_nothing_acts(repo: Repo) -> None:
    one = repo.commit("One", one="1\n")
    label = repo.label("checkpoint", "At one, said @ada <img src=x>")
    repo.commit("Two", two="2\n")
    shown = repo.do("checkpoint", "--for", "HEAD~2..HEAD", "--markdown")
    assert "@ada" not in shown
    assert shown.replace("\u200b", "").splitlines() == [
        "### Recorded in HEAD\\~2..HEAD",
        "",
        f"- **{label}** At one, said @ada \\<img src=x\\>: recorded at {one[:10]} One",
    ]
    answer = repo.run("checkpoint", "--for", "HEAD~1..HEAD", "--markdown")
    assert (answer.code, answer.out) == (1, "")
    assert "choose one" in repo.fails("checkpoint", "--for", "HEAD~1", "--markdown", "--json", code=2)
    assert "goes with --for" in repo.fails("checkpoint", "Title", "--markdown", code=2)


def test_a_range_without_records_says_so_and_a_range_that_is_none_too(repo: Repo) -> None:
    repo.commit("One", one="1\n")
    answer = repo.run("checkpoint", "--for", "HEAD~1..HEAD")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == "no checkpoint and no record was written at the 1 commit of HEAD~1..HEAD\n"
    assert repo.run("checkpoint", "--for", "HEAD~1..HEAD", "--json").json == []
    assert repo.run("checkpoint", "--for", "HEAD~1").err == (
        "no checkpoint and no record was written at the 1 commit since HEAD~1\n"
    )
    assert repo.run("checkpoint", "--for", "HEAD..HEAD~1").err == (
        "there is no commit in HEAD..HEAD~1; a range begins with the older end: OLDER..NEWER\n"
    )
    repo.do("checkpoint", "At one")
    alone = repo.run("checkpoint", "--for", "HEAD")
    assert (alone.code, alone.out) == (1, "")
    assert alone.err == (
        "no commit came after HEAD; `git memory show --commit HEAD` tells what was recorded at it, "
        "OLDER..HEAD asks about more\n"
    )
    assert "At one" in repo.do("show", "--commit", "HEAD")
    assert [one["title"] for one in repo.json("checkpoint", "--for", "HEAD~1..HEAD")] == ["At one"]
    assert "there is no commit 'nothing'" in repo.fails("checkpoint", "--for", "nothing..HEAD")
    assert "is no name of a commit" in repo.fails("checkpoint", "--for", "--all", code=2)
    assert "lists and records nothing" in repo.fails("checkpoint", "Title", "--for", "HEAD~1", code=2)
    assert "leave 'todo' out" in repo.fails("checkpoint", "--todo", "x", "--for", "HEAD~1", code=2)


def test_a_rebased_checkpoint_is_in_the_range_of_today(repo: Repo) -> None:
    repo.git("switch", "-q", "-c", "work")
    old = repo.commit("Add a form", form="a form\n")
    repo.do("checkpoint", "Form works")
    repo.git("switch", "-q", "main")
    repo.commit("Meanwhile", meanwhile="m\n")
    repo.git("rebase", "-q", "main", "work")
    [found] = repo.json("checkpoint", "--for", "main..work")
    new = repo.git("rev-parse", "work")
    assert found["evidence"].startswith(f"recorded at {new[:10]} Add a form; it was {old[:10]} then: ")
    assert found["commit"] == new


def test_a_range_that_came_by_a_merge_has_what_was_recorded_on_the_branch(repo: Repo) -> None:
    repo.git("switch", "-q", "-c", "work")
    repo.commit("On the branch", form="a form\n")
    repo.do("checkpoint", "On the branch")
    repo.git("switch", "-q", "main")
    repo.commit("Meanwhile", meanwhile="m\n")
    repo.git("merge", "-q", "--no-ff", "--no-edit", "work")
    assert [r["title"] for r in repo.json("checkpoint", "--for", "HEAD~1..HEAD")] == ["On the branch"]


@pytest.mark.parametrize("options", [["--bare"], ["--object-format=sha256"]])
def test_an_unborn_head_is_told_in_any_repository(repo: Repo, tmp_path: Path, options: list[str]) -> None:
    new = tmp_path / "new"
    repo.git("init", "-q", *options, new)
    repo.do("init", cwd=new)
    assert "there is no commit 'HEAD': there is no commit yet" in repo.fails(
        "show", "--commit", "HEAD", cwd=new
    )
    assert "there is no commit yet" in repo.fails("checkpoint", "--for", "HEAD", cwd=new)
