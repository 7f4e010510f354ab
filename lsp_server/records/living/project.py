"""``project.yaml``: what a project is, in keys. Read and changed as a front matter is.

name, version, status, description · stack by layer · team by name · milestones by name · metrics by name
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from lsp_server.errors import RefusedError
from lsp_server.records import conflict_list, front_matter
from lsp_server.records.living import project_values
from lsp_server.records.living.documents import slug
from lsp_server.records.living.editing import Edit, edited
from lsp_server.records.living.project_values import MAPPINGS, MILESTONE_KEYS, SINGLE, Change
from lsp_server.records.living.reading import Field, Section
from lsp_server.records.living.yaml_paths import set_path

_FENCE = "---\n"


def put(text: str, words: Sequence[str], value: str | Sequence[str], *, new: bool = False) -> Edit:
    """Set a key by its address (``metrics/test_coverage``, ``milestones/Beta/status``). Raises
    ``NotFoundError`` for a key that there is not (with ``new`` it is added), ``UsageError`` for a value that
    does not fit, ``RefusedError`` where the file is not YAML."""
    said = value if isinstance(value, str) else ", ".join(value)
    return _changed(text, lambda values: project_values.change(values, words, said, new=new))


def note(text: str, words: Sequence[str], said: str) -> Edit:
    """Add a person, a milestone, a layer of the stack or a metric. Raises as ``put``."""
    return _changed(text, lambda values: project_values.addition(values, words, said))


def _changed(text: str, decide: Callable[[Mapping[str, Any]], Sequence[Change]]) -> Edit:
    def change(lines: str) -> Edit:
        before, front = cut(lines)
        for one in decide(values_of(lines)):
            front = set_path(front, one.path, one.value)
            front = _settled(front, ".".join(one.path))
        return Edit(before + front)

    return edited(text, change)


def cut(text: str) -> tuple[str, str]:
    """A leading ``---`` of the YAML, and the rest."""
    return (_FENCE, text[len(_FENCE) :]) if text.startswith(_FENCE) else ("", text)


def fenced(text: str) -> str:
    """The YAML as a front matter, for whoever reads and merges those."""
    front = cut(text)[1]
    return f"{_FENCE}{front}{'' if front.endswith(chr(10)) or not front else chr(10)}{_FENCE}"


def bare(text: str) -> str:
    """The YAML of a front matter."""
    return front_matter.split(text).front or ""


def _settled(front: str, where: str) -> str:
    """The YAML without what a merge kept of a key: it has been set anew."""
    if conflict_list.KEY not in front:
        return front
    return bare(conflict_list.without(fenced(front), where))


def values_of(text: str) -> Mapping[str, Any]:
    """The keys as they are written, every scalar as text. Raises ``RefusedError`` where it is not YAML."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n")
    values, problems = front_matter.read(cut(plain)[1])
    if problems:
        line = problems[0].line + (1 if plain.startswith(_FENCE) else 0)
        said = problems[0].message.replace("the front matter", "it")
        raise RefusedError(f"project.yaml cannot be read: line {line}: {said}; mend it by hand first")
    return values


class Project(NamedTuple):
    """What ``project.yaml`` says. ``team`` and ``milestones`` are mappings with a ``name`` each, in order;
    ``metrics`` are numbers where they are written as such; ``extra`` are further keys. ``conflicts`` are the
    values that a merge kept beside those here, by their keys (``status``, ``milestones.Beta.status``)."""

    name: str
    version: str
    status: str
    description: str
    stack: Mapping[str, str]
    team: tuple[Mapping[str, str], ...]
    milestones: tuple[Mapping[str, str], ...]
    metrics: Mapping[str, int | float | str]
    extra: Mapping[str, Any]
    conflicts: Mapping[str, tuple[str, ...]]


