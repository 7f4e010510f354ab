"""Secrets in values: mappings, lists and the texts in them. A key tells what its value is."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from lsp_server.errors import RefusedError
from lsp_server.memory import secrets
from lsp_server.memory.secrets.redaction import redact

_NAMING = ("name", "key", "header")  # of a mapping that has a ``value``
_HANDFUL = 10_000  # characters


def said(values: Any) -> Iterator[str]:
    """Every text, and those of mappings with their keys: a key tells what a value is."""
    for value in values:
        if isinstance(value, str):
            yield value
        elif value is None or isinstance(value, (int, float)):  # says nothing; asked first, for it is cheap
            continue
        elif isinstance(value, Mapping):
            if isinstance(value.get("value"), str):
                yield f"{_told(value)}: {value['value']}"
            for key, item in value.items():
                if isinstance(item, str):
                    yield f"{key}: {item}"
                else:
                    yield str(key)
                    yield from said((item,))
        elif isinstance(value, (list, tuple)):
            if len(value) > 1 and all(isinstance(item, str) for item in value):
                yield ": ".join(value) if len(value) == 2 else "\n".join(value)
            yield from said(value)


def suspicious_among(values: Sequence[Any], which: Iterable[int]) -> Iterator[int]:
    """Which of the values numbered ``which`` the scanner has to look at. They are looked through by the
    handful: one look at much text costs less than many, but all that much together is soon suspicious."""
    handful: list[int] = []
    texts: list[str] = []
    size = 0
    for at in (*which, None):
        if at is None or size > _HANDFUL:
            if texts and secrets.suspicious_within("\n".join(texts)):
                yield from (
                    one for one in handful if secrets.suspicious_within("\n".join(said((values[one],))))
                )
            handful, texts, size = [], [], 0
        if at is not None:
            new = list(said((values[at],)))
            handful.append(at)
            texts += new
            size += sum(map(len, new))


def without(value: Any, listed: Callable[[], Collection[str]], key: str = "") -> Any:
    """The value with ``[redacted: …]`` for its secrets; lists come as lists. ``key`` is what it stands under;
    ``listed`` gives the fingerprints that may stand, and is asked only when something was found."""
    if isinstance(value, str):
        return _text_without(value, listed, key)
    if isinstance(value, Mapping):
        told = _told(value)
        made: dict[Any, Any] = {}
        for name, item in value.items():
            clean = without(name, listed)
            while clean in made:
                clean += "'"  # two keys with a secret are two keys still
            made[clean] = without(item, listed, told if name == "value" and told else str(clean))
        return made
    if isinstance(value, (list, tuple)):
        if len(value) == 2 and all(isinstance(item, str) for item in value):
            return [_text_without(value[0], listed, key), _text_without(value[1], listed, value[0])]
        return [without(item, listed, key) for item in _without_lines(value, listed)]
    return value


def _told(value: Mapping[Any, Any]) -> str:
    """What ``{"name": "Authorization", "value": …}`` calls its value."""
    return next((value[one] for one in _NAMING if isinstance(value.get(one), str)), "")


def _text_without(text: str, listed: Callable[[], Collection[str]], key: str) -> str:
    clean = secrets.redact_all(text, listed)[0]
    if clean == text and key:  # `password: …` tells by its key
        one_line = '"' not in text and "\\" not in text and "\n" not in text
        for before, after in ((f'{key} = "', '"'), (f"{key}: ", "")) if one_line else ((f"{key}: ", ""),):
            whole = secrets.redact_all(before + text + after, listed)[0]
            if whole != before + text + after:
                return whole.removeprefix(before).removesuffix(after)
    return clean if clean == text else _valid(text, clean)


def _without_lines(values: Sequence[Any], listed: Callable[[], Collection[str]]) -> Sequence[Any]:
    """A list without a secret that goes over several of its texts: the lines of a key file."""
    if len(values) < 2 or not all(isinstance(item, str) for item in values):
        return values
    whole = "\n".join(values)
    if not secrets.suspicious_within(whole):
        return values
    from lsp_server.memory.secrets.machine import found_in

    try:
        findings = found_in(whole, listed)
    except (RefusedError, RuntimeError, ValueError):
        return values  # each by itself is not read either, and says so
    clean, start = [], 0
    for item in values:
        end = start + len(item)
        inside = [
            one._replace(start=max(one.start, start) - start, end=min(one.end, end) - start)
            for one in findings
            if one.start < end and start < one.end
        ]
        clean.append(redact(item, inside) if inside else item)
        start = end + 1
    return clean


def _valid(text: str, clean: str) -> str:
    """A text that was JSON is JSON still."""
    if not text.lstrip().startswith(("{", "[")):
        return clean
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return clean
    try:
        json.loads(clean)
    except ValueError:
        return json.dumps(_kept(said, clean), ensure_ascii=False)
    return clean


def _kept(said: Any, clean: str) -> Any:
    """What JSON says, with the texts alone that are in a clean text still."""
    if isinstance(said, str):
        written = (json.dumps(said, ensure_ascii=plain)[1:-1] for plain in (True, False))
        return said if any(one in clean for one in written) else "[redacted]"
    if isinstance(said, dict):
        return {_kept(key, clean): _kept(item, clean) for key, item in said.items()}
    return [_kept(item, clean) for item in said] if isinstance(said, list) else said
