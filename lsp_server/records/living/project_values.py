"""What the keys of ``project.yaml`` may be given, and which keys an address means."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from lsp_server.errors import NotFoundError, UsageError
from lsp_server.records.living.documents import slug

SINGLE = ("name", "version", "status", "description", "created_at", "updated_at")
MAPPINGS = ("stack", "team", "milestones", "metrics")
ALSO = {"tech-stack": "stack", "project-name": "name", "milestone": "milestones", "metric": "metrics"}
STATUSES = ("planned", "in_progress", "completed", "cancelled")
MILESTONE_KEYS = ("status", "target_date", "started_at", "completed_at", "description")
_LONGEST = 2000  # characters of one value

_PERSON = re.compile(r"(?P<name>[^()]+?)[ ]*\((?P<said>[^()]*)\)\Z")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,17})(?:\.\d{1,17})?\Z")


class Change(NamedTuple):
    """One key that gets a value: the keys that lead to it, the outermost first."""

    path: tuple[str, ...]
    value: str | int | float | None


def change(values: Mapping[str, Any], words: Sequence[str], said: str, *, new: bool) -> list[Change]:
    """What ``set`` does. ``values`` are what the file has."""
    key = _top(values, words, new=new)
    said = _one_line(said)
    inner = [word.strip() for word in words[1:]]
    if key not in MAPPINGS:
        if inner:
            raise NotFoundError(f"project/{key} is one value: there is nothing below it")
        if isinstance(values.get(key), (dict, list)):
            raise UsageError(f"project/{key} holds several values: change it by hand")
        return [Change((key,), _dated(key, said) or None)]
    if not inner:
        raise UsageError(f"say which: `git memory set project/{key}/NAME VALUE`")
    there = by_name(values.get(key), "name")
    if key == "milestones":
        return _milestone(there, inner, said)
    name = _same(there, "/".join(inner))
    if key == "metrics":
        return [Change((key, name), _metric(name, said))]
    if key == "team" and len(inner) > 1 and isinstance(there.get(_same(there, inner[0])), dict):
        return [Change((key, _same(there, inner[0]), inner[1]), said)]
    if isinstance(there.get(name), dict):
        return [Change((key, name, "role"), said)]
    return [Change((key, name), said or None)]


def addition(values: Mapping[str, Any], words: Sequence[str], said: str) -> list[Change]:
    """What ``note`` adds: ``Ada (developer)`` to the team, ``Beta (2025-01-15)`` to the milestones,
    ``backend: FastAPI`` to the stack, ``bugs fixed: 3`` to the metrics."""
    key = _top(values, words, new=False)
    said = _one_line(said)
    if key not in MAPPINGS or len(words) != 1 or not said:
        asked = "/".join(["project", *words])
        raise UsageError(f"{asked} is no list: write `git memory set {asked} VALUE`")
    there = by_name(values.get(key), "name")
    found = _PERSON.match(said)
    name, more = (found["name"], found["said"].strip()) if found else (said, "")
    if key in ("stack", "metrics"):
        name, colon, more = (part.strip() for part in said.partition(":"))
        if not colon or not name or not more:
            raise UsageError(
                f'write it as "NAME: VALUE", like `git memory note project/{key} "backend: FastAPI"`'
            )
        return [Change((key, _same(there, name)), _metric(name, more) if key == "metrics" else more)]
    name = _same(there, name)
    if key == "team":
        return [] if name in there and not more else [Change((key, name), more or None)]
    changes = [] if name in there else [Change((key, name, "status"), STATUSES[0])]
    if more:
        changes.append(Change((key, name, "target_date"), _dated("target_date", more)))
    return changes


def _top(values: Mapping[str, Any], words: Sequence[str], *, new: bool) -> str:
    wanted = slug(words[0]) if words else ""
    known = {slug(key): key for key in (*values, *SINGLE, *MAPPINGS)} | ALSO
    if wanted in known:
        return known[wanted]
    if new and re.fullmatch(r"[A-Za-z][\w-]{0,60}", words[0]):
        return words[0]
    from difflib import get_close_matches

    near = get_close_matches(wanted, known, n=3, cutoff=0.6)
    there = ", ".join(f"project/{key}" for key in dict.fromkeys((*SINGLE[:4], *MAPPINGS)))
    hint = (
        f"did you mean {' or '.join(f'project/{known[one]}' for one in near)}?"
        if near
        else f"there is {there}"
    )
    raise NotFoundError(f"there is no {'/'.join(['project', *words])!r}; {hint}")


def _milestone(there: Mapping[str, Any], inner: Sequence[str], said: str) -> list[Change]:
    key = slug(inner[-1]).replace("-", "_")
    named = _same(there, "/".join(inner))
    if named in there or len(inner) == 1:
        if said.casefold().replace(" ", "_").replace("-", "_") not in STATUSES:
            raise UsageError(
                f"say what of it: `git memory set project/milestones/{named}/target_date 2026-01-31`; "
                f"{', '.join(MILESTONE_KEYS)}"
            )
        name, key = named, "status"
    else:
        name = _same(there, "/".join(inner[:-1]))
    own = there.get(name)
    if key not in MILESTONE_KEYS and not (isinstance(own, dict) and key in own):
        raise NotFoundError(f"a milestone has no {inner[-1]!r}; it has {', '.join(MILESTONE_KEYS)}")
    if key == "status":
        word = said.casefold().replace(" ", "_").replace("-", "_")
        if word not in STATUSES:
            raise UsageError(f"the status of a milestone is {', '.join(STATUSES)}, not {said!r}")
        said = word
    return [Change(("milestones", name, key), _dated(key, said) or None)]


def _metric(name: str, said: str) -> int | float:
    value = number(said.removesuffix("%").strip().replace(",", ""))
    if isinstance(value, str):
        raise UsageError(f"the metric {name} is a number, not {said!r}")
    return value


def number(said: str) -> int | float | str:
    """A number where it is written as one, else the text."""
    if not _NUMBER.match(said):
        return said
    return float(said) if "." in said else int(said)


def _dated(key: str, said: str) -> str:
    """A value as it is; of a key for dates, checked."""
    if not said or not key.endswith(("_at", "_date")):
        return said
    try:
        if len(said) == 10:
            return date.fromisoformat(said).isoformat()
        datetime.fromisoformat(re.sub(r"[zZ]\Z", "+00:00", said))
    except ValueError:
        raise UsageError(f"{key} is a date like 2026-01-31 or 2026-01-31T10:00:00Z, not {said!r}") from None
    return said


def _one_line(said: str) -> str:
    text = " ".join(said.split())
    if len(text) > _LONGEST:
        raise UsageError(f"that is too long for one value: {_LONGEST} characters at most")
    for character in text:
        if ord(character) < 32 or 0x7F <= ord(character) < 0xA0:
            raise UsageError(f"the text contains the control character U+{ord(character):04X}")
    return text


def _same(there: Mapping[str, Any], name: str) -> str:
    """The name as the file has it, whatever case and blanks the address was typed with."""
    name = " ".join(name.split())
    if name in there or not name:
        return name
    return next((one for one in there if slug(one) == slug(name)), name)


def by_name(value: Any, key: str) -> dict[str, Any]:
    """A mapping by names; a list of mappings that have a name each as one."""
    if isinstance(value, dict):
        return {str(name): item for name, item in value.items()}
    found: dict[str, Any] = {}
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict) and isinstance(item.get(key), str):
            rest = {name: said for name, said in item.items() if name != key}
            name = item[key]
        else:
            rest, name = {}, item if isinstance(item, str) else str(item)
        time = 2
        while name in found and found[name] != rest:
            name, time = f"{item[key] if isinstance(item, dict) else item} ({time})", time + 1
        found[name] = rest
    return found
