"""What a tree of git's cannot say about a work tree, kept beside it.

git keeps what a file becomes when it is added: line ends converted, a filter's output, one bit of its mode.
The way back must not depend on that being undone, so where it is not the file itself, the file's own bytes
are kept, too, and rights that are not the usual ones. Git LFS's files are kept by Git LFS.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lsp_server.code.git import OFFLINE, contents, decode_path
from lsp_server.code.work_tree import LeftOut, Why
from lsp_server.errors import StoreError
from lsp_server.store.git_process import Git

MANIFEST = "manifest.json"
ABSENT = "absent"
_FORMAT = 1
_ATTRIBUTES = ("filter", "text", "crlf", "eol", "ident", "working-tree-encoding")
_NOTHING = {"unspecified", "unset"}
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-[^\n]*\n)*"
    rb"oid sha256:([0-9a-f]{64})\nsize (\d+)\n?\Z"
)
_LONGEST_POINTER = 1024  # bytes, as Git LFS has it


@dataclass(frozen=True)
class Pointer:
    """What stands for a file of Git LFS's: the SHA-256 of its bytes, and how many there are."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Exact:
    """What is kept beside a snapshot's tree; mostly nothing."""

    raw: Mapping[str, str] = field(default_factory=dict)
    """The blob with a file's own bytes, where the tree's blob is another."""
    lfs: Mapping[str, Pointer] = field(default_factory=dict)
    """Files whose bytes only Git LFS keeps."""
    modes: Mapping[str, int] = field(default_factory=dict)
    """Permission bits of files that have others than the usual ones."""
    left_out: Sequence[LeftOut] = ()
    absent: frozenset[str] = frozenset()
    """Paths of the tree that were not there, because a sparse checkout left them out."""
    created: Mapping[str, str] = field(default_factory=dict)
    """In the state before a restore: what that restore then added, and the blob with its bytes."""

    def is_needed(self) -> bool:
        """Whether there is anything to keep."""
        return bool(self.raw or self.lfs or self.modes or self.left_out or self.absent or self.created)


def converted_paths(git: Git, paths: Iterable[str], autocrlf: str) -> tuple[list[str], set[str]]:
    """Of regular files: those that git may keep as other bytes than their own; and those of them that go
    through a filter's program."""
    question = "".join(f"{path}\0" for path in paths).encode("utf-8", "surrogateescape")
    answer = git.run(["check-attr", "-z", "--stdin", *_ATTRIBUTES], stdin=question).split(b"\0")
    always = autocrlf.lower() in {"true", "input", "yes", "on", "1"}
    converted: dict[str, None] = {}
    filtered: set[str] = set()
    for raw, name, value in zip(answer[0::3], answer[1::3], answer[2::3], strict=False):
        said = value.decode("utf-8", "replace")
        if name == b"text" and always and said != "unset":
            converted[decode_path(raw)] = None
        if said not in _NOTHING:
            path = decode_path(raw)
            converted[path] = None
            if name == b"filter":
                filtered.add(path)
    return list(converted), filtered


def own_bytes(git: Git, paths: Sequence[str], *, write: bool = True) -> dict[str, str]:
    """The blobs of each file's bytes as they are; written into the repository unless only asked for."""
    return _hashed(git, ["-w"] * write + ["--no-filters"], paths, write=write)


def blobs_to_be(git: Git, paths: Sequence[str]) -> dict[str, str]:
    """The blobs that files would be added as. Nothing is written."""
    return _hashed(git, [], paths, write=False)


def _hashed(git: Git, options: list[str], paths: Sequence[str], *, write: bool) -> dict[str, str]:
    if not paths:
        return {}
    question = b"".join(_quoted(path) + b"\n" for path in paths)
    hashed = git.run(["hash-object", *options, "--stdin-paths"], stdin=question, write=write)
    return dict(zip(paths, hashed.decode("ascii").split(), strict=True))


def _quoted(path: str) -> bytes:
    # As git reads a path on a line: a newline, a quote at its beginning or a carriage return at its end
    # would be something else there.
    raw = path.encode("utf-8", "surrogateescape")
    return (
        b'"'
        + b"".join(b"\\%03o" % b if b < 32 or b > 126 or b in b'"\\' else bytes((b,)) for b in raw)
        + b'"'
    )


def pointers(git: Git, blobs: Mapping[str, str]) -> dict[str, Pointer]:
    """Of paths and their blobs: those where the blob is a pointer of Git LFS's."""
    ids = sorted(set(blobs.values()))
    if not ids:
        return {}
    sizes = git.run([*OFFLINE, "cat-file", "--batch-check"], stdin="".join(f"{i}\n" for i in ids).encode())
    small = [
        words[0].decode("ascii")
        for words in (line.split() for line in sizes.splitlines())
        if len(words) == 3 and int(words[2]) <= _LONGEST_POINTER
    ]
    found = {
        blob: Pointer(match[1].decode("ascii"), int(match[2]))
        for blob, (_, content) in contents(git, small).items()
        if (match := _POINTER.match(content))
    }
    return {path: found[blob] for path, blob in blobs.items() if blob in found}


def write(git: Git, exact: Exact) -> str:
    """Write it into the repository; the id of its tree, which no ref holds yet."""
    plain = {
        "format": _FORMAT,
        "raw": dict(exact.raw),
        "lfs": {path: [pointer.sha256, pointer.size] for path, pointer in exact.lfs.items()},
        "modes": dict(exact.modes),
        "left-out": [[one.path, one.why.name, one.size] for one in exact.left_out],
        "absent": len(exact.absent),
        "created": dict(exact.created),
    }
    text = json.dumps(plain, sort_keys=True, indent=0).encode("ascii")  # odd names are surrogates, escaped
    blobs = sorted(set(exact.raw.values()))
    listing = "".join(f"100644 blob {blob}\t{blob}\0" for blob in blobs)
    listing += f"100644 blob {_written(git, text)}\t{MANIFEST}\0"
    if exact.absent:  # long and mostly the same: a file of its own is kept once
        paths = "".join(f"{path}\0" for path in sorted(exact.absent)).encode("utf-8", "surrogateescape")
        listing += f"100644 blob {_written(git, paths)}\t{ABSENT}\0"
    return git.run(["mktree", "-z"], stdin=listing.encode("ascii"), write=True).decode("ascii").strip()


def _written(git: Git, data: bytes) -> str:
    return git.run(["hash-object", "-w", "--stdin"], stdin=data, write=True).decode("ascii").strip()


def read(git: Git, tree: str) -> Exact:
    """What ``write`` wrote. Raises ``StoreError`` when it is not there, or a newer program wrote it."""
    try:
        plain: dict[str, Any] = json.loads(git.run([*OFFLINE, "cat-file", "blob", f"{tree}:{MANIFEST}"]))
        if plain["format"] > _FORMAT:
            raise StoreError("this snapshot was taken by a newer Git Memory; update it to restore from it")
        return Exact(
            plain["raw"],
            {path: Pointer(*pointer) for path, pointer in plain["lfs"].items()},
            plain["modes"],
            tuple(LeftOut(path, Why[why], size) for path, why, size in plain["left-out"]),
            _absent(git, tree) if plain["absent"] else frozenset(),
            plain["created"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError("what a snapshot keeps beside its tree cannot be read") from error


def _absent(git: Git, tree: str) -> frozenset[str]:
    listed = git.run([*OFFLINE, "cat-file", "blob", f"{tree}:{ABSENT}"])
    return frozenset(decode_path(raw) for raw in listed.split(b"\0") if raw)
