"""What changed in a record, in people's words: ``proposed → accepted``, ``supersedes ADR-0003``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from lsp_server.memory.review_results import CHANGED, DELETED, NEW, Fact, RecordChange, TextChange
from lsp_server.memory.text_changes import text_changes
from lsp_server.memory.titles import printable
from lsp_server.records.amounts import plural
from lsp_server.records.anchors import Anchor
from lsp_server.records.evidence import clause
from lsp_server.records.fields import FIELDS, Field, Shape
from lsp_server.records.model import Conflict, Kind, Link, Record
from lsp_server.records.moments import moment
from lsp_server.records.shortening import shortened

_SHOWN = 60  # characters of a value in a clause
_ANCHORS = 3  # of a new record, named; the rest is counted

Name = Callable[[Link], str]


def record_change(
    old: Record | None, new: Record | None, name: Name, *, same_bytes: bool = False
) -> RecordChange:
    """What happened to one record; ``name`` tells what a link's target is called."""
    record = new or old
    assert record is not None
    facts: Sequence[Fact] = ()
    texts = text_changes(old, new) if new is not None else []
    if old is None and new is not None:
        change, facts = NEW, list(_of_new(new, name))
    elif new is None:
        change = DELETED
    else:
        assert old is not None
        change, facts = CHANGED, list(_of_changed(old, new, texts, name, same_bytes=same_bytes))
    return RecordChange(
        change=change,
        id=record.id,
        kind=record.kind,
        label=record.label,
        title=record.title,
        path=record.path,
        old=old,
        new=new,
        facts=facts,
        texts=texts,
    )


def changed_parts(old: Record, new: Record) -> str:
    """``Changed: status, context.`` for a commit's message: names alone, for an old value may be the very
    thing that the change takes out."""
    texts = text_changes(old, new)
    facts = _of_changed(old, new, texts, lambda link: link.target, same_bytes=False)
    parts = [short(fact.new) if fact.what == "text" else fact.what.replace("_", " ") for fact in facts]
    return f"Changed: {', '.join(dict.fromkeys(parts))}."


def short(value: Any) -> str:
    """A value from a file in a clause: one line, nothing that acts, cut."""
    return shortened(printable(str(value)), _SHOWN)


def _of_new(record: Record, name: Name) -> Iterator[Fact]:
    if record.status:
        yield Fact("status", short(record.status), None, record.status)
    for field in _in_front(record):
        if value := record.fields.get(field.name):
            yield Fact(field.name, f"{_words(field)} {_shown(field, value)}", None, _plain(value))
    if record.tags:
        yield Fact("tags", " ".join(f"#{short(tag)}" for tag in record.tags), [], list(record.tags))
    for link in record.links:
        yield Fact("link", _linked(link, name), None, _link_json(link, name))
    for anchor in record.anchors[:_ANCHORS]:
        yield Fact("anchor", f"at {short(anchor)}", None, str(anchor))
    if len(record.anchors) > _ANCHORS:
        yield Fact("anchor", f"and at {len(record.anchors) - _ANCHORS} more places")
    for conflict in record.conflicts:
        yield _conflict(conflict)


def _of_changed(
    old: Record, new: Record, texts: Sequence[TextChange], name: Name, *, same_bytes: bool
) -> Iterator[Fact]:
    """Every difference; where there is none that has a name, that the file differs."""
    found = False
    for facts in (
        _number(old, new),
        _status(old, new),
        _title(old, new),
        _fields(old, new),
        _messages(old, new),
        _tags(old, new),
        _links(old, new, name),
        _anchors(old, new),
        _texts(texts) if not _said_more(old, new) else (),
        _conflicts(old, new),
        _others(old, new),
    ):
        for fact in facts:
            found = True
            yield fact
    if not found and not same_bytes:
        yield Fact("file", "file changed, its meaning did not")
    if old.path != new.path and old.number == new.number:
        yield Fact("file", "file moved", old.path, new.path)


def _number(old: Record, new: Record) -> Iterator[Fact]:
    if old.label != new.label:
        yield Fact("number", f"{old.label} is now {new.label} (renumbered)", old.label, new.label)


def _status(old: Record, new: Record) -> Iterator[Fact]:
    if old.status != new.status:
        text = f"{short(old.status or 'no status')} → {short(new.status or 'no status')}"
        yield Fact("status", text, old.status, new.status)


def _title(old: Record, new: Record) -> Iterator[Fact]:
    if old.title != new.title:
        text = f'title "{short(old.title)}" → "{short(new.title)}"'
        yield Fact("title", text, old.title, new.title)


def _fields(old: Record, new: Record) -> Iterator[Fact]:
    for field in _in_front(new):
        was, now = (_plain(record.fields.get(field.name)) or None for record in (old, new))
        if was == now:
            continue
        words = _words(field)
        if was and now and field.is_list:
            yield Fact(field.name, "; ".join(_members(words, was, now)), was, now)
        elif was and now:
            yield Fact(field.name, f"{words} {_shown(field, was)} → {_shown(field, now)}", was, now)
        elif now:
            yield Fact(field.name, f"{words} {_shown(field, now)}", was, now)
        else:
            yield Fact(field.name, f"{words} removed", was, now)


def _messages(old: Record, new: Record) -> Iterator[Fact]:
    """How many messages a session has more, or less."""
    was, now = (record.fields.get("message_count", 0) for record in (old, new))
    if _said_more(old, new):
        more = "more" if now > was else "fewer"
        count = abs(now - was)
        yield Fact("messages", plural(count, f"{more} message"), was, now)


def _said_more(old: Record, new: Record) -> bool:
    counts = {record.fields.get("message_count", 0) for record in (old, new)}
    return new.kind is Kind.SESSION and len(counts) > 1


