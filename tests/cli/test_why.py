"""``git memory why``: the surest answer first, each with its evidence, in any kind of repository."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lsp_server import Memory
from lsp_server.memory import CodeRange, Kind

if TYPE_CHECKING:
    from tests.cli.conftest import Repo


def evidence(repo: Repo, place: str, *options: str) -> list[tuple[str, str]]:
    """What is answered for a place: title and evidence, in order."""
    return [(one["title"], one["evidence"]) for one in repo.json("why", place, *options)]


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines(keepends=True)


def test_the_order_is_how_sure_it_is_and_each_has_its_evidence(repo: Repo) -> None:
    code = repo.path / "src" / "auth.py"
    decided = repo.label("decide", "Named here")
    text = lines(code)
    text[4] = f"line 5  # see {decided.lower()}\n"
    code.write_text("".join(text))
    (repo.path / "form.py").write_text("a form of the program\n")
    head = repo.commit("Say why")
    for number in range(4):
        code.write_text(code.read_text() + f"more {number}\n")
        (repo.path / "form.py").write_text(f"a form of the program\n{number}\n")
        repo.commit(f"More {number}")
    repo.git("switch", "-q", "--detach", head)
    repo.do("checkpoint", "Where it was written")
    repo.git("switch", "-q", "main")
    repo.do("learn", "Together", "--at", "form.py:1")
    repo.do("learn", "Elsewhere", "--at", "src/auth.py:12-13")
    repo.do("learn", "Anchored", "--at", "src/auth.py:5")
    assert evidence(repo, "src/auth.py:5") == [
        ("Anchored", "anchored here"),
        ("Named here", f"named here as {decided.lower()}"),
        ("Where it was written", f"recorded at commit {head[:10]}, which last touched this line"),
        ("Elsewhere", "anchored elsewhere in this file"),
        (
            "Together",
            "anchored in form.py; changed together in 5 of this file's 6 commits (83 %, in the last 6)",
        ),
    ]
    assert [one["how"] for one in repo.json("why", "src/auth.py:5")] == [
        "anchored",
        "named",
        "commit",
        "file",
        "together",
    ]


def test_the_answer_for_people_is_a_line_for_the_record_and_one_for_the_evidence(repo: Repo) -> None:
    label = repo.label("learn", "Emails differ by case", "--at", "src/auth.py:3-4")
    code = repo.path / "src" / "auth.py"
    code.write_text("first\n" + code.read_text())
    row, said = repo.do("why", "src/auth.py:5").splitlines()
    assert row.split()[0] == label
    assert row.endswith("Emails differ by case")
    assert said == "  src/auth.py:4-5: anchored here, written at src/auth.py:3-4"


def test_a_range_of_which_a_part_is_left_says_how_much(repo: Repo) -> None:
    repo.do("learn", "Three lines", "--at", "src/auth.py:3-5")
    code = repo.path / "src" / "auth.py"
    text = lines(code)
    text[4] = "another\n"
    code.write_text("".join(text))
    repo.commit("Change one")
    assert evidence(repo, "src/auth.py:3")[0] == (
        "Three lines",
        "anchored here: 2 of its 3 lines are left, written at src/auth.py:3-5",
    )


def test_what_replaced_a_decision_comes_right_behind_it(repo: Repo) -> None:
    repo.do("decide", "Use sessions", "--status", "accepted", "--at", "src/auth.py:3")
    repo.do("supersede", "ADR-1", "Use passkeys")
    assert evidence(repo, "src/auth.py:3")[:2] == [
        ("Use sessions", "anchored here"),
        ("Use passkeys", "supersedes ADR-0001, which is anchored here"),
    ]


def test_the_message_of_the_commit_that_last_touched_the_line_names_records(repo: Repo) -> None:
    bug, checkpoint = repo.label("bug", "Login fails"), repo.label("checkpoint", "Half way")
    code = repo.path / "src" / "auth.py"
    text = lines(code)
    text[1] = "mended\n"
    code.write_text("".join(text))
    head = repo.commit(f"Mend the login\n\nFixes {bug}.\n\nMemory-Checkpoint: {checkpoint}")
    last = f"in the message of commit {head[:10]}, which last touched this line"
    assert evidence(repo, "src/auth.py:2") == [
        ("Login fails", f"named as {bug} {last}"),
        ("Half way", f"named as {checkpoint} {last}"),
    ]
    told = dict(evidence(repo, "src/auth.py"))
    assert told["Login fails"].endswith(f"commit {head[:10]}, which last touched 1 of its lines")


def test_a_decision_about_other_lines_is_not_given_for_all_lines_of_its_commit(repo: Repo) -> None:
    (repo.path / "other.py").write_text("other\n")
    repo.commit("Both")
    repo.do("decide", "About the other file", "--at", "other.py:1")
    assert repo.run("why", "src/auth.py:3").code == 1


def test_lines_not_committed_yet_have_no_commit_and_are_anchored_all_the_same(repo: Repo) -> None:
    repo.do("checkpoint", "At the first commit")
    code = repo.path / "src" / "auth.py"
    code.write_text("brand new line\n" + code.read_text())
    assert repo.run("why", "src/auth.py:1").code == 1
    repo.do("learn", "Fresh", "--at", "src/auth.py:1")
    assert evidence(repo, "src/auth.py:1") == [("Fresh", "anchored here")]


def test_a_renamed_file_is_known_by_its_old_records_and_the_old_name_leads_to_the_new(repo: Repo) -> None:
    repo.do("learn", "Follows", "--at", "src/auth.py:3-4")
    repo.git("mv", "src/auth.py", "src/login.py")
    repo.commit("Rename")
    assert evidence(repo, "src/login.py:3") == [("Follows", "anchored here, written at src/auth.py:3-4")]
    [gone] = repo.json("why", "src/auth.py")
    assert gone["evidence"] == "where its lines are now; it was anchored at src/auth.py:3-4"
    assert gone["range"] == {"path": "src/login.py", "start": 3, "end": 4}
    repo.git("rm", "-q", "src/login.py")
    repo.commit("Remove")
    [gone] = repo.json("why", "src/auth.py")
    assert (gone["evidence"], gone["range"]) == ("was anchored at src/auth.py:3-4, which is gone", None)


def test_a_symbol_of_a_renamed_file_is_answered_under_the_old_name_with_the_new_one_said(
    repo: Repo, tmp_path: Path
) -> None:
    code = "import os\n\n\ndef login(name):\n    return os.environ[name]\n\n\ndef logout():\n    os.abort()\n"
    repo.commit("A program", **{"src/login": code})
    repo.do("learn", "Symbol", "--at", "src/login.py::login")
    repo.do("learn", "Other", "--at", "src/login.py::logout")
    repo.do("learn", "File", "--at", "src/login.py")
    repo.git("mv", "src/login.py", "src/signing.py")
    repo.commit("Rename")
    told = [
        ("Symbol", "anchored here, to login; src/login.py is src/signing.py now"),
        ("File", "anchored to the whole file, when it was src/login.py"),
        ("Other", "anchored elsewhere in this file, to logout; src/login.py is src/signing.py now"),
    ]
    assert evidence(repo, "src/login.py::login") == told
    assert repo.json("why", "src/login.py::login")[0]["range"]["path"] == "src/signing.py"
    answer = repo.run("why", "src/login.py::nobody")
    assert answer.code == 2
    assert "src/login.py is src/signing.py now; src/signing.py has no symbol nobody" in answer.err
    repo.commit("Sign in", **{"src/signing": code.replace("def login", "def sign_in")})
    renamed = "where its lines are now; it was anchored at src/login.py:4-5"
    assert evidence(repo, "src/login.py::login") == [("Symbol", renamed)]
    repo.git("clone", "-q", "--bare", repo.path, tmp_path / "bare.git")
    assert [one["title"] for one in repo.json("why", "src/login.py::logout", cwd=tmp_path / "bare.git")] == [
        "Other",
        "File",
        "Symbol",
    ]
    repo.git("rm", "-q", "src/signing.py")
    repo.commit("Remove")
    assert evidence(repo, "src/login.py::login") == [
        ("Symbol", "was anchored at src/login.py:4-5, which is gone")
    ]
    assert "src/login.py does not exist" in repo.run("why", "src/login.py::nobody").err


def rewritten_after_a_rename(repo: Repo, *, in_one: bool) -> None:
    """Records about lines, a symbol and all of a file, which was then renamed (once more, too) and rewritten
    in every line."""
    code = "import os\n\n\ndef login(name):\n    return os.environ[name]\n"
    anew = "from os import environ\n# nothing\n# between\ndef login(user):\n    return environ.get(user)\n"
    repo.commit("A program", **{"src/login": code})
    for title, place in (("Lines", ":4-5"), ("Symbol", "::login"), ("File", "")):
        repo.do("learn", title, "--at", f"src/login.py{place}")
    if not in_one:
        repo.git("mv", "src/login.py", "src/between.py")
        repo.commit("Rename")
    repo.git("mv", "src/login.py" if in_one else "src/between.py", "src/signing.py")
    if not in_one:
        repo.commit("Rename again")
    repo.commit("Rewrite", **{"src/signing": anew})


def test_a_renamed_file_is_known_by_its_old_records_when_no_line_of_it_is_left(repo: Repo) -> None:
    rewritten_after_a_rename(repo, in_one=False)
    assert evidence(repo, "src/signing.py") == [
        ("File", "anchored to the whole file, when it was src/login.py"),
        ("Symbol", "anchored in this file, to login"),
        ("Lines", "was anchored in this file; its lines are gone"),
    ]
    today = {
        record["title"]: [
            place for one in repo.json("anchor", record["label"])["places"] for place in one["today"]
        ]
        for record in repo.json("list")
    }
    assert today == {
        "File": [{"path": "src/signing.py", "start": None, "end": None}],
        "Symbol": [{"path": "src/signing.py", "start": 4, "end": 5}],
        "Lines": [],
    }
    assert evidence(repo, "src/signing.py:5")[0] == ("Symbol", "anchored here, to login")
    repo.git("mv", "src/signing.py", "src/staged.py")
    assert evidence(repo, "src/staged.py")[0][0] == "File"


def test_a_file_that_git_does_not_take_for_the_renamed_one_is_another(repo: Repo) -> None:
    rewritten_after_a_rename(repo, in_one=True)
    assert repo.run("why", "src/signing.py").code == 1
    assert {told for _, told in evidence(repo, "src/login.py")} == {
        "was anchored at src/login.py:4-5, which is gone",
        "was anchored at src/login.py, which is gone",
    }
    for record in repo.json("list"):
        [place] = repo.json("anchor", record["label"])["places"]
        assert (place["today"], place["certainty"]) == ([], "stale")


def test_a_line_that_came_by_a_merge_is_known_by_the_commit_that_wrote_it(repo: Repo) -> None:
    code = repo.path / "src" / "auth.py"
    repo.git("switch", "-q", "-c", "side")
    code.write_text(code.read_text() + "from the side\n")
    side = repo.commit("On the side")
    repo.do("checkpoint", "On the side")
    repo.git("switch", "-q", "main")
    code.write_text("from main\n" + code.read_text())
    repo.commit("On main")
    repo.git("merge", "-q", "--no-edit", "side")
    assert evidence(repo, "src/auth.py:22") == [
        ("On the side", f"recorded at commit {side[:10]}, which last touched this line")
    ]


def test_a_folder_is_asked_about_as_well(repo: Repo) -> None:
    (repo.path / "src" / "deep").mkdir()
    (repo.path / "src" / "deep" / "a.py").write_text("deep in the folder\n")
    (repo.path / "top.py").write_text("at the top of it\n")
    repo.commit("More files")
    repo.do("learn", "Deep", "--at", "src/deep/a.py:1")
    repo.do("learn", "Shallow", "--at", "src/auth.py:1")
    repo.do("learn", "Top", "--at", "top.py:1")
    assert evidence(repo, "src") == [
        ("Deep", "anchored in src/deep/a.py"),
        ("Shallow", "anchored in src/auth.py"),
    ]
    assert evidence(repo, "src/deep") == [("Deep", "anchored in src/deep/a.py")]
    assert [title for title, _ in evidence(repo, ".")] == ["Deep", "Shallow", "Top"]


def test_what_is_about_a_whole_file_a_folder_or_a_symbol_is_known_on_their_lines(repo: Repo) -> None:
    repo.git("mv", "src/auth.py", "src/deep.txt")
    repo.commit(
        "A program", **{"src/login": "import os\n\n\ndef login(name):\n    return os.environ[name]\n"}
    )
    repo.do("learn", "Symbol", "--at", "src/login.py::login")
    repo.do("learn", "File", "--at", "src/login.py")
    repo.do("learn", "Folder", "--at", "src/")
    repo.do("learn", "All", "--at", ".")
    about = [("Folder", "anchored to the folder src/"), ("All", "anchored to the whole repository")]
    assert evidence(repo, "src/login.py:5") == [
        ("Symbol", "anchored here, to login"),
        ("File", "anchored to the whole file"),
        *about,
    ]
    assert evidence(repo, "src/login.py::login") == evidence(repo, "src/login.py:5")
    assert evidence(repo, "src/login.py") == [
        ("File", "anchored to the whole file"),
        ("Symbol", "anchored in this file, to login"),
        *about,
    ]
    assert evidence(repo, "src")[0] == ("Folder", "anchored to this folder")
    assert evidence(repo, "src")[-1] == ("All", "anchored to the whole repository")


def test_a_renamed_folder_file_and_symbol_keep_what_is_known(repo: Repo) -> None:
    code = "import os\n\n\ndef login(name):\n    return os.environ[name]\n"
    repo.commit("A program", **{"src/login": code})
    for title, place in (("Symbol", "src/login.py::login"), ("File", "src/login.py"), ("Folder", "src/")):
        repo.do("learn", title, "--at", place)
    repo.git("mv", "src", "lib")
    repo.git("mv", "lib/login.py", "lib/signing.py")
    repo.commit("Rename", **{"lib/signing": code.replace("def login", "def sign_in")})
    assert evidence(repo, "lib/signing.py:5") == [
        ("Symbol", "anchored here, to sign_in, which was login"),
        ("File", "anchored to the whole file, when it was src/login.py"),
        ("Folder", "anchored to the folder lib/, when it was src/"),
    ]
    assert sorted(evidence(repo, "lib")) == [
        ("File", "anchored in lib/signing.py, when it was src/login.py"),
        ("Folder", "anchored to this folder, when it was src/"),
        ("Symbol", "anchored in lib/signing.py, when it was src/login.py"),
    ]
    moved = {one["title"]: (one["range"]["path"], one["evidence"]) for one in repo.json("why", "src")}
    assert moved == {
        "Folder": ("lib/", "what it is now; it was anchored at src/"),
        "File": ("lib/signing.py", "what it is now; it was anchored at src/login.py"),
        "Symbol": ("lib/signing.py", "where its lines are now; it was anchored at src/login.py:4-5"),
    }


def test_other_files_of_the_folder_are_known_while_their_lines_are_there(repo: Repo) -> None:
    (repo.path / "src" / "form.py").write_text("beside the other file\n")
    repo.commit("Beside")
    repo.do("learn", "Beside", "--at", "src/form.py:1")
    assert evidence(repo, "src/auth.py:3") == [("Beside", "anchored in src/form.py, in the same folder")]
    (repo.path / "src" / "form.py").write_text("all is new in it\n")
    repo.commit("Rewrite")
    assert repo.run("why", "src/auth.py:3").code == 1


def test_a_commit_is_asked_about_by_rev(repo: Repo) -> None:
    repo.do("learn", "Then and now", "--at", "src/auth.py:3")
    code = repo.path / "src" / "auth.py"
    code.write_text("one\ntwo\n" + code.read_text())
    repo.commit("Above")
    assert evidence(repo, "src/auth.py:3", "--rev", "HEAD~1")[0] == ("Then and now", "anchored here")
    assert evidence(repo, "src/auth.py:5")[0][1] == "anchored here, written at src/auth.py:3"
    assert "does not exist at" in repo.fails("why", "none.py", "--rev", "HEAD~1", code=2)
    assert "there is no commit 'nothing'" in repo.fails("why", "src/auth.py", "--rev", "nothing")


def test_many_answers_are_cut_and_counted_but_never_those_that_are_sure(repo: Repo) -> None:
    with Memory.open(repo.path, environment=repo.environment) as memory, memory.batch("Many"):
        for number in range(22):
            memory.record(Kind.LEARNING, f"Sure {number}", at=[CodeRange("src/auth.py", 3, 3)])
        for number in range(3):
            memory.record(Kind.LEARNING, f"Near {number}", at=[CodeRange("src/auth.py", 9, 9)])
    said = repo.do("why", "src/auth.py:3")
    assert said.count("Sure") == 22
    assert "Near" not in said
    assert said.splitlines()[-1] == "… and 3 more; --all shows them"
    assert repo.do("why", "src/auth.py:3", "--all").count("Near") == 3
    assert len(repo.json("why", "src/auth.py:3")) == 25


def test_as_markdown_nothing_in_it_acts(repo: Repo) -> None:
    repo.do("learn", "<img> [x](javascript:1) @all #1", "--at", "src/auth.py:3")
    said = repo.do("why", "src/auth.py:3", "--markdown")
    assert said.startswith("### Why src/auth.py:")
    assert "<img>" not in said
    assert "](javascript" not in said
    assert "anchored here" in said
    assert "choose one" in repo.fails("why", "src/auth.py:3", "--markdown", "--json", code=2)


def test_in_a_bare_repository_a_path_is_heads(repo: Repo, tmp_path: Path) -> None:
    repo.do("learn", "Everywhere", "--at", "src/auth.py:3")
    repo.git("clone", "-q", "--bare", repo.path, tmp_path / "bare.git")
    bare = tmp_path / "bare.git"
    assert "anchored here" in repo.do("why", "src/auth.py:3", cwd=bare)
    assert "anchored in src/auth.py" in repo.do("why", "src", cwd=bare)
    assert "does not exist at HEAD" in repo.fails("why", "src/none.py", cwd=bare, code=2)


def test_where_history_is_cut_no_commit_is_said_to_have_touched_a_line_last(
    repo: Repo, tmp_path: Path
) -> None:
    repo.do("checkpoint", "At the first commit")
    code = repo.path / "src" / "auth.py"
    code.write_text(code.read_text() + "later\n")
    repo.do("checkpoint", "Begun")
    head = repo.commit("Later")
    repo.do("checkpoint", "At the last commit")
    assert [title for title, _ in evidence(repo, "src/auth.py:3")] == ["At the first commit", "Begun"]
    shallow = tmp_path / "shallow"
    repo.git("clone", "-q", "--depth=1", "--no-single-branch", f"file://{repo.path}", shallow)
    repo.do("init", cwd=shallow)
    answer = repo.run("why", "src/auth.py:3", cwd=shallow)
    assert (answer.code, head[:10] in answer.out) == (1, False)


def test_an_unborn_branch_and_sha256_are_no_obstacle(repo: Repo, tmp_path: Path) -> None:
    new = tmp_path / "new"
    repo.git("init", "-q", "--object-format=sha256", new)
    (new / "a.py").write_text("the only line\n")
    repo.do("init", cwd=new)
    repo.do("learn", "Before the first commit", "--at", "a.py:1", cwd=new)
    assert "anchored here" in repo.do("why", "a.py:1", cwd=new)
    repo.git("-C", new, "add", "a.py")
    repo.git("-C", new, "commit", "-q", "-m", "First")
    repo.do("checkpoint", "After it", cwd=new)
    said = repo.do("why", "a.py:1", cwd=new)
    assert "anchored here" in said
    assert f"recorded at commit {repo.git('-C', new, 'rev-parse', 'HEAD')[:10]}" in said


@pytest.mark.parametrize("place", ["src/auth.py:21", "src/auth.py:19-21", "src/none.py", "src/none.py:1"])
def test_a_place_that_is_not_there_is_a_usage_error(repo: Repo, place: str) -> None:
    assert repo.fails("why", place, code=2)
