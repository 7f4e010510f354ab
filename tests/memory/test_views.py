"""A record's file view: saved, it amends the record, and takes back nobody else's change."""

from __future__ import annotations

import ctypes
import os
import select
import struct
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.errors import NotFoundError, RefusedError
from lsp_server.memory import Kind


def test_the_file_view_of_a_record_amends_it_and_keeps_other_peoples_changes(memory: Memory) -> None:
    memory.record(Kind.DECISION, "Use JWT", fields={"context": "Old words."})
    view = memory.view("ADR-1")
    assert view.path.read_text("utf-8") == memory.text("ADR-1")
    memory.mark("ADR-1", "accepted")
    view.path.write_text(view.path.read_text("utf-8").replace("Old words.", "New words."), "utf-8")
    saved = memory.save_draft(view.path)
    assert saved.record is not None
    assert (saved.record.status, "New words." in saved.record.body) == ("accepted", True)
    assert view.path.read_text("utf-8") == memory.text("ADR-1")


def test_opening_a_view_again_shows_the_newest_text_but_never_overwrites_unsaved_work(memory: Memory) -> None:
    memory.record(Kind.DECISION, "Use JWT")
    view = memory.view("ADR-1")
    memory.mark("ADR-1", "accepted")
    assert "status: accepted" in memory.view("ADR-1").path.read_text("utf-8")
    view.path.write_text(view.path.read_text("utf-8") + "\nnot committed\n", "utf-8")
    assert "not committed" in memory.view("ADR-1").path.read_text("utf-8")


def test_a_conflicting_edit_is_refused_and_the_draft_kept(memory: Memory) -> None:
    memory.record(Kind.DECISION, "Use JWT", fields={"context": "Old words."})
    view = memory.view("ADR-1")
    memory.amend("ADR-1", memory.text("ADR-1").replace("Old words.", "Her words."))
    view.path.write_text(view.path.read_text("utf-8").replace("Old words.", "His words."), "utf-8")
    with pytest.raises(RefusedError):
        memory.save_draft(view.path)
    assert "His words." in view.path.read_text("utf-8")


def test_a_save_of_the_text_an_editor_still_shows_takes_back_nobody_elses_change(memory: Memory) -> None:
    memory.record(Kind.DECISION, "Use JWT", fields={"context": "Old context.", "decision": "Old decision."})
    view = memory.view("ADR-1").path
    shown = view.read_text("utf-8")
    memory.amend("ADR-1", memory.text("ADR-1").replace("Old context.", "Her context."))
    memory.view("ADR-1")
    assert "Her context." in view.read_text("utf-8")
    view.write_text(shown.replace("Old decision.", "His decision."), "utf-8")
    assert memory.save_draft(view).changed
    assert "Her context." in memory.text("ADR-1")
    assert "His decision." in memory.text("ADR-1")
    assert view.read_text("utf-8") == memory.text("ADR-1")


def test_an_editor_that_missed_what_a_save_merged_in_does_not_take_it_back(memory: Memory) -> None:
    memory.record(Kind.DECISION, "Use JWT", fields={"context": "Old context.", "decision": "Old decision."})
    view = memory.view("ADR-1").path
    memory.amend("ADR-1", memory.text("ADR-1").replace("Old context.", "Her context."))
    shown = view.read_text("utf-8").replace("Old decision.", "His decision.")
    view.write_text(shown, "utf-8")
    memory.save_draft(view)
    view.write_text(shown.replace("His decision.", "His own decision."), "utf-8")
    memory.save_draft(view)
    assert "Her context." in memory.text("ADR-1")
    assert "His own decision." in memory.text("ADR-1")


def test_a_person_can_take_back_their_own_change_and_said_twice_another_persons(memory: Memory) -> None:
    memory.record(Kind.DECISION, "Use JWT", fields={"context": "Old words."})
    view = memory.view("ADR-1").path
    first = view.read_text("utf-8")
    view.write_text(first.replace("Old words.", "New words."), "utf-8")
    memory.save_draft(view)
    view.write_text(first, "utf-8")
    assert memory.save_draft(view).changed
    assert memory.text("ADR-1") == first
    memory.mark("ADR-1", "accepted")
    memory.view("ADR-1")
    view.write_text(first, "utf-8")
    saved = memory.save_draft(view)
    assert (saved.changed, memory.get("ADR-1").status) == (False, "accepted")
    assert view.read_text("utf-8") == memory.text("ADR-1")
    view.write_text(first, "utf-8")
    assert memory.save_draft(view).changed
    assert memory.text("ADR-1") == first


