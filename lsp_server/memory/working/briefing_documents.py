"""What the living documents say that is worth knowing now: the project, recent work, preferences, patterns.

A document that is not there says nothing, one that cannot be read as ours says what can be read. Fields are
found wherever they stand: a section that somebody has renamed keeps what is in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

from lsp_server.errors import GitMemoryError
from lsp_server.memory.working.briefing_budget import Full
from lsp_server.memory.working.briefing_results import BriefingLine
from lsp_server.records.front_matter import read as read_yaml
from lsp_server.records.living.documents import BY_NAME, Part, called, person_path, slug
from lsp_server.records.living.outline import Node, is_placeholder, tree, walk
from lsp_server.records.living.project_values import by_name
from lsp_server.records.merging.units import LISTED
from lsp_server.store.identity import split_identity

if TYPE_CHECKING:
    from lsp_server.memory.core import Core

_LARGEST = 1 << 18  # characters of a document that are read
_MOST = 12  # lines of a part
_NOTHING = ("", "none", "nothing", "no", "n/a", "-", "–", "—")
_OVER = ("completed", "complete", "done", "finished", "reached", "cancelled", "canceled", "dropped")


class Read(NamedTuple):
    """The documents of one version. ``own`` are the preferences of the person who asks, at ``own_path``."""

    project: Mapping[str, Any]
    context: Sequence[Node]
    patterns: Sequence[Node]
    common: Sequence[Node]
    own: Sequence[Node]
    own_path: str
    person: str


def read(core: Core, person: str | None) -> Read:
    """All that a briefing asks for, from one snapshot."""
    whose = person or _name(core)
    own_path = person_path(whose) if whose else ""
    snapshot = core.store.snapshot()

    def text(path: str) -> str:
        data = snapshot.read(path) if path else None
        return data[: 4 * _LARGEST].decode("utf-8", "replace").lstrip("\ufeff")[:_LARGEST] if data else ""

    def nodes(path: str) -> Sequence[Node]:
        return tree(found) if (found := text(path)) else ()

    described = text(_path("project"))
    project, _ = read_yaml(described) if described else ({}, ())
    return Read(
        project,
        nodes(_path("context")),
        nodes(_path("patterns")),
        nodes(_path("preferences")),
        nodes(own_path),
        own_path,
        whose or "",
    )


def project(known: Read) -> Iterator[Full]:
    """Name, version, status, stack, and the milestones still to be reached."""
    path = _path("project")
    lines = list(_project_lines(known.project, path))
    part, section = _valued(known.context)
    if section is not None:
        source = f"{_path('context')}, {part.title}"
        named = section.name.partition(":")[2].strip()
        if not lines and named and not is_placeholder(named):
            lines.append(BriefingLine(named, "", source))
        told = {slug(line.lead) for line in lines} | (
            {"tech-stack"} if any(_is_stack(x) for x in lines) else set()
        )
        lines += [line for line in _field_lines(section, source) if slug(line.lead) not in told]
    yield _full("project", "Project", lines, "git memory documents project")


def recent_work(known: Read, last: Sequence[BriefingLine]) -> Iterator[Full]:
    """What was done last, what is worked on, what comes next; ``last`` is what the last session's own record
    says of it, where the document does not."""
    lines = []
    for name in ("Last session", "Current focus", "Next planned"):
        said = [BriefingLine(name, text, source) for text, source in _said(known.context, name)]
        lines += said or [line for line in last if line.lead == name]
    yield _full("work", "Recent work", lines, "git memory documents context")


def blockers(known: Read) -> Iterator[Full]:
    """What is in the way."""
    lines = [BriefingLine("", text, source) for text, source in _said(known.context, "Blockers")]
    yield _full("blockers", "Blockers", lines, "git memory documents context")


def preferences(known: Read) -> Iterator[Full]:
    """How people here like to work: the person who asks, then all."""
    own = _all_fields(known.own, known.own_path)
    hint = "git memory documents preferences"
    yield _full("own-preferences", f"Preferences of {known.person}", own, hint)
    lines = _all_fields(known.common, _path("preferences"))
    for section in walk(known.context):
        if "preferences" in slug(section.name):
            lines += _field_lines(section, f"{_path('context')}, {section.name}")
    yield _full("preferences", "Preferences", lines, hint)


def patterns(known: Read) -> Iterator[Full]:
    """What does not work here, and what does: the newest of each section first."""
    sections = [node for node in walk(known.patterns) if any(part.kind in LISTED for part in node.parts)]
    hint = "git memory documents patterns"
    anti = [node for node in sections if slug(node.name).startswith("anti")]
    yield _full("anti-patterns", "What does not work here", _newest(anti, named=False), hint)
    others = [node for node in sections if node not in anti]
    yield _full("patterns", "What works here", _newest(others, named=len(others) > 1), hint)


def _newest(sections: Sequence[Node], *, named: bool) -> list[BriefingLine]:
    columns = []
    for section in sections:
        source = f"{_path('patterns')}, {section.name}"
        lead = section.name if named else ""
        columns.append(
            [
                BriefingLine(lead, "; ".join(_value(part)), source)
                for part in reversed(section.parts)
                if part.kind in LISTED and _value(part)
            ]
        )
    return [line for row in zip_longest(*columns) for line in row if line is not None]


def _value(node: Node) -> list[str]:
    said = [one for one in node.says() if one]
    return [f"{node.name}: {said[0]}", *said[1:]] if node.is_field and said else said


def _project_lines(values: Mapping[str, Any], path: str) -> Iterator[BriefingLine]:
    name = _word(values.get("name") or values.get("project_name"))
    facts = [f"version {version}" for version in [_word(values.get("version"))] if version]
    facts += [_plain(status) for status in [_word(values.get("status"))] if status]
    if name or facts:
        yield BriefingLine(name, ", ".join(facts), path)
    if about := _word(values.get("description")):
        yield BriefingLine("About", about, f"{path}, description")
    for key in ("stack", "tech_stack"):
        if stack := _pairs(values.get(key)):
            yield BriefingLine("Stack", stack, f"{path}, {key}")
    for name, said in by_name(values.get("milestones"), "name").items():
        milestone = said if isinstance(said, Mapping) else {"status": said}
        status = _word(milestone.get("status"))
        if name and status.casefold() not in _OVER:
            target = _word(milestone.get("target_date") or milestone.get("target"))
            told = ", ".join([_plain(status), *([f"due {target}"] if target else [])]).strip(", ")
            yield BriefingLine("Milestone", f"{name}: {told}".rstrip(": "), f"{path}, milestones")
    if metrics := _pairs(values.get("metrics")):
        yield BriefingLine("Metrics", metrics, f"{path}, metrics")


def _is_stack(line: BriefingLine) -> bool:
    return line.lead == "Stack"


def _plain(word: str) -> str:
    return word.replace("_", " ")


def _word(value: Any) -> str:
    return value.strip() if isinstance(value, str) and value.strip().casefold() not in ("null", "~") else ""


def _pairs(value: Any) -> str:
    if isinstance(value, Mapping):
        pairs = [f"{_plain(str(key))} {_pairs(one)}" for key, one in value.items() if _pairs(one)]
        return ", ".join(pairs)
    if isinstance(value, list):
        return ", ".join(filter(None, map(_pairs, value)))
    return _word(value)


def _valued(nodes: Sequence[Node]) -> tuple[Part, Node | None]:
    """The section about the project whose heading says its name."""
    part = next(part for part in BY_NAME["context"].parts if part.valued)
    found = (node for node in walk(nodes) if slug(node.name.partition(":")[0]) in called(part))
    return part, next(found, None)


def _said(nodes: Sequence[Node], name: str) -> list[tuple[str, str]]:
    """What a field says, wherever it stands, with where that is."""
    return [
        (value, f"{_path('context')}, {section.name}")
        for section in walk(nodes)
        for part in section.parts
        if part.is_field and part.slug == slug(name)
        for value in part.says()
        if value.strip(" .").casefold() not in _NOTHING
    ]


def _all_fields(nodes: Sequence[Node], path: str) -> list[BriefingLine]:
    return [line for section in walk(nodes) for line in _field_lines(section, f"{path}, {section.name}")]


def _field_lines(section: Node, source: str) -> list[BriefingLine]:
    lines = []
    for part in section.parts:
        if part.level or not (part.is_field or part.kind in LISTED):
            continue
        if said := part.says():
            lines.append(BriefingLine(part.name, "; ".join(said), source))
    return lines


def _full(name: str, title: str, lines: Sequence[BriefingLine], hint: str) -> Full:
    sources = list(dict.fromkeys(line.source for line in lines))
    paths = dict.fromkeys(source.partition(",")[0] for source in sources)
    source = sources[0] if len(sources) == 1 else ", ".join(paths)
    return Full(name, title, source, lines[:_MOST], hint, len(lines))


def _path(name: str) -> str:
    return BY_NAME[name].path


def _name(core: Core) -> str:
    try:
        return split_identity(core.repository.author())[0]
    except GitMemoryError:  # git knows no name: nobody's own preferences then
        return ""
