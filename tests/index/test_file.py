"""The file is disposable: damaged, foreign, older, locked or unwritable, the answers are the same."""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest

from lsp_server.errors import StoreError
from lsp_server.index import Filters, Index


@pytest.fixture
def built(branch, file, reader, make):
    """A branch of one record, and the file of an index that followed it."""
    branch.put(make.learning("aaaa", "Emails differ by case"))
    with Index(file, reader) as index:
        index.follow(branch)
    return file


def titles(path, reader, branch, **options):
    with Index(path, reader, **options) as index:
        index.follow(branch)
        return [record.title for record in index.list()], index.is_private


def test_importing_and_making_an_index_loads_no_database(tmp_path):
    code = (
        "import sys, pathlib; from lsp_server.index import Index, Reader;"
        "Index(pathlib.Path(sys.argv[1]), Reader(None, None)).close(); print('sqlite3' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "x")], capture_output=True, text=True, check=True
    )
    assert run.stdout == "False\n"
    assert not (tmp_path / "x").exists()


def test_a_second_process_finds_what_the_first_left(built, branch, reader):
    branch.reads = 0
    assert titles(built, reader, branch) == (["Emails differ by case"], False)
    assert branch.reads == 0


def test_the_journal_is_gone_when_nobody_has_the_index_open(built):
    assert list(built.parent.iterdir()) == [built]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda f: f.unlink(), id="deleted"),
        pytest.param(lambda f: f.write_bytes(b""), id="empty"),
        pytest.param(lambda f: f.write_bytes(b"This is a text, not a database. " * 200), id="a text"),
        pytest.param(lambda f: f.write_bytes(f.read_bytes()[:5000]), id="cut off"),
        pytest.param(lambda f: f.write_bytes(f.read_bytes()[:4096] + b"\x5a" * 8192), id="scribbled over"),
        pytest.param(lambda f: alter(f, "DROP TABLE records"), id="a table is missing"),
        pytest.param(lambda f: alter(f, "DROP TABLE search"), id="the full text is missing"),
        pytest.param(lambda f: alter(f, "PRAGMA user_version = 1"), id="older"),
        pytest.param(lambda f: alter(f, "PRAGMA application_id = 77"), id="another application's"),
        pytest.param(lambda f: (f.unlink(), alter(f, "CREATE TABLE t (x)")), id="somebody's database"),
    ],
)
def test_a_damaged_foreign_or_older_file_is_made_anew(built, branch, reader, damage):
    damage(built)
    assert titles(built, reader, branch) == (["Emails differ by case"], False)
    branch.reads = 0
    assert titles(built, reader, branch) == (["Emails differ by case"], False)
    assert branch.reads == 0  # and this time it lasts


def alter(file, statement):
    connection = sqlite3.connect(file)
    row = connection.execute(statement).fetchone()
    connection.commit()
    connection.close()
    return row and row[0]


def test_damage_that_is_met_while_reading_is_mended_from_the_branch(built, branch, reader):
    with Index(built, reader) as index:
        index.follow(branch)
        alter(built, "DROP TABLE tags")
        assert [record.title for record in index.list(Filters(tag="none"))] == []
        alter(built, "DROP TABLE records")
        assert [record.title for record in index.list()] == ["Emails differ by case"]


def test_another_version_of_the_parser_reads_everything_anew(built, branch, reader):
    assert titles(built, replace(reader, version=2), branch) == (["Emails differ by case"], False)
    assert branch.reads == 2


def test_a_newer_programs_file_is_left_alone(built, branch, reader):
    alter(built, "PRAGMA user_version = 999999")
    before = built.read_bytes()
    assert titles(built, reader, branch) == (["Emails differ by case"], True)
    assert built.read_bytes() == before


def test_where_no_file_can_be_made_the_index_is_in_memory(tmp_path, branch, reader, built):
    in_the_way = tmp_path / "a file"
    in_the_way.write_text("not a directory")
    assert titles(in_the_way / "index.sqlite3", reader, branch) == (["Emails differ by case"], True)
    (tmp_path / "index.sqlite3").mkdir()
    assert titles(tmp_path / "index.sqlite3", reader, branch) == (["Emails differ by case"], True)


