"""Where refs point, by reading files where refs are files and by asking git where they are not."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from lsp_server.errors import StoreError
from lsp_server.store.git_process import Git, failed

_OBJECT_ID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_MOST_SYMBOLIC_STEPS = 5
# Files among the refs that git takes for none: those it is writing, and names that no ref can have.
_IS_NO_REF = r"\.lock(?:/|\Z)|/\.|\.\.|@\{|[\x00-\x20\x7f~^:?*\[\\]|\.\Z"

HEADS = "refs/heads/"
_KNOWN = "refs/git-memory/tip/"

Signature = tuple[int, int, int] | None


def signature(path: Path) -> Signature:
    """Changes whenever the file is replaced or written; None when it is not there."""
    try:
        status = os.stat(path)  # noqa: PTH116  polled: Path.stat costs twice as much
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def known_ref(ref: str) -> str | None:
    """The ref that remembers where a branch (a full name) stood; None for a ref that is no branch.

    Of two branches, one after the other, one may be called ``a`` and one ``a/b``, and no two refs at once:
    hence the number of the name's parts before it.
    """
    if not ref.startswith(HEADS):
        return None
    name = ref[len(HEADS) :]
    return f"{_KNOWN}{name.count('/') + 1}/{name}"


class Refs:
    """The refs of one repository as one worktree sees them. Thread-safe: its caches are only replaced."""

    def __init__(self, git: Git, git_dir: Path, common_dir: Path, *, are_files: bool) -> None:
        self._git = git
        self._git_dir = git_dir
        self._common_dir = common_dir
        self._are_files = are_files
        self._packed: tuple[Signature, bytes] = (None, b"")
        self._asked: dict[str, tuple[tuple[Signature, Signature], str | None]] = {}

    @property
    def are_files(self) -> bool:
        """True for git's classic refs, False for reftable."""
        return self._are_files

    def resolve(self, ref: str) -> str | None:
        """The object id that a full ref name (or ``HEAD``) leads to; None when there is none."""
        if not self._are_files:
            return self._remembered("=" + ref, lambda: self._ask_for(ref))
        for _ in range(_MOST_SYMBOLIC_STEPS):
            content = self._read_loose(ref)
            if content is None:
                return self._read_packed(ref)
            if not content.startswith(b"ref:"):
                found = _OBJECT_ID.match(content)
                return found.group().decode() if found else self._ask_for(ref)
            ref = content[4:].strip().decode("utf-8", "surrogateescape")
        return None

    def below(self, prefix: str) -> dict[str, str]:
        """The refs whose names begin with ``prefix`` (full, ends in ``/``), sorted, and what they lead to."""
        if not self._are_files:
            return self._ask_for_those_below(prefix)
        found: dict[str, str] = {}
        for folder, _, names in os.walk(self._common_dir / prefix):
            above = Path(folder).relative_to(self._common_dir).as_posix()
            for ref in (f"{above}/{name}" for name in names):
                if not re.search(_IS_NO_REF, ref) and (tip := self.resolve(ref)) is not None:
                    found[ref] = tip
        # After the loose ones, as in ``resolve``; a loose one counts before a packed one of its name.
        packed, sought = self._packed_refs(), b" " + prefix.encode("utf-8", "surrogateescape")
        if (first := packed.find(sought)) >= 0:
            start_of_line = packed.rfind(b"\n", 0, first) + 1
            lines = packed[start_of_line : packed.find(b"\n", packed.rfind(sought))].split(b"\n")
            for tip_of, _, name in (line.partition(b" ") for line in lines):
                ref = name.decode("utf-8", "surrogateescape")
                if ref.startswith(prefix) and _OBJECT_ID.fullmatch(tip_of):
                    found.setdefault(ref, tip_of.decode())
        return dict(sorted(found.items()))

    def symbolic_head(self) -> str | None:
        """The full ref that HEAD names, born or not; None when HEAD is detached."""
        if not self._are_files:
            return self._remembered("HEAD", self._ask_for_head)
        head = self._git_dir / "HEAD"
        if head.is_symlink():  # how HEAD was kept long ago; git still reads it
            target = head.readlink().as_posix()
            if target.startswith("refs/"):
                return target
        content = self._read_loose("HEAD")
        if content is None or not content.startswith(b"ref:"):
            return None
        return content[4:].strip().decode("utf-8", "surrogateescape")

    def _read_loose(self, ref: str) -> bytes | None:
        base = self._common_dir if ref.startswith("refs/") else self._git_dir
        try:
            return (base / ref).read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None
        except OSError as error:
            raise StoreError(f"{base / ref} cannot be read: {error.strerror}") from error

    def _read_packed(self, ref: str) -> str | None:
        # Looked at after the loose file was found missing: git packs a ref first and removes the file then.
        content = self._packed_refs()
        end = content.find(b" " + ref.encode("utf-8", "surrogateescape") + b"\n")
        if end < 0:
            return None
        return content[content.rfind(b"\n", 0, end) + 1 : end].decode()

    def _packed_refs(self) -> bytes:
        path = self._common_dir / "packed-refs"
        now = signature(path)
        if now is None:
            return b""
        seen, content = self._packed
        if seen != now:
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                return b""
            except OSError as error:
                raise StoreError(f"{path} cannot be read: {error.strerror}") from error
            self._packed = (now, content)
        return content

    def _remembered(self, key: str, ask: Callable[[], str | None]) -> str | None:
        now = (
            signature(self._common_dir / "reftable" / "tables.list"),
            signature(self._git_dir / "reftable" / "tables.list"),
        )
        known = self._asked.get(key)
        if known is not None and known[0] == now:
            return known[1]
        answer = ask()
        self._asked[key] = (now, answer)
        return answer

    def _ask_for(self, ref: str) -> str | None:
        if ref == "HEAD":
            done = self._git.try_run(["rev-parse", "--quiet", "--verify", "HEAD"])
        else:
            done = self._git.try_run(["show-ref", "--verify", "--hash", "--", ref])
            if done.code == 128 and "not a valid ref" in done.stderr:
                return None
        if done.code not in (0, 1):
            raise failed("rev-parse", done)
        return done.stdout.decode().strip() or None

    def _ask_for_those_below(self, prefix: str) -> dict[str, str]:
        listed = self._git.run(["for-each-ref", "--format=%(objectname) %(refname)", prefix])
        lines = (line.partition(" ") for line in listed.decode("utf-8", "surrogateescape").split("\n"))
        return {ref: tip for tip, _, ref in lines if ref.startswith(prefix)}

    def _ask_for_head(self) -> str | None:
        done = self._git.try_run(["symbolic-ref", "--quiet", "HEAD"])
        if done.code not in (0, 1):
            raise failed("symbolic-ref", done)
        return done.stdout.decode("utf-8", "surrogateescape").strip() or None
