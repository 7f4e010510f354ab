"""Lines that were not committed when somebody made a note on them get their births from the commit."""

from __future__ import annotations

import pytest
from stories import LOGIN, Story, below

from lsp_server.code.model import Certainty
from lsp_server.code.settling_lines import settle_lines
from lsp_server.records.anchors import UNCOMMITTED, Birth

BASE = "import tokens\n\ndef logout(user):\n    tokens.revoke(user)\n"


@pytest.fixture
def story(repo):
    """Three new lines in a file that is committed without them, and a note on them."""
    repo.commit(auth=BASE)
    told = Story(repo)
    told.begins("auth.py", LOGIN, committed=False)
    assert told.anchor.births == (Birth(UNCOMMITTED, "auth.py", 3, 5),)
    return told


def settled(story, **how):
    anchor = settle_lines(story.repo.files, story.anchor, story.made_at, **how)
    assert (anchor.range, anchor.text) == (story.anchor.range, story.anchor.text)
    return anchor


def births(anchor):
    return [
        f"{'?' if one.commit == UNCOMMITTED else one.path}:{one.start}-{one.end}" for one in anchor.births
    ]


def test_as_long_as_they_are_not_committed_nothing_changes(story):
    assert settled(story) is story.anchor
    story.repo.git("commit", "-q", "--allow-empty", "-m", "Empty")
    assert settled(story) is story.anchor


def test_the_commit_that_has_them_is_their_birth(story):
    head = story.repo.commit("Login")
    assert settled(story).births == (Birth(head, "auth.py", 3, 5),)
    story.put_above("auth.py", "# above")
    story.repo.commit("Above")
    assert settled(story).births == (Birth(head, "auth.py", 3, 5),)
    assert settled(story).is_committed


def test_once_settled_they_are_followed_like_any_other_line(story):
    story.repo.commit("Login")
    story.anchor = settled(story)
    story.git("mv", "auth.py", "login.py")
    story.commit("login.py", below("# above").replace("> def login(user)", "  def l(user)"))
    story._expected = ("login.py", (5, 6))
    story.holds(Certainty.BIRTHS)
    assert settled(story) is story.anchor


def test_beside_lines_that_were_committed_only_the_new_ones_get_a_birth(repo):
    first = repo.commit(auth=BASE)
    story = Story(repo)
    repo.write("auth.py", BASE.replace("    tokens", "    audit(user)\n    tokens"))
    story.made_at, story.anchor = first, repo.anchor("auth.py", 3, 5)
    assert births(story.anchor) == ["auth.py:3-3", "?:4-4", "auth.py:4-4"]
    head = repo.commit("Audit")
    assert settled(story).births == (
        Birth(first, "auth.py", 3, 3),
        Birth(head, "auth.py", 4, 4),
        Birth(first, "auth.py", 4, 4),
    )


def test_lines_committed_one_part_after_the_other(story):
    text = (story.repo.root / "auth.py").read_text()
    story.repo.write("auth.py", text.replace("    token = tokens.issue(user)\n", ""))
    story.git("commit", "-q", "--all", "-m", "Part")
    story.repo.write("auth.py", text)
    assert births(settled(story)) == ["auth.py:3-3", "?:4-4", "auth.py:4-4"]
    story.git("commit", "-q", "--all", "-m", "Rest")
    assert births(settled(story)) == ["auth.py:3-3", "auth.py:4-4", "auth.py:4-4"]


def test_no_commit_is_blamed_after_the_one_that_has_them_all(story, blamed):
    head = story.repo.commit("Login")
    for number in range(3):
        story.repo.write("auth.py", f"# {number}\n" + (story.repo.root / "auth.py").read_text())
        story.repo.commit(f"Above {number}")
    assert settled(story).births == (Birth(head, "auth.py", 3, 5),)
    assert blamed == [head]


def test_a_line_that_was_edited_before_the_commit_stays_open_and_the_others_do_not(story):
    text = (story.repo.root / "auth.py").read_text()
    story.repo.write("auth.py", text.replace("issue(user)", "issue(user, hours=1)"))
    story.repo.commit("Login")
    assert births(settled(story)) == ["auth.py:3-3", "?:4-4", "auth.py:5-5"]
    story.anchor = settled(story)
    located = story.located()
    assert [str(one) for one in located.ranges] == ["auth.py:3", "auth.py:5"]


def test_a_new_line_that_equals_an_old_one_is_not_taken_for_it(repo):
    repo.commit(auth=BASE)
    story = Story(repo)
    story.begins(
        "auth.py",
        """
          import tokens

          def logout(user):
              tokens.revoke(user)

          def drop(user):
        >     tokens.revoke(user)
        """,
        committed=False,
    )
    repo.git("stash", "-q")
    repo.commit("Elsewhere", other="x\n")
    repo.write("auth.py", "# above\n" + BASE)
    repo.commit("Above")
    assert settled(story) is story.anchor
    repo.write("auth.py", "# above\n" + BASE + "\ndef drop(user):\n    tokens.revoke(user)\n")
    head = repo.commit("Drop")
    assert settled(story).births == (Birth(head, "auth.py", 8, 8),)


