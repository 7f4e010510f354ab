"""A merge tells which record a file holds from its first lines, whoever wrote them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from memory.merging.clones import Clone

from lsp_server.memory import Kind
from lsp_server.memory.merging.heads import _OURS, head_of
from lsp_server.records.document import parse
from lsp_server.records.model import MARKDOWN_KINDS

RECORD = "---\nid: 5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f\nkind: learning\ncreated: {}\n---\n\n# Title\n"


@pytest.mark.parametrize("kind", MARKDOWN_KINDS)
def test_every_record_that_we_write_is_told_at_one_look(pair: tuple[Clone, Clone], kind: Kind) -> None:
    record = pair[0].memory.record(kind, "Something worth keeping", tags=["auth"])
    data = pair[0].read(record.path).encode() + b"\n"
    head = head_of(record.path, data)
    assert _OURS.match(data)
    assert head is not None
    assert (head.id, head.kind, head.number) == (record.id, kind, record.number)


@pytest.mark.parametrize(
    "created",
    [
        "2026-11-21T10:00:00+00:00",
        "2026-11-21T10:00:00.123+00:00",
        "2026-11-21T12:00:00.123456+02:00",
        "2026-11-21T10:00:00.1Z",
        "2026-11-21 10:00",
    ],
)
def test_a_record_is_as_old_as_it_says_in_whatever_form(created: str) -> None:
    path, data = "learnings/2026/11/21-title.md", RECORD.format(created).encode()
    head, record = head_of(path, data), parse(path, data).record
    assert (head is None) == (record is None)
    if head is not None and record is not None:
        moment = record.created if record.created.tzinfo else record.created.replace(tzinfo=timezone.utc)
        since = moment - datetime(1970, 1, 1, tzinfo=timezone.utc)
        assert head.created == since // timedelta(microseconds=1)
