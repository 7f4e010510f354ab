"""What becomes of a note when the code moves on: each kind of edit and move, by git's own commands.

Lines marked with ``>`` are what the note was made on, and below, where it must be afterwards.
"""

from __future__ import annotations

import pytest
from stories import Story

from lsp_server.code.model import Certainty
from lsp_server.errors import StoreError

LOGIN = """
      import tokens

    > def login(user):
    >     token = tokens.issue(user)
    >     return token

      def logout(user):
          tokens.revoke(user)
"""


@pytest.fixture
def story(repo):
    told = Story(repo)
    told.begins("auth.py", LOGIN)
    return told


class TestEdits:
    def test_above(self, story):
        story.commit(
            "auth.py",
            """
              # Who may come in
              import tokens
              import users

            > def login(user):
            >     token = tokens.issue(user)
            >     return token

              def logout(user):
                  tokens.revoke(user)
            """,
        )
        story.holds(Certainty.BIRTHS)

    def test_that_take_away_what_was_above(self, story):
        story.commit(
            "auth.py",
            """
            > def login(user):
            >     token = tokens.issue(user)
            >     return token
            """,
        )
        story.holds(Certainty.BIRTHS)

    def test_of_one_line_inside(self, story):
        story.commit(
            "auth.py",
            """
              import tokens

            > def login(user):
                  token = tokens.issue(user, hours=1)
            >     return token

              def logout(user):
                  tokens.revoke(user)
            """,
        )
        story.holds()

    def test_that_insert_lines_inside(self, story):
        story.commit(
            "auth.py",
            """
              import tokens

            > def login(user):
            >     token = tokens.issue(user)
                  audit(user)

            >     return token

              def logout(user):
                  tokens.revoke(user)
            """,
        )
        story.holds()

    def test_that_rewrite_everything_but_a_blank_line_and_a_bracket(self, repo):
        story = Story(repo)
        story.begins(
            "a.js",
            """
              first();
            > call(
            >   one,

            >   two,
            > );
              last();
            """,
        )
        story.commit(
            "a.js",
            """
              first();
              other(

                three,
              );
              last();
            """,
            "Rewrite",
        )
        story.is_stale(last="a.js:2-5", by="Rewrite")

    def test_that_rewrite_it_step_by_step(self, story):
        story.commit("auth.py", LOGIN.replace("issue(user)", "issue(user, 1)"), "First")
        story.commit("auth.py", "import tokens\nlogin = None\ndef logout(user):\n    pass\n", "Second")
        story.is_stale(last="auth.py:3-5", by="Second")

    def test_that_are_taken_back_by_a_revert(self, story):
        story.commit("auth.py", "import tokens\n", "Throw away")
        story.is_stale(last="auth.py:3-5", by="Throw away")
        story.git("revert", "--no-edit", "HEAD")
        story.shows("auth.py", LOGIN, by=Certainty.TEXT)

    def test_that_only_change_line_ends(self, story):
        story.repo.write("auth.py", (story.repo.root / "auth.py").read_bytes().replace(b"\n", b"\r\n"))
        story.repo.commit("CRLF")
        story._expected = ("auth.py", (3, 4, 5))
        story.holds(Certainty.TEXT)

    def test_that_indent_and_unindent_again(self, story):
        text = (story.repo.root / "auth.py").read_text()
        story.repo.commit("Indent", auth="if True:\n" + "".join(f"    {x}" for x in text.splitlines(True)))
        story.is_stale(last="auth.py:3-5", by="Indent")
        story.repo.commit("Unindent", auth=text)
        story.shows("auth.py", LOGIN)


