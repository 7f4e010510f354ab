"""``git memory secrets``, and what the writing commands say of secrets."""

from __future__ import annotations

import random
import re
import string
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Repo


def token(seed: int = 1) -> str:
    dice = random.Random(seed)
    return "ghp_" + "".join(dice.choice(string.ascii_letters + string.digits) for _ in range(36))


def fingerprint(repo: Repo, secret: str) -> str:
    return repo.fails("learn", "One", "--lesson", secret).split("--allow-secret ")[1].split()[0]


def test_an_allowance_is_made_listed_and_taken_back(repo: Repo) -> None:
    one = fingerprint(repo, token())
    said = repo.do("secrets", "allow", one, "--rule", "github-pat", "--why", "The manual's example")
    assert said == f"{one} (github-pat) may be written\n  The manual's example\n"
    repo.do("learn", "One", "--lesson", token())
    (entry,) = repo.json("secrets", "list")
    assert (entry["fingerprint"], entry["rule"], entry["who"]) == (one, "github-pat", "Ada")
    assert one in repo.do("secrets", "list")
    assert repo.git("show", f"memory:allowed-secrets/{one}.yaml").splitlines()[1:4] == [
        f"fingerprint: {one}" if not one.isdigit() else f'fingerprint: "{one}"',
        "rule: github-pat",
        'why: "The manual\'s example"',
    ]
    repo.do("secrets", "disallow", one)
    assert "looks like a secret" in repo.fails("learn", "One", "--lesson", token())
    assert "not on the allow-list" in repo.fails("secrets", "disallow", one)
    assert "no fingerprint" in repo.fails("secrets", "allow", "x", code=2)
    answer = repo.run("secrets", "list")
    assert (answer.code, answer.err) == (1, "nothing is allowed\n")


def test_a_scan_ends_with_one_where_it_finds_something(repo: Repo) -> None:
    answer = repo.run("secrets", "scan")
    assert (answer.code, answer.out, answer.err) == (0, "", "no secrets found\n")
    one = fingerprint(repo, token())
    path = repo.json("learn", "One", "--lesson", token(), "--allow-secret", one)["path"]
    answer = repo.run("secrets", "scan")
    assert answer.code == 1
    assert answer.out.startswith(f"{path}:")
    assert answer.out.endswith(f" github-pat {one}\n")
    assert token() not in answer.out + answer.err
    answer = repo.run("secrets", "scan", "--json")
    assert (answer.code, [found["path"] for found in answer.json]) == (1, [path])
    assert repo.run("secrets", "scan", "memory~1").code == 0
    assert repo.run("secrets", "scan", "memory~1..memory").code == 1
    assert repo.run("secrets", "scan", "memory~1...memory").code == 1
    assert repo.run("secrets", "scan", "--", "--output=x").code == 2
    assert repo.run("secrets", "scan", "none").code == 1
    repo.do("secrets", "allow", one)
    assert repo.run("secrets", "scan").code == 0


@pytest.mark.parametrize("way", ["option", "file", "pipe", "editor", "title", "tag"])
def test_no_way_of_the_command_line_lets_a_secret_in(repo: Repo, way: str) -> None:
    (repo.path / "text.md").write_text(f"A title\n\nIt is {token()}\n")
    editor = repo.editor(f"printf '\\nIt is %s\\n' {token()} >> \"$1\"")
    said = {
        "option": lambda: repo.fails("learn", "One", "--lesson", token()),
        "file": lambda: repo.fails("learn", "-F", "text.md"),
        "pipe": lambda: repo.fails("learn", stdin=f"A title\n\nIt is {token()}\n"),
        "editor": lambda: repo.fails("learn", "One", "--edit", env={"GIT_EDITOR": editor}),
        "title": lambda: repo.fails("bug", token()),
        "tag": lambda: repo.fails("decide", "One", "--tag", token()),
    }[way]()
    assert "looks like a secret (github-pat)" in said
    assert token() not in said
    assert token() not in repo.git("log", "-p", "memory")


@pytest.mark.parametrize(
    ("options", "place"),
    [
        (["One", "--lesson", "Fine.\n\nIt is {}\nFine."], "line 3 of “Lesson”"),
        (["One", "-F", "text.md"], "line 2 of “What Happened”"),
        (["The key {}"], "the title"),
        (["One", "--tag", "one,{}"], "a tag"),
        (["One", "--at", "key.py:2"], "the code at an anchor"),
        (["One", "--lesson", "## About {}\n\nIt is fine."], "a heading"),
        (
            ["One", "--lesson", "## About {0}\n\nFine.\n\nIt is {0}"],
            "a heading (github-pat), line 3 of the text",
        ),
    ],
)
def test_the_place_of_a_secret_is_told_as_the_person_knows_it(
    repo: Repo, options: list[str], place: str
) -> None:
    (repo.path / "text.md").write_text(f"First.\nIt is {token()}\n")
    (repo.path / "key.py").write_text(f"import os\nkey = '{token()}'\n")
    said = repo.fails("learn", *[option.format(token()) for option in options])
    assert place in said
    assert token() not in said
    assert not re.search(r"\bline \d+ (?!of)", said)


def test_in_a_file_that_the_person_wrote_the_line_is_told(repo: Repo) -> None:
    kept = repo.editor(f"printf '\\nIt is %s\\n' {token()} >> \"$1\"")
    said = repo.fails("learn", "One", "--edit", env={"GIT_EDITOR": kept})
    line = int(said.split("line ")[1].split()[0])
    draft = said.split("kept in ")[1].strip()
    assert token() in Path(draft).read_text().splitlines()[line - 1]


def test_an_import_can_let_through_or_redact_what_it_found(repo: Repo) -> None:
    folder = repo.path / "adr"
    folder.mkdir()
    text = f"# 1. Use it\n\n## Status\n\nAccepted\n\n## Context\n\nIt is {token()}.\n\n## Decision\n\nSo.\n"
    (folder / "0001-use-it.md").write_text(text)
    answer = repo.run("import", "adr", "adr")
    assert answer.code == 1
    assert "looks like a secret (github-pat)" in answer.out
    one = answer.out.split("--allow-secret ")[1].split()[0]
    repo.do("import", "adr", "adr", "--dry-run", "--allow-secret", one)
    assert "redacted" in repo.do("import", "adr", "adr", "--redact")
    assert "It is [redacted: github-pat]." in repo.file("ADR-1")
    assert token() not in repo.git("log", "-p", "memory")


def test_a_forges_checkout_without_a_memory_branch_is_scanned(repo: Repo) -> None:
    one = fingerprint(repo, token())
    repo.do("learn", "One", "--lesson", token(), "--allow-secret", one)
    repo.git("checkout", "-q", "--detach", "memory")
    repo.git("update-ref", "-d", "refs/heads/memory")
    for revision in ((), ("HEAD",), ("HEAD~1...HEAD",)):
        assert repo.run("secrets", "scan", *revision).code == 1
