"""A record as one row of the index, and back, without loss.

The columns that queries need stand by themselves; the rest is one JSON text. JSON, not pickle: reading
an index must never run anything. Front matter may hold more than JSON has (dates, keys that are numbers),
so such values travel in a small wrapper.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timezone
from functools import cache
from itertools import chain
from typing import Any

from lsp_server.records.anchors import Anchor, Beside, Birth, CodePosition, CodeRange
from lsp_server.records.model import Conflict, Kind, Link, Record, Relation
from lsp_server.store.moments import microseconds as counted

_WRAPPED = "\x00type"
# What ``unpack`` takes, in this order.
COLUMNS = "id, kind, number, label, title, status, path, tags, body, data"

_KINDS = {kind.value: kind for kind in Kind}  # an enumeration's call takes ten times as long


def microseconds(moment: datetime) -> int:
    """Since 1970 in UTC; a time without a zone counts as UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return counted(moment)


def storable(text: str) -> str:
    """``text`` as SQLite can hold it: half surrogates, which no file should have, become escapes."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text


def id_digits(record_id: str) -> str:
    """An id as its prefixes are compared: lower case, without dashes."""
    return record_id.replace("-", "").lower()


@cache
def _encode() -> Callable[[Any], str]:
    import json

    return json.JSONEncoder(separators=(",", ":")).encode  # ``json.dumps`` makes one each time


def pack(record: Record) -> str:
    """Everything of a record that has no column of its own."""
    code = record.code
    data: dict[str, Any] = {
        "created": record.created.isoformat(),
        "tags": list(record.tags),
        "aliases": list(record.aliases),
        "links": [[link.relation.value, link.target, link.label] for link in record.links],
        "code": None if code is None else [code.commit, code.branch, code.dirty],
        "anchors": [_anchor_to_json(anchor) for anchor in record.anchors],
        "fields": _wrap(record.fields),
        "extra": _wrap(record.extra),
    }
    if code is not None and code.formerly:
        data["code"].append(code.formerly)
    if record.conflicts:
        data["conflicts"] = record.conflicts
    return _encode()(data)


def packed_text(text: str) -> str:
    """Words of a record as they stand in what ``pack`` makes."""
    return _encode()(text)


def unpack(row: Sequence[Any]) -> Record:
    """The record of one row of ``COLUMNS``."""
    return unpack_all([row])[0]


def unpack_all(rows: Sequence[Sequence[Any]]) -> list[Record]:
    """The records of many rows. What is packed is read as one document: that costs a third."""
    import json

    packed = json.loads(f"[{','.join(row[-1] for row in rows)}]")
    return [_record(row, data) for row, data in zip(rows, packed, strict=True)]


def _record(row: Sequence[Any], data: Mapping[str, Any]) -> Record:
    record_id, kind, number, label, title, status, path, _, body, _ = row
    return Record(
        id=record_id,
        kind=_KINDS[kind],
        title=title,
        label=label,
        created=datetime.fromisoformat(data["created"]),
        path=path,
        number=number,
        status=status,
        tags=tuple(data["tags"]),
        aliases=tuple(data["aliases"]),
        links=tuple(Link(Relation(relation), target, text) for relation, target, text in data["links"]),
        conflicts=tuple(Conflict(*one) for one in data["conflicts"]) if "conflicts" in data else (),
        code=_code(data["code"]),
        anchors=unpack_anchors(data["anchors"]) if data["anchors"] else (),
        fields=_unwrap(data["fields"]) if data["fields"] else {},
        extra=_unwrap(data["extra"]) if data["extra"] else {},
        body=body,
    )


def _code(packed: Sequence[Any] | None) -> CodePosition | None:
    if packed is None:
        return None
    commit, branch, dirty, *formerly = packed
    return CodePosition(commit, branch, dirty, tuple((old, why) for old, why in chain(*formerly)))


def unpack_anchors(anchors: Sequence[Any]) -> tuple[Anchor, ...]:
    """The anchors as ``pack`` wrote them under ``anchors``."""
    return tuple(
        Anchor(
            range=CodeRange(*place),
            births=tuple(Birth(*birth) for birth in births),
            text=tuple(text),
            symbol=rest[0] if rest else "",
            made_at=rest[1] if rest[1:] else "",
            beside=_beside(*rest[2]) if rest[2:] else None,
        )
        for place, births, text, *rest in anchors
    )


def _beside(above: int, below: int, digest: str, own: Sequence[int]) -> Beside:
    return Beside(above, below, digest, tuple(own))


def _anchor_to_json(anchor: Anchor) -> list[Any]:
    place = anchor.range
    births = [[birth.commit, birth.path, birth.start, birth.end] for birth in anchor.births]
    packed = [[place.path, place.start, place.end], births, list(anchor.text)]
    if anchor.beside:
        return [*packed, anchor.symbol, anchor.made_at, list(anchor.beside)]
    if anchor.made_at:
        return [*packed, anchor.symbol, anchor.made_at]
    return [*packed, anchor.symbol] if anchor.symbol else packed


def _wrap(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        if all(type(key) is str for key in value) and _WRAPPED not in value:
            return {key: _wrap(entry) for key, entry in value.items()}
        return {_WRAPPED: "map", "value": [[_wrap(key), _wrap(entry)] for key, entry in value.items()]}
    if isinstance(value, tuple):
        return {_WRAPPED: "tuple", "value": [_wrap(entry) for entry in value]}
    if isinstance(value, list):
        return [_wrap(entry) for entry in value]
    if isinstance(value, (set, frozenset)):
        return {_WRAPPED: "set", "value": [_wrap(entry) for entry in sorted(value, key=repr)]}
    if isinstance(value, datetime):
        return {_WRAPPED: "datetime", "value": value.isoformat()}
    if isinstance(value, date):
        return {_WRAPPED: "date", "value": value.isoformat()}
    if isinstance(value, bytes):
        return {_WRAPPED: "bytes", "value": value.hex()}
    return str(value)


def _unwrap(value: Any) -> Any:
    if isinstance(value, list):
        return [_unwrap(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    if _WRAPPED not in value:
        return {key: _unwrap(entry) for key, entry in value.items()}
    inner = value["value"]
    match value[_WRAPPED]:
        case "map":
            return {_unwrap(key): _unwrap(entry) for key, entry in inner}
        case "tuple":
            return tuple(_unwrap(entry) for entry in inner)
        case "set":
            return {_unwrap(entry) for entry in inner}
        case "datetime":
            return datetime.fromisoformat(inner)
        case "date":
            return date.fromisoformat(inner)
        case _:
            return bytes.fromhex(inner)
