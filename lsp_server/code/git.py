"""The few questions this floor asks git, each answered without writing, refreshing or fetching.

How git is started is the ground floor's business: it comes in as a ``GitRunner``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from lsp_server.errors import StoreError
from lsp_server.records.anchors import ROOT

# A missing object of a partial clone must fail here, not be fetched: nothing is downloaded to answer a
# question. One setting for each protocol, because `protocol.<name>.allow` in the user's configuration
# would win over `protocol.allow`. Replacement objects are local, births are shared: they are left out.
OFFLINE: tuple[str, ...] = (
    "--no-replace-objects",
    "-c",
    "protocol.allow=never",
    *(
        word
        for protocol in ("file", "git", "http", "https", "ssh", "ext")
        for word in ("-c", f"protocol.{protocol}.allow=never")
    ),
)

# The log as nobody has configured it: whoever has signatures shown would have them among the answers.
LOG: tuple[str, ...] = (
    *OFFLINE, "-c", "log.showSignature=false", "-c", "log.follow=false",
    "log", "--no-color", "--no-decorate", "--no-mailmap", "--no-notes", "--encoding=UTF-8",
)  # fmt: skip


class GitRunner(Protocol):
    """Runs git in the repository's top directory (its git directory when bare)."""

    def run(self, args: Sequence[str], /, *, stdin: bytes | None = None) -> bytes:
        """What ``git --no-optional-locks --literal-pathspecs *args`` prints: a path is a path, whatever
        characters are in it. ``args`` may begin with git's own options (``-c``). Non-UTF-8 bytes of a path
        are surrogate escapes. Raises ``StoreError`` when git fails.
        """
        ...


@dataclass(frozen=True)
class TreeEntry:
    """What a commit has at a path. ``mode`` is git's, in octal digits."""

    mode: str
    object_id: str

    @property
    def is_file(self) -> bool:
        """True for a regular file: not a symbolic link, a directory or a submodule."""
        return self.mode.startswith("100")


def decode_path(raw: bytes) -> str:
    """A path as git prints it with ``-z``; bytes that are not UTF-8 become surrogate escapes."""
    return raw.decode("utf-8", "surrogateescape")


_OBJECT = re.compile(rb"([0-9a-f]{40,64}) (commit|tree|blob|tag) (\d+)\Z")
_ESCAPES = {
    ord("a"): 7,
    ord("b"): 8,
    ord("t"): 9,
    ord("n"): 10,
    ord("v"): 11,
    ord("f"): 12,
    ord("r"): 13,
    ord('"'): ord('"'),
    ord("\\"): ord("\\"),
}


def unquote_path(raw: bytes) -> str:
    """A path as git prints it without ``-z``: in double quotes with C escapes where it is unusual."""
    if not (len(raw) >= 2 and raw.startswith(b'"') and raw.endswith(b'"')):
        return decode_path(raw)
    out = bytearray()
    position, end = 1, len(raw) - 1
    while position < end:
        byte = raw[position]
        position += 1
        if byte != ord("\\"):
            out.append(byte)
        elif raw[position] in _ESCAPES:
            out.append(_ESCAPES[raw[position]])
            position += 1
        else:  # three octal digits
            out.append(int(raw[position : position + 3], 8))
            position += 3
    return decode_path(bytes(out))


def commit_id(runner: GitRunner, revision: str = "HEAD") -> str | None:
    """The full id of a commit; None where there is no such commit (HEAD of an unborn branch)."""
    (found,) = objects(runner, [f"{revision}^{{commit}}"])
    return found.id if found is not None else None


class Object(NamedTuple):
    """What a name stands for: ``kind`` is ``commit``, ``tree``, ``blob`` or ``tag``, ``id`` the full id."""

    kind: str
    id: str


def objects(runner: GitRunner, names: Sequence[str]) -> list[Object | None]:
    """The object that each name (an id, a revision, ``<commit>:<path>``) stands for, in their order; None
    where it is not here, or cannot be asked for because there is a line break in it. One process at the
    most. Raises ``StoreError`` when git fails."""
    asked = "".join(f"{name}\n" for name in names if "\n" not in name)
    answers: list[bytes] = []
    if asked:
        # batch-check answers "missing" in words, so a missing object and a failing git stay apart.
        command = [*OFFLINE, "cat-file", "--batch-check"]
        answers = runner.run(command, stdin=asked.encode("utf-8", "surrogateescape")).split(b"\n")
    rows = iter(answers)
    found = (None if "\n" in name else _OBJECT.match(next(rows)) for name in names)
    return [Object(row[2].decode("ascii"), row[1].decode("ascii")) if row else None for row in found]


def tree_entry(runner: GitRunner, commit: str, path: str) -> TreeEntry | None:
    """What ``commit`` has at ``path`` (relative to the top), None when nothing."""
    listed = runner.run([*OFFLINE, "ls-tree", "-z", "--full-tree", commit, "--", path])
    return dict(tree_entries(listed)).get(path)


