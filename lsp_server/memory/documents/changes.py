"""What changed in living documents, in words that people use: bullets, fields, sections, entries."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.memory.titles import printable
from lsp_server.records.living.documents import Document, Form, document_at, slug
from lsp_server.records.living.outline import is_placeholder
from lsp_server.records.living.reading import Section, sections_of
from lsp_server.records.shortening import shortened

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.review_results import FileChange
    from lsp_server.store.base import Commit, Difference

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TOLD = 5  # facts of one change
_LONGEST = 60  # characters of what was said


class DocumentChange(NamedTuple):
    """A commit that changed a document, and what it changed there."""

    commit: Commit
    facts: tuple[str, ...]


def facts(document: Document, old: str, new: str) -> list[str]:
    """What differs between two texts of a document."""
    before, after = sections_of(document, old), sections_of(document, new)
    told = [*_fields(before, after), *_items(before, after), *_sections(document, before, after)]
    return told or (["another wording or order"] if old and old != new else [])


def _fields(before: Sequence[Section], after: Sequence[Section]) -> Iterator[str]:
    was, now = ({f.address: f for s in side for f in s.fields} for side in (before, after))
    headings = [
        {s.address: "" if is_placeholder(s.value) else s.value for s in side if s.level}
        for side in (before, after)
    ]
    for address, value in headings[1].items():
        if value != headings[0].get(address, ""):
            yield f"{address} is {_said(value)}" if value else f"{address} is empty"
    entries = _entries(after)
    for address, field in now.items():
        old = was[address].values if address in was else ()
        added = [one for one in field.values if one not in old]
        gone = [one for one in old if one not in field.values]
        if address.rpartition("/")[0] in entries and address not in was:
            continue
        if len(old) + len(field.values) > 2 and bool(added) != bool(gone):
            said = _some(added or gone)
            yield f"{said} {'added to' if added else 'taken out of'} {address}"
        elif added:
            yield f"{address} is {_some(field.values)}" + (f", was {_some(old)}" if old else "")
        elif gone:
            yield f"{address} is empty, was {_some(old)}"
    for address, field in was.items():
        if address not in now and field.values:
            yield f"{address} is gone, was {_some(field.values)}"


def _items(before: Sequence[Section], after: Sequence[Section]) -> Iterator[str]:
    was, now = ({s.address: Counter(s.items) for s in side} for side in (before, after))
    entries = _entries(after) - {s.address for s in before}
    for address in dict.fromkeys((*now, *was)):
        added = now.get(address, Counter()) - was.get(address, Counter())
        gone = was.get(address, Counter()) - now.get(address, Counter())
        if added and address not in entries:
            yield f"{_some(added)} added to {address}"
        if gone:
            yield f"{_some(gone)} taken out of {address}"


def _entries(sections: Sequence[Section]) -> set[str]:
    return {s.address for s in sections if s.level > 1 and s.name[:1].isdigit()}


def _sections(document: Document, before: Sequence[Section], after: Sequence[Section]) -> Iterator[str]:
    was, now = (Counter(s.name for s in side if s.level) for side in (before, after))
    word = "entry" if document.form is Form.ENTRIES else "section"
    usual = {slug(part.title) for part in document.parts}
    for name in now - was:
        if slug(name) not in usual and not _DAY.fullmatch(name):  # what every such document has
            yield f"{word} {_said(name)} added"
    for name in was - now:
        yield f"{word} {_said(name)} is gone"


def _some(texts: Collection[str]) -> str:
    """Texts one after the other, some of them where there are many."""
    more = [f"and {len(texts) - _TOLD:,} more"] if len(texts) > _TOLD else []
    return ", ".join([*map(_said, islice(texts, _TOLD)), *more])


def _said(text: str) -> str:
    return f'"{shortened(printable(text), _LONGEST)}"'


def in_words(told: Sequence[str]) -> str:
    """Facts as one line, some of them where there are many."""
    more = [f"and {len(told) - _TOLD} more"] if len(told) > _TOLD else []
    return "; ".join([*told[:_TOLD], *more])


def with_facts(
    core: Core, differences: Sequence[Difference], files: Sequence[FileChange]
) -> list[FileChange]:
    """The changed files of a comparison, living documents with what changed in them."""
    blobs = {one.path: one for one in differences if document_at(one.path) is not None}
    result = []
    for file in files:
        document, blob = document_at(file.path), blobs.get(file.path)
        if document is None or blob is None or blob.new is None or file.remark:
            result.append(file)
            continue
        ids = [side.object_id for side in (blob.old, blob.new) if side is not None and side.is_file]
        texts = [data.decode("utf-8", "replace") for _, data in core.store.contents(ids)]
        told = facts(document, texts[0] if len(texts) > 1 else "", texts[-1]) if texts else []
        result.append(file._replace(remark=in_words(told)))
    return result


def history(core: Core, path: str) -> Iterator[DocumentChange]:
    """The commits that changed a document, newest first, each with what it changed."""
    from lsp_server.store.log import Query, commits_with_parents

    document = document_at(path)
    assert document is not None
    for commit, parents in commits_with_parents(core.repository.git, core.tip(), Query(paths=(path,))):
        old = core.store.at(parents[0]).read(path) if parents else None
        new = core.store.at(commit.version).read(path)
        if new is None:
            yield DocumentChange(commit, ("taken out",))
            continue
        texts = [(data or b"").decode("utf-8", "replace") for data in (old, new)]
        yield DocumentChange(commit, tuple(facts(document, texts[0], texts[1])))
