"""What looks like a secret gets in nowhere, unless a person, or the team's list on the branch, lets it."""

from __future__ import annotations

import random
import string
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.errors import NotFoundError, RefusedError, SecretError, UsageError
from lsp_server.memory import CodeRange, Kind, allowances
from lsp_server.records.model import Link, Relation
from lsp_server.store.base import Snapshot


def token(seed: int = 1) -> str:
    dice = random.Random(seed)
    return "ghp_" + "".join(dice.choice(string.ascii_letters + string.digits) for _ in range(36))


def password(seed: int = 1) -> str:
    return f'password = "4kQ{token(seed)[4:16]}"'


SECRETS = {
    "a token": token(),
    "a token that a blank or a quote must end": f"sk_live_{token(3)[4:28]}",
    "an assigned password": password(),
}


def fingerprint(memory: Memory, secret: str) -> str:
    with pytest.raises(SecretError) as refused:
        memory.record(Kind.LEARNING, "One", text=secret)
    return str(refused.value).split("--allow-secret ")[1].split()[0]


def on_the_branch(repo: Repo) -> str:
    """All that a push would publish: every version of every file, names, messages, authors."""
    return repo.git("log", "-p", "--format=fuller", "--stat=300", "memory")


def _amend(memory: Memory, text: str) -> None:
    record = memory.record(Kind.LEARNING, "To be amended")
    memory.amend(record.id, memory.text(record.id) + f"\n{text}\n")


def _anchor(memory: Memory, text: str, *, escaped: bool = False) -> None:
    assert memory.root is not None
    (memory.root / "src" / "auth.py").write_text(f"{text}{chr(1) if escaped else ''}\n")
    memory.record(Kind.LEARNING, "One", at=[CodeRange("src/auth.py", 1, 1)])


def _bug(memory: Memory) -> str:
    return memory.record(Kind.BUG, "A bug").label


def _draft(memory: Memory, text: str) -> None:
    draft = memory.draft(Kind.LEARNING, title="One")
    draft.path.write_text(draft.path.read_text() + f"\n{text}\n")
    memory.save_draft(draft.path)


def _view(memory: Memory, text: str) -> None:
    path = memory.view(memory.record(Kind.LEARNING, "One").id).path
    path.write_text(path.read_text() + f"\n{text}\n")
    memory.save_draft(path)


def _old_label(memory: Memory, text: str) -> None:
    link = Link(Relation.RELATES_TO, "5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f", text)
    memory.record(Kind.DECISION, "One", links=[link])


WAYS: dict[str, Callable[[Memory, str], object]] = {
    "a title": lambda m, s: m.record(Kind.LEARNING, s),
    "a tag": lambda m, s: m.record(Kind.LEARNING, "One", tags=[s]),
    "a field of text": lambda m, s: m.record(Kind.LEARNING, "One", fields={"lesson": s}),
    "a list": lambda m, s: m.record(Kind.DECISION, "One", fields={"options": [s]}),
    "a front matter list": lambda m, s: m.record(Kind.DECISION, "One", fields={"deciders": [s]}),
    "a front matter value": lambda m, s: m.record(Kind.CHECKPOINT, "One", fields={"phase": s}),
    "a figure": lambda m, s: m.record(Kind.CHECKPOINT, "One", fields={"metrics": {"one": s}}),
    "a figure's name": lambda m, s: m.record(Kind.CHECKPOINT, "One", fields={"metrics": {s: 1}}),
    "free text": lambda m, s: m.record(Kind.LEARNING, "One", text=s),
    "a body": lambda m, s: m.record(Kind.LEARNING, "One", body=f"# One\n\n{s}\n"),
    "a link's label": _old_label,
    "quoted code": _anchor,
    "quoted code with a control character": lambda m, s: _anchor(m, s, escaped=True),
    "a checkpoint": lambda m, s: m.checkpoint("One", text=s),
    "a successor": lambda m, s: m.supersede(m.record(Kind.DECISION, "Old", status="accepted").label, s),
    "a bug's end": lambda m, s: m.close_bug(_bug(m), fields={"fix": s}),
    "what a bug taught": lambda m, s: m.close_bug(_bug(m), learning_title="One", learning={"lesson": s}),
    "an amendment": _amend,
    "a draft": _draft,
    "a file view": _view,
    "the reason of an allowance": lambda m, s: m.allow_secret("0a1b2c3d4e", why=s),
}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("way", WAYS)
def test_a_secret_is_refused_on_every_way_in(memory: Memory, repo: Repo, way: str, secret: str) -> None:
    with pytest.raises(SecretError, match="looks like a secret") as refused:
        WAYS[way](memory, secret)
    core = secret.split('"')[-2] if '"' in secret else secret
    assert core not in str(refused.value)
    assert core not in on_the_branch(repo)


