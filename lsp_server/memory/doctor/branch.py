"""The branch itself: is it a memory, of a format we know, whole, and free of names that mislead."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from lsp_server.errors import GitMemoryError
from lsp_server.memory.doctor.case import Case
from lsp_server.memory.doctor.model import Area, Finding, error, warning
from lsp_server.records.paths import TOMBSTONES
from lsp_server.store.base import Blob
from lsp_server.store.checked_out import worktree_that_uses
from lsp_server.store.fast_import import require_safe_path
from lsp_server.store.format_file import TakenAway, taken_away
from lsp_server.store.git_process import GitError, one_line
from lsp_server.store.git_store import FORMAT
from lsp_server.store.inspecting import undated
from lsp_server.store.known_tips import lost
from lsp_server.store.no_branch import no_branch
from lsp_server.store.refs import known_ref
from lsp_server.store.snapshot import FORMAT_FILE

# Without that option git asks only for what came after the tip, which it has.
_BRINGS = "`git fetch --refetch` from a clone that has them brings them back (git 2.36 or newer)"
_SYMLINK, _SUBMODULE = "120000", "160000"


def examine(case: Case) -> Area:
    """The area "branch"; the only one that counts where there is no memory."""
    findings = list(_whether_it_is_one(case))
    if not findings and case.memory:
        findings = [
            *_format(case),
            *_free(case),
            *_whole(case),
            *_named_twice(case),
            *_history(case),
            *_names(case.entries),
        ]
    tip = case.tip
    summary = (
        f"{case.repository.memory_branch} at {tip[:10]}, {len(case.files)} records"
        if tip and case.memory
        else case.repository.memory_branch
    )
    return Area("branch", summary, findings)


def _whether_it_is_one(case: Case) -> Iterator[Finding]:
    name, ref = case.repository.memory_branch, case.repository.memory_ref
    if case.tip is None:
        if (spoilt := _spoilt_ref(case)) is not None:
            yield spoilt
            return
        if (gone := lost(case.repository, ref)) is not None:
            sentence = gone.sentence()
            yield error(
                "branch-gone",
                f"{sentence[0].upper()}{sentence[1:]}.",
                "`git memory doctor --fix` does so, too.",
                ref,
                fixable=True,
            )
            return
        said = str(no_branch(case.repository, ref))
        yield error(
            "no-memory",
            f"There is no branch '{name}', so nothing is remembered yet.",
            f"{said[0].upper()}{said[1:]}.",
            ref,
        )
        return
    try:
        is_memory = case.store.at(case.tip).is_memory()
        entries = case.entries
    except GitMemoryError as broken:
        yield error(
            "unreadable-tree",
            f"The newest commit of '{name}' cannot be read whole: {broken}.",
            f"`git fsck` tells which objects are missing; {_BRINGS}.",
            ref,
        )
        return
    if not is_memory:
        yield _without_its_file(case) or error(
            "not-a-memory",
            f"The branch '{name}' is no memory: there is no memory.yaml among its {len(entries)} files.",
            "Choose another branch with `git memory init --branch NAME`.",
            ref,
        )


def _spoilt_ref(case: Case) -> Finding | None:
    """A branch's file that holds no version, as after a power cut in a repository that does not sync refs."""
    repository, ref = case.repository, case.repository.memory_ref
    path = repository.common_dir / ref
    if not repository.refs.are_files or not path.is_file():
        return None
    known = known_ref(ref)
    stood = repository.refs.resolve(known) if known is not None else None
    restore = f"`git branch {repository.memory_branch} {stood or 'VERSION'}` brings the branch back"
    return error(
        "broken-ref",
        f"{path} should say where the branch '{repository.memory_branch}' stands, and holds no version, so "
        "git cannot read the branch.",
        f"Move that file away, then {restore}{'' if stood else ' (`git reflog` may tell where it stood)'}.",
        ref,
    )


def _without_its_file(case: Case) -> Finding | None:
    taken = memory_file_taken(case)
    if taken is None:
        return None
    by = taken.by
    return error(
        "format-file-gone",
        f"The branch '{case.repository.memory_branch}' is a memory that lost its memory.yaml: commit "
        f"{by.version[:10]} ({by.subject!r}, {by.author}, {by.when:%Y-%m-%d}) took it away, and without it "
        "nothing is read or written.",
        "`git memory doctor --fix` puts it back as it was.",
        FORMAT_FILE,
        fixable=True,
    )


def memory_file_taken(case: Case) -> TakenAway | None:
    """How memory.yaml went off a branch that is a memory otherwise; None for any other branch without one."""
    assert case.tip is not None
    if case.entries and not case.files and not any(path.startswith(TOMBSTONES) for path in case.entries):
        return None  # somebody keeps something else there now
    try:
        return taken_away(case.repository, case.store, case.tip)
    except GitMemoryError:
        return None  # of a history that cannot be read nothing can be put back


