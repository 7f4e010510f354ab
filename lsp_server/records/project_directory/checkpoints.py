"""``checkpoints/*.json``: where the work stood, a file each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any

from lsp_server.records.content import typed
from lsp_server.records.model import Kind, Record
from lsp_server.records.project_directory.body import body_of
from lsp_server.records.project_directory.model import Entry

ID = "memory_id"
_LISTS = ("completed", "in_progress", "todo")
_WORDS = (("session", "session_id"), ("phase", "phase"), ("state", "status"))


def read_checkpoint(name: str, document: Mapping[str, Any], written: str) -> Entry:
    """A checkpoint's file. What it says beyond the format stays with the record, see ``difference``."""
    entry = Entry(Kind.CHECKPOINT, name, written, document=document)
    record_id = document.get(ID)
    entry.id = record_id if isinstance(record_id, str) else None
    stamp = document.get("timestamp")
    entry.date = stamp if isinstance(stamp, str) else ""
    for field, key in _WORDS:
        if word := _word(document.get(key)):
            entry.fields[field] = word
    progress = document.get("progress")
    progress = progress if isinstance(progress, dict) else {}
    if task := _word(progress.get("current_task")):
        entry.fields["current_task"] = task
    for field in _LISTS:
        if items := _items(progress.get(field)):
            entry.fields[field] = items
    metrics = document.get("metrics")
    if isinstance(metrics, dict) and (figures := _figures(metrics)):
        entry.fields["metrics"] = figures
    for field in ("details", "notes"):
        if text := _text(document.get(field)):
            entry.fields[field] = text
    files = document.get("files_modified")
    if isinstance(files, list):
        entry.files = tuple(file for file in files if isinstance(file, str) and file)
    commit = document.get("git_commit")
    entry.commit = commit.strip() if isinstance(commit, str) else ""
    title = document.get("title")
    entry.title = title if isinstance(title, str) and title.strip() else title_of(entry.fields)
    unknown = [key for key in document if key not in _KNOWN]
    if unknown:
        entry.notes.append(f"kept with it, and no field of a checkpoint: {', '.join(map(str, unknown))}")
    return entry


_ORDER = (
    *(ID, "title", "timestamp", "session_id", "phase", "status", "details", "progress", "metrics"),
    *("files_modified", "git_commit", "notes"),
)
_KNOWN = frozenset(_ORDER)


def _word(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _items(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(item if isinstance(item, str) else json.dumps(item, ensure_ascii=False) for item in value)


def _figures(metrics: Mapping[str, Any]) -> dict[str, Any]:
    return {
        str(name): figure
        for name, figure in metrics.items()
        if isinstance(figure, (int, float, str))
        and not isinstance(figure, bool)
        and (not isinstance(figure, float) or isfinite(figure))
        and (not isinstance(figure, str) or typed(figure) == figure)
    }


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(f"* {item}" for item in _items(value))
    return f"```json\n{json.dumps(value, indent=2, ensure_ascii=False)}\n```" if value else ""


def title_of(fields: Mapping[str, Any]) -> str:
    """What a checkpoint without a title is called."""
    phase, task = (" ".join(str(fields.get(name, "")).split()) for name in ("phase", "current_task"))
    return f"{phase}: {task}" if phase and task else phase or task or "Checkpoint"


def document_of(record: Record) -> dict[str, Any]:
    """A record as a checkpoint's file has it."""
    fields = {**record.fields, **body_of(record).fields}
    document: dict[str, Any] = {ID: record.id}
    if record.title != title_of(fields):
        document["title"] = record.title
    stamp = record.created.isoformat()
    document["timestamp"] = f"{stamp[:-6]}Z" if stamp.endswith("+00:00") else stamp
    for field, key in _WORDS:
        if fields.get(field):
            document[key] = fields[field]
    if fields.get("details"):
        document["details"] = fields["details"]
    progress: dict[str, Any] = {}
    if fields.get("current_task"):
        progress["current_task"] = fields["current_task"]
    if progress or any(fields.get(name) for name in _LISTS):
        progress.update({name: list(fields.get(name, ())) for name in _LISTS})
        document["progress"] = progress
    if fields.get("metrics"):
        document["metrics"] = dict(fields["metrics"])
    if fields.get("files"):
        document["files_modified"] = [file["path"] for file in fields["files"]]
    if record.code is not None and record.code.commit is not None:
        document["git_commit"] = record.code.commit
    if fields.get("notes"):
        document["notes"] = fields["notes"]
    return document


def in_order(document: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of the format first, in its order."""
    return {key: document[key] for key in (*(key for key in _ORDER if key in document), *document)}