def read_project(text: str) -> Project:
    """The whole of it. Raises ``RefusedError`` where it is not YAML."""
    values = dict(values_of(text))
    key = conflict_list.key_in(values)
    held: dict[str, tuple[str, ...]] = {}
    for item in conflict_list.listed(cut(text.removeprefix("\ufeff").replace("\r\n", "\n"))[1], key):
        held[item.conflict.where] = (*held.get(item.conflict.where, ()), _said(item.value))
    values.pop(key, None)
    scalars = {name: _said(values.pop(name, "")) for name in ("name", "version", "status", "description")}
    stack = project_values.by_name(values.pop("stack", {}), "layer")
    metrics = project_values.by_name(values.pop("metrics", {}), "name")
    team = project_values.by_name(values.pop("team", {}), "name")
    milestones = project_values.by_name(values.pop("milestones", {}), "name")
    return Project(
        **scalars,
        stack={name: _said(value) for name, value in stack.items()},
        team=tuple(_named(name, value, "role") for name, value in team.items()),
        milestones=tuple(_named(name, value, "status") for name, value in milestones.items()),
        metrics={name: project_values.number(_said(value)) for name, value in metrics.items()},
        extra=values,
        conflicts=held,
    )


def _named(name: str, value: Any, only: str) -> dict[str, str]:
    if isinstance(value, dict):
        return {"name": name, **{key: _said(item) for key, item in value.items() if key != "name"}}
    return {"name": name, only: _said(value)} if _said(value) else {"name": name}


def _said(value: Any) -> str:
    if isinstance(value, str):
        return "" if value in ("null", "~") else value
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_said(item)}" for key, item in value.items())
    return ", ".join(map(_said, value)) if isinstance(value, list) else str(value)


def sections_of_project(text: str) -> tuple[Section, ...]:
    """The keys as sections: what is single without a name, then stack, team, milestones, metrics."""
    try:
        project = read_project(text)
    except RefusedError:
        return ()
    lines = _key_lines(text)
    single = {
        "Name": project.name, "Version": project.version,
        "Status": project.status, "Description": project.description,
    }  # fmt: skip
    extra = {name: _said(value) for name, value in project.extra.items()}
    groups: list[tuple[str, dict[str, tuple[str, ...]]]] = [
        ("", {name: (value,) if value else () for name, value in (single | extra).items()}),
        ("Stack", {name: (value,) for name, value in project.stack.items()}),
        ("Team", {one["name"]: tuple(filter(None, _facts(one, "role"))) for one in project.team}),
        (
            "Milestones",
            {one["name"]: tuple(filter(None, _facts(one, "status"))) for one in project.milestones},
        ),
        ("Metrics", {name: (str(value),) for name, value in project.metrics.items()}),
    ]
    found = []
    for title, fields in groups:
        key = slug(title)
        start = _line(lines, key) if title else 0
        other = {
            where.rpartition(".")[2] if not title else where.split(".")[1]: said
            for where, said in project.conflicts.items()
            if ("." in where) == bool(title) and (not title or where.startswith(f"{key}."))
        }
        told = tuple(
            Field(
                name,
                "/".join(filter(None, ("project", key, name if title else slug(name)))),
                (*values, *(f"or: {one}" for one in other.get(name if title else slug(name), ()))),
                _line(lines, name if title else slug(name), start),
            )
            for name, values in fields.items()
        )
        address = f"project/{key}" if title else "project"
        found.append(Section(title, address, 2 if title else 0, "", told, (), "", start, start + 1))
    return tuple(found)


def project_addresses(text: str) -> list[str]:
    """The keys that can be set, those of each milestone among them. Raises ``RefusedError``."""
    found = read_project(text)
    keys = [f"project/{key}" for key in (*SINGLE[:4], *found.extra, *MAPPINGS)]
    for group, names in (("stack", found.stack), ("metrics", found.metrics)):
        keys += [f"project/{group}/{name}" for name in names]
    keys += [f"project/team/{one['name']}" for one in found.team]
    return keys + [
        f"project/milestones/{one['name']}/{key}" for one in found.milestones for key in MILESTONE_KEYS
    ]


def _facts(one: Mapping[str, str], first: str) -> list[str]:
    rest = [f"{key}: {value}" for key, value in one.items() if key not in ("name", first) and value]
    return [one.get(first, ""), *rest]


def _key_lines(text: str) -> Mapping[str, Sequence[int]]:
    """The lines on which each key (or ``- name:`` of a list) stands."""
    found: dict[str, list[int]] = {}
    for number, line in enumerate(text.split("\n")):
        key = line.strip().removeprefix("- name: ").partition(":")[0].strip().strip("\"'")
        found.setdefault(key.casefold(), []).append(number)
    return found


def _line(lines: Mapping[str, Sequence[int]], key: str, after: int = 0) -> int:
    numbers = lines.get(key.casefold(), ())
    at = bisect_left(numbers, after)
    return numbers[at] if at < len(numbers) else after