def test_a_hover_makes_a_file_view_where_there_is_none(memory: Memory) -> None:
    record = memory.record(Kind.DECISION, "Use JWT")
    link = memory.hover([record.id])
    view = memory.view("ADR-1").path
    assert view.as_uri() in link
    view.unlink()
    memory.hover([record.id])
    assert view.read_text("utf-8") == memory.text("ADR-1")


def test_a_view_that_an_editor_has_open_is_left_as_it_is(memory: Memory) -> None:
    memory.record(Kind.DECISION, "Use JWT")
    view = memory.view("ADR-1").path
    shown = view.read_text("utf-8")
    memory.mark("ADR-1", "accepted")
    assert memory.view("ADR-1", in_use=[view]).path.read_text("utf-8") == shown
    assert memory.view("ADR-1", in_use=[view.with_name("x.md")]).path.read_text("utf-8") != shown


def test_a_crash_between_a_views_file_and_its_state_reverts_nothing(memory: Memory) -> None:
    memory.record(Kind.DECISION, "Use JWT", fields={"context": "Old words."})
    view = memory.view("ADR-1").path
    state = view.parent / ".state" / f"{view.name}.json"
    before = state.read_bytes()
    memory.mark("ADR-1", "accepted")
    memory.view("ADR-1")
    state.write_bytes(before)  # the file was written, its state was not
    view.write_text(view.read_text("utf-8").replace("Old words.", "New words."), "utf-8")
    memory.save_draft(view)
    assert (memory.get("ADR-1").status, "New words." in memory.text("ADR-1")) == ("accepted", True)


def test_views_nobody_uses_and_those_of_deleted_records_go_but_never_unsaved_work(memory: Memory) -> None:
    names = ("old", "old-typed-in", "old-open", "old-but-opened", "deleted", "deleted-typed-in", "new")
    views = {name: memory.view(memory.record(Kind.LEARNING, name).id) for name in names}
    month = 31 * 24 * 60 * 60
    for name, view in views.items():
        if "typed-in" in name:
            view.path.write_text(view.path.read_text("utf-8") + "\nUnsaved.\n", "utf-8")
        if "old" in name:
            age(view.path, month)
        if "deleted" in name:
            memory.delete(view.id)
    folder = views["new"].path.parent
    memory.view(views["old-but-opened"].id)
    assert all(view.path.exists() for view in views.values())  # looked at today already
    age(folder / "tidied", month)
    memory.draft(Kind.BUG, in_use=[views["old-open"].path])
    assert {name for name, view in views.items() if not view.path.exists()} == {"old", "deleted"}
    about = [path.name for path in (folder / ".state").iterdir()]
    assert not any(views["old"].path.name in name or views["old"].id in name for name in about)
    assert memory.view(views["old"].id).path.read_text("utf-8") == memory.text(views["old"].id)


def age(path: Path, seconds: float) -> None:
    """Make a draft look as if nobody had used it for so long."""
    for file in (path, path.parent / ".state" / f"{path.name}.json"):
        if file.exists():
            then = file.stat().st_mtime - seconds
            os.utime(file, (then, then))


def test_a_draft_that_became_a_pipe_is_refused_and_not_waited_for(memory: Memory) -> None:
    draft = memory.draft(Kind.LEARNING, title="x")
    draft.path.unlink()
    os.mkfifo(draft.path)
    with pytest.raises(NotFoundError, match="not a file"):
        memory.save_draft(draft.path)


def test_the_link_in_a_hover_leads_to_the_text_of_today(memory: Memory) -> None:
    record = memory.record(Kind.LEARNING, "Emails differ by case", fields={"lesson": "Look twice."})
    view = memory.view(record.id)
    memory.amend(record.id, memory.text(record.id).replace("Look twice.", "Normalise first."))
    assert view.path.as_uri() in memory.hover([record.id])
    assert "Normalise first." in view.path.read_text()