def test_a_short_line_is_settled_by_the_next_commit_whatever_is_beside_it(repo):
    story = Story(repo)
    story.made_at = repo.commit(auth=BASE)
    repo.write("auth.py", BASE.replace("\n\n", "\nN = 1\n\n"))
    story.anchor = repo.anchor("auth.py", 2)
    repo.write("auth.py", "N = 1\n" + BASE.replace("tokens\n", "users\n", 1))
    assert [str(one) for one in story.located().ranges] == ["auth.py:1"]
    head = repo.commit("All")
    assert [str(one) for one in story.located().ranges] == ["auth.py:1"]
    assert settled(story).births == (Birth(head, "auth.py", 1, 1),)


def test_a_short_line_that_was_dropped_is_not_one_that_comes_much_later(repo):
    story = Story(repo)
    story.made_at = repo.commit(auth=BASE)
    repo.write("auth.py", BASE.replace("\n\n", "\nN = 1\n\n"))
    story.anchor = repo.anchor("auth.py", 2)
    for number in range(3):
        repo.commit("Other", auth=f"{BASE}# {number}\n")
    repo.commit("Later", auth=f"{BASE}\nclass Counter:\n    pass\nN = 1\n")
    story.is_stale()
    assert settled(story) is story.anchor
    head = repo.commit("Back", auth=BASE.replace("\n\n", "\nN = 1\n\n"))  # beside the line it stood beside
    assert settled(story).births == (Birth(head, "auth.py", 2, 2),)


def test_a_new_file_and_one_that_was_renamed_before_the_commit(repo):
    made_at = repo.commit(auth=BASE + "".join(f"# line {n}\n" for n in range(20)))
    new = Story(repo)
    new.begins("fresh.py", "    > def fresh(user):\n    >     return user\n", committed=False)
    old = Story(repo)
    old.begins("auth.py", LOGIN + "".join(f"      # line {n}\n" for n in range(20)), committed=False)
    assert new.made_at == old.made_at == made_at
    repo.git("mv", "auth.py", "login.py")
    head = repo.commit("All at once")
    assert settled(new).births == (Birth(head, "fresh.py", 1, 2),)
    assert settled(old).births == (Birth(head, "login.py", 3, 5),)


def test_before_the_first_commit(repo):
    story = Story(repo)
    story.begins("auth.py", LOGIN, committed=False)
    assert story.made_at is None
    assert settled(story) is story.anchor
    head = repo.commit("First")
    assert settled(story).births == (Birth(head, "auth.py", 3, 5),)


def test_an_amended_commit(story):
    old = story.git("rev-parse", "HEAD")
    story.git("commit", "-q", "--all", "--amend", "-m", "Amended")
    head = story.git("rev-parse", "HEAD")
    assert story.made_at == old != head
    assert settled(story).births == (Birth(head, "auth.py", 3, 5),)
    # As it is where the old commit is not known any more, and somebody has found what it became.
    story.made_at = head
    assert births(settled(story)) == ["?:3-5"]
    assert settled(story, amended=True).births == (Birth(head, "auth.py", 3, 5),)


def test_a_commit_on_another_branch_settles_what_is_on_this_one_after_the_merge(story):
    story.git("switch", "-q", "-c", "side")
    side = story.repo.commit("Side")
    story.git("switch", "-q", "main")
    assert settled(story) is story.anchor
    story.repo.commit("Main", other="x\n")
    story.git("merge", "-q", "-m", "Merge", "side")
    assert settled(story).births == (Birth(side, "auth.py", 3, 5),)


def test_in_a_shallow_clone_nothing_is_claimed(story):
    story.repo.commit("Login")
    shallow = story.repo.clone("shallow", "--depth=1")
    assert settle_lines(shallow.files, story.anchor, story.made_at) is story.anchor


def test_a_record_that_somebody_damaged_settles_nothing(story):
    story.repo.commit("Login")
    for made_at in ("-rf\n", "0" * 40, "HEAD^{tree}"):
        assert settle_lines(story.repo.files, story.anchor, made_at) is story.anchor


def test_a_record_whose_lines_and_births_are_not_as_many_settles_nothing(repo):
    repo.commit(auth=BASE)
    story = Story(repo)
    story.begins("fresh.py", "    > def fresh(user):\n    >     return user\n", committed=False)
    repo.commit("Fresh")
    anchor = story.anchor._replace(births=(Birth(UNCOMMITTED, "fresh.py", 1, 9),))
    assert settle_lines(repo.files, anchor, story.made_at) is anchor
