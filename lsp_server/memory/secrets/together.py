"""Many texts looked through at once: most have no secret, and what they have in common is looked at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lsp_server.memory.secrets.lists import views
from lsp_server.memory.secrets.prefilter import any_suspicious
from lsp_server.memory.secrets.quoted import strings
from lsp_server.records.front_matter import LARGEST

_GROUPS = (10_000, 500, 25)


class Text(NamedTuple):
    """What is to be written: its front matter, and what is no secret in it, its id."""

    text: str
    front: str
    known: str


def without_secrets(texts: Sequence[Text]) -> list[bool]:
    """Which of many texts have no secret in them: where it is True, ``Guard.clean`` would give the text back
    as it is. Where it is False, it has to be asked."""
    found = [False] * len(texts)
    _look(texts, range(len(texts)), _GROUPS, found)
    return found


def _look(texts: Sequence[Text], which: range, groups: Sequence[int], found: list[bool]) -> None:
    for start in range(0, len(which), groups[0]):
        group = which[start : start + groups[0]]
        if _are_clean([texts[number] for number in group]):
            found[group.start : group.stop] = [True] * len(group)
        elif groups[1:]:
            _look(texts, group, groups[1:], found)


def _are_clean(texts: Sequence[Text]) -> bool:
    whole = "\n".join([text.replace(known, "") for text, _, known in texts])
    if "\0" in whole or max([len(text) for text, _, _ in texts]) > LARGEST:
        return False
    try:
        whole.encode("utf-8")
    except UnicodeEncodeError:
        return False
    lines = set(whole.split("\n"))
    lines.update(_of_fronts([front for _, front, _ in texts]))
    return not any_suspicious(lines)


def _of_fronts(fronts: Sequence[str]) -> Iterator[str]:
    """What stands in the quoted strings and in the lists of the front matters."""
    lines = set("\n".join(fronts).split("\n"))
    yield from views("\n".join(lines) + "\n")
    quoted = [front for front in fronts if '"' in front or "'" in front]
    if any(line.count('"') % 2 for line in lines):
        plain = []  # a string may go on in the next line
    else:
        plain = [front for front in quoted if "'" not in front and "\\" not in front]
        for line in set("\n".join(plain).split("\n")):
            yield from line.split('"')[1::2]
    if len(plain) < len(quoted):
        done = set(plain)
        for front in quoted:
            if front not in done:
                yield from strings(front)