def test_a_hover_leaves_a_file_alone_that_an_editor_has_open_or_somebody_works_in(memory: Memory) -> None:
    record = memory.record(Kind.LEARNING, "Emails differ by case", fields={"lesson": "Look twice."})
    view = memory.view(record.id)
    before = view.path.read_text()
    memory.amend(record.id, before.replace("Look twice.", "Normalise first."))
    memory.hover([record.id], in_use=[view.path])
    assert view.path.read_text() == before
    view.path.write_text(before.replace("Look", "Look at least"))
    memory.hover([record.id])
    assert "Look at least twice." in view.path.read_text()


def test_what_is_written_reaches_the_views_that_an_editor_has_open_unless_somebody_typed(
    memory: Memory,
) -> None:
    record = memory.record(Kind.DECISION, "Use JWT")
    memory.note("patterns/testing", "Real git")
    view, document = memory.view(record.id).path, memory.document_view("patterns").path
    untouched = {path: path.read_text("utf-8") for path in (view, document)}
    memory.mark(record.id, "accepted")
    memory.note("patterns/testing", "No mocks")
    memory.refresh_open_views({path: f"{text}typed\n" for path, text in untouched.items()})
    assert {path: path.read_text("utf-8") for path in untouched} == untouched
    for number in range(3):  # also where the editor has not read the file since
        memory.note("patterns/testing", f"Seed {number}")
        memory.refresh_open_views(untouched)
        assert view.read_text("utf-8") == memory.text(record.id)
        assert document.read_text("utf-8") == memory.document("patterns").text
    memory.delete(record.id)
    memory.refresh_open_views({**untouched, view.with_name("other.md"): "of somebody else"})
    assert "Use JWT" in view.read_text("utf-8")


def test_what_an_editor_saves_of_a_document_takes_back_nothing_that_it_was_not_shown(memory: Memory) -> None:
    memory.note("patterns/testing", "Real git")
    view = memory.document_view("patterns").path
    memory.note("patterns/testing", "Hers")
    shown = view.read_text("utf-8").replace("- Real git\n", "- Real git\n- His\n")
    view.write_text(shown, "utf-8")
    memory.save_draft(view)
    view.write_text(shown.replace("- His\n", "- His own\n- Another of his\n"), "utf-8")
    memory.save_draft(view)
    values = memory.document("patterns").values("testing")
    assert set(values) == {"Real git", "Hers", "His own", "Another of his"}


@pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")
def test_an_editor_that_watches_folder_by_folder_sees_the_first_file_view_change(
    memory: Memory, repo: Repo
) -> None:
    record = memory.record(Kind.DECISION, "Use JWT")
    with watched_by_folder(repo.root / ".git" / "git-memory") as (changed, happened):
        view = memory.view(record.id).path
        changed.clear()
        memory.mark(record.id, "accepted")
        memory.view(record.id)
        with happened:
            assert happened.wait_for(lambda: view.name in changed, timeout=5)


@contextmanager
def watched_by_folder(top: Path) -> Iterator[tuple[set[str], threading.Condition]]:
    """The names of files that come into ``top`` and the folders below it, as a watch on each folder sees
    them: a new folder is watched a moment after its parent's watch tells of it, and nothing is looked for in
    it."""
    libc = ctypes.CDLL(None, use_errno=True)
    inotify, (ended, end) = libc.inotify_init(), os.pipe()
    came = 0x00000080 | 0x00000100  # moved here, made here
    folders: dict[int, Path] = {}
    changed: set[str] = set()
    happened = threading.Condition()

    def watch(folder: Path) -> None:
        folders[libc.inotify_add_watch(inotify, os.fsencode(folder), came)] = folder

    def follow() -> None:
        while ended not in select.select([inotify, ended], [], [])[0]:
            events = os.read(inotify, 65536)
            while events:
                number, _, _, length = struct.unpack_from("iIII", events)
                name = os.fsdecode(events[16 : 16 + length].rstrip(b"\0"))
                events = events[16 + length :]
                with happened:
                    changed.add(name)
                    happened.notify_all()
                if (folders[number] / name).is_dir():
                    time.sleep(0.005)
                    watch(folders[number] / name)

    watch(top)
    following = threading.Thread(target=follow)
    following.start()
    try:
        yield changed, happened
    finally:
        os.write(end, b"x")
        following.join()
        for descriptor in (inotify, ended, end):
            os.close(descriptor)
