"""What becomes of a note when a commit changes line ends, as turning on ``.gitattributes`` does.

Lines marked with ``>`` are what the note was made on, and below, where it must be afterwards. They stand
there several times, so only where they come from tells which of them is meant.
"""

from __future__ import annotations

import pytest
from stories import Story, marked

from lsp_server.code.model import Certainty

TWINS = """
      def one(client):
          value = client.fetch(1)
          return None

      def two(client):
          value = client.fetch(2)
    >     return None

      def three(client):
          value = client.fetch(3)
          return None
"""
TOP = "      import clients\n\n"


def ended(text: str, end: str) -> bytes:
    """A told text without its marks, with these line ends."""
    return marked(text)[0].replace("\n", end).encode()


def of(text: str) -> tuple[str, tuple[int, ...]]:
    return "a.py", marked(text)[1]


@pytest.fixture(params=["\n", "\r\n"], ids=["from-LF", "from-CRLF"])
def story(repo, request):
    """The note on a file with one kind of line ends."""
    told = Story(repo)
    repo.git("config", "core.autocrlf", "false")
    repo.write("a.py", ended(TWINS, request.param))
    told.made_at = repo.commit("Begin")
    told.anchor = repo.anchor("a.py", 7)
    told.old, told.new = request.param, {"\n": "\r\n", "\r\n": "\n"}[request.param]
    return told


def test_the_lines_stay_the_lines_that_they_are(story):
    story.repo.write("a.py", ended(TWINS, story.new))
    story._expected = of(TWINS)
    story.holds(Certainty.BIRTHS)  # not committed yet
    story.repo.commit("Line ends")
    story.holds(Certainty.BIRTHS)


def test_also_back_again_and_with_edits_between(story):
    story.repo.write("a.py", ended(TWINS, story.new))
    story.repo.commit("Line ends")
    story.repo.write("a.py", ended(TOP + TWINS.strip("\n"), story.new))
    story.repo.commit("Edit")
    story.repo.write("a.py", ended(TOP + TWINS.strip("\n"), story.old))
    story.repo.commit("Back")
    story._expected = of(TOP + TWINS.strip("\n"))
    story.holds(Certainty.BIRTHS)


def test_a_commit_that_edits_too_maps_what_it_did_not_edit(story):
    edited = TOP + TWINS.strip("\n").replace("fetch(2)", "fetch(2, timeout=30)")
    story.repo.write("a.py", ended(edited, story.new))
    story.repo.commit("Line ends and more")
    story._expected = of(edited)
    story.holds(Certainty.BIRTHS)


def test_a_line_that_goes_with_that_commit_is_gone(story):
    story.repo.write("a.py", ended(TWINS.replace(">     return None", "      return value"), story.new))
    story.repo.commit("Line ends and more")
    story.is_stale(last="a.py:7", by="Line ends and more")


def test_the_file_may_be_renamed_by_that_commit(story):
    story.git("mv", "a.py", "b.py")
    story.repo.write("b.py", ended(TWINS, story.new))
    story.repo.commit("Move")
    story._expected = ("b.py", marked(TWINS)[1])
    story.holds(Certainty.BIRTHS)


def test_a_branch_merged_afterwards_keeps_its_own_notes(story):
    story.git("switch", "-q", "-c", "side")
    more = TWINS + "\n      def four(client):\n          return None\n"
    story.repo.write("a.py", ended(more, story.old))
    made_at = story.repo.commit("Four")
    four = story.repo.anchor("a.py", 14)
    story.git("switch", "-q", "main")
    story.repo.write("a.py", ended(TOP + TWINS.strip("\n"), story.new))
    story.repo.commit("Line ends")
    story.git("merge", "-q", "--no-ff", "-X", "ignore-cr-at-eol", "-m", "Merge", "side")
    story._expected = of(TOP + TWINS.strip("\n"))
    story.holds()
    located = story.repo.files.find(four, made_at=made_at)
    assert [str(place) for place in located.ranges] == ["a.py:16"]


def test_git_renormalizes_a_repository(repo):
    story = Story(repo)
    repo.git("config", "core.autocrlf", "false")
    repo.write("a.py", ended(TWINS, "\r\n"))
    story.made_at = repo.commit("Begin")
    story.anchor = repo.anchor("a.py", 7)
    repo.write(".gitattributes", "*.py text eol=lf\n")
    repo.git("add", "--renormalize", ".")
    repo.commit("Line ends by .gitattributes")
    assert b"\r" not in repo.run(["cat-file", "blob", "HEAD:a.py"])
    assert b"\r" in (repo.root / "a.py").read_bytes()  # until it is checked out again
    story._expected = of(TWINS)
    story.holds(Certainty.BIRTHS)
    (repo.root / "a.py").unlink()
    repo.git("checkout", "-q", "--", "a.py")
    story.holds(Certainty.BIRTHS)


def test_a_last_line_that_gets_its_end_is_the_line_it_was(repo):
    story = Story(repo)
    text = TWINS.replace(">     return None", "      return None").rstrip()
    repo.write("a.py", ended(text, "\n").rstrip(b"\n"))
    story.made_at = repo.commit("Begin")
    story.anchor = repo.anchor("a.py", 11)
    repo.write("a.py", ended(text, "\n") + b"\n\ndef four(client):\n    return None\n")
    repo.commit("Four")
    story._expected = ("a.py", (11,))
    story.holds(Certainty.BIRTHS)
