"""What becomes of a note when the code is moved: in its file, to another, away.

Lines marked with ``>`` are what the note was made on, and below, where it must be afterwards.
"""

from __future__ import annotations

from stories import LOGIN, Story, below

from lsp_server.code.model import Certainty


class TestMoves:
    def test_of_the_file(self, story):
        (story.repo.root / "src").mkdir()
        story.git("mv", "auth.py", "src/login.py")
        story.repo.commit("Move")
        story.shows("src/login.py", LOGIN, by=Certainty.BIRTHS)

    def test_of_the_file_and_of_lines_in_it_at_once(self, story):
        story.git("mv", "auth.py", "login.py")
        story.commit("login.py", below("# moved"))
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
            story.put_above(new, f"# {new}")
            story.repo.commit("Edit")
        story.shows("auth2.py", below("# auth2.py", "# c.py", "# b.py"))

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
        story.commit("auth.py", below("# above"))
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
