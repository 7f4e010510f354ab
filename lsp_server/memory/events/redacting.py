"""Secrets in memories: a program wrote them down, so they are replaced and nothing is held up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from lsp_server.memory.events.model import TypedMemory
from lsp_server.memory.secrets.values import suspicious_among, without


def redacted(memories: Sequence[TypedMemory], listed: Callable[[], Collection[str]]) -> Sequence[TypedMemory]:
    """The memories without their secrets; the same ones where there are none, as in nearly all. ``listed``
    gives the fingerprints that may stand; it is asked only when something was found."""
    texts = [_texts(memory) for memory in memories]
    found = list(suspicious_among(texts, range(len(texts))))
    if not found:
        return memories
    clean = list(memories)
    for at in found:
        clean[at] = _clean(memories[at], listed)
    return clean


def _texts(memory: TypedMemory) -> tuple[object, ...]:
    return (memory.title, memory.content, memory.owner, memory.tags, memory.metadata)


def _clean(memory: TypedMemory, listed: Callable[[], Collection[str]]) -> TypedMemory:
    # Each part by itself: a whole list of them could be taken for the lines of one text.
    title, content, owner = (without(text, listed) for text in (memory.title, memory.content, memory.owner))
    return memory._replace(
        title=title,
        content=content,
        owner=owner,
        tags=tuple(without(memory.tags, listed)),
        metadata=without(memory.metadata, listed),
    )
