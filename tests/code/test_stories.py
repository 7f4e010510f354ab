"""What becomes of a note when the code is edited, line by line.

Lines marked with ``>`` are what the note was made on, and below, where it must be afterwards.
"""

from __future__ import annotations

import pytest
from stories import LOGIN, Story, below

from lsp_server.code.model import Certainty


class TestEdits:
    def test_above(self, story):
        story.commit("auth.py", below("# Who may come in", "import users"))
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
            "auth.py", LOGIN.replace(">     token = tokens.issue(user)", "      token = tokens.issue()")
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
        story.holds(Certainty.BIRTHS)

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

    def test_are_not_taken_for_each_other_where_the_work_tree_had_other_numbers(self, repo):
        twins = "tries = 3  # a request\n\nwait = 1\ntries = 3  # a request\n"
        made_at = repo.commit(a="import time\n" + twins)
        repo.write("a.py", twins[twins.index("wait") :])
        anchor = repo.anchor("a.py", 2)  # the second of the two, which HEAD has on line 5
        repo.commit(a=f"import time\n{twins}".replace("wait = 1\ntries = 3  # a request", "wait = 2"))
        assert repo.files.find(anchor, made_at=made_at).ranges == ()