def _named_twice(case: Case) -> Iterator[Finding]:
    counted = Counter(path for path, _ in case.listed)
    for path in sorted(path for path, count in counted.items() if count > 1):
        yield error(
            "named-twice",
            f"The tree of the newest commit names {path!r} twice, which git itself never writes: no program "
            "can tell which of the two is meant, and other clones refuse it.",
            f"`git fsck` tells more; `git log {case.repository.memory_branch}` tells who made that commit, "
            "and a commit of that person's with the file named once mends it.",
            path,
        )


def _history(case: Case) -> Iterator[Finding]:
    """Whether every commit can be read and is one that other gits take. One process."""
    assert case.tip is not None
    name = case.repository.memory_branch
    try:
        broken = undated(case.git, case.tip)
    except GitError as unread:
        yield error(
            "history-broken",
            f"The history of '{name}' cannot be read to its beginning (git says: {one_line(unread.stderr)}); "
            "what is on the branch today can.",
            f"`git fsck` names the objects that are missing; {_BRINGS}.",
            case.repository.memory_ref,
        )
        return
    for version in broken:
        yield error(
            "commit-broken",
            f"Commit {version[:10]} of '{name}' does not say who made it, or when: git refuses such a "
            "commit wherever it looks (`git fsck`), so this memory cannot be sent to every remote.",
            "Ask who made it with what program: it can only be left out of the history, by a person.",
            version,
        )


def _format(case: Case) -> Iterator[Finding]:
    assert case.tip is not None
    try:
        found = case.store.at(case.tip).format()
    except GitMemoryError as unsaid:
        if not case.missing:
            yield error(
                "no-format",
                f"{unsaid}, so no program can tell whether it may write here.",
                "Put the line `format: 1` back in memory.yaml, in a worktree of the branch.",
                "memory.yaml",
            )
        return
    if found > FORMAT:
        yield error(
            "newer-format",
            f"A newer Git Memory wrote this branch (format {found}, this one knows {FORMAT}), "
            "so it can be read here but not written to.",
            "Update Git Memory.",
            "memory.yaml",
        )


def _free(case: Case) -> Iterator[Finding]:
    place = worktree_that_uses(case.repository, case.repository.memory_ref)
    if place is not None:
        gone = "" if place.is_dir() else ", which is gone"
        yield warning(
            "checked-out",
            f"The memory branch is checked out in {place}{gone}; as long as it is, nothing can be written.",
            "`git worktree prune` forgets that worktree."
            if gone
            else "Switch that worktree to another branch when its work is done.",
            str(place),
        )


def _whole(case: Case) -> Iterator[Finding]:
    if not case.missing:
        return
    paths = sorted(path for path, blob in case.entries.items() if blob.object_id in case.missing)
    told = f"{len(paths)} of {len(case.entries)} files, the first is {paths[0]}"
    if case.repository.is_partial:
        yield warning(
            "texts-not-fetched",
            f"This partial clone does not have the texts of {told}; Git Memory fetches nothing to read them.",
            f"`git rev-list --objects --missing=allow-any {case.repository.memory_branch}` lists them; "
            "`git cat-file -p` on one brings it here.",
            paths[0],
        )
    else:
        yield error(
            "missing-objects",
            f"The repository lost the texts of {told}.",
            f"`git fsck` tells more; {_BRINGS}.",
            paths[0],
        )


def _names(entries: Mapping[str, Blob]) -> Iterator[Finding]:
    same: dict[str, list[str]] = defaultdict(list)
    for path, blob in entries.items():
        if wrong := _wrong_with(path, blob):
            yield warning(
                "unsafe-path",
                f"{path!r} {wrong}, so it is not read.",
                "Give it another name, or take it off the branch, in a worktree of the branch.",
                path,
            )
        for end in range(1, path.count("/") + 2):
            above = "/".join(path.split("/")[:end])
            key = unicodedata.normalize("NFC", above).casefold()
            if above not in same[key]:
                same[key].append(above)
    for names in same.values():
        if len(names) > 1:
            yield from _clash(names)


def _clash(names: Sequence[str]) -> Iterator[Finding]:
    yield warning(
        "case-clash",
        f"{' and '.join(names)} are one and the same name on macOS and Windows: a checkout there loses one.",
        "Rename one of them in a worktree of the branch.",
        names[0],
    )


def _wrong_with(path: str, blob: Blob) -> str:
    if blob.mode == _SYMLINK:
        return "is a symbolic link"
    if blob.mode == _SUBMODULE:
        return "is a submodule"
    try:
        require_safe_path(path)
        path.encode("utf-8")
    except GitMemoryError:
        return "is not a path inside the memory"
    except UnicodeEncodeError:
        return "has a name that is not UTF-8"
    if any(ord(character) < 32 or ord(character) == 127 for character in path):
        return "has control characters in its name"
    if "\\" in path or any(part.startswith("-") for part in path.split("/")):
        return "has a name that some programs take for something else"
    return ""
