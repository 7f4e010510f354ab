"""A record about a symbol stays with it: through edits, moves and renames by git's own commands."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lsp_server.code.model import Certainty, Located
from lsp_server.code.naming import find
from lsp_server.code.symbols import outline
from lsp_server.code.text import split_lines
from lsp_server.records.anchors import Anchor, CodeRange, CodeSymbol

from .conftest import Repo

LOGIN = """\
class Login:
    def start(self):
        self.tries = 0
        self.user = None

    def check(self, password):
        self.tries += 1
        if self.tries > LIMIT:
            raise TooMany(self.user)
        return self.user.digest == digest(password)


def sign_out(session):
    session.user = None
    session.end()
"""


@pytest.fixture
def repo(new_repo: Callable[..., Repo]) -> Repo:
    made = new_repo()
    made.write("login.py", LOGIN)
    made.commit("Start")
    return made


def symbol(repo: Repo, path: str, name: str, line: int = 0) -> Anchor:
    lines = repo.files.worktree_text(path) or ()
    found = find(outline(path, lines), CodeSymbol(path, name, line))
    return repo.anchor(path, found.start, found.end)._replace(symbol=found.name)


def standing(located: Located) -> tuple[str, list[str], str]:
    return located.certainty.value, [str(place) for place in located.ranges], located.symbol


def test_edits_above_and_inside_move_and_stretch_it(repo: Repo) -> None:
    made_at, check = repo.git("rev-parse", "HEAD"), symbol(repo, "login.py", "Login.check")
    repo.write(
        "login.py", LOGIN.replace("class", "import a\n\nclass").replace("raise", "log()\n            raise")
    )
    repo.commit()
    assert standing(repo.files.find(check, made_at=made_at)) == ("name", ["login.py:8-13"], "Login.check")


def test_wholly_rewritten_it_is_still_the_symbol_of_its_name(repo: Repo) -> None:
    made_at, check = repo.git("rev-parse", "HEAD"), symbol(repo, "login.py", "Login.check")
    start = LOGIN.partition("    def check")[0]
    repo.write("login.py", start + "    def check(self, *, key):\n        return key.fits(self)\n")
    repo.commit()
    assert standing(repo.files.find(check, made_at=made_at)) == ("name", ["login.py:6-7"], "Login.check")


def test_renamed_it_is_found_by_its_lines_and_its_new_name_is_told(repo: Repo) -> None:
    made_at, check = repo.git("rev-parse", "HEAD"), symbol(repo, "login.py", "Login.check")
    repo.write("login.py", LOGIN.replace("def check", "def verify"))
    repo.commit()
    assert standing(repo.files.find(check, made_at=made_at)) == ("name", ["login.py:6-10"], "Login.verify")


def test_what_only_declares_it_is_not_taken_for_it_when_it_was_renamed(repo: Repo) -> None:
    declared = "    @overload\n    def check(self, password: str) -> bool: ...\n\n"
    code = LOGIN.replace("    def check", f"{declared}{declared}    def check")
    repo.write("login.py", code)
    made_at = repo.commit()
    check = symbol(repo, "login.py", "Login.check")
    repo.write("login.py", code.replace("check(self, password):", "verify(self, password):"))
    repo.commit()
    assert standing(repo.files.find(check, made_at=made_at)) == ("name", ["login.py:12-16"], "Login.verify")


def test_it_is_found_when_its_class_is_renamed(repo: Repo) -> None:
    made_at, check = repo.git("rev-parse", "HEAD"), symbol(repo, "login.py", "Login.check")
    repo.write("login.py", LOGIN.replace("class Login", "class SignIn"))
    repo.commit()
    assert standing(repo.files.find(check, made_at=made_at)) == ("name", ["login.py:6-10"], "SignIn.check")


def test_a_class_renamed_is_found_too(repo: Repo) -> None:
    made_at, login = repo.git("rev-parse", "HEAD"), symbol(repo, "login.py", "Login")
    repo.write("login.py", LOGIN.replace("class Login", "class SignIn"))
    repo.commit()
    assert standing(repo.files.find(login, made_at=made_at)) == ("name", ["login.py:1-10"], "SignIn")


def test_moved_within_the_file_it_is_found_by_its_name(repo: Repo) -> None:
    made_at, out = repo.git("rev-parse", "HEAD"), symbol(repo, "login.py", "sign_out")
    login, _, rest = LOGIN.partition("\n\ndef sign_out")
    repo.write("login.py", f"def sign_out{rest}\n\n{login}")
    repo.commit()
    assert standing(repo.files.find(out, made_at=made_at)) == ("name", ["login.py:1-3"], "sign_out")


def test_in_a_renamed_file_it_is_found_also_when_none_of_its_lines_is_left(repo: Repo) -> None:
    made_at, check = repo.git("rev-parse", "HEAD"), symbol(repo, "login.py", "Login.check")
    repo.git("mv", "login.py", "signing_in.py")
    repo.commit("Rename")
    start, _, rest = LOGIN.partition("    def check")
    rest = rest.partition("\n\n\n")[2]
    repo.write("signing_in.py", f"{start}    def check(self, key):\n        return key.fits()\n\n\n{rest}")
    repo.commit("Rewrite")
    assert standing(repo.files.find(check, made_at=made_at)) == ("name", ["signing_in.py:6-7"], "Login.check")


def test_moved_to_another_file_it_is_found_there(repo: Repo) -> None:
    made_at, out = repo.git("rev-parse", "HEAD"), symbol(repo, "login.py", "sign_out")
    login, _, rest = LOGIN.partition("\n\ndef sign_out")
    repo.write("login.py", login)
    repo.write("sessions.py", f"import login\n\n\ndef sign_out{rest}")
    repo.commit()
    assert standing(repo.files.find(out, made_at=made_at)) == ("name", ["sessions.py:4-6"], "sign_out")


def test_taken_out_it_is_stale_and_put_back_it_is_found(repo: Repo) -> None:
    made_at, out = repo.git("rev-parse", "HEAD"), symbol(repo, "login.py", "sign_out")
    repo.write("login.py", LOGIN.partition("\n\ndef sign_out")[0])
    repo.commit()
    assert standing(repo.files.find(out, made_at=made_at)) == ("stale", [], "")
    repo.write("login.py", LOGIN)
    repo.commit()
    assert standing(repo.files.find(out, made_at=made_at)) == ("name", ["login.py:13-15"], "sign_out")


def test_swallowed_by_a_larger_one_it_is_stale_and_not_that(repo: Repo) -> None:
    made_at, out = repo.git("rev-parse", "HEAD"), symbol(repo, "login.py", "sign_out")
    body = "    session.user = None\n    session.end()\n"
    other = "".join(f"    step({number})\n" for number in range(20))
    repo.write("login.py", LOGIN.partition("\n\ndef sign_out")[0] + f"\n\ndef close(session):\n{other}{body}")
    repo.commit()
    assert standing(repo.files.find(out, made_at=made_at)) == ("stale", [], "")


def test_of_two_of_one_name_its_lines_tell_which(repo: Repo) -> None:
    loads = [f"    def load(path):\n        return {how}(path)\n" for how in ("typed", "plain")]
    code = "if TYPED:\n{}\nelse:\n{}".format(*loads)
    repo.write("load.py", code)
    made_at = repo.commit()
    first, second = symbol(repo, "load.py", "load", 2), symbol(repo, "load.py", "load", 6)
    repo.write("load.py", f"import os\n\n{code}")
    repo.commit()
    assert standing(repo.files.find(first, made_at=made_at))[1] == ["load.py:4-5"]
    assert standing(repo.files.find(second, made_at=made_at))[1] == ["load.py:8-9"]


def test_the_name_of_another_file_is_not_its_own(repo: Repo) -> None:
    made_at, out = repo.git("rev-parse", "HEAD"), symbol(repo, "login.py", "sign_out")
    repo.write("other.py", "def sign_out(everybody):\n    pass\n")
    repo.commit()
    assert repo.locate(out, "other.py", made_at=made_at).ranges == ()


def test_in_a_buffer_with_a_syntax_error_it_is_still_found(repo: Repo) -> None:
    check = symbol(repo, "login.py", "Login.check")
    typed = split_lines(LOGIN.replace("self.tries = 0", "self.tries = (").replace("class", "x = [\nclass"))
    located = repo.locate(check, lines=typed)
    assert [(place.start, place.end) for place in located.ranges] == [(7, 11)]


@pytest.mark.parametrize("typed", ["d", "de", "def ", "def c", "def c(", "def c(self", "def c(self):"])
def test_at_every_key_of_a_function_typed_above_it_is_found(repo: Repo, typed: str) -> None:
    check = symbol(repo, "login.py", "Login.check")
    lines = split_lines(LOGIN.replace("    def check", f"    {typed}\n    def check"))
    located = repo.locate(check, lines=lines)
    assert located.ranges[-1].end == 11
    assert located.ranges[0].start in (6, 7)


def test_where_a_language_is_not_known_any_more_its_lines_are_followed(repo: Repo) -> None:
    made_at, out = repo.git("rev-parse", "HEAD"), symbol(repo, "login.py", "sign_out")
    repo.git("mv", "login.py", "login.txt")
    repo.commit()
    located = repo.files.find(out, made_at=made_at)
    assert located.ranges == (CodeRange("login.txt", 13, 15),)
    assert located.certainty is Certainty.BIRTHS


def test_a_symbol_not_committed_yet_is_found_when_it_is(repo: Repo) -> None:
    made_at = repo.git("rev-parse", "HEAD")
    repo.write("login.py", LOGIN + "\n\ndef again(user):\n    return user.retry()\n")
    again = symbol(repo, "login.py", "again")
    repo.write("login.py", "import b\n" + LOGIN + "\n\ndef again(user, *, soon):\n    return user.retry()\n")
    repo.commit()
    assert standing(repo.files.find(again, made_at=made_at)) == ("name", ["login.py:19-20"], "again")


def test_in_a_bare_clone_and_at_an_older_commit_it_is_that_commits(repo: Repo) -> None:
    old, check = repo.git("rev-parse", "HEAD"), symbol(repo, "login.py", "Login.check")
    repo.write("login.py", "import a\n" + LOGIN)
    repo.commit()
    bare = repo.clone("bare.git", "--bare")
    assert standing(bare.files.find(check, made_at=old))[1] == ["login.py:7-11"]
    assert standing(bare.files.at(old).find(check, made_at=old))[1] == ["login.py:6-10"]


def test_in_a_shallow_clone_its_name_is_enough(repo: Repo) -> None:
    made_at, check = repo.git("rev-parse", "HEAD"), symbol(repo, "login.py", "Login.check")
    repo.write("login.py", LOGIN.replace("password", "key"))
    repo.commit()
    shallow = repo.clone("shallow", "--depth=1")
    assert standing(shallow.files.find(check, made_at=made_at)) == ("name", ["login.py:6-10"], "Login.check")
    repo.write("login.py", LOGIN.replace("check", "verify"))
    repo.commit()
    shallow.git("fetch", "--quiet", "--depth=1")
    shallow.git("reset", "--quiet", "--hard", "origin/main")
    assert shallow.files.find(check, made_at=made_at).certainty is Certainty.UNKNOWN