class TestRepeatedLines:
    TWINS = """
          def one():
              check()
              return 1

          def two():
        >     check()
              return 1
    """

    @pytest.fixture
    def story(self, repo):
        told = Story(repo)
        told.begins("a.py", self.TWINS)
        return told

    def test_are_told_apart_by_where_they_were_born(self, story):
        story.commit(
            "a.py",
            """
              def zero():
                  check()
                  return 1

              def one():
                  check()
                  return 1

              def two():
            >     check()
                  return 1
            """,
        )
        story.holds(Certainty.BIRTHS)

    def test_whose_twin_stays_are_stale_when_they_go(self, story):
        story.commit("a.py", self.TWINS.replace(">     check()\n", "      skip()\n"), "Skip")
        story.is_stale(last="a.py:6", by="Skip")

    def test_are_not_taken_for_a_new_twin_elsewhere(self, story):
        story.repo.commit("Away", a="def one():\n    pass\n")
        story.repo.commit("New", a="def one():\n    pass\n\ndef three():\n    check()\n    return 3\n")
        story.is_stale()

    def test_are_followed_when_the_first_of_two_goes(self, story):
        story.commit(
            "a.py",
            """
              def two():
            >     check()
                  return 1
            """,
        )
        story.holds()


class TestMoves:
    def test_of_the_file(self, story):
        (story.repo.root / "src").mkdir()
        story.git("mv", "auth.py", "src/login.py")
        story.repo.commit("Move")
        story.shows("src/login.py", LOGIN, by=Certainty.BIRTHS)

    def test_of_the_file_and_of_lines_in_it_at_once(self, story):
        story.git("mv", "auth.py", "login.py")
        story.commit("login.py", "      # moved\n" + LOGIN.lstrip("\n"))
        story.holds(Certainty.BIRTHS)

    def test_of_its_folder(self, repo):
        story = Story(repo)
        story.begins("old/auth.py", LOGIN)
        story.git("mv", "old", "new")
        repo.commit("Move")
        story.shows("new/auth.py", LOGIN)

    def test_again_and_again(self, story):
        for old, new in (("auth.py", "b.py"), ("b.py", "c.py"), ("c.py", "auth2.py")):
            story.git("mv", old, new)
            story.repo.commit("Move")
            story.repo.write(new, f"# {new}\n" + (story.repo.root / new).read_text())
            story.repo.commit("Edit")
        story.shows(
            "auth2.py",
            """
              # auth2.py
              # c.py
              # b.py
              import tokens

            > def login(user):
            >     token = tokens.issue(user)
            >     return token

              def logout(user):
                  tokens.revoke(user)
            """,
        )

    def test_that_nobody_can_see_in_one_comparison_are_seen_step_by_step(self, story):
        story.git("mv", "auth.py", "b.py")
        story.repo.commit("Move")
        others = "".join(f"def other_{n}():\n    return {n}\n\n" for n in range(30))
        story.repo.write("b.py", others + (story.repo.root / "b.py").read_text().replace("token =", "t ="))
        story.repo.commit("Grow")
        assert not story.git("diff", "-M", "--name-status", "--diff-filter=R", "HEAD~2", "HEAD")
        located = story.located()
        assert [(one.path, one.start, one.end) for one in located.ranges] == [
            ("b.py", 93, 93),
            ("b.py", 95, 95),
        ]

    def test_to_another_name_and_back(self, story):
        story.git("mv", "auth.py", "b.py")
        story.repo.commit("There")
        story.git("mv", "b.py", "auth.py")
        story.repo.commit("Back")
        story.shows("auth.py", LOGIN, by=Certainty.BIRTHS)

    def test_within_the_file(self, story):
        story.commit(
            "auth.py",
            """
              import tokens

              def logout(user):
                  tokens.revoke(user)

              def refresh(user):
                  tokens.refresh(user)

            > def login(user):
            >     token = tokens.issue(user)
            >     return token
            """,
        )
        story.holds()

    def test_to_a_file_that_is_there(self, story):
        story.repo.write("users.py", "def find(user):\n    return None\n")
        story.repo.commit("Users")
        story.write("auth.py", "import tokens\n")
        story.commit(
            "users.py",
            """
              def find(user):
                  return None

            > def login(user):
            >     token = tokens.issue(user)
            >     return token
            """,
        )
        story.holds(Certainty.TEXT)

    def test_to_a_new_file_that_nobody_has_committed_yet(self, story):
        story.write("auth.py", "import tokens\n")
        story.write(
            "login.py",
            """
            > def login(user):
            >     token = tokens.issue(user)
            >     return token
            """,
        )
        story.holds(Certainty.TEXT)

    def test_to_two_files_at_once_are_not_guessed(self, story):
        text = (story.repo.root / "auth.py").read_text()
        story.repo.commit(
            "Two copies", auth="import tokens\n", one=text + "one = 1\n", two=text + "two = 2\n"
        )
        story.is_stale(last="auth.py:3-5", by="Two copies")

    def test_are_none_where_the_other_file_had_it_all_along(self, repo):
        story = Story(repo)
        repo.write("twin.py", "def login(user):\n    token = tokens.issue(user)\n    return token\n")
        story.begins("auth.py", LOGIN)
        story.repo.commit("Away", auth="import tokens\n")
        story.is_stale(last="auth.py:3-5", by="Away")

    def test_are_none_where_a_copy_was_made_long_before(self, story):
        text = (story.repo.root / "auth.py").read_text()
        story.repo.write("tests/samples/auth.py", "# a sample\n" + text)
        story.repo.commit("Sample")
        story.repo.commit("Away", auth="import tokens\n")
        story.is_stale(last="auth.py:3-5", by="Away")

    def test_from_a_branch_that_is_merged_in_one_go(self, story):
        story.git("switch", "-q", "-c", "side")
        login = "def login(user):\n    token = tokens.issue(user)\n    return token\n"
        story.repo.write("login.py", "# signing in\n" + login)
        story.repo.commit("Copy first")
        story.repo.commit("Remove then", auth="import tokens\n")
        story.git("switch", "-q", "main")
        story.repo.commit("Main", other="x\n")
        story.git("merge", "-q", "--no-ff", "-m", "Merge", "side")
        story.shows(
            "login.py",
            """
              # signing in
            > def login(user):
            >     token = tokens.issue(user)
            >     return token
            """,
            by=Certainty.TEXT,
        )

    def test_when_one_file_becomes_two(self, story):
        story.write("sessions.py", "def logout(user):\n    tokens.revoke(user)\n" * 3)
        story.commit(
            "auth.py",
            """
              import tokens

            > def login(user):
            >     token = tokens.issue(user)
            >     return token
            """,
        )
        story.holds(Certainty.BIRTHS)