def _members(words: str, was: Sequence[str], now: Sequence[str]) -> Iterator[str]:
    if added := [short(item) for item in now if item not in was]:
        yield f"{words}: {', '.join(added)} added"
    if removed := [short(item) for item in was if item not in now]:
        yield f"{words}: {', '.join(removed)} removed"
    if not added and not removed:
        yield f"{words} in another order"


def _tags(old: Record, new: Record) -> Iterator[Fact]:
    if old.tags == new.tags:
        return
    clauses = []
    for verb, one, other in (("added", new, old), ("removed", old, new)):
        if tags := [f"#{short(tag)}" for tag in one.tags if tag not in other.tags]:
            clauses.append(f"{'tag' if len(tags) == 1 else 'tags'} {' '.join(tags)} {verb}")
    yield Fact("tags", "; ".join(clauses) or "tags in another order", list(old.tags), list(new.tags))


def _links(old: Record, new: Record, name: Name) -> Iterator[Fact]:
    before = {(link.relation, link.target): link for link in old.links}
    after = {(link.relation, link.target): link for link in new.links}
    for key, link in after.items():
        if key not in before:
            yield Fact("link", _linked(link, name), None, _link_json(link, name))
    for key, link in before.items():
        if key not in after:
            yield Fact("link", f"no longer {_linked(link, name)}", _link_json(link, name), None)


def _linked(link: Link, name: Name) -> str:
    return f"{link.relation.value.replace('-', ' ')} {short(name(link))}"


def _link_json(link: Link, name: Name) -> dict[str, str]:
    return {"relation": link.relation.value, "id": link.target, "label": name(link)}


def _anchors(old: Record, new: Record) -> Iterator[Fact]:
    gone = [anchor for anchor in old.anchors if anchor not in new.anchors]
    for anchor in new.anchors:
        if anchor in old.anchors:
            continue
        was = next((other for other in gone if _is_same(other, anchor)), None)
        if was is None:
            yield Fact("anchor", f"anchored at {short(anchor)}", None, str(anchor))
            continue
        gone.remove(was)
        if was.range == anchor.range:
            yield Fact("anchor", f"anchor at {short(anchor)} brought up to date", None, str(anchor))
        else:
            text = f"anchor moved from {short(was)} to {short(anchor)}"
            yield Fact("anchor", text, str(was), str(anchor))
    for anchor in gone:
        yield Fact("anchor", f"anchor at {short(anchor)} removed", str(anchor), None)


def _is_same(one: Anchor, other: Anchor) -> bool:
    """Whether two anchors are on the same lines, at two moments."""
    if one.range == other.range:
        return True
    return bool(one.text and one.text == other.text) or bool(one.births and one.births == other.births)


def _texts(texts: Sequence[TextChange]) -> Iterator[Fact]:
    for change in texts:
        verb = "changed" if change.old and change.new else "added" if change.new else "removed"
        yield Fact("text", f"{short(change.name)} {verb}", change.name, change.name)


def _conflicts(old: Record, new: Record) -> Iterator[Fact]:
    for conflict in new.conflicts:
        if conflict not in old.conflicts:
            yield _conflict(conflict)
    for conflict in old.conflicts:
        if conflict not in new.conflicts and all(c.where != conflict.where for c in new.conflicts):
            yield Fact("conflict", f"conflict settled: {_where(conflict)}", _conflict_json(conflict), None)


def _conflict(conflict: Conflict) -> Fact:
    other = f' (or "{short(conflict.other)}")' if conflict.other else ""
    return Fact("conflict", f"in conflict: {_where(conflict)}{other}", None, _conflict_json(conflict))


def _where(conflict: Conflict) -> str:
    return short(conflict.where or "text")


def _conflict_json(conflict: Conflict) -> dict[str, str]:
    return {"where": conflict.where, "other": conflict.other}


def _others(old: Record, new: Record) -> Iterator[Fact]:
    """Aliases, the position in the code, and the keys that are nobody's."""
    for alias in new.aliases:
        if alias not in old.aliases and alias != old.label:
            yield Fact("aliases", f"also called {short(alias)}", None, alias)
    for alias in old.aliases:
        if alias not in new.aliases:
            yield Fact("aliases", f"no longer called {short(alias)}", alias, None)
    if old.code != new.code:
        was, now = (record.code and record.code.commit for record in (old, new))
        known = dict(new.code.formerly if new.code else ())
        why = f" ({short(clause(known[was]))})" if was in known else ""
        yield Fact("code", f"code commit {(was or 'none')[:10]} → {(now or 'none')[:10]}{why}", was, now)
    if old.created != new.created:
        was, now = old.created.isoformat(), new.created.isoformat()
        yield Fact("created", f"created {was} → {now}", was, now)
    for key in dict.fromkeys([*new.extra, *old.extra]):
        was, now = old.extra.get(key), new.extra.get(key)
        if was != now:
            yield Fact(key, f"{short(key)} {short(was or 'none')} → {short(now or 'none')}", was, now)


def _in_front(record: Record) -> Iterator[Field]:
    return (field for field in FIELDS[record.kind] if field.in_front_matter)


def _words(field: Field) -> str:
    return field.name.replace("_", " ")


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _shown(field: Field, value: Any) -> str:
    if field.shape is Shape.MAPPING:
        text = ", ".join(f"{name} {figure}" for name, figure in value.items())
    elif field.is_list or field.shape is Shape.ENTRIES:
        text = ", ".join(map(_item, value))
    else:
        when = moment(value) if field.name.endswith("_at") else None
        text = f"{when:%Y-%m-%d %H:%M}" if when else str(value)
    return short(text)


def _item(value: Any) -> str:
    return " ".join(map(str, value.values())) if isinstance(value, dict) else str(value)
