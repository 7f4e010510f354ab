"""A record about a whole file or folder goes where git says that it went."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lsp_server.code.model import Located
from lsp_server.records.anchors import ROOT, Anchor, whole

from .conftest import Repo

TEXT = "".join(f"line {number} of a file that says something\n" for number in range(30))
OTHER = "".join(f"this is number {number} of quite another one\n" for number in range(30))


@pytest.fixture
def repo(new_repo: Callable[..., Repo]) -> Repo:
    made = new_repo()
    for name in ("login", "logout", "session"):
        made.write(f"src/auth/{name}.py", TEXT.replace("file", name))
    made.write("src/auth/deep/rules.py", TEXT.replace("file", "rules"))
    made.write("README.md", "# Example\n")
    made.commit("Start")
    return made


@pytest.fixture
def start(repo: Repo) -> str:
    """The commit that a record was made at."""
    return repo.git("rev-parse", "HEAD")


def moved(repo: Repo, *names: str) -> None:
    """A commit that moves files, or a folder, to the last of the names."""
    repo.git("mv", "-f", "--", *names)
    repo.commit("Move")


def standing(located: Located) -> str:
    (place,) = located.ranges or ("",)
    return str(place) or located.certainty.value


def now(repo: Repo, path: str, made_at: str | None) -> str:
    return standing(repo.files.find(Anchor(whole(path)), made_at=made_at))


# Files ------------------------------------------------------------------------------------------------


def test_a_file_is_where_it_was_whatever_is_in_it(repo: Repo, start: str) -> None:
    repo.write("src/auth/login.py", OTHER)
    repo.commit()
    assert now(repo, "src/auth/login.py", start) == "src/auth/login.py"


def test_a_file_that_was_renamed_is_found_under_its_new_name(repo: Repo, start: str) -> None:
    moved(repo, "src/auth/login.py", "src/signin.py")
    assert now(repo, "src/auth/login.py", start) == "src/signin.py"


def test_through_several_renames_and_edits_between_them(repo: Repo, start: str) -> None:
    path, text = "src/auth/login.py", TEXT.replace("file", "login").splitlines(keepends=True)
    for number, name in enumerate(("one.py", "two.py", "lib/three.py", "lib/four.py")):
        repo.write(name, "")
        moved(repo, path, name)
        path = name
        # In the end no line is as it was: only step by step can anybody tell.
        text[number * 8 : number * 8 + 8] = [f"{name} {line}\n" for line in range(8)]
        repo.write(path, "".join(text))
        repo.commit("Edit")
    assert now(repo, "src/auth/login.py", start) == "lib/four.py"


def test_a_new_file_under_the_old_name_is_another_one(repo: Repo, start: str) -> None:
    moved(repo, "src/auth/login.py", "src/auth/signin.py")
    repo.write("src/auth/login.py", "from signin import *\n")
    new = repo.commit("Keep the old name for those who import it")
    assert now(repo, "src/auth/login.py", start) == "src/auth/signin.py"
    assert now(repo, "src/auth/login.py", new) == "src/auth/login.py"


def test_taken_out_it_is_stale_and_put_back_it_is_there(repo: Repo, start: str) -> None:
    repo.git("rm", "-q", "src/auth/login.py")
    gone = repo.commit("Out")
    assert now(repo, "src/auth/login.py", start) == "stale"
    assert now(repo, "src/auth/login.py", None) == "stale"
    repo.git("revert", "--no-edit", gone)
    assert now(repo, "src/auth/login.py", start) == "src/auth/login.py"


def test_renamed_on_a_branch_that_was_merged(repo: Repo, start: str) -> None:
    repo.git("checkout", "-q", "-b", "topic")
    moved(repo, "src/auth/login.py", "src/signin.py")
    repo.git("checkout", "-q", "main")
    repo.write("README.md", "# More\n")
    repo.commit("Meanwhile")
    repo.git("merge", "-q", "--no-ff", "topic", "-m", "Merge")
    assert now(repo, "src/auth/login.py", start) == "src/signin.py"


def test_renamed_by_the_merge_itself(repo: Repo, start: str) -> None:
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit("Nothing")
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "--no-commit", "topic")
    repo.git("mv", "src/auth/login.py", "src/signin.py")
    repo.commit("Merge, and rename")
    assert now(repo, "src/auth/login.py", start) == "src/signin.py"


def test_a_staged_rename_counts_and_a_staged_removal(repo: Repo, start: str) -> None:
    repo.git("mv", "src/auth/login.py", "src/signin.py")
    assert now(repo, "src/auth/login.py", start) == "src/signin.py"
    repo.git("rm", "-q", "src/auth/logout.py")
    assert now(repo, "src/auth/logout.py", start) == "stale"


def test_a_file_that_no_commit_has_yet_is_where_it_is(repo: Repo, start: str) -> None:
    repo.write("new.py", TEXT)
    assert now(repo, "new.py", start) == "new.py"
    repo.commit("Now it has")
    assert now(repo, "new.py", start) == "new.py"


def test_where_the_commit_it_was_made_at_is_lost_its_name_counts_and_the_last_rename(repo: Repo) -> None:
    lost = "1234567890" * 4
    assert now(repo, "src/auth/login.py", lost) == "src/auth/login.py"
    moved(repo, "src/auth/login.py", "src/signin.py")
    assert now(repo, "src/auth/login.py", lost) == "src/signin.py"


def test_strange_names_are_followed_like_others(repo: Repo) -> None:
    repo.write("a b/é\n*[x].py", TEXT)
    start = repo.commit()
    moved(repo, "a b/é\n*[x].py", "-c.py")
    assert now(repo, "a b/é\n*[x].py", start) == "-c.py"


def test_a_shallow_clone_says_unknown_where_it_cannot_know(repo: Repo, start: str) -> None:
    moved(repo, "src/auth/login.py", "src/signin.py")
    shallow = repo.clone("shallow", "--depth=1")
    assert now(shallow, "src/auth/login.py", start) == "unknown"
    assert now(shallow, "src/auth/logout.py", start) == "src/auth/logout.py"


def test_a_partial_clone_tells_of_exact_renames_and_fetches_nothing(repo: Repo, start: str) -> None:
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
    repo.git("mv", "src/auth/login.py", "src/signin.py")
    repo.git("mv", "src/auth/logout.py", "src/signout.py")
    repo.write("src/signout.py", TEXT.replace("file", "logout") + "more\n")
    repo.commit()
    partial = repo.clone("partial", "--filter=blob:none", "--no-checkout")
    before = partial.git("count-objects", "-v")
    assert now(partial, "src/auth/login.py", start) == "src/signin.py"
    assert now(partial, "src/auth/logout.py", start) == "unknown"
    assert partial.git("count-objects", "-v") == before


# Folders ----------------------------------------------------------------------------------------------


def test_a_folder_is_where_it_was_as_long_as_most_of_it_is(repo: Repo, start: str) -> None:
    moved(repo, "src/auth/login.py", "src/login.py")
    assert now(repo, "src/auth/", start) == "src/auth/"
    assert now(repo, ROOT, start) == ROOT


def test_a_folder_that_was_renamed_is_found_with_all_that_is_in_it(repo: Repo, start: str) -> None:
    moved(repo, "src/auth", "identity")
    assert now(repo, "src/auth/", start) == "identity/"
    assert now(repo, "src/auth/deep/", start) == "identity/deep/"
    moved(repo, "identity", "lib")
    assert now(repo, "src/auth/", start) == "lib/"


def test_it_is_where_most_of_its_files_went_also_when_something_stayed(repo: Repo, start: str) -> None:
    moved(repo, "src/auth/login.py", "src/auth/logout.py", "src/auth/session.py", "src")
    assert now(repo, "src/auth/", start) == "src/"


def test_files_may_go_one_by_one(repo: Repo, start: str) -> None:
    for name in ("login", "logout", "session", "deep/rules"):
        repo.write(f"lib/{name}.py", "")
        moved(repo, f"src/auth/{name}.py", f"lib/{name}.py")
    assert now(repo, "src/auth/", start) == "lib/"


def test_a_folder_whose_files_went_to_many_places_is_stale(repo: Repo, start: str) -> None:
    for number, name in enumerate(("login", "logout", "session", "deep/rules")):
        repo.write(f"to{number}/x.py", "")
        repo.git("mv", "-f", f"src/auth/{name}.py", f"to{number}/x.py")
    repo.commit()
    assert now(repo, "src/auth/", start) == "stale"


def test_a_folder_that_was_taken_out_is_stale(repo: Repo, start: str) -> None:
    repo.git("rm", "-rq", "src/auth")
    repo.commit()
    assert now(repo, "src/auth/", start) == "stale"
    assert now(repo, "src/auth/", None) == "stale"


def test_what_a_build_left_behind_is_no_folder(repo: Repo) -> None:
    repo.write(".gitignore", "*.pyc\n")
    start = repo.commit()
    repo.git("rm", "-rq", "src/auth")
    repo.commit()
    repo.write("src/auth/__pycache__/login.pyc", "")
    assert now(repo, "src/auth/", start) == "stale"
    repo.write("src/auth/new.py", "")
    assert now(repo, "src/auth/", start) == "src/auth/"


def test_of_a_folder_rebuilt_with_new_files_its_name_is_what_is_left(repo: Repo, start: str) -> None:
    repo.git("rm", "-rq", "src/auth")
    repo.commit()
    repo.write("src/auth/new.py", OTHER)
    repo.commit()
    assert now(repo, "src/auth/", start) == "src/auth/"


def test_a_bare_clone_tells_the_same(repo: Repo, start: str) -> None:
    moved(repo, "src/auth", "identity")
    bare = repo.clone("bare.git", "--bare")
    assert now(bare, "src/auth/", start) == "identity/"
    assert now(bare, "src/auth/login.py", start) == "identity/login.py"


def test_a_second_look_at_what_is_gone_asks_git_nothing(
    repo: Repo, start: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.git("rm", "-q", "README.md")
    repo.commit("Gone")
    today = repo.files.today("src/auth/login.py")
    gone = Anchor(whole("README.md"))
    first = repo.files.locate(gone, today, made_at=start)
    monkeypatch.setattr(repo, "run", lambda args, stdin=None: pytest.fail(f"git {args} {stdin}"))
    assert standing(repo.files.locate(gone, today, made_at=start)) == standing(first) == "stale"


SIGNER = """#!/bin/sh
case "$*" in
*--verify*) echo "gpg: Good signature from Ada" >&2; echo "[GNUPG:] GOODSIG 0123456789ABCDEF Ada" ;;
*) cat >/dev/null; echo >&2; echo "[GNUPG:] SIG_CREATED " >&2; echo "-----BEGIN PGP SIGNATURE-----" ;;
esac
"""


def test_whoever_signs_and_has_signatures_shown_sees_the_same(repo: Repo, start: str) -> None:
    signer = repo.root.parent / "signer"
    signer.write_text(SIGNER)
    signer.chmod(0o755)
    for key, value in (("gpg.program", str(signer)), ("commit.gpgsign", "true")):
        repo.git("config", key, value)
    moved(repo, "src/auth", "src/login")
    moved(repo, "src/login/login.py", "src/login/enter.py")
    for key in ("log.showSignature", "log.follow"):
        repo.git("config", key, "true")
    assert (
        standing(repo.files.find(Anchor(whole("src/auth/login.py")), made_at=start)) == "src/login/enter.py"
    )
    assert standing(repo.files.find(Anchor(whole("src/auth/")), made_at=start)) == "src/login/"
