"""Use case: what of a session is saved, and what is still due.

Ten points, each by a rule of its own (docs/working-sessions.md tells them to people): done is what can be
seen on the branch, due only what this session's work asks for. Nothing is due because it could be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from lsp_server.errors import GitMemoryError
from lsp_server.memory.working import running as running_session
from lsp_server.memory.working.checklist_rules import RULES, Seen
from lsp_server.memory.working.results import Checklist
from lsp_server.memory.working.work_done import (
    Since,
    Work,
    during,
    last_ended,
    since_last,
    since_running,
    work_since,
)
from lsp_server.records.artifact_paths import ROOT
from lsp_server.records.front_matter import read as read_yaml
from lsp_server.records.living.documents import BY_NAME, document_at, slug
from lsp_server.records.living.outline import tree, walk

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.store.base import Snapshot

_MOST = 10
_NEXT = "next-planned"


def look(core: Core) -> Checklist:
    """The ten points, since the session began here, else since the last one ended."""
    tip = core.tip()
    core.followed()
    running = running_session.running(core)
    last = last_ended(core)
    if running is not None:
        since = since_running(running)
    elif last is not None:
        since = since_last(core, last)
    else:
        since = Since(datetime.fromtimestamp(0, core.now().tzinfo))
    work = work_since(core, since)
    over = running is None and last is not None and not (work.commits or work.code)
    if over and last is not None:  # nothing was done since: then it is that session that is asked about
        since = during(core, last)
        work = work_since(core, since)
    snapshot = core.store.at(tip)
    project, problems = read_yaml(_text(snapshot.read(BY_NAME["project"].path)))
    context = BY_NAME["context"].path
    seen = Seen(
        work=work,
        known=core.index.overview(core.repository.head_branch(), _MOST),
        project=project,
        project_problem=problems[0].message if problems else "",
        project_was=read_yaml(_text(_before(core, since, BY_NAME["project"].path)))[0],
        documents=_documents(work),
        artifacts=_artifacts(snapshot, work),
        running=running,
        last=last,
        next_was=_field(_text(_before(core, since, context)), _NEXT),
        next_is=_field(_text(snapshot.read(context)), _NEXT),
        outcomes_due=core.index.outcomes_due(core.now().astimezone().date().isoformat()),
    )
    points = [rule(seen) for rule in RULES]
    begun = since.when if running is not None or last is not None else None
    return Checklist(points, begun, running, last.label if last is not None else None, over)


def _before(core: Core, since: Since, path: str) -> bytes | None:
    try:
        return core.store.at(since.memory).read(path) if since.memory else None
    except GitMemoryError:  # that version is not here any more
        return None


def _documents(work: Work) -> Mapping[str, Sequence[str]]:
    """The subjects of the commits that wrote each living document."""
    written: dict[str, list[str]] = {}
    for commit in work.commits:
        names = dict.fromkeys(found.name for path in commit.paths if (found := document_at(path)))
        for name in names:
            written.setdefault(name, []).append(commit.subject)
    return written


def _artifacts(snapshot: Snapshot, work: Work) -> Sequence[str]:
    written = {path for path in work.paths if path.startswith(f"{ROOT}/")}
    return sorted(written.intersection(file.path for file in snapshot.files(ROOT))) if written else ()


def _field(text: str, name: str) -> str:
    values = [
        value
        for section in walk(tree(text))
        for part in section.parts
        if part.is_field and slug(part.name) == name
        for value in part.says()
    ]
    return "; ".join(values)


def _text(data: bytes | None) -> str:
    return data.decode("utf-8", "replace").replace("\r\n", "\n") if data else ""
