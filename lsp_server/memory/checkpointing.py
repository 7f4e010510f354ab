"""Use case: note where the work stands. What git can tell is filled in by itself."""

from __future__ import annotations

from dataclasses import replace

from lsp_server.memory import recording
from lsp_server.memory.core import Core
from lsp_server.memory.guard import Guard
from lsp_server.memory.settling_links import settle_quietly
from lsp_server.records.amounts import span_text
from lsp_server.records.document import parse
from lsp_server.records.front_matter import scalar
from lsp_server.records.model import Record


def prepare(core: Core, given: recording.Given, guard: Guard) -> recording.Prepared:
    """A checkpoint ready to be recorded: the code commit, the branch, whether the tree is dirty, the files
    changed since the previous checkpoint, and the time since then. Without a title it gets one."""
    from lsp_server.code.work_state import work_state

    # The one before may have been made at a commit that was rewritten since. It is read in any case.
    settle_quietly(core, most_to_read=None)
    previous = core.followed().newest_checkpoint()
    since = previous.code.commit if previous and previous.code else None
    noted = work_state(core.repository.git, core.repository.work_tree, since=since)
    state = noted.state
    now = core.now()
    keys = []
    if previous is not None:
        keys.append(("previous", f"{previous.id}  # {previous.label}"))
        keys.append(("elapsed", scalar(span_text(now - previous.created))))
    if noted.compared_with is not None:
        # Not always the previous checkpoint's commit: that may have been rewritten away.
        keys.append(("compared-with", noted.compared_with))
    if not given.title:
        phase = (given.fields or {}).get("phase")
        given = given._replace(title=_title(state.position.branch, state.position.commit, phase))
    new = recording.prepare(core, given, guard, code=state.position, created=now)
    files = [replace(change, path=_readable(change.path)) for change in state.files]
    return new._replace(files=files, keys=keys)


def checkpoint(core: Core, new: recording.Prepared) -> Record:
    """Commit a prepared checkpoint; it is answered as its file tells it, with what was noted by itself."""
    written = recording.record(core, new)
    from lsp_server.memory.hook_notes import note_checkpoint

    core.when_committed(lambda: note_checkpoint(core, written, [change.path for change in new.files]))
    data = core.read(written.path)
    return (parse(written.path, data).record if data else None) or written


def _readable(path: str) -> str:
    """A path as a record can say it: bytes of a name that are no UTF-8 are escapes."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _title(branch: str | None, commit: str | None, phase: object) -> str:
    where = f"on {branch}" if branch else "on a detached HEAD"
    at = f" at {commit[:10]}" if commit else ""
    return f"{phase or 'Checkpoint'} {where}{at}"