class TestFilesThatGo:
    def test_are_stale_with_the_last_place(self, story):
        story.commit("auth.py", "      # above\n" + LOGIN.lstrip("\n"))
        story.git("rm", "-q", "auth.py")
        story.repo.commit("Remove")
        story.is_stale(last="auth.py:4-6", by="Remove")

    def test_and_come_back_from_history(self, story):
        story.git("rm", "-q", "auth.py")
        story.repo.commit("Remove")
        story.git("checkout", "-q", "HEAD~", "--", "auth.py")
        story.repo.commit("Back")
        story.shows("auth.py", LOGIN, by=Certainty.TEXT)

    def test_only_from_the_work_tree(self, story):
        (story.repo.root / "auth.py").unlink()
        story.is_stale()
        story.git("checkout", "-q", "--", "auth.py")
        story.shows("auth.py", LOGIN, by=Certainty.BIRTHS)

    def test_for_a_link_or_bytes(self, story):
        (story.repo.root / "auth.py").unlink()
        (story.repo.root / "auth.py").symlink_to("nowhere")
        story.repo.commit("Link")
        story.is_stale(last="auth.py:3-5", by="Link")
        (story.repo.root / "auth.py").unlink()
        story.repo.write("auth.py", b"\0\1\2")
        story.repo.commit("Bytes")
        story.is_stale(last="auth.py:3-5", by="Link")


