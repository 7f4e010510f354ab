"""A status that stands in the body, as many ADRs have it: merged by its life cycle before the text is."""

from __future__ import annotations

import re

from lsp_server.records import front_matter
from lsp_server.records.life_cycle import STEPS
from lsp_server.records.merging.choosing import later_status
from lsp_server.records.model import Kind

_SAYS_STATUS = re.compile("status", re.IGNORECASE)


def with_one_status(kind: Kind, base: str | None, first: str, second: str) -> tuple[str, str]:
    """The two texts, the one that is behind with the other's words for the status."""
    if kind is not Kind.DECISION or not all(map(_in_body, (first, second))):
        return first, second
    from lsp_server.records.adr import read_adr

    one, other = read_adr("", first), read_adr("", second)
    old = None if base is None else read_adr("", base)
    if one.status is None or other.status is None or one.status == other.status:
        return first, second
    if old is not None and old.status in (one.status, other.status):
        return first, second  # one side changed it: the text's own merge sees to it
    later = later_status(kind, one.status, other.status)
    places = one.status_place, other.status_place
    if later is None or places[0] is None or places[1] is None or places[0].how != places[1].how:
        return first, second
    if places[0].how == "front matter":
        return first, second
    ahead, behind = ((first, places[0]), (second, places[1]))
    if later == other.status:
        ahead, behind = behind, ahead
    (words, there), (text, here) = ahead, behind
    changed = text[: here.start] + words[there.start : there.end] + text[here.end :]
    if read_adr("", changed).status != later:
        return first, second
    return (first, changed) if later == one.status else (changed, second)


def _in_body(text: str) -> bool:
    """Whether the status is not our own key's."""
    parts = front_matter.split(text)
    if parts.front is None or not _SAYS_STATUS.search(parts.body_text):
        return False
    values, _ = front_matter.read(parts.front)
    return "source" in values or values.get("status") not in tuple(STEPS[Kind.DECISION])
