"""Keyed values on the memory's branch."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from store.keyvalue.conformance import SECOND, START, Hands, KeyValueSuite, Kind
from support import Repo

from lsp_server import Kind as RecordKind
from lsp_server import Memory, SecretError, UsageError
from lsp_server.memory.keyed.git_storage import GitStorage
from lsp_server.memory.keyed.manager import MemoryManager
from lsp_server.store.keyvalue.base import Value, Write
from lsp_server.store.keyvalue.values import dumps, loads


class TestGitStorage(KeyValueSuite):
    @pytest.fixture
    def kind(self, repo: Repo) -> Kind:
        with Memory.open(repo.root) as memory:
            memory.initialise()
        return Kind(lambda clock: GitStorage(repo.root, clock=clock), increments=40)


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def storage(repo: Repo, clock: Hands) -> GitStorage:
    with Memory.open(repo.root) as memory:
        memory.initialise()
    return GitStorage(repo.root, clock=clock)


def test_a_value_is_a_file_whose_diff_can_be_read(repo: Repo, storage: GitStorage) -> None:
    memory = MemoryManager(storage)
    memory.store("user:123:preferences", {"theme": "dark", "language": "en"})
    memory.update("user:123:preferences", {"theme": "light"})
    assert repo.git("log", "--format=%s", "-2", "memory").splitlines() == [
        'value: change "user:123:preferences"',
        'value: store "user:123:preferences"',
    ]
    changed = repo.git("show", "--format=", "memory").splitlines()
    assert [line for line in changed if line.startswith(("+ ", "- "))] == [
        '-    "theme": "dark",',
        '+    "theme": "light",',
    ]


def test_the_work_tree_is_not_touched(repo: Repo, storage: GitStorage) -> None:
    before = repo.fingerprint()
    storage.put_many({"a": Write(1), "b": Write(2)})
    storage.touch("a", START + SECOND)
    storage.delete_prefix("")
    assert repo.fingerprint() == before


def test_reading_and_living_longer_make_no_commit(repo: Repo, storage: GitStorage, clock: Hands) -> None:
    storage.put("key", 1, expires=START + SECOND)
    tip = repo.git("rev-parse", "memory")
    assert storage.touch("key", START + timedelta(days=1)) is True
    clock.forward(timedelta(hours=1))
    assert storage.get("key").value == 1
    assert [item.key for item in storage.scan()] == ["key"]
    assert repo.git("rev-parse", "memory") == tip
    # Another clone learns of it when somebody clears up here.
    assert storage.remove_expired() == 0
    assert (START + timedelta(days=1)).isoformat() in repo.git("show", f"memory:{path_of(repo, 'key')}")


def test_what_is_so_already_makes_no_commit(repo: Repo, storage: GitStorage) -> None:
    storage.put("key", 1)
    tip = repo.git("rev-parse", "memory")
    storage.delete("none")
    storage.delete_prefix("none")
    storage.put_many({"none": None})
    storage.remove_expired()
    assert repo.git("rev-parse", "memory") == tip


def test_a_secret_does_not_get_in(repo: Repo, storage: GitStorage) -> None:
    secret = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"
    tip = repo.git("rev-parse", "memory")
    with pytest.raises(SecretError) as refused:
        storage.put("user:1", {"settings": {"token": secret}})
    assert secret not in str(refused.value)
    with pytest.raises(SecretError):
        storage.put(secret, 1)
    assert repo.git("rev-parse", "memory") == tip
    GitStorage(repo.root, redact=True).put("user:1", {"token": secret})
    assert secret not in repo.git("show", "memory")
    assert storage.get("user:1").value["token"] != secret
    with pytest.raises(SecretError):  # a key cannot be another
        GitStorage(repo.root, redact=True).put(secret, 1)
    assert secret not in repo.git("log", "-p", "memory")


def test_a_secret_that_ends_within_a_text_is_taken_out_whole(repo: Repo, storage: GitStorage) -> None:
    password = "hunter2-Zx9!kk"
    redacting = GitStorage(repo.root, redact=True)
    kept = redacting.put("user:1", {"password": f'{password}"more', "seen": START})
    assert kept == storage.get("user:1")
    assert "redacted" in kept.value["password"]
    assert kept.value["seen"] == START
    assert password not in repo.git("log", "-p", "memory")


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("SECRET", "value"),
        ({"settings": {"other": [1, {"x": 1}], "token": "SECRET"}}, 'value["settings"]["token"]'),
        ({"list": [{"a": 1}, ["SECRET"]]}, 'value["list"]'),
        ({"SECRET": 1}, "value[a key]"),
        ({'a\n": b': "SECRET"}, 'value["a\\n\\": b"]'),
    ],
)
def test_where_a_secret_stands_is_told_by_its_keys(storage: GitStorage, value: Value, place: str) -> None:
    secret = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"
    with pytest.raises(SecretError) as refused:
        storage.put("user:1", loads(dumps(value).replace("SECRET", secret)))
    assert str(refused.value).startswith(f"{place} looks like a secret (github-pat)")
    with pytest.raises(SecretError, match=r"^the key looks"):
        storage.put(secret, 1)


def test_a_value_that_was_edited_by_hand_is_read(repo: Repo, storage: GitStorage) -> None:
    storage.put("key", {"a": 1})
    edit_on_branch(repo, path_of(repo, "key"), lambda text: text.replace('"a": 1', '"a": 2'))
    assert storage.get("key").value == {"a": 2}


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"git-memory": 1}', "\xff"])
def test_a_file_that_is_none_of_ours_takes_nothing_down(repo: Repo, storage: GitStorage, text: str) -> None:
    storage.put_many({"key": Write(1), "other": Write(2)})
    edit_on_branch(repo, path_of(repo, "key"), lambda _: text)
    assert [item.key for item in storage.scan()] == ["other"]
    storage.put("key", 3)
    assert storage.get("key").value == 3


def test_records_and_values_live_on_one_branch(repo: Repo) -> None:
    with Memory.open(repo.root) as memory:
        memory.initialise()
        storage = GitStorage(memory)
        storage.put("key", 1)
        record = memory.record(RecordKind.LEARNING, "Values stand beside records")
        assert storage.get("key").value == 1
        assert [each.id for each in memory.list()] == [record.id]
        storage.close()
        memory.list()  # what was given open stays open


def test_a_batch_reads_what_it_has_written_and_is_one_commit(repo: Repo) -> None:
    with Memory.open(repo.root) as memory:
        memory.initialise()
        values = memory.values()
        values.store("old", 1)
        values.store("gone", 1)
        before = int(repo.git("rev-list", "--count", "memory"))
        with memory.batch("values: what was learned today"):
            values.store("user:1", {"a": 1})
            assert values.update("user:1", {"b": 2}) == {"a": 1, "b": 2}
            assert values.retrieve("user:1") == {"a": 1, "b": 2}
            assert values.delete("gone") == 1
            assert values.retrieve("gone") is None
            assert values.keys() == ["old", "user:1"]
            assert values.query_by_timestamp() == ["old", "user:1"]
            values.store("user:2", 1)
            assert values.delete("user:*") == 2
            assert values.keys() == ["old"]
            values.store("new", 1)
        assert values.keys() == ["new", "old"]
        assert int(repo.git("rev-list", "--count", "memory")) == before + 1
        with suppress(KeyError), memory.batch("values: none"):
            values.store("new", 2)
            raise KeyError
        assert values.retrieve("new") == 1


def test_a_proposal_has_values_of_its_own_until_it_is_adopted(repo: Repo) -> None:
    with Memory.open(repo.root) as memory:
        memory.initialise()
        values = memory.values()
        values.store("user:1", {"a": 1})
        memory.propose("idea")
        values.update("user:1", {"b": 2})
        assert values.retrieve("user:1") == {"a": 1, "b": 2}
        memory.end_proposing()
        assert values.retrieve("user:1") == {"a": 1}
        values.update("user:1", {"c": 3})
        memory.adopt("idea")
        assert values.retrieve("user:1") == {"a": 1, "b": 2, "c": 3}


def test_reads_need_no_index_that_was_there_before(repo: Repo, storage: GitStorage) -> None:
    storage.put("key", 1)
    for file in (repo.root / ".git" / "git-memory").glob("index*"):
        file.unlink()
    assert storage.get("key").value == 1
    storage.put("key", 2)
    assert storage.get("key").value == 2


@pytest.mark.parametrize("prefix", ["", "a", "a\U0010ffff", "\U0010ffff", "\ud7ff", "\ue000", "é"])
def test_a_prefix_finds_what_begins_so_and_nothing_else(storage: GitStorage, prefix: str) -> None:
    keys = [
        *("a", "aa", "a\U0010ffff", "a\U0010ffffz", "b", "\U0010ffff", "\U0010ffff\U0010ffff"),
        *("\ud7ff", "\ud7ffx", "\ue000", "é", "éé", "ê"),
    ]
    storage.put_many({key: Write(1) for key in keys})
    wanted = sorted(key for key in keys if key.startswith(prefix))
    assert [item.key for item in storage.scan(prefix)] == wanted
    assert [item.key for item in storage.scan(prefix, limit=2)] == wanted[:2]


def path_of(repo: Repo, key: str) -> str:
    """Where the value of a plain key stands on the branch."""
    paths = repo.git("ls-tree", "-r", "--name-only", "memory", "values/").splitlines()
    return next(path for path in paths if path.endswith(f"/{key}.json"))


def edit_on_branch(repo: Repo, path: str, change: Callable[[str], str]) -> None:
    """Change a file on the branch as a person does, in a worktree."""
    place = repo.root.parent / "by-hand"
    repo.git("worktree", "add", "-q", str(place), "memory")
    (place / path).write_bytes(change((place / path).read_text()).encode("latin-1"))
    repo.git("-C", str(place), "commit", "-qam", "by hand")
    repo.git("worktree", "remove", str(place))


def test_a_change_that_writes_a_record_is_refused_at_once_also_in_a_batch(repo: Repo) -> None:
    with Memory.open(repo.root) as memory:
        memory.initialise()
        values = memory.values()
        values.store("key", 1)
        tip = repo.git("rev-parse", "memory")

        def writes_a_record(value: Value) -> Value:
            memory.record(RecordKind.LEARNING, "A record")
            return value

        with pytest.raises(UsageError, match="must only answer: it cannot write"):
            values.change("key", writes_a_record)
        with memory.batch("both"), pytest.raises(UsageError, match="must only answer"):
            values.change("key", writes_a_record)
        assert repo.git("rev-parse", "memory") == tip
        values.change("key", lambda value: value + 1)
        assert values.retrieve("key") == 2