def test_an_import_leaves_out_the_file_with_a_secret_or_redacts_it(memory: Memory, repo: Repo) -> None:
    text = f"# 1. Use it\n\n## Status\n\nAccepted\n\n## Context\n\nIt is {token()}.\n\n## Decision\n\nSo.\n"
    repo.write("docs/adr/0001-use-it.md", text)
    repo.write(f"docs/adr/0002-{token(2)}.md", text.replace(token(), "fine").replace("1.", "2."))
    report = memory.import_adrs(repo.root / "docs" / "adr")
    assert [file.record for file in report.files] == [None, None]
    assert "looks like a secret" in report.files[0].notes[0]
    report = memory.import_adrs(repo.root / "docs" / "adr", redact=True)
    assert report.files[0].record is not None
    assert "It is [redacted: github-pat]." in memory.text("ADR-1")
    assert token() not in on_the_branch(repo)
    assert token(2) not in on_the_branch(repo)


def test_a_redacted_title_is_in_no_file_name_message_or_answer(memory: Memory, repo: Repo) -> None:
    record = memory.record(
        Kind.LEARNING,
        f"It was {token()}",
        fields={"lesson": f"Never {token()}"},
        tags=[token(2)],
        redact=True,
    )
    assert token() not in repr(record)
    assert record.title == "It was [redacted: github-pat]"
    assert memory.get(record.id).tags == ("redacted-github-pat",)
    told = on_the_branch(repo).lower()
    assert token()[4:].lower() not in told
    assert token(2)[4:].lower() not in told


def test_a_branch_of_the_code_that_is_called_like_a_secret_is_in_no_message(
    memory: Memory, repo: Repo
) -> None:
    bug = _bug(memory)
    repo.git("switch", "-q", "-c", f"fix/{token()}")
    memory.mark(bug, "fixed")
    assert token() not in on_the_branch(repo)
    assert "Code-Branch: fix/[redacted: github-pat]" in repo.git("log", "-1", "--format=%B", "memory")


def test_a_record_whose_title_leaked_can_be_deleted_and_its_tombstone_is_clean(
    memory: Memory, repo: Repo
) -> None:
    one = fingerprint(memory, token())
    record = memory.record(Kind.BUG, token(), allow_secrets=[one])
    memory.delete(record.id)
    assert token() not in repo.git("ls-tree", "-r", "--name-only", "memory")
    assert "[redacted: github-pat]" in repo.git("show", "memory:deleted/bugs/0001.yaml")


def test_an_allowance_is_for_one_finding_and_for_everybody(memory: Memory, repo: Repo) -> None:
    one = fingerprint(memory, token())
    made = memory.allow_secret(one.upper(), rule="github-pat", why="The example of the manual")
    assert (made.fingerprint, made.rule, made.why, made.who) == (
        one, "github-pat", "The example of the manual", "A Developer",
    )  # fmt: skip
    assert memory.allowed_secrets() == [made]
    record = memory.record(Kind.LEARNING, "One", text=token())
    memory.amend(record.id, memory.text(record.id) + "\nMore.\n")
    path = memory.view(record.id).path
    path.write_text(path.read_text() + "\nEven more.\n")
    assert memory.save_draft(path).changed
    with pytest.raises(SecretError):
        memory.record(Kind.LEARNING, "Two", text=token(2))
    with Memory.open(repo.root) as another:
        another.record(Kind.LEARNING, "Three", text=token())
    assert memory.disallow_secret(one).fingerprint == one
    with pytest.raises(SecretError):
        memory.record(Kind.LEARNING, "Four", text=token())
    with pytest.raises(NotFoundError, match="not on the allow-list"):
        memory.disallow_secret(one)


def test_what_is_let_through_once_is_refused_the_next_time(memory: Memory) -> None:
    one = fingerprint(memory, token())
    record = memory.record(Kind.LEARNING, "One", text=token(), allow_secrets=[one])
    with pytest.raises(SecretError):
        memory.amend(record.id, memory.text(record.id) + "\nMore.\n")


def test_allowing_twice_changes_nothing_and_a_commit_tells_of_each(memory: Memory, repo: Repo) -> None:
    first = memory.allow_secret("0a1b2c3d4e", rule="github-pat", why="One")
    tip = memory.version()
    assert memory.allow_secret("0a1b2c3d4e", why="Another reason") == first
    assert memory.version() == tip
    assert repo.git("log", "-1", "--format=%s", "memory") == "secrets: allow 0a1b2c3d4e (github-pat)"


@pytest.mark.parametrize(
    "wrong", ["", "0a1b", "../../../x", "0a1b2c3d4e/..", "-rf", "0a1b2c3d4g", "0a1b2c3d4e5"]
)
def test_what_is_no_fingerprint_is_refused(memory: Memory, wrong: str) -> None:
    with pytest.raises(UsageError, match="no fingerprint"):
        memory.allow_secret(wrong)


def test_the_list_is_one_file_an_entry_and_a_broken_one_still_counts(memory: Memory, repo: Repo) -> None:
    memory.allow_secret("0a1b2c3d4e")
    memory.allow_secret("1a1b2c3d4e")
    tree = Repo(repo.root.parent / "by-hand")
    repo.git("worktree", "add", "-q", str(tree.root), "memory")
    tree.write("allowed-secrets/0a1b2c3d4e.yaml", "<<<<<<< one\nwhy: [\n=======\n")
    tree.write("allowed-secrets/readme.txt", "no entry")
    tree.commit("By hand")
    repo.git("worktree", "remove", str(tree.root))
    snapshot = memory._core.store.snapshot()
    assert allowances.allowed(snapshot) == {"0a1b2c3d4e", "1a1b2c3d4e"}
    assert [entry.why for entry in memory.allowed_secrets()] == ["", ""]


