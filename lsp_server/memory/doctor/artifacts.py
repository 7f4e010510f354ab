"""What git LFS keeps of the artifacts: whether this clone has it, and how to get it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lsp_server.errors import NotFoundError
from lsp_server.memory.doctor.case import Case
from lsp_server.memory.doctor.model import Area, Finding, note, warning
from lsp_server.records.amounts import plural
from lsp_server.records.artifact_paths import ROOT
from lsp_server.store.lfs import LARGEST_POINTER, Lfs, Pointer, read_pointer
from lsp_server.store.remotes import Remotes

_NAMED = 3


def examine(case: Case) -> Area:
    """The area "artifacts"."""
    assert case.tip is not None
    sized = list(case.store.at(case.tip).sized_files(ROOT))
    small = [(file.path, file.object_id) for file, size in sized if size <= LARGEST_POINTER]
    contents = case.store.contents([object_id for _, object_id in small])
    pointers = [
        (path, pointer)
        for (path, _), (_, data) in zip(small, contents, strict=True)
        if (pointer := read_pointer(data)) is not None
    ]
    summary = plural(len(sized), "file") if sized else "none yet"
    if pointers:
        summary += f", {len(pointers)} of them with git LFS"
    return Area("artifacts", summary, list(_lacking(case, pointers)))


def _lacking(case: Case, pointers: Sequence[tuple[str, Pointer]]) -> Iterator[Finding]:
    lfs = Lfs(case.repository)
    lacking = [path for path, pointer in pointers if not lfs.has(pointer)]
    if not lacking:
        return
    more = f" and {len(lacking) - _NAMED} more" if len(lacking) > _NAMED else ""
    said = f"This clone does not have what git LFS keeps of {', '.join(lacking[:_NAMED])}{more}"
    try:
        remote = Remotes(case.repository).choose(None)
    except NotFoundError:
        yield warning(
            "lfs-object-missing",
            f"{said}, and there is no remote to fetch it from.",
            "Add a remote that has it, or add the file again with `git memory artifact add FILE --lfs`.",
            lacking[0],
        )
        return
    # Not to have it is no fault: it is fetched when it is asked for.
    told = note if lfs.is_installed else warning
    one = f"`git memory artifact get {lacking[0].removeprefix(f'{ROOT}/')}`"
    ways = f"{one} fetches it" if len(lacking) == 1 else f"{one} fetches one"
    if remote.name is not None and len(lacking) > 1:
        branch = case.store.ref.removeprefix("refs/heads/")
        ways += f", `git lfs fetch {remote.name} {branch}` all of them"
    first = "" if lfs.is_installed else "Install git-lfs; then "
    yield told("lfs-object-missing", f"{said}.", f"{first}{ways}.", lacking[0])
