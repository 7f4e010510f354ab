"""Whom the user trusts: repositories whose own templates and settings may apply.

Kept outside of every repository, in the user's state directory: ``trusted.json`` names each by the real path
of its common directory and a random token, whose other half lies in that directory, where no fetch, clone or
checkout can put it. A copy at another place is not trusted, nor is what is cloned anew at the same one.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

from lsp_server.errors import RefusedError, StoreError

FILE = "trusted.json"
_TOKEN = "trust-token"
_FORMAT = 1


class TrustedRepository(NamedTuple):
    """A repository that this user trusts. ``is_there``: it still lies where it was trusted."""

    path: Path
    when: datetime | None
    is_there: bool


class Trust:
    """Whether this user trusts one repository. ``for_now`` trusts it for the life of this object."""

    def __init__(self, common_dir: Path, private: Path, state: Path | None) -> None:
        self._common_dir = common_dir
        self._private = private
        self._state = state
        self.for_now = False

    def is_trusted(self) -> bool:
        """Read anew each time it is asked: trust is taken back while servers run."""
        if self.for_now:
            return True
        if self._state is None:
            return False
        entry = _read(self._state).get(self._place())
        return entry is not None and _same(entry.get("token"), _token(self._private))

    def trust(self) -> None:
        """Trust the repository from now on. Raises ``RefusedError``, ``StoreError``."""
        state = self._needed_state()
        if self.is_trusted():
            return
        # The repository's own half is written new, so that nobody can have put it there before.
        token = os.urandom(16).hex()
        _write(self._private / _TOKEN, token + "\n")
        when = datetime.now(timezone.utc).isoformat(timespec="seconds")
        with _changing(state) as entries:
            entries[self._place()] = {"token": token, "when": when}

    def revoke(self) -> bool:
        """Trust it no longer; whether it was trusted."""
        self.for_now = False
        if self._state is None:
            return False
        was = self.is_trusted()
        with _changing(self._state) as entries:
            entries.pop(self._place(), None)
        with contextlib.suppress(OSError):
            (self._private / _TOKEN).unlink()
        return was

    def listed(self) -> Sequence[TrustedRepository]:
        """Every repository that this user trusts, by path."""
        if self._state is None:
            return []
        return [
            TrustedRepository(
                Path(place), _moment(entry.get("when")), _same(entry.get("token"), _token_below(Path(place)))
            )
            for place, entry in sorted(_read(self._state).items())
        ]

    def _place(self) -> str:
        return os.path.realpath(self._common_dir)

    def _needed_state(self) -> Path:
        if self._state is None:
            raise RefusedError("there is no place to keep what you trust: set HOME or XDG_STATE_HOME")
        return self._state


def _token_below(common_dir: Path) -> str:
    return _token(common_dir / "git-memory")


def _token(private: Path) -> str:
    try:
        return (private / _TOKEN).read_text("ascii").strip()
    except (OSError, ValueError):
        return ""


def _same(one: object, other: str) -> bool:
    return isinstance(one, str) and bool(one) and one == other


def _read(state: Path) -> dict[str, dict[str, Any]]:
    """What is trusted, by path. A file that others may write to is not believed."""
    try:
        descriptor = os.open(state / FILE, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return {}
    with os.fdopen(descriptor, "rb") as file:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode) or about.st_uid != os.geteuid() or about.st_mode & 0o022:
            return {}
        try:
            document = json.loads(file.read())
        except (OSError, ValueError, RecursionError):
            return {}
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        return {}
    found = document.get("repositories")
    return {k: v for k, v in found.items() if isinstance(v, dict)} if isinstance(found, dict) else {}


@contextlib.contextmanager
def _changing(state: Path) -> Iterator[dict[str, dict[str, Any]]]:
    """Read, change and write the file, one process at a time."""
    import fcntl

    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(state / f"{FILE}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise StoreError(f"cannot keep what you trust in {state}: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        entries = _read(state)
        yield entries
        document = {"format": _FORMAT, "repositories": dict(sorted(entries.items()))}
        _write(state / FILE, json.dumps(document, indent=1) + "\n")
    finally:
        os.close(lock)


def _write(path: Path, text: str) -> None:
    from lsp_server.memory import draft_files

    draft_files.write(path, text)  # whole or not at all, for nobody else to read


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None