def tree_entries(listed: bytes) -> Iterator[tuple[str, TreeEntry]]:
    """The paths that ``ls-tree -z`` printed, with what is there."""
    for line in listed.split(b"\0"):
        head, _, path = line.partition(b"\t")
        if path:
            mode, _, object_id = head.decode("ascii").split(" ")
            yield decode_path(path), TreeEntry(mode, object_id)


def blob(runner: GitRunner, object_id: str) -> bytes:
    """The bytes of a file by its object id. Raises ``StoreError`` when it is not here."""
    return runner.run([*OFFLINE, "cat-file", "blob", object_id])


def contents(runner: GitRunner, names: Sequence[str]) -> dict[str, tuple[str, bytes]]:
    """The object id and the bytes of each blob that a name of git's stands for (``<commit>:<path>``), by the
    name, with one process; without those that stand for anything else, or for nothing that is here. Raises
    ``StoreError`` when git fails."""
    asked = [name for name in names if "\n" not in name]
    if not asked:
        return {}
    command = [*OFFLINE, "cat-file", "--batch"]
    stdin = "".join(f"{name}\n" for name in asked).encode("utf-8", "surrogateescape")
    stream = runner.run(command, stdin=stdin)
    found: dict[str, tuple[str, bytes]] = {}
    start = 0
    for name in asked:
        end = stream.index(b"\n", start)
        header = _OBJECT.match(stream[start:end])
        start = end + 1
        if header is not None:
            size = int(header[3])
            if header[2] == b"blob":
                found[name] = header[1].decode("ascii"), stream[start : start + size]
            start += size + 1
    return found


def files_in(runner: GitRunner, commit: str, folder: str) -> list[str]:
    """The files of a commit in a folder (``src/``, ``ROOT``), at any depth."""
    below = [] if folder == ROOT else ["--", folder]
    command = ["ls-tree", "-r", "--full-tree", "--name-only", "-z", commit]
    listed = runner.run([*OFFLINE, *command, *below])
    return [decode_path(name) for name in listed.split(b"\0") if name]


def committed_file(runner: GitRunner, commit: str, path: str) -> bytes | None:
    """The bytes of a file as committed; None where the commit has no regular file there. Raises
    ``StoreError`` where they are not here."""
    entry = tree_entry(runner, commit, path)
    return blob(runner, entry.object_id) if entry and entry.is_file else None


def is_left_out(runner: GitRunner, path: str) -> bool:
    """Whether a sparse checkout leaves a committed file out of the work tree."""
    listed = runner.run(["ls-files", "-t", "-z", "--", path])
    return listed.startswith(b"S ")


def is_partial_clone(runner: GitRunner) -> bool:
    """Whether objects may be missing here because a remote promised to have them."""
    return any(
        name == b"extensions.partialclone" or (name.startswith(b"remote.") and name.endswith(b".promisor"))
        for name in _settings(runner)
    )


def ignores_revisions(runner: GitRunner) -> bool:
    """Whether the configuration names a file of commits that ``git blame`` is to look through."""
    return b"blame.ignorerevsfile" in _settings(runner)


def _settings(runner: GitRunner) -> list[bytes]:
    entries = runner.run(["config", "--null", "--list"]).split(b"\0")
    return [entry.partition(b"\n")[0].lower() for entry in entries]


def is_shallow(runner: GitRunner) -> bool:
    """Whether history ends early here."""
    return runner.run(["rev-parse", "--is-shallow-repository"]).strip() == b"true"


def is_cut(runner: GitRunner) -> bool:
    """Whether not all of history is here: the clone is shallow or partial. Two processes at the most."""
    return is_shallow(runner) or is_partial_clone(runner)


def merge_bases(runner: GitRunner, one: str, other: str) -> list[str]:
    """Where the histories of two commits part, best first; none where they have nothing in common, or one is
    not here."""
    try:
        return runner.run([*OFFLINE, "merge-base", "--all", one, other]).decode("ascii").split()
    except StoreError:  # also git's way of saying that there is none
        return []


def commits_since(runner: GitRunner, commit: str, old: str) -> frozenset[str] | None:
    """The commits in ``commit``'s history that are not in ``old``'s; None when ``old`` is not here."""
    base = commit_id(runner, old)
    if base is None:
        return None
    listing = runner.run([*OFFLINE, "rev-list", commit, f"^{base}", "--"])
    return frozenset(listing.decode("ascii").split())


def parentless(runner: GitRunner, commits: Sequence[str]) -> set[str]:
    """Those of ``commits`` that truly have no parent. A shallow clone's oldest commits have some, though
    git's walks behave as if they had none."""
    if not commits:
        return set()
    stream = runner.run(
        [*OFFLINE, "cat-file", "--batch"], stdin="".join(f"{c}\n" for c in commits).encode("ascii")
    )
    roots: set[str] = set()
    position = 0
    for commit in commits:
        header_end = stream.index(b"\n", position)
        words = stream[position:header_end].split()
        position = header_end + 1
        if len(words) != 3:
            continue  # missing: then nothing is known of its parents
        size = int(words[2])
        content = stream[position : position + size]
        position += size + 1
        if b"\nparent " not in content.partition(b"\n\n")[0]:
            roots.add(commit)
    return roots
