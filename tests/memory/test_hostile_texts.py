"""What stands in a file that somebody wrote by hand does nothing where it is shown."""

from __future__ import annotations

import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.memory import Kind, Record
from lsp_server.memory.showing import LINES
from lsp_server.memory.titles import subject

IMAGE = "![](http://evil.example/x.png)"


def by_hand(memory: Memory, repo: Repo, record: Record, old: str, new: str) -> None:
    """Change the record's file on the branch as a person may: with git alone."""
    text = memory.text(record.id)
    assert old in text
    tree = Repo(repo.root.parent / "by-hand")
    repo.git("worktree", "add", "-q", str(tree.root), "memory")
    tree.write(record.path, text.replace(old, new))
    tree.commit("By hand")
    repo.git("worktree", "remove", "--force", str(tree.root))


@pytest.mark.parametrize(
    "status",
    [
        f"x\\n\\n{IMAGE}",
        "x" + "\\n" * 30 + IMAGE,
        f"proposed **{IMAGE}**" + "x" * 5000,
        "<img src=//evil.example/x.png>",
        "proposed\\e[2J\\u202e",
    ],
)
def test_a_status_from_a_file_puts_nothing_into_a_hover(memory: Memory, repo: Repo, status: str) -> None:
    bug = memory.record(Kind.BUG, "Nobody can sign in", fields={"description": "It says no."})
    by_hand(memory, repo, bug, "status: open", f'status: "{status}"')
    first, link, *_ = lines = memory.hover([bug.id]).split("\n")
    assert len(lines) <= LINES
    assert first.startswith("**BUG-1** · bug · ")
    assert len(first) < 130
    assert link.startswith("[Nobody can sign in](file://")
    assert not any(danger in first.replace("\\[", "").replace("\\<", "") for danger in ("![", "[", "<"))
    assert first.rstrip().isprintable()


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        (IMAGE, r"!\[\](http://evil.example/x.png)"),
        ("A \x1b]0;x\x07 title", r"A \\u{1B}\]0;x\\u{7} title"),
        ("A \u202eltit", r"A \\u{202E}ltit"),
        ("A t\U000e0061\u200bg", r"A t\\u{E0061}\\u{200B}g"),
        ("A ![x][y] &lt; ~~t~~ title", r"A !\[x\]\[y\] \&lt; \~\~t\~\~ title"),
    ],
)
def test_a_title_from_a_file_is_words_in_a_hover(memory: Memory, repo: Repo, title: str, shown: str) -> None:
    bug = memory.record(Kind.BUG, "Nobody can sign in")
    by_hand(memory, repo, bug, "# Nobody can sign in", f"# {title}")
    assert memory.hover([bug.id]).split("\n")[1].startswith(f"[{shown}](file://")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"See !{IMAGE} here", "See [](http://evil.example/x.png) here"),
        ("<img src=x>", "&lt;img src=x>"),
        ("back\x1b[2J", "back\\u{1B}[2J"),
        ("   ```\nIt says no.", "It says no."),
    ],
)
def test_a_text_from_a_file_loads_nothing_in_a_hover(
    memory: Memory, repo: Repo, text: str, shown: str
) -> None:
    bug = memory.record(Kind.BUG, "Nobody can sign in", fields={"description": "Old text."})
    by_hand(memory, repo, bug, "Old text.", text)
    assert memory.hover([bug.id]).split("\n")[3:] == [shown]


def test_tags_from_a_file_do_not_make_a_hover_longer(memory: Memory, repo: Repo) -> None:
    records = [memory.record(Kind.BUG, f"Bug {n}", tags=["one"]) for n in range(4)]
    for record in records:
        by_hand(memory, repo, record, "[one]", f'["x\\n\\n{IMAGE}"]')
    text = memory.hover([record.id for record in records])
    assert len(text.split("\n")) <= LINES
    assert "evil" not in text


@pytest.mark.parametrize("character", ["\0", "\x1b", "\x7f", "\x9b", "\u202e", "\u2066", "\udc80"])
def test_a_title_from_a_file_is_harmless_in_a_commit_subject(character: str) -> None:
    made = subject("bug: fix BUG-1", f"A {character} title")
    spelled = "\\x80" if character == "\udc80" else f"\\u{{{ord(character):X}}}"  # a byte is no character
    assert made == f'bug: fix BUG-1 "A {spelled} title"'


def test_a_title_edited_by_hand_is_harmless_in_the_log(memory: Memory, repo: Repo) -> None:
    bug = memory.record(Kind.BUG, "Nobody can sign in")
    by_hand(memory, repo, bug, "# Nobody can sign in", "# Nobody \x1b[31m can\u202e")
    memory.mark("BUG-1", "fixed")
    assert repo.git("log", "-1", "--format=%s", "memory").isprintable()
