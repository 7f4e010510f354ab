"""The commit of the code that a record was written at: what it is today, and what it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsp_server.cli.terminal import visible_line
from lsp_server.records.evidence import clause

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lsp_server.memory.facade import Memory
    from lsp_server.memory.links import Link
    from lsp_server.records.model import Record

SHOWN = 10  # digits of a commit


def link_of(record: Record, links: Mapping[str, Link]) -> Link | None:
    """What became of the commit that a record was written at; None where it was written at none."""
    return links.get(record.code.commit) if record.code and record.code.commit else None


def link_json(memory: Memory, records: list[Record]) -> list[dict[str, Any]]:
    """For each record, ``{"code_today": …}``: null where it was written at no commit, else ``commit`` (null
    where it is lost), ``state`` (there, rewritten, lost, unknown) and, of a rewritten one, ``evidence``."""
    links = memory.links(records)
    return [{"code_today": _json(link_of(record, links))} for record in records]


def _json(link: Link | None) -> dict[str, Any] | None:
    if link is None:
        return None
    evidence = link.evidence.value if link.evidence else None
    return {"commit": link.today, "state": _state(link), "evidence": evidence}


def _state(link: Link) -> str:
    if link.is_rewritten:
        return "rewritten"
    return "there" if link.today else "unknown" if link.unknown else "lost"


def written_at(record: Record, link: Link | None = None) -> str:
    """``3f2a9c1d00 on main, was 77aa001b22 (the same change)``; empty for a record that was written at no
    commit. Without ``link`` what the file says, whatever it is today."""
    code = record.code
    if code is None or not code.commit:
        return ""
    on = f" on {visible_line(code.branch)}" if code.branch else ""
    dirty = ", with uncommitted changes" if code.dirty else ""
    text = f"{code.commit[:SHOWN]}{on}{dirty}"
    if code.formerly:
        commit, word = code.formerly[0]
        text += f", was {commit[:SHOWN]} ({visible_line(clause(word))})"
    if link is None:
        return text
    if link.is_rewritten:
        why = f" ({link.evidence.clause})" if link.evidence else ""
        return f"{text}; today it is {str(link.today)[:SHOWN]}{why}"
    if link.today:
        return text
    if link.unknown:
        return f"{text}; where it is today cannot be told: history is cut in this clone"
    return f"{text}; {'it is not in this clone' if link.missing else 'it is lost: no branch has it any more'}"