class TestBranches:
    def test_that_both_edited_the_file(self, story):
        story.git("switch", "-q", "-c", "side")
        story.repo.write("auth.py", (story.repo.root / "auth.py").read_text() + "\n# side\n")
        story.repo.commit("Side")
        story.git("switch", "-q", "main")
        story.repo.write("auth.py", "# main\n" + (story.repo.root / "auth.py").read_text())
        story.repo.commit("Main")
        story.git("merge", "-q", "-m", "Merge", "side")
        story.shows(
            "auth.py",
            """
              # main
              import tokens

            > def login(user):
            >     token = tokens.issue(user)
            >     return token

              def logout(user):
                  tokens.revoke(user)

              # side
            """,
            by=Certainty.BIRTHS,
        )

    def test_of_which_one_renamed_the_file(self, story):
        story.git("switch", "-q", "-c", "side")
        story.git("mv", "auth.py", "login.py")
        story.repo.commit("Rename")
        story.git("switch", "-q", "main")
        story.repo.write("auth.py", "# main\n" + (story.repo.root / "auth.py").read_text())
        story.repo.commit("Main")
        story.git("merge", "-q", "-m", "Merge", "side")
        story.shows("login.py", "      # main\n" + LOGIN.lstrip("\n"), by=Certainty.BIRTHS)

    def test_with_a_conflict_that_a_person_settled(self, story):
        story.git("switch", "-q", "-c", "side")
        story.commit("auth.py", LOGIN.replace("issue(user)", "issue(user, 1)"), "Side")
        story.git("switch", "-q", "main")
        story.commit("auth.py", LOGIN.replace("issue(user)", "issue(user, 2)"), "Main")
        with pytest.raises(StoreError):
            story.git("merge", "-q", "side")
        story.commit(
            "auth.py",
            """
              import tokens

            > def login(user):
                  token = tokens.issue(user, 1 + 2)
            >     return token

              def logout(user):
                  tokens.revoke(user)
            """,
        )
        story.holds()

    def test_on_which_the_note_was_made_before_they_were_merged(self, repo):
        repo.commit(other="x\n")
        repo.git("switch", "-q", "-c", "feature")
        story = Story(repo)
        story.begins("auth.py", LOGIN)
        story.commit("auth.py", LOGIN.replace("token = tokens.issue(user)", "token = None"))
        repo.git("switch", "-q", "main")
        repo.commit(other="y\n")
        repo.git("merge", "-q", "--no-ff", "-m", "Merge", "feature")
        story.repo.write("auth.py", "# later\n" + (repo.root / "auth.py").read_text())
        repo.commit("Later")
        story.shows(
            "auth.py",
            """
              # later
              import tokens

            > def login(user):
                  token = None
            >     return token

              def logout(user):
                  tokens.revoke(user)
            """,
        )

    def test_that_do_not_have_it(self, repo):
        repo.commit(other="x\n")
        story = Story(repo)
        repo.git("switch", "-q", "-c", "feature")
        story.begins("auth.py", LOGIN)
        repo.git("switch", "-q", "main")
        story.is_stale()
        repo.git("switch", "-q", "feature")
        story.shows("auth.py", LOGIN, by=Certainty.BIRTHS)

    def test_merged_with_the_strategy_ours_change_nothing(self, story):
        story.git("switch", "-q", "-c", "side")
        story.repo.commit("Side", auth="nothing = 1\n")
        story.git("switch", "-q", "main")
        story.repo.commit("Main", other="x\n")
        story.git("merge", "-q", "-s", "ours", "-m", "Merge", "side")
        story.shows("auth.py", LOGIN, by=Certainty.BIRTHS)

    def test_three_at_once(self, story):
        for name in ("one", "two"):
            story.git("switch", "-q", "-c", name, "main")
            story.repo.commit(name, **{name: "x\n"})
        story.git("switch", "-q", "main")
        story.repo.write("auth.py", "# main\n" + (story.repo.root / "auth.py").read_text())
        story.repo.commit("Main")
        story.git("merge", "-q", "-m", "Octopus", "one", "two")
        story.shows("auth.py", "      # main\n" + LOGIN.lstrip("\n"), by=Certainty.BIRTHS)

    def test_that_share_no_history(self, story):
        story.git("switch", "-q", "--orphan", "other")
        story.repo.commit("Other", other="x\n")
        story.git("switch", "-q", "main")
        story.git("merge", "-q", "--allow-unrelated-histories", "-m", "Join", "other")
        story.shows("auth.py", LOGIN, by=Certainty.BIRTHS)

    def test_a_commit_picked_from_one_to_the_other(self, story):
        story.git("switch", "-q", "-c", "side")
        story.repo.write("auth.py", "# side\n" + (story.repo.root / "auth.py").read_text())
        picked = story.repo.commit("Side")
        story.git("switch", "-q", "main")
        story.repo.commit("Main", other="x\n")
        story.git("cherry-pick", picked)
        story.shows("auth.py", "      # side\n" + LOGIN.lstrip("\n"), by=Certainty.BIRTHS)

    def test_work_put_aside_and_taken_out_again(self, story):
        story.repo.write("auth.py", "# dirty\n" + (story.repo.root / "auth.py").read_text())
        story.git("stash")
        story.shows("auth.py", LOGIN, by=Certainty.BIRTHS)
        story.git("stash", "pop")
        story.shows("auth.py", "      # dirty\n" + LOGIN.lstrip("\n"), by=Certainty.BIRTHS)


