"""``git memory value`` at a person's hand: what it says, and what programs are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from terminals import run_on_a_terminal

if TYPE_CHECKING:
    from tests.cli.conftest import Repo

KEYS = ["key", "value", "created", "updated", "expires"]


def test_every_answer_is_one_json_shape(repo: Repo) -> None:
    made = repo.json("value", "set", "user:1", '{"theme": "dark"}', "--ttl", "1h")
    assert list(made) == KEYS
    assert made["created"] == made["updated"] < made["expires"]
    changed = repo.json("value", "update", "user:1", '{"editor": {"tabs": 4}}')
    assert changed["value"] == {"theme": "dark", "editor": {"tabs": 4}}
    assert (changed["created"], changed["expires"]) == (made["created"], made["expires"])
    assert repo.json("value", "get", "user:1") == changed
    assert repo.json("value", "list") == [changed]
    assert repo.json("value", "delete", "user:*") == {"deleted": 1}
    assert repo.json("value", "cleanup") == {"removed": 0}


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        ("12", "12"),
        ("true", "true"),
        ('"12"', "12"),
        ("plain text", "plain text"),
        ("NaN", "NaN"),
        ("007", "007"),
        ("", ""),
        ('{"$date": "2026-11-21"}', '{\n  "$date": "2026-11-21"\n}'),
        ("[]", "[]"),
    ],
)
def test_a_value_is_json_or_a_text(repo: Repo, given: str, printed: str) -> None:
    repo.do("value", "set", "key", given)
    assert repo.do("value", "get", "key") == printed + "\n"


def test_what_is_piped_in_is_read_where_it_is_asked_for(repo: Repo) -> None:
    assert repo.run("value", "set", "key", "-", stdin='{"a": [1,\n 2]}\n').code == 0
    assert repo.json("value", "get", "key")["value"] == {"a": [1, 2]}
    assert "nothing came" in repo.run("value", "set", "key", "-", stdin="").err


def test_broken_json_is_kept_as_text_and_said_so(repo: Repo) -> None:
    assert "no JSON" in repo.run("value", "set", "key", '{"a": 1').err
    assert repo.json("value", "get", "key")["value"] == '{"a": 1'
    assert "no JSON" not in repo.run("value", "set", "key", '{"a": 1', "--text").err


def test_what_is_not_there_is_exit_code_1(repo: Repo) -> None:
    for words in (["get", "none"], ["delete", "none"], ["list"], ["list", "none"]):
        done = repo.run("value", *words)
        assert (done.code, done.out) == (1, "")
        assert "no value" in done.err
    assert repo.run("value", "list", "--json").out == "[]\n"


@pytest.mark.parametrize(
    "words",
    [
        ["set", "key"],
        ["set", "", "1"],
        ["set", "key", "1", "--ttl", "soon"],
        ["set", "key", "1", "--ttl", "0"],
        ["set", "key", "1", "--ttl", "-1"],
        ["set", "key", "[" * 300 + "]" * 300],
        ["set", "key", '"\\ud800"'],
        ["update", "key", "[1]"],
        ["list", "--limit", "0"],
    ],
)
def test_what_makes_no_sense_is_exit_code_2(repo: Repo, words: list[str]) -> None:
    repo.fails("value", *words, code=2)


def test_what_expires_is_told_in_words_and_gone(repo: Repo) -> None:
    repo.do("value", "set", "long", "1", "--ttl", "1h30m")
    repo.do("value", "set", "short", "1", "--ttl", "1")
    assert "expires in 1 hour 30 minutes" in repo.do("value", "list", "long").replace("29 m", "30 m")
    while repo.run("value", "get", "short").code == 0:
        pass
    assert repo.do("value", "cleanup") == "removed 1 value that had expired\n"
    assert repo.do("value", "cleanup") == "nothing has expired\n"
    assert "long" in repo.do("value", "list")


def test_a_secret_is_refused_taken_out_or_let_through(repo: Repo) -> None:
    secret = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"
    said = repo.fails("value", "set", "key", f'{{"token": "{secret}"}}')
    assert secret not in said
    repo.do("value", "set", "key", secret, "--redact")
    assert secret not in repo.do("value", "get", "key")
    fingerprint = said.split("--allow-secret ")[1].split()[0]
    repo.do("value", "update", "other", f'{{"token": "{secret}"}}', "--allow-secret", fingerprint)
    assert secret in repo.do("value", "get", "other")


def test_what_was_piped_in_is_given_back_where_it_cannot_be_written(repo: Repo) -> None:
    repo.git("worktree", "add", "-q", "../memory", "memory")
    done = repo.run("value", "set", "key", "-", stdin='{"typed": "by hand"}')
    assert done.code == 1
    assert '{"typed": "by hand"}' in done.err


def test_nothing_in_a_key_or_value_drives_the_terminal(repo: Repo) -> None:
    repo.do("value", "set", "a\nb\x1b[31m", "c\x1b[2Jd")
    for words in (["list"], ["get", "a\nb\x1b[31m"], ["update", "x", '{"a": "\\u001b[2J"}']):
        _, said = run_on_a_terminal(["git-memory", "value", *words], repo.path, repo.environment)
        assert "\x1b[2J" not in said
        assert "\x1b[31m" not in said


def test_keys_are_completed(repo: Repo) -> None:
    repo.do("value", "set", "user:1", "1")
    repo.do("value", "set", "user:2", "1")
    repo.do("value", "set", "other", "1")
    done = repo.run("value", "get", "user", env={"_GIT_MEMORY_COMPLETE": "1"})
    assert [line.split("\t")[1] for line in done.out.splitlines()] == ["user:1", "user:2"]
