"""One content and one path for every record and every other file, from both sides and their base."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import timezone
from typing import NamedTuple

from lsp_server.memory import allowances
from lsp_server.memory.artifacts import lfs_attributes
from lsp_server.memory.merging.artifact_files import is_artifact
from lsp_server.memory.merging.notes import Notes, told
from lsp_server.memory.merging.pairing import BASE, OURS, THEIRS, Item, Trio
from lsp_server.memory.merging.trees import Pool
from lsp_server.records.front_matter import read
from lsp_server.records.living.documents import document_at
from lsp_server.records.merging import merge_record, merge_text
from lsp_server.records.moments import moment
from lsp_server.records.paths import number_of_name
from lsp_server.records.shortening import shortened
from lsp_server.store.base import Blob
from lsp_server.store.journal.branch_paths import is_event_path
from lsp_server.store.keyvalue.value_paths import is_value_path
from lsp_server.store.snapshot import FORMAT_FILE

Names = Callable[[int, str], str]
"""What to call the text that a side has at a path, between the marks of a conflict."""

_LOOKED_AT = 8000  # bytes, as git does to tell a binary file
_LONGEST_KEY = 100  # characters


class Settled(NamedTuple):
    """Something that stands in the result; ``rank`` sorts first who keeps a path that two want."""

    path: str
    blob: Blob
    rank: tuple[int, int, str]
    is_record: bool


def settle_record(
    item: Item, origin: Sequence[str | None], pool: Pool, names: Names, notes: Notes
) -> Settled:
    """A record that is alive. ``origin`` is where it stood before it was renumbered, by tree."""
    base, ours, theirs = item.places
    if ours is None or theirs is None:
        place = ours or theirs
        assert place is not None
        if base is not None:
            data = pool.data(place.blob.object_id)
            notes.revived.append(told(item.id, item.kind, place.number, place.path, data))
        return Settled(place.path, place.blob, (0, *item.age), True)
    path = _path(item)
    mode = _chosen(base and base.blob.mode, ours.blob.mode, theirs.blob.mode) or _wider(
        ours.blob, theirs.blob
    )
    object_id = _chosen(base and base.blob.object_id, ours.blob.object_id, theirs.blob.object_id)
    if object_id is None:
        before = pool.data(base.blob.object_id) if base else None
        one, other = pool.data(ours.blob.object_id), pool.data(theirs.blob.object_id)
        merged = merge_record(item.kind, before, one, other, ("", ""))
        number = ours.number if ours.number is not None else theirs.number
        about = told(item.id, item.kind, number, path, merged.data)
        if merged.conflicts:
            called = (names(OURS, origin[OURS] or ours.path), names(THEIRS, origin[THEIRS] or theirs.path))
            merged = merge_record(item.kind, before, one, other, called)
            notes.conflicts.append((about, merged.conflicts))
        elif item.gone is None:
            notes.merged.append(about.label)
        object_id = pool.add(merged.data)
    if item.gone is not None:
        number = ours.number if ours.number is not None else theirs.number
        notes.revived.append(told(item.id, item.kind, number, path, pool.data(object_id)))
    return Settled(path, Blob(mode, object_id), (0, *item.age), True)


def settle_plain(path: str, trio: Trio, pool: Pool, names: Names, notes: Notes) -> list[Settled]:
    """A file that is no record; two where both sides' must be kept."""
    base, ours, theirs = trio
    if theirs in (ours, base):
        return _standing(path, ours)
    if ours == base:
        return _standing(path, theirs)
    if ours is None or theirs is None:
        kept = ours or theirs
        what = _what_is_kept(path, kept, pool)
        notes.remarks.append(f"{path} was deleted on one side and changed on the other: {what} is kept")
        return _standing(path, kept)
    if not ours.is_file or not theirs.is_file:
        return _beside(path, ours, theirs, notes)
    mode = _chosen(base and base.mode, ours.mode, theirs.mode) or _wider(ours, theirs)
    object_id = _chosen(base and base.object_id, ours.object_id, theirs.object_id)
    if object_id is None:
        texts = [pool.data(blob.object_id) if blob and blob.is_file else None for blob in trio]
        one, other = texts[OURS] or b"", texts[THEIRS] or b""
        if path == FORMAT_FILE:
            object_id = max((_format(one), ours.object_id), (_format(other), theirs.object_id))[1]
        elif path == lfs_attributes.PATH:
            object_id = pool.add(lfs_attributes.merged(texts[BASE] or b"", one, other))
        elif allowances.is_allowance(path):
            object_id = pool.add(allowances.merged(one, other))
        elif is_value_path(path):
            from lsp_server.memory.merging.value_files import holds_value, merged_value

            value = merged_value(path, texts[BASE], one, other)
            if value is None:  # somebody's own, or spoilt by hand: the one that can be read keeps its place
                spoilt = {
                    blob for blob, data in ((ours, one), (theirs, other)) if not holds_value(path, data)
                }
                return _beside(path, ours, theirs, notes, last=spoilt)
            object_id = pool.add(value)
        elif is_event_path(path):
            from lsp_server.memory.merging.event_files import merged_segment

            object_id = pool.add(merged_segment(texts[BASE], one, other))
        elif is_artifact(path) or b"\0" in one[:_LOOKED_AT] or b"\0" in other[:_LOOKED_AT]:
            return _beside(path, ours, theirs, notes)
        elif (living := document_at(path)) is not None:
            from lsp_server.records.merging.living import merge_living

            object_id = pool.add(merge_living(living, texts[BASE], one, other))
        else:
            merged = merge_text(texts[BASE], one, other, ("", ""))
            if merged.conflicts:
                called = (names(OURS, path), names(THEIRS, path))
                merged = merge_text(texts[BASE], one, other, called)
                notes.remarks.append(f"{path} was changed on both sides: both texts are kept in it")
            object_id = pool.add(merged.data)
    return _standing(path, Blob(mode, object_id))