@pytest.fixture
def read_only(built):
    built.chmod(0o444)
    built.parent.chmod(0o555)
    if os.access(built.parent, os.W_OK):
        built.parent.chmod(0o755)
        pytest.skip("this user may write everywhere")
    yield built
    built.parent.chmod(0o755)


def test_a_read_only_index_is_copied_and_goes_on_from_there(read_only, branch, reader, make):
    branch.reads = 0
    assert titles(read_only, reader, branch) == (["Emails differ by case"], True)
    assert branch.reads == 0
    branch.put(make.learning("bbbb", "Another", minutes=1))
    assert titles(read_only, reader, branch) == (["Another", "Emails differ by case"], True)
    assert branch.reads == 1


def test_a_writer_that_does_not_go_on_is_not_waited_for(built, branch, reader, make):
    stuck = sqlite3.connect(built, isolation_level=None)
    stuck.execute("BEGIN IMMEDIATE")
    try:
        branch.put(make.learning("bbbb", "Another", minutes=1))
        branch.reads = 0
        assert titles(built, reader, branch, patience=0.1) == (["Another", "Emails differ by case"], True)
        assert branch.reads == 1  # what the file held was taken over
    finally:
        stuck.close()


def test_of_two_that_follow_at_once_the_second_finds_the_work_done(built, branch, reader, make):
    branch.put(*[make.learning(f"bbbb{n:04x}") for n in range(40)])
    branch.reads = 0
    branch.before_each_read = lambda: time.sleep(0.002)
    results = []

    def work():
        results.append(titles(built, reader, branch, patience=20.0))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(len(found), private) for found, private in results] == [(41, False)] * 3
    assert branch.reads == 40


def test_with_the_journal_of_a_network_file_system_readers_and_writers_get_along(built, branch, reader, make):
    alter(built, "PRAGMA journal_mode = DELETE")
    branch.put(*[make.learning(f"bbbb{n:04x}") for n in range(40)])
    results = []

    def work():
        results.extend(titles(built, reader, branch, patience=20.0) for _ in range(10))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(len(found), private) for found, private in results] == [(41, False)] * 30
    assert alter(built, "PRAGMA journal_mode") == "delete"


def test_several_that_make_the_file_at_once_all_succeed(branch, file, reader, make):
    branch.put(make.learning("aaaa", "One"))
    start = threading.Barrier(6)
    results = []

    def work():
        start.wait()
        try:
            results.append(titles(file, reader, branch, patience=20.0))
        except BaseException as error:
            results.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [(["One"], False)] * 6


KILLED = """
import os, sqlite3, sys
from pathlib import Path
from lsp_server.index.opening import open_file, transaction
from lsp_server.index.schema import tables
connection = open_file(Path(sys.argv[1]), tables(1))
connection.execute("PRAGMA cache_size = 5")
with transaction(connection, 1):
    connection.execute("DELETE FROM meta")
    for n in range(2000):
        connection.execute("INSERT INTO tags VALUES (?, 1)", ("x" * 2000,))
    os.kill(os.getpid(), 9)
"""


def test_a_process_that_is_killed_while_following_leaves_the_old_state(built, branch, reader):
    run = subprocess.run([sys.executable, "-c", KILLED, str(built)], check=False)
    assert run.returncode == -9
    branch.reads = 0
    assert titles(built, reader, branch) == (["Emails differ by case"], False)
    assert branch.reads == 0


def test_closing_twice_is_harmless_and_asking_afterwards_is_an_error(branch, file, reader):
    index = Index(file, reader)
    index.follow(branch)
    index.close()
    index.close()
    with pytest.raises(StoreError, match="closed"):
        index.list()


def test_an_index_that_somebody_deletes_under_an_open_one_does_no_harm(built, branch, reader, make):
    with Index(built, reader) as index:
        index.follow(branch)
        for file in list(built.parent.iterdir()):
            file.unlink()
        branch.put(make.learning("bbbb", "Another", minutes=1))
        index.follow(branch)
        assert [record.title for record in index.list()] == ["Another", "Emails differ by case"]
        assert titles(built, reader, branch)[0] == ["Another", "Emails differ by case"]
