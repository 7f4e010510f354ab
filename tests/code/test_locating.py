"""Where an anchor is after the code has moved on."""

import pytest

from lsp_server.code.blame import BirthRun, FileBirths
from lsp_server.code.file_today import FileToday
from lsp_server.code.locating import locate
from lsp_server.code.model import Certainty, Located
from lsp_server.records.anchors import UNCOMMITTED, Anchor, Birth, CodeRange, whole

LOGIN = (
    "import tokens\n"
    "\n"
    "def login(user):\n"
    "    token = tokens.issue(user)\n"
    "    return token\n"
    "\n"
    "def logout(user):\n"
    "    tokens.revoke(user)\n"
)


def at(path, *ranges):
    return tuple(CodeRange(path, start, end) for start, end in ranges)


def by_births(path, *ranges, survived, total):
    return Located(at(path, *ranges), Certainty.BIRTHS, survived, total)


def by_text(path, start, end):
    total = end - start + 1
    return Located(at(path, (start, end)), Certainty.TEXT, total, total)


def stale(total):
    return Located((), Certainty.STALE, 0, total)


@pytest.fixture
def login(repo):
    repo.commit(a=LOGIN)
    return repo


def test_edits_above_shift_it(login):
    anchor = login.anchor("a.py", 3, 5)
    login.commit(a="# Who may come in\nimport sys\n" + LOGIN)
    assert login.locate(anchor) == by_births("a.py", (5, 7), survived=3, total=3)
    login.commit(a=LOGIN.removeprefix("import tokens\n\n"))
    assert login.locate(anchor) == by_births("a.py", (1, 3), survived=3, total=3)


def test_edits_below_leave_it(login):
    anchor = login.anchor("a.py", 3, 5)
    login.commit(a=LOGIN + "# The end\n")
    assert login.locate(anchor) == by_births("a.py", (3, 5), survived=3, total=3)


def test_an_edit_inside_keeps_the_lines_that_survive(login):
    anchor = login.anchor("a.py", 3, 5)
    login.commit(a=LOGIN.replace("tokens.issue(user)", "tokens.issue(user, hours=1)"))
    assert login.locate(anchor) == by_births("a.py", (3, 3), (5, 5), survived=2, total=3)


def test_an_insertion_inside_parts_it_without_losing_a_line(login):
    anchor = login.anchor("a.py", 3, 5)
    login.commit(a=LOGIN.replace("    return token", "    log(user)\n    return token"))
    assert login.locate(anchor) == by_births("a.py", (3, 4), (6, 6), survived=3, total=3)


def test_a_rewritten_range_is_stale(login):
    anchor = login.anchor("a.py", 3, 5)
    login.commit(a="import tokens\n\nlogin = tokens.issue\n\ndef logout(user):\n    tokens.revoke(user)\n")
    assert login.locate(anchor) == stale(3)


def test_a_blank_line_that_survives_is_not_what_was_anchored(login):
    anchor = login.anchor("a.py", 5, 7)
    login.commit(
        a=LOGIN.replace("    return token\n", "    return (token)\n").replace("logout(user)", "out(u)")
    )
    assert login.files.births("a.py").of(6).start == 6
    assert login.locate(anchor) == stale(3)


def test_a_renamed_file_keeps_its_anchors(login):
    anchor = login.anchor("a.py", 3, 5)
    (login.root / "src").mkdir()
    login.git("mv", "a.py", "src/b.py")
    login.write("src/b.py", "# Moved\n" + LOGIN)
    login.commit()
    assert login.locate(anchor, "src/b.py") == by_births("src/b.py", (4, 6), survived=3, total=3)
    assert login.locate(anchor, "a.py") == stale(3)


def test_a_merge_keeps_anchors_of_both_sides(login):
    login.git("switch", "-q", "-c", "side")
    login.commit(a=LOGIN + "def refresh(user):\n")
    side = login.anchor("a.py", 9)
    login.git("switch", "-q", "main")
    login.commit(a="# Main\n" + LOGIN)
    ours = login.anchor("a.py", 1)
    login.git("merge", "-q", "-m", "Merge", "side")
    assert login.locate(side) == by_births("a.py", (10, 10), survived=1, total=1)
    assert login.locate(ours) == by_births("a.py", (1, 1), survived=1, total=1)


