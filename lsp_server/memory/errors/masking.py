"""The parts of messages that change from one time to the next: numbers, ids, paths, quoted texts.

>>> masked("No answer from 10.0.0.7:5432 in 30 s")
'No answer from <address> in <num> s'
"""

from __future__ import annotations

import re

_KINDS = (
    ("address", r"\b[a-z][a-z0-9+.-]*://[^\s'\"<>()]+"),
    ("address", r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    ("uuid", r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"),
    ("text", r"(?<!\w)'(?:[^'\\]|\\.)*'(?!\w)"),
    ("text", r'(?<!\w)"(?:[^"\\]|\\.)*"(?!\w)'),
    ("text", r"`[^`]*`"),
    ("time", r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?\b"),
    ("address", r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b"),
    ("address", r"\b(?:[0-9a-fA-F]{0,4}:){3,7}[0-9a-fA-F]{0,4}\b"),
    ("path", r"(?<![\w.])(?:[A-Za-z]:)?[~.]{0,2}(?:[/\\][\w.@%+=~-]+){2,}[/\\]?"),
    ("path", r"(?<![\w.])(?:[\w.@%+=~-]+/)+[\w@%+=~-]+\.\w+\b"),
    ("hex", r"\b0[xX][0-9a-fA-F]+\b"),
    ("hex", r"\b(?=[a-fA-F]*\d)(?=\d*[a-fA-F])[0-9a-fA-F]{8,}\b"),
    ("num", r"(?<![\w.])[-+]?\d[\d_]*(?:[.,]\d+)*(?:[eE][-+]?\d+)?"),
)
_MASK = re.compile("|".join(f"(?P<k{number}>{pattern})" for number, (_, pattern) in enumerate(_KINDS)))
_ONLY_MASKS = re.compile(rf"\W*(?:<(?:{'|'.join(sorted({name for name, _ in _KINDS}))})>(?:m?s|%)?\W*)+")
_NAMES = {f"k{number}": f"<{name}>" for number, (name, _) in enumerate(_KINDS)}


def masked(text: str) -> str:
    """The text with ``<num>``, ``<hex>``, ``<uuid>``, ``<path>``, ``<text>``, ``<time>``, ``<address>``."""
    return _MASK.sub(lambda found: _NAMES[found.lastgroup or ""], text)


def is_mask(word: str) -> bool:
    """Whether a word of a masked text is nothing but what stands for something else: ``(<num>)``."""
    return "<" in word and _ONLY_MASKS.fullmatch(word) is not None