def test_two_sides_of_one_allowance_merge_to_the_older_whichever_comes_first() -> None:
    older = b"why: x\nwhen: 2026-11-20T10:00:00+00:00\n"
    newer = b"why: a\nwhen: 2026-11-20T10:00:01+02:00\nwho: x\n"
    assert allowances.merged(older, newer) == allowances.merged(newer, older) == newer  # 08:00:01 in UTC
    assert allowances.merged(older, b"\xff") == allowances.merged(b"\xff", older) == older
    assert allowances.is_allowance("allowed-secrets/0a1b2c3d4e.yaml")
    assert not allowances.is_allowance("allowed-secrets/x/0a1b2c3d4e.yaml")


def test_the_list_is_not_read_where_nothing_was_found(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Snapshot] = []

    def allowed(snapshot: Snapshot) -> frozenset[str]:
        asked.append(snapshot)
        return frozenset()

    monkeypatch.setattr(allowances, "allowed", allowed)
    memory.record(Kind.LEARNING, "A token and a password", text="Ordinary words about a secret.")
    assert asked == []
    with pytest.raises(SecretError):
        memory.record(Kind.LEARNING, "One", text=token())
    assert len(asked) == 1


def test_a_scan_finds_what_others_committed_and_names_it_without_telling_it(
    memory: Memory, repo: Repo
) -> None:
    memory.record(Kind.LEARNING, "Harmless")
    assert memory.scan_secrets() == []
    start = memory.version()
    tree = Repo(repo.root.parent / "by-hand")
    repo.git("worktree", "add", "-q", str(tree.root), "memory")
    tree.write("notes.txt", f"one\n{token()}\n")
    tree.write(f"{token(2)}.txt", "a name\n")
    tree.commit(f"By hand {token(3)}")
    repo.git("worktree", "remove", str(tree.root))
    found = memory.scan_secrets()
    places = {(entry.path, entry.line) for entry in found}
    commit = str(memory.version())[:10]
    assert places == {("notes.txt", 2), ("[redacted: github-pat].txt", 0), (f"commit {commit}", 1)}
    assert {entry.rule for entry in found} == {"github-pat"}
    assert not any(token(n) in repr(found) for n in (1, 2, 3))
    assert memory.scan_secrets(f"{start}..") == found
    assert memory.scan_secrets(start) == []
    assert memory.scan_secrets("..memory~1") != found
    for entry in found:
        memory.allow_secret(entry.fingerprint)
    assert memory.scan_secrets() == []
    for wrong in ("--output=x", "none", "none..memory"):
        with pytest.raises((NotFoundError, UsageError)):
            memory.scan_secrets(wrong)


def test_without_the_compiled_scanner_ordinary_text_is_written_and_suspicious_text_is_not(repo: Repo) -> None:
    """In a process that cannot import it."""
    program = f"""
import sys
sys.modules["kingfisher_sdk"] = None
from lsp_server import Memory
from lsp_server.errors import RefusedError
from lsp_server.memory import Kind
from lsp_server.memory.secrets import redact_all
with Memory.open({str(repo.root)!r}) as memory:
    memory.initialise()
    memory.record(Kind.LEARNING, "A token is no password", text="Ordinary words, commit {"0a" * 20}.")
    try:
        memory.record(Kind.LEARNING, "One", text=sys.stdin.read())
    except RefusedError as error:
        print(error.message)
    print(redact_all("one\\n{token()}\\ntwo"))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], input=token(), capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines() == [
        "the text may hold a secret and the scanner that can tell is not installed: "
        "pip install kingfisher-secret-scanner",
        "('one\\n[redacted: not looked through]\\ntwo', 1)",
    ]
    assert token() not in on_the_branch(repo)
    assert "A token is no password" in on_the_branch(repo)


def test_a_batch_and_its_message_are_looked_through_too(memory: Memory, repo: Repo) -> None:
    def several() -> None:
        with memory.batch("Several"):
            memory.record(Kind.LEARNING, "One")
            memory.record(Kind.LEARNING, "Two", text=token())

    with pytest.raises(SecretError):
        several()
    assert memory.list() == []
    with suppress(RefusedError), memory.batch(f"It was {token()}"):
        memory.record(Kind.LEARNING, "Three")
    assert token() not in on_the_branch(repo)


def test_a_path_of_the_code_that_is_a_secret_is_refused(memory: Memory, repo: Repo, tmp_path: Path) -> None:
    repo.write(f"src/{token()}.py", "one\n")
    with pytest.raises(SecretError):
        memory.record(Kind.LEARNING, "One", at=[CodeRange(f"src/{token()}.py", 1, 1)])