def settle_tombstone(path: str, trio: Trio, pool: Pool, alive: Callable[[str], bool]) -> list[Settled]:
    """What is left of a deleted record: the earlier deletion where both sides have one, two where two
    records were deleted under one label, none where the record lives on."""
    base, ours, theirs = trio
    blobs = {theirs} if ours == base else {ours} if theirs == base else {ours, theirs}
    first: dict[str, tuple[str, str, Blob]] = {}
    for blob in blobs:
        if blob is None:
            continue
        record_id, deleted = _deleted(pool.data(blob.object_id)) if blob.is_file else (None, "")
        if record_id is not None and alive(record_id):
            continue
        known = (deleted, blob.object_id, blob)
        key = record_id or blob.object_id
        first[key] = min(first.get(key, known), known, key=lambda one: one[:2])
    settled: list[Settled] = []
    for key, (_, _, blob) in sorted(first.items(), key=lambda one: (one[1][:2], one[0])):
        place = path if not settled else f"{path.removesuffix('.yaml')}-{key[:8]}.yaml"
        settled.append(Settled(place, blob, (1, 0, blob.object_id), False))
    return settled


def aside(path: str, blob: Blob) -> str:
    """A name beside a path that is taken: ``logo.1a2b3c4d.png``."""
    folder, slash, name = path.rpartition("/")
    stem, dot, suffix = name.partition(".") if not name.startswith(".") else (name, "", "")
    return f"{folder}{slash}{stem}.{blob.object_id[:8]}{dot}{suffix}"


def _beside(path: str, ours: Blob, theirs: Blob, notes: Notes, last: Collection[Blob] = ()) -> list[Settled]:
    first, other = sorted(
        (ours, theirs), key=lambda blob: (blob in last, not blob.is_file, blob.mode, blob.object_id)
    )
    place = aside(path, other)
    notes.remarks.append(f"{path} was changed on both sides: the other one is {place}")
    return _standing(path, first) + _standing(place, other)


def _what_is_kept(path: str, blob: Blob | None, pool: Pool) -> str:
    """A keyed value by the name that people know it by."""
    if not is_value_path(path) or blob is None or not blob.is_file:
        return "it"
    from lsp_server.memory.merging.value_files import key_in

    key = key_in(path, pool.data(blob.object_id))
    return "it" if key is None else f'the value of "{shortened(key, _LONGEST_KEY)}"'


def _standing(path: str, blob: Blob | None) -> list[Settled]:
    return [] if blob is None else [Settled(path, blob, (1, 0, blob.object_id), False)]


def _path(item: Item) -> str:
    base, ours, theirs = item.places
    assert ours is not None
    assert theirs is not None
    chosen = _chosen(base.path if base else None, ours.path, theirs.path)
    if chosen is not None:
        return chosen
    number = ours.number
    return min(
        (ours.path, theirs.path),
        key=lambda path: (number is not None and number_of_name(path.rpartition("/")[2]) != number, path),
    )


def _chosen(base: str | None, ours: str, theirs: str) -> str | None:
    """What one side made of a value, or both alike; None when they made two things of it."""
    return ours if theirs in (ours, base) else theirs if ours == base else None


def _wider(ours: Blob, theirs: Blob) -> str:
    return max(ours.mode, theirs.mode)


def _format(data: bytes) -> int:
    word = read(data.decode("utf-8", "replace"))[0].get("format")
    return int(word) if isinstance(word, str) and word.isascii() and word.isdigit() and len(word) < 9 else 0


def _deleted(data: bytes) -> tuple[str | None, str]:
    """The id in a tombstone, and when it was deleted, as UTC text that sorts."""
    values, _ = read(data.decode("utf-8", "replace"))
    record_id, when = values.get("id"), moment(values.get("deleted"))
    said = "9999" if when is None else when.astimezone(timezone.utc).isoformat()
    return record_id if isinstance(record_id, str) else None, said
