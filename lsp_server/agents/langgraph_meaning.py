"""Search by meaning: which texts of an item are searched, and their vectors, kept while a store is open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from langgraph.store.base import IndexConfig, ensure_embeddings, get_text_at_path, tokenize_path

Vectors = dict[str, list[float]]
"""Of texts."""

_MOST_VECTORS = 10_000  # kept in this process; each is as long as the model makes it
_Fields = Sequence[Any]  # paths, as LangGraph cuts them


class Meaning:
    """What an index configuration says; without one, nothing is searched by meaning (``is_on`` is false)."""

    def __init__(self, index: IndexConfig | None) -> None:
        self._embeddings = ensure_embeddings(index.get("embed")) if index else None
        self._fields = _tokenized((index.get("fields") if index else None) or ["$"])
        self._vectors: Vectors = {}

    @property
    def is_on(self) -> bool:
        """Whether there is a model that embeds."""
        return self._embeddings is not None

    def texts_in(self, value: Mapping[str, Any], fields: Any) -> list[str]:
        """The texts that a value is searched by. ``fields`` are its own; None, True: as configured; False:
        none."""
        if fields is False:
            return []
        paths = self._fields if fields is None or fields is True else _tokenized(fields)
        return [text for path in paths for text in get_text_at_path(value, path)]

    def known(self, texts: Iterable[str]) -> tuple[Vectors, list[str]]:
        """The vectors that are known, and the texts that have to be embedded."""
        texts = list(dict.fromkeys(texts))
        known = {text: vector for text in texts if (vector := self._vectors.get(text)) is not None}
        return known, [text for text in texts if text not in known]

    def embedded(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts."""
        if not texts or self._embeddings is None:
            return {}
        return self._kept(texts, self._embeddings.embed_documents(list(texts)))

    async def aembedded(self, texts: Sequence[str]) -> Vectors:
        """``embedded``, by the model's own coroutine."""
        if not texts or self._embeddings is None:
            return {}
        return self._kept(texts, await self._embeddings.aembed_documents(list(texts)))

    def _kept(self, texts: Sequence[str], vectors: Sequence[list[float]]) -> Vectors:
        new = dict(zip(texts, vectors, strict=True))
        if len(self._vectors) + len(new) > _MOST_VECTORS:
            self._vectors = {}
        self._vectors = {**self._vectors, **new}
        return new


def _tokenized(fields: Iterable[str]) -> _Fields:
    return [field if field == "$" else tokenize_path(field) for field in fields]
