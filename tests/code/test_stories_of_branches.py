"""What becomes of a note when the code is on branches, and in repositories of every kind.

Lines marked with ``>`` are what the note was made on, and below, where it must be afterwards.
"""

from __future__ import annotations

import pytest
from stories import LOGIN, Story, below

from lsp_server.code.model import Certainty
from lsp_server.errors import StoreError


class TestBranches:
    def test_that_both_edited_the_file(self, story):
        story.git("switch", "-q", "-c", "side")
        story.repo.write("auth.py", (story.repo.root / "auth.py").read_text() + "\n# side\n")
        story.repo.commit("Side")
        story.git("switch", "-q", "main")
        story.put_above("auth.py", "# main")
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
        story.put_above("auth.py", "# main")
        story.repo.commit("Main")
        story.git("merge", "-q", "-m", "Merge", "side")
        story.shows("login.py", below("# main"), by=Certainty.BIRTHS)

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
        story.put_above("auth.py", "# later")
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
        story.put_above("auth.py", "# main")
        story.repo.commit("Main")
        story.git("merge", "-q", "-m", "Octopus", "one", "two")
        story.shows("auth.py", below("# main"), by=Certainty.BIRTHS)

    def test_whose_commits_tell_more_than_their_two_ends(self, repo):
        """From end to end git takes the last of three equal lines for the last of the three before."""
        story = Story(repo)
        story.begins(
            "jobs.yml",
            """
              - job: 37
                os: linux
              - job: 37-freeze
                os: linux
              - job: 38
            >   os: linux
                run: some
            """,
        )
        story.git("switch", "-q", "-c", "side")
        story.commit(
            "jobs.yml",
            """
              - job: 38
                os: linux
                run: some
              - job: 38-pluggy
                os: linux
              - job: 38-freeze
                os: linux
            """,
            "Drop 37",
        )
        repo.write("jobs.yml", (repo.root / "jobs.yml").read_text().replace("some", "all"))
        repo.commit("Run all with 38")
        story.git("switch", "-q", "main")
        repo.commit("Main", other="x\n")
        story.git("merge", "-q", "--no-ff", "-m", "Merge", "side")
        assert "-  os: linux" not in story.git("diff", "HEAD^1", "HEAD", "--", "jobs.yml")
        story.shows(
            "jobs.yml",
            """
              - job: 38
            >   os: linux
                run: all
              - job: 38-pluggy
                os: linux
              - job: 38-freeze
                os: linux
            """,
            by=Certainty.BIRTHS,
        )

    def test_that_share_no_history(self, story):
        story.git("switch", "-q", "--orphan", "other")
        story.repo.commit("Other", other="x\n")
        story.git("switch", "-q", "main")
        story.git("merge", "-q", "--allow-unrelated-histories", "-m", "Join", "other")
        story.shows("auth.py", LOGIN, by=Certainty.BIRTHS)

    def test_a_commit_picked_from_one_to_the_other(self, story):
        story.git("switch", "-q", "-c", "side")
        story.put_above("auth.py", "# side")
        picked = story.repo.commit("Side")
        story.git("switch", "-q", "main")
        story.repo.commit("Main", other="x\n")
        story.git("cherry-pick", picked)
        story.shows("auth.py", below("# side"), by=Certainty.BIRTHS)

    def test_work_put_aside_and_taken_out_again(self, story):
        story.put_above("auth.py", "# dirty")
        story.git("stash")
        story.shows("auth.py", LOGIN, by=Certainty.BIRTHS)
        story.git("stash", "pop")
        story.shows("auth.py", below("# dirty"), by=Certainty.BIRTHS)


class TestRepositories:
    def test_of_every_kind_say_the_same(self, story):
        story.commit("auth.py", below("# above"))
        for name, options in (("bare.git", ["--bare"]), ("mirror.git", ["--mirror"]), ("plain", [])):
            told = Story(story.repo.clone(name, *options))
            told.anchor, told.made_at = story.anchor, story.made_at
            told._expected = ("auth.py", (4, 5, 6))
            told.holds(Certainty.BIRTHS)

    def test_with_sha256(self, new_repo):
        story = Story(new_repo("wide", "--object-format=sha256"))
        story.begins("auth.py", LOGIN)
        story.git("mv", "auth.py", "b.py")
        story.commit("b.py", below("# above").replace("issue(user)", "issue(1)"))
        story._expected = ("b.py", (4, 6))
        story.holds()
        story.git("rm", "-q", "b.py")
        story.repo.commit("Gone")
        story.is_stale(last="b.py:4-6", by="Gone")

    def test_that_leave_the_file_out_of_the_work_tree_have_it_all_the_same(self, story):
        story.repo.write("src/other.py", "x\n")
        story.commit("auth.py", below("# above"))
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
        story.write("b.py", below("# here"))
        story.repo.commit("Elsewhere", login="import tokens\n")
        story.holds(Certainty.TEXT)

    def test_a_path_is_that_of_a_commit_where_one_is_named(self, story):
        old = story.git("rev-parse", "HEAD")
        story.git("mv", "auth.py", "b.py")
        story.commit("b.py", below("# above"))
        then = story.repo.files.at(old)
        anchor = then.anchor(story.anchor.range)
        assert anchor == story.anchor
        assert then.find(anchor, made_at=old).ranges == (anchor.range,)
        assert [str(one) for one in story.repo.files.find(anchor, made_at=old).ranges] == ["b.py:4-6"]
