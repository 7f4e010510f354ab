"""The commands that anchor a record anew or take its anchor off. Described in docs/lsp.md."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from lsp_server.editor.command_places import lines_on_disk, repository_of
from lsp_server.errors import RefusedError, UsageError
from lsp_server.records.anchors import CodeRange
from lsp_server.records.plain import record_json

if TYPE_CHECKING:
    from lsp_server.editor.arguments import Arguments
    from lsp_server.editor.session import Session
    from lsp_server.memory import Memory, Record
    from lsp_server.records.anchors import Anchor

REANCHOR, RETIRE = "gitMemory.reanchor", "gitMemory.retire"

_Key = tuple[str, int, int, str]


async def reanchor(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Anchor a record to the lines of ``range``, in the place of an anchor that it has."""
    ref, uri = arguments.text("ref"), arguments.text("uri")
    selection, key = arguments.required_range("range"), arguments.optional_anchor("anchor")
    repository = await repository_of(session, uri)
    at = await lines_on_disk(session, repository, uri, selection)
    if not at:
        raise UsageError("there are no lines to anchor it to")
    change = partial(_reanchor, repository.memory, ref, at, key)
    record = await session.workers.prompt(change)
    where = ", ".join(str(place) for place in at)
    session.client.say(f"anchored {record.label} “{record.title}” to {where}{repository.where}")
    await session.wrote(repository)
    return record_json(record)


async def retire(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Take an anchor off a record; the record stays."""
    ref, uri = arguments.text("ref"), arguments.optional_text("uri")
    selection, key = arguments.optional_range("range"), arguments.optional_anchor("anchor")
    repository = await repository_of(session, uri)
    at: Sequence[CodeRange] = ()
    if uri is not None and selection is not None:
        at = await lines_on_disk(session, repository, uri, selection)
    record, gone = await session.workers.prompt(partial(_retire, repository.memory, ref, at, key))
    where = ", ".join(str(anchor) for anchor in gone)
    session.client.say(
        f"{record.label} “{record.title}” is not anchored at {where} any more{repository.where}"
    )
    await session.wrote(repository)
    return record_json(record)


def _reanchor(memory: Memory, ref: str, at: Sequence[CodeRange], key: _Key | None) -> Record:
    record = memory.get(ref)
    moved = _meant(memory, record, at, key) if record.anchors else []
    if not moved and record.anchors:
        raise RefusedError(_which(record))
    return memory.reanchor(record.id, at, remove=moved)


def _retire(
    memory: Memory, ref: str, at: Sequence[CodeRange], key: _Key | None
) -> tuple[Record, Sequence[Anchor]]:
    record = memory.get(ref)
    if not record.anchors:
        raise RefusedError(f"{record.label} is not anchored to any code")
    gone = _meant(memory, record, at, key)
    if not gone:
        raise RefusedError(_which(record))
    return memory.reanchor(record.id, remove=gone), gone


def _meant(memory: Memory, record: Record, at: Sequence[CodeRange], key: _Key | None) -> Sequence[Anchor]:
    """The anchors that a command is about: the one that it names; else those on the lines; else those on the
    whole file or a folder of it; else those of which nothing is left; else the only one."""
    if key is not None:
        named = [one for one in record.anchors if (*one.range, one.symbol) == key]
        if not named:
            raise RefusedError(f"{record.label} is not anchored at {key[0]} any more")
        return named
    standing = memory.places(record)

    def there(is_there: Callable[[CodeRange, CodeRange], bool]) -> list[Anchor]:
        pairs = ((one, place, lines) for one, located in standing for place in located.ranges for lines in at)
        return list(dict.fromkeys(one for one, place, lines in pairs if is_there(place, lines)))

    here = there(CodeRange.meets) or there(lambda place, lines: place.is_whole and place.holds(lines.path))
    stale = [one for one, located in standing if located.certainty.value == "stale"]
    return here or stale or (record.anchors if len(record.anchors) == 1 else [])


def _which(record: Record) -> str:
    places = ", ".join(str(anchor) for anchor in record.anchors)
    return (
        f"{record.label} is anchored at {places}, and none of it is gone; say which with "
        f"`git memory anchor {record.label} --remove PLACE`"
    )