def test_an_amended_commit_gives_new_births_and_the_text_stands_in(repo):
    repo.commit(other="x\n")
    made_at = repo.commit(a=LOGIN)
    anchor = repo.anchor("a.py", 3, 5)
    repo.write("a.py", "# Amended\n" + LOGIN)
    repo.git("commit", "-q", "--all", "--amend", "-m", "Amended")
    assert repo.locate(anchor) == by_text("a.py", 4, 6)
    assert repo.locate(anchor, made_at=made_at) == by_text("a.py", 4, 6)


def test_lines_that_were_taken_out_and_put_back_are_found_by_their_text(login):
    made_at = login.git("rev-parse", "HEAD")
    anchor = login.anchor("a.py", 3, 5)
    login.commit(a="import tokens\n")
    assert login.locate(anchor, made_at=made_at) == stale(3)
    login.commit(a="# Back\n" + LOGIN)
    assert login.locate(anchor, made_at=made_at) == by_text("a.py", 4, 6)


def test_one_line_that_was_put_back_completes_the_range_again(login):
    anchor = login.anchor("a.py", 3, 5)
    login.commit(a=LOGIN.replace("    token = tokens.issue(user)\n", "    token = None\n"))
    login.commit(a=LOGIN)
    assert login.locate(anchor) == by_text("a.py", 3, 5)


def test_a_text_that_stands_twice_is_not_guessed_at(login):
    anchor = login.anchor("a.py", 3, 5)
    login.commit(a="nothing here\n")
    login.commit(a=LOGIN + LOGIN)
    assert login.locate(anchor) == stale(3)


def test_a_short_text_standing_once_is_no_evidence(repo):
    repo.commit(a="if x:\n    a = 1\nelse:\n    b = 2\n")
    anchor = repo.anchor("a.py", 3)
    repo.commit(a="nothing\n")
    repo.commit(a="try:\n    pass\nelse:\n    c = 3\n")
    assert repo.locate(anchor) == stale(1)


def test_an_equal_line_that_stood_beside_it_all_along_is_another_line(repo):
    made_at = repo.commit(
        a="def one():\n    raise ValueError(name)\n\ndef two():\n    raise ValueError(name)\n"
    )
    anchor = repo.anchor("a.py", 2)
    repo.commit(a="def one():\n    pass\n\ndef two():\n    raise ValueError(name)\n")
    assert repo.locate(anchor, made_at=made_at) == stale(1)


def test_a_merge_that_left_two_copies_of_a_line_does_not_widen_an_anchor():
    # Seen in real histories: both copies of a blank line have one birth.
    birth = Birth("c1", "a.py", 1, 3)
    lines = ("first", "", "last", "", "more")
    births = FileBirths(
        "c9",
        "a.py",
        (BirthRun(1, birth), BirthRun(4, Birth("c1", "a.py", 2, 2)), BirthRun(5, Birth("c9", "a.py", 5, 5))),
    )
    today = FileToday("a.py", births, lines, lines)
    anchor = Anchor(CodeRange("a.py", 1, 3), (birth,), lines[:3])
    assert locate(anchor, today) == by_births("a.py", (1, 3), survived=3, total=3)


def test_an_unsaved_buffer_is_followed_line_by_line(login):
    anchor = login.anchor("a.py", 3, 5)
    buffer = ["# typing", "", *LOGIN.splitlines()]
    assert login.locate(anchor, lines=buffer) == by_births("a.py", (5, 7), survived=3, total=3)
    buffer[5] = "    token = tokens.iss"
    assert login.locate(anchor, lines=buffer) == by_births("a.py", (5, 5), (7, 7), survived=2, total=3)
    assert login.locate(anchor, lines=[]) == stale(3)


def test_a_dirty_work_tree_is_followed_too(login):
    anchor = login.anchor("a.py", 3, 5)
    login.write("a.py", "# dirty\n" + LOGIN)
    assert login.locate(anchor) == by_births("a.py", (4, 6), survived=3, total=3)


def test_a_crlf_checkout_is_the_same_file(login):
    anchor = login.anchor("a.py", 3, 5)
    login.write("a.py", ("# dirty\n" + LOGIN).replace("\n", "\r\n"))
    assert login.locate(anchor) == by_births("a.py", (4, 6), survived=3, total=3)


def test_characters_that_some_take_for_line_ends_do_not_move_it(repo):
    text = "a\x0cb\nc\u2028d\x85e\nanchored here\n"
    repo.commit(a=text)
    anchor = repo.anchor("a.py", 3)
    repo.commit(a="\x0c\u2029\n" + text)
    assert repo.locate(anchor) == by_births("a.py", (4, 4), survived=1, total=1)


