"""What differs between two versions, and what commits changed, read from git's raw output.

For each path: what stood there, and what stands there now. A renamed file is one path that went and another
that came.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lsp_server.errors import NotFoundError
from lsp_server.store.base import Blob, ChangedPath, Difference, Version
from lsp_server.store.git_process import Git
from lsp_server.store.snapshot import path_text

_RAW = ("-z", "--raw", "--no-renames", "--no-abbrev")
_FILE_MODES = {b"100644", b"100755"}
_NOTHING, _OLD_NOTHING = "000000", ":000000"


def differences(git: Git, old: Version | None, new: Version) -> Sequence[Difference]:
    """Every path that differs between two versions; with None, every path of ``new``."""
    if old is None:
        done = git.try_run(["ls-tree", "-r", "-z", "--full-tree", new])
        found = [_listed(line) for line in done.stdout.split(b"\0") if line]
    else:
        done = git.try_run(["diff-tree", "-r", *_RAW, old, new])
        fields = path_text(done.stdout).split("\0")
        found = [_difference(a, path) for a, path in zip(fields[:-1:2], fields[1::2], strict=False)]
    if done.code != 0:
        raise NotFoundError(f"the memory has no version {(old or new)[:12]} or {new[:12]}")
    return found


def changed_paths(git: Git, old: Version | None, new: Version) -> Sequence[ChangedPath]:
    """As ``differences``, of regular files alone and what stands there now: read in half the time, for an
    index is made from thousands. Raises ``NotFoundError``."""
    if old is None:
        listed = git.try_run(["ls-tree", "-r", "-z", "--full-tree", new])
        raw = [(b"", *_tree_line(line)) for line in listed.stdout.split(b"\0") if line]
        code = listed.code
    else:
        done = git.try_run(["diff-tree", "-r", *_RAW, old, new])
        raw, code = list(_changed_lines(done.stdout)), done.code
    if code != 0:
        raise NotFoundError(f"the memory has no version {(old or new)[:12]} or {new[:12]}")
    result = []
    for old_mode, new_mode, object_id, path in raw:
        if new_mode in _FILE_MODES:
            result.append(ChangedPath(path_text(path), object_id.decode()))
        elif old_mode in _FILE_MODES:  # gone, or no file any more
            result.append(ChangedPath(path_text(path), None))
    return result


def changes(
    git: Git, options: Sequence[str], version: Version, without: Version
) -> Iterator[str | Difference]:
    """What `git log` prints of the commits that ``version`` has and ``without`` has not: of each commit the
    text of its ``--format`` (unless that is empty), then its differences. One process. Raises
    ``NotFoundError``."""
    done = git.try_run(["log", *_RAW, "--no-show-signature", *options, version, f"^{without}", "--"])
    if done.code != 0:
        raise NotFoundError(f"the memory has no version {version[:12]} or {without[:12]}")
    fields = iter(path_text(done.stdout).split("\0"))
    for field in fields:
        about = field.lstrip("\n")
        if about.startswith(":"):
            yield _difference(about, next(fields))
        elif about:
            yield about


def written(git: Git, start: Version, version: Version) -> tuple[set[str], set[str]]:
    """Every object that was written, and every path that was deleted, by the commits between two versions. A
    merge is compared with each of its parents."""
    objects, deleted = set[str](), set[str]()
    for change in changes(git, ["-m", "--format="], version, start):
        if isinstance(change, str):
            continue
        if change.new is None:
            deleted.add(change.path)
        else:
            objects.add(change.new.object_id)
    return objects, deleted


class Deletion(NamedTuple):
    """A file that a commit deleted, as it was until then."""

    version: Version
    path: str
    old: Blob


def deletions(git: Git, version: Version, without: Version) -> Sequence[Deletion]:
    """The files deleted by the commits that ``version`` has and ``without`` has not, newest commits first;
    merges are not looked at."""
    found, commit = [], ""
    options = ["--topo-order", "--no-merges", "--diff-filter=D", "--format=%H"]
    for change in changes(git, options, version, without):
        if isinstance(change, str):
            commit = change
        elif change.old is not None:
            found.append(Deletion(commit, change.path, change.old))
    return found


def blob(mode: str, object_id: str) -> Blob | None:
    """One side of a difference; None where there is nothing."""
    return None if mode == _NOTHING else Blob(mode, object_id)


def _listed(line: bytes) -> Difference:
    about, _, path = line.partition(b"\t")
    mode, _, object_id = about.decode().split(" ")
    return Difference(path_text(path), None, Blob(mode, object_id))


def _difference(about: str, path: str) -> Difference:
    """From ``:100644 000000 <id> <id> D``."""
    old_mode, new_mode, old_id, new_id, _ = about.split(" ")
    old = None if old_mode == _OLD_NOTHING else Blob(old_mode[1:], old_id)
    return Difference(path, old, None if new_mode == _NOTHING else Blob(new_mode, new_id))


def _tree_line(line: bytes) -> tuple[bytes, bytes, bytes]:
    about, _, path = line.partition(b"\t")
    mode, _, object_id = about.split(b" ")
    return mode, object_id, path


def _changed_lines(output: bytes) -> Iterator[tuple[bytes, bytes, bytes, bytes]]:
    fields = output.split(b"\0")
    for about, path in zip(fields[:-1:2], fields[1::2], strict=False):
        old_mode, new_mode, _, object_id, _ = about.lstrip(b":").split(b" ")
        yield old_mode, new_mode, object_id, path