class TestRepositories:
    def test_of_every_kind_say_the_same(self, story):
        story.commit("auth.py", "      # above\n" + LOGIN.lstrip("\n"))
        for name, options in (("bare.git", ["--bare"]), ("mirror.git", ["--mirror"]), ("plain", [])):
            told = Story(story.repo.clone(name, *options))
            told.anchor, told.made_at = story.anchor, story.made_at
            told._expected = ("auth.py", (4, 5, 6))
            told.holds(Certainty.BIRTHS)

    def test_with_sha256(self, new_repo):
        story = Story(new_repo("wide", "--object-format=sha256"))
        story.begins("auth.py", LOGIN)
        story.git("mv", "auth.py", "b.py")
        story.commit("b.py", "      # above\n" + LOGIN.lstrip("\n").replace("issue(user)", "issue(1)"))
        story._expected = ("b.py", (4, 6))
        story.holds()
        story.git("rm", "-q", "b.py")
        story.repo.commit("Gone")
        story.is_stale(last="b.py:4-6", by="Gone")

    def test_that_leave_the_file_out_of_the_work_tree_have_it_all_the_same(self, story):
        story.repo.write("src/other.py", "x\n")
        story.commit("auth.py", "      # above\n" + LOGIN.lstrip("\n"))
        story.git("sparse-checkout", "set", "--no-cone", "src/")
        assert not (story.repo.root / "auth.py").exists()
        story.holds(Certainty.BIRTHS)

    def test_whose_settings_are_unusual_say_the_same(self, story):
        for name, value in {
            "color.ui": "always", "diff.noprefix": "true", "diff.interHunkContext": "9", "diff.context": "7",
            "diff.renames": "false", "diff.algorithm": "histogram", "diff.external": "false",
            "grep.lineNumber": "true", "grep.patternType": "perl", "log.showSignature": "true",
        }.items():  # fmt: skip
            story.git("config", name, value)
        story.repo.write(".gitattributes", "*.py -diff\n")
        story.repo.write("b.py", "def f():\n    return 1\n")
        story.commit("auth.py", LOGIN.replace("> def login(user):", "  def login(user, hours):"))
        story.git("mv", "auth.py", "login.py")
        story.repo.commit("Move")
        story._expected = ("login.py", (4, 5))
        story.holds()
        text = (story.repo.root / "login.py").read_text().replace("user, hours", "user")
        story.repo.write("login.py", text)
        story.repo.commit("Back")
        story.write("b.py", "      # here\n" + LOGIN.lstrip("\n"))
        story.repo.commit("Elsewhere", login="import tokens\n")
        story.holds(Certainty.TEXT)

    def test_a_path_is_that_of_a_commit_where_one_is_named(self, story):
        old = story.git("rev-parse", "HEAD")
        story.git("mv", "auth.py", "b.py")
        story.commit("b.py", "      # above\n" + LOGIN.lstrip("\n"))
        then = story.repo.files.at(old)
        anchor = then.anchor(story.anchor.range)
        assert anchor == story.anchor
        assert then.find(anchor, made_at=old).ranges == (anchor.range,)
        assert [str(one) for one in story.repo.files.find(anchor, made_at=old).ranges] == ["b.py:4-6"]
