"""The index: can it be used, and does it say what the branch says."""

from __future__ import annotations

from collections.abc import Iterator

from lsp_server.errors import GitMemoryError
from lsp_server.memory.doctor.case import Case
from lsp_server.memory.doctor.model import Area, note, warning
from lsp_server.records.document import parse

_COMPARED = 300  # records that are read again from the branch, spread over all


def examine(case: Case) -> Area:
    """The area "index"."""
    case.say("checking the index")
    where = str(case.core.indexes.file(case.repository.memory_ref))
    try:
        wrong = case.index.check(case.files)
        if not wrong:
            wrong = list(_other_texts(case))
        findings = [
            warning(
                "index-differs",
                f"The index does not say what the branch says: {one}.",
                "`git memory doctor --fix` makes it anew; nothing that is remembered is only in it.",
                where,
                fixable=True,
            )
            for one in wrong
        ]
        if case.index.is_private:
            findings.append(
                note(
                    "index-in-memory",
                    "The index's file cannot be used (read-only, locked, or of a newer Git Memory), "
                    "so every command reads what changed again.",
                    f"See who may write to {where}.",
                    where,
                )
            )
    except GitMemoryError as unusable:
        why = f"The index cannot be used: {unusable}."
        return Area("index", "not usable", [warning("index-unusable", why, "Mend the branch first.", where)])
    return Area("index", f"{len(case.files)} files, at the branch's tip", findings)


def _other_texts(case: Case) -> Iterator[str]:
    """Records that read otherwise on the branch than in the index, among a few hundred."""
    step = max(1, len(case.records) // _COMPARED)
    some = case.records[::step]
    contents = case.store.contents([case.files[record.path] for record in some])
    for known, (_, data) in zip(some, contents, strict=True):
        fresh = parse(known.path, data).record
        if fresh is None or (fresh.id, fresh.title, fresh.status, fresh.number, fresh.links, fresh.tags) != (
            known.id, known.title, known.status, known.number, known.links, known.tags
        ):  # fmt: skip
            yield f"it tells {known.path} otherwise"
            return
