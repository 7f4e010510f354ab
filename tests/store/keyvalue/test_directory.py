"""Keyed values as files in a directory."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from store.keyvalue.conformance import SECOND, START, KeyValueSuite, Kind

from lsp_server.errors import StoreError, UsageError
from lsp_server.store.keyvalue.base import Write
from lsp_server.store.keyvalue.directory import FileStorage
from lsp_server.store.keyvalue.keys import file_name


@pytest.fixture
def kind(tmp_path: Path) -> Kind:
    return Kind(lambda clock: FileStorage(tmp_path / "values", clock=clock))


class TestFileStorage(KeyValueSuite):
    @pytest.fixture
    def kind(self, tmp_path: Path) -> Kind:
        return Kind(lambda clock: FileStorage(tmp_path / "values", clock=clock))


@pytest.fixture
def values(tmp_path: Path) -> FileStorage:
    return FileStorage(tmp_path)


def test_a_value_stands_in_a_file_that_can_be_read(tmp_path: Path) -> None:
    FileStorage(tmp_path, clock=lambda: START).put("user:123:preferences", {"theme": "dark"})
    assert json.loads((tmp_path / "user%3A123%3Apreferences.json").read_bytes()) == {
        "git-memory": 1,
        "created": "2026-11-21T10:00:00+00:00",
        "updated": "2026-11-21T10:00:00+00:00",
        "expires": None,
        "key": "user:123:preferences",
        "value": {"theme": "dark"},
    }


def test_plain_files_that_programs_wrote_are_read_and_taken_over(tmp_path: Path, values: FileStorage) -> None:
    for key, value in (("user:1", {"a": 1}), ("plain", [1, 2]), ("Upper", "x")):
        with (tmp_path / f"{key}.json").open("w") as file:
            json.dump(value, file)
    assert [(item.key, item.value) for item in values.scan()] == [
        ("Upper", "x"), ("plain", [1, 2]), ("user:1", {"a": 1}),
    ]  # fmt: skip
    values.change("user:1", lambda item: Write({**item.value, "b": 2}))
    values.put("plain", 3)
    assert values.delete("Upper") is True
    assert [(item.key, item.value) for item in values.scan()] == [("plain", 3), ("user:1", {"a": 1, "b": 2})]
    assert not (tmp_path / "user:1.json").exists()


def test_a_program_that_goes_on_writing_plain_files_makes_no_key_twice(
    tmp_path: Path, values: FileStorage
) -> None:
    values.put("user:1", "ours")
    (tmp_path / "user:1.json").write_text('"theirs"')
    (tmp_path / os.fsdecode(b"no\xfftext.json")).write_text("1")
    assert values.get("user:1") == values.scan()[0]
    assert [(item.key, item.value) for item in values.scan()] == [("user:1", "ours")]
    assert values.delete_prefix("") == 1
    assert values.scan() == []


def test_a_key_that_looks_like_a_name_of_a_file_is_another(values: FileStorage) -> None:
    long = "x" * 1000
    for key in ("user:1", "Upper", long):
        values.put(key, "theirs")
        name = file_name(key)
        assert name != key
        assert values.get(name) is None
        assert values.delete(name) is False
        values.put(name, "mine")
        assert [item.key for item in values.scan(name)] == [name]
        assert values.delete(name) is True
        assert values.get(key)


def test_a_plain_file_whose_name_has_an_escape_of_another_form_is_listed_as_it_is_read(
    tmp_path: Path, values: FileStorage
) -> None:
    (tmp_path / "a%3ab.json").write_text("1")
    (tmp_path / "100% sure.json").write_text("2")
    (tmp_path / "folder.json").mkdir()
    assert [(item.key, item.value) for item in values.scan()] == [("100% sure", 2), ("a%3ab", 1)]
    assert all(values.get(item.key) == item for item in values.scan())
    assert values.get("folder") is None


def test_a_fork_in_the_middle_of_a_write_keeps_no_lock(values: FileStorage) -> None:
    children = []

    def forking(item: object) -> Write:
        child = os.fork()
        if child == 0:
            time.sleep(30)  # a child that lives on, with all that it has inherited
            os._exit(0)
        children.append(child)
        return Write(1)

    try:
        values.change("key", forking)
        waiting = threading.Thread(target=values.put, args=("other", 2), daemon=True)
        waiting.start()
        waiting.join(10)
        assert not waiting.is_alive()
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def test_a_change_that_would_wait_for_itself_is_refused(values: FileStorage) -> None:
    values.put("key", 1)
    calls = (lambda: values.put("key", 2), lambda: values.delete_prefix(""), values.scan)
    for call in calls:

        def change(item: object, call: Callable[[], object] = call) -> Write:
            return Write(call() and 3)

        with pytest.raises(UsageError, match="must only answer"):
            values.change("key", change)
    values.change("key", lambda _: Write(values.get("key") is not None))
    assert values.scan()[0].value is True


def test_a_file_that_was_edited_by_hand_is_read(tmp_path: Path, values: FileStorage) -> None:
    before = values.put("key", {"a": 1})
    path = tmp_path / "key.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {"value": {"a": 2}}, indent=4))
    assert values.get("key").value == {"a": 2}
    values.put("key", 3)
    assert values.get("key").created == before.created


def test_a_file_that_is_no_json_is_named_and_takes_nothing_else_down(
    tmp_path: Path, values: FileStorage
) -> None:
    values.put("broken", 1)
    values.put("key", 2)
    (tmp_path / "broken.json").write_text('{"half')
    assert [item.key for item in values.scan()] == ["key"]
    with pytest.raises(StoreError, match=r"broken\.json is not JSON"):
        values.get("broken")
    values.put("broken", 3)
    assert values.get("broken").value == 3


def test_other_files_in_the_directory_are_left_alone(tmp_path: Path, values: FileStorage) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / ".hidden.json").write_text("{}")
    values.put("key", 1)
    assert values.delete_prefix("") == 1
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / ".hidden.json").exists()


def test_no_key_leads_out_of_the_directory(tmp_path: Path) -> None:
    values = FileStorage(tmp_path / "values")
    for key in ("../x", "/etc/x", "a/../../x", "..", "..\\x"):
        values.put(key, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["values"]


@pytest.mark.parametrize("names", range(6))
def test_what_a_killed_writer_had_begun_is_finished_by_whoever_comes(tmp_path: Path, names: int) -> None:
    values = FileStorage(tmp_path, clock=lambda: START)
    values.put_many({"old": Write(1), "gone": Write(1)})
    if os.fork() == 0:  # killed after so many changes of names
        left = names

        def counted(event: str, _: object) -> None:
            nonlocal left
            if event in ("os.rename", "os.remove"):
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(counted)
        values.put_many({"old": Write(2), "new": Write(3, START + SECOND), "gone": None})
        os._exit(0)
    os.wait()
    found = [(item.key, item.value) for item in FileStorage(tmp_path, clock=lambda: START).scan()]
    assert found == ([("gone", 1), ("old", 1)] if names == 0 else [("new", 3), ("old", 2)])
    assert not (tmp_path / ".many").exists()
    values.put_many({"new": Write(4), "old": None})
    assert values.get("new").value == 4
    assert values.get("old") is None
    assert list((tmp_path / ".new").iterdir()) == []


def test_many_writes_on_a_disk_that_is_full_are_not_made_and_nothing_is_in_the_way(tmp_path: Path) -> None:
    values = FileStorage(tmp_path)
    values.put("old", 1)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, before[1]))
    try:
        for many in (
            {"a": Write(1), "b" * 150: Write("x" * 3_800)},  # the last file is too long
            {"b" * 100 + str(number): Write(1) for number in range(50)},  # all of their names are
        ):
            with pytest.raises(StoreError, match="File too large"):
                values.put_many(many)
            assert [(item.key, item.value) for item in values.scan()] == [("old", 1)]
        with pytest.raises(StoreError, match="File too large"):
            values.put("old", "x" * 5_000)
        assert values.get("old").value == 1
        assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.name != "old.json") < 9_000
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    values.put_many({"a": Write("x" * 5_000)})
    assert len(values.get("a").value) == 5_000


def test_expiry_looks_at_nothing_that_stays(tmp_path: Path) -> None:
    now = START
    values = FileStorage(tmp_path, clock=lambda: now)
    values.put_many({f"stays:{n}": Write(n, START + timedelta(days=1)) for n in range(50)})
    values.put("goes", 1, expires=START + SECOND)
    for path in tmp_path.glob("stays*.json"):
        path.write_text("{")  # whoever read them would stumble
    now = START + 2 * SECOND
    assert values.remove_expired() == 1
    assert len(list((tmp_path / ".expiring").rglob("*stays*"))) == 50
    assert not list((tmp_path / ".expiring").rglob("*goes*"))


@pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
def test_a_directory_that_may_only_be_read_is_read(tmp_path: Path, values: FileStorage) -> None:
    values.put("key", 1)
    tmp_path.chmod(0o555)
    try:
        assert values.get("key").value == 1
        assert [item.key for item in values.scan()] == ["key"]
        with pytest.raises(StoreError, match="Permission denied"):
            values.put("key", 2)
    finally:
        tmp_path.chmod(0o755)


def test_a_directory_without_a_name_is_refused() -> None:
    with pytest.raises(UsageError, match="has a name"):
        FileStorage("")


def test_a_place_that_is_no_directory_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="keyed values in"):
        FileStorage(tmp_path / "file")
