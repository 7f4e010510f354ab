"""What is noted about rewritten commits on this machine."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

from lsp_server.code.rewrite_journal import FILE, Noted, note, read

A, B, C = "a" * 40, "b" * 40, "c" * 64


def test_what_is_noted_is_read_back_once_each(tmp_path: Path) -> None:
    assert note(tmp_path, [Noted(A, B, "hook"), Noted(B, C, "patch-id")])
    assert note(tmp_path, [Noted(A, B, "squash"), Noted(A, A, "hook")])
    assert list(read(tmp_path)) == [Noted(A, B, "hook"), Noted(B, C, "patch-id")]


def test_lines_that_are_none_of_ours_are_left_out(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(
        b"\xff\xfe\n" + f"{A} {B}\n{A} {B} hook\r\n{A[:-1]} {B} hook\n{A} {C} later-word\n".encode()
    )
    assert list(read(tmp_path)) == [Noted(A, B, "hook"), Noted(A, C, "later-word")]


def test_a_line_that_was_cut_off_takes_none_with_it(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(f"{A} {B[:10]}")
    note(tmp_path, [Noted(B, C, "hook")])
    assert list(read(tmp_path)) == [Noted(B, C, "hook")]


def test_where_nothing_can_be_written_nothing_breaks(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    assert not note(tmp_path, [Noted(A, B, "hook")])
    assert list(read(tmp_path)) == []
    assert list(read(tmp_path / "nowhere")) == []


def _note_many(place: Path, digit: str) -> None:
    for number in range(50):
        note(place, [Noted(f"{number:039d}{digit}", A, "hook")])


def test_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_note_many, args=(tmp_path, digit)) for digit in "123"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(read(tmp_path)) == 150