class TestLinesThatWereNotCommitted:
    def test_stay_in_their_place_as_long_as_nothing_moved(self, login):
        login.write("a.py", LOGIN + "}\n}\n")
        anchor = login.anchor("a.py", 9)
        assert anchor.births == (Birth(UNCOMMITTED, "a.py", 9, 9),)
        assert login.locate(anchor) == by_text("a.py", 9, 9)

    def test_are_found_by_their_text_when_it_is_the_only_one(self, login):
        login.write("a.py", LOGIN + "def refresh(user, token):\n")
        anchor = login.anchor("a.py", 9)
        login.write("a.py", "# above\n" + LOGIN + "def refresh(user, token):\n")
        assert login.locate(anchor) == by_text("a.py", 10, 10)

    def test_are_told_from_others_of_their_text_by_what_they_belong_to(self, login):
        login.write("a.py", LOGIN + "    return token\n")
        anchor = login.anchor("a.py", 9)
        login.write("a.py", "# above\n" + LOGIN + "    return token\n\n# below\n    return token\n")
        assert login.locate(anchor) == by_text("a.py", 10, 10)

    def test_are_not_guessed_when_they_moved_and_could_be_several(self, login):
        login.write("a.py", LOGIN + "    return token\n")
        anchor = login.anchor("a.py", 9)
        login.write("a.py", LOGIN + "    return token\n\n" + LOGIN + "    return token\n")
        assert login.locate(anchor) == stale(1)

    def test_are_gone_when_what_they_belonged_to_is_and_an_equal_line_is_in_their_place(self, login):
        login.write("a.py", "    return token\n" + LOGIN + "    return token\n")
        anchor = login.anchor("a.py", 1)
        login.write("a.py", LOGIN.replace("import tokens\n", "    return token\n"))
        assert login.locate(anchor) == stale(1)

    def test_are_known_once_committed_because_only_they_are_new(self, login):
        made_at = login.git("rev-parse", "HEAD")
        login.write("a.py", LOGIN + "    return token\n")
        anchor = login.anchor("a.py", 9)
        login.commit(a="# above\n" + LOGIN + "    return token\n")
        assert login.locate(anchor, made_at=made_at) == by_text("a.py", 10, 10)

    def test_beside_committed_ones_come_with_them(self, login):
        login.write("a.py", LOGIN.replace("    return token", "    audit()\n    return token"))
        anchor = login.anchor("a.py", 4, 6)
        assert [birth.commit == UNCOMMITTED for birth in anchor.births] == [False, True, False]
        login.write("a.py", "# above\n" + LOGIN.replace("    return token", "    audit()\n    return token"))
        assert login.locate(anchor) == by_text("a.py", 5, 7)

    def test_that_were_thrown_away_are_stale(self, login):
        login.write("a.py", LOGIN + "def refresh(user, token):\n")
        anchor = login.anchor("a.py", 9)
        login.write("a.py", LOGIN)
        assert login.locate(anchor) == stale(1)

    def test_work_before_the_first_commit(self, repo):
        repo.write("a.py", LOGIN)
        anchor = repo.anchor("a.py", 3, 5)
        assert repo.locate(anchor) == by_text("a.py", 3, 5)
        repo.commit(a="# first\n" + LOGIN)
        assert repo.locate(anchor) == by_text("a.py", 4, 6)


@pytest.mark.parametrize(
    "anchor",
    [
        Anchor(CodeRange("a.py", 3, 5)),
        Anchor(CodeRange("a.py", 3, 5), (Birth("0" * 40, "gone.py", 1, 1),), ("x", "y")),
        Anchor(CodeRange("a.py", 3, 5), (Birth("not-a-commit", "a.py", 9, 2),), ()),
        Anchor(CodeRange("a.py", 900, 905), (Birth("-rf", "../x", 1, 6),), ("\n",) * 6),
    ],
)
def test_an_anchor_that_somebody_damaged_is_nowhere_and_breaks_nothing(login, anchor):
    assert login.locate(anchor, made_at="-rf\n").ranges == ()


@pytest.mark.parametrize("name", ["x" * 300, "d/" * 3000 + "x"])
def test_a_name_that_no_file_can_have_is_the_name_of_none(login, name):
    anchor = Anchor(CodeRange(name, 1, 1), (Birth("0" * 40, name, 1, 1),), ("def login(email):",))
    assert login.files.find(anchor).certainty is Certainty.STALE
    assert login.files.find(Anchor(whole(name))).certainty is Certainty.STALE
