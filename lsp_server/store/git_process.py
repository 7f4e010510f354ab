"""The one way git is run: a clean environment, no questions, no surprises, one clear line on failure."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from lsp_server.errors import NoRepositoryError, StoreError, UsageError

OLDEST_GIT = (2, 34)
_FSYNC_BY_COMPONENT = (2, 36)  # the first git with core.fsync; before it only objects can be synced

# What `git rev-parse --local-env-vars` prints (a test compares). A hook or an alias that runs us sets
# these for *its* repository and *its* index; none of them may reach the git that works for us.
LOCAL_VARIABLES = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_CONFIG",
        "GIT_CONFIG_COUNT",
        "GIT_CONFIG_PARAMETERS",
        "GIT_DIR",
        "GIT_GRAFT_FILE",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_INTERNAL_SUPER_PREFIX",
        "GIT_NO_REPLACE_OBJECTS",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_REFERENCE_BACKEND",
        "GIT_REPLACE_REF_BASE",
        "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
    }
)

# Two more that are another git command's, though git does not list them: how a server takes a push in. Our
# objects go to the repository itself, and the remotes that we talk to are other repositories.
_OF_A_SERVER = frozenset({"GIT_NAMESPACE", "GIT_QUARANTINE_PATH"})

_ALWAYS = {
    "LC_ALL": "C",  # messages are matched and shown; they must not depend on the user's language
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_LITERAL_PATHSPECS": "1",  # a path is a path, whatever characters are in it
    "GIT_NO_REPLACE_OBJECTS": "1",  # the tree that a write builds on must be the stored one
    # A partial clone must not fetch because somebody looks at a file. The first name is honoured from
    # git 2.44 on; the second makes the fetch fail at once before that.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
}
# glibc hands freed memory back to the kernel, and takes it again, thousands of times in one blame, and the
# pages come back empty: an eighth of git's time. Other C libraries do not know these; the user's win.
_UNLESS_SET = {
    "MALLOC_TRIM_THRESHOLD_": str(64 * 2**20),  # bytes
    "MALLOC_MMAP_THRESHOLD_": str(32 * 2**20),  # with the other one set it would stay at 128 kB
}
USERS_PROTOCOLS = "GIT_MEMORY_ALLOW_PROTOCOL"  # the user's own GIT_ALLOW_PROTOCOL, for talking to remotes

# Nothing is refreshed, paged, or told to a program that watches the files (an empty name is understood as
# "none" by every git), and files come in git's own order: where the user's file of another order is missing,
# git refuses to compare anything.
_QUIETLY = (
    "--no-optional-locks", "--no-pager", "-c", "core.fsmonitor=", "-c", "diff.orderFile=/dev/null"
)  # fmt: skip

_INPUTS = {True: subprocess.PIPE, False: subprocess.DEVNULL}


class GitError(StoreError):
    """git ran and said no. ``code`` is its exit code, ``stderr`` all that it said."""

    def __init__(self, message: str, code: int, stderr: str) -> None:
        super().__init__(message)
        self.code = code
        self.stderr = stderr


class Finished(NamedTuple):
    """What a git process left behind."""

    code: int
    stdout: bytes
    stderr: str


def clean_environment(environment: Mapping[str, str], *, honour_git_dir: bool = False) -> dict[str, str]:
    """The user's environment less what belongs to another git command; ``GIT_DIR`` and
    ``GIT_WORK_TREE`` stay when asked for (the command line without -C)."""
    kept = {"GIT_DIR", "GIT_WORK_TREE"} if honour_git_dir else set()
    foreign = (LOCAL_VARIABLES | _OF_A_SERVER) - kept
    clean = {k: v for k, v in environment.items() if k not in foreign}
    if "GIT_ALLOW_PROTOCOL" in clean:
        clean[USERS_PROTOCOLS] = clean["GIT_ALLOW_PROTOCOL"]
    return {**_UNLESS_SET, **clean, **_ALWAYS}


def one_line(stderr: str) -> str:
    """git's complaint as one line: what follows the first ``fatal:`` or ``error:``, without hints."""
    lines = [line.strip() for line in stderr.splitlines()]
    lines = [
        x for x in lines if x and not x.startswith(("hint:", "warning:", "trace:", "fast-import: dumping"))
    ]
    start = next((i for i, x in enumerate(lines) if x.startswith(("fatal:", "error:"))), 0)
    words = " ".join(re.sub(r"^(fatal|error): ", "", line) for line in lines[start:])
    words = re.sub(r"\s+", " ", words)
    return words if len(words) <= 400 else words[:400] + "…"


def parse_version(printed: str) -> tuple[int, ...]:
    """``git version 2.39.5 (Apple Git-154)`` → (2, 39, 5); empty when it cannot be read."""
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", printed)
    return tuple(int(part) for part in found.groups() if part) if found else ()


def require_supported(version: tuple[int, ...]) -> None:
    """Raise ``StoreError`` when git is older than what is tested."""
    if version and version[:2] < OLDEST_GIT:
        have = ".".join(map(str, version))
        raise StoreError(
            f"git {have} is too old: Git Memory needs git {OLDEST_GIT[0]}.{OLDEST_GIT[1]} or newer"
        )


class Git(NamedTuple):
    """Runs git in one directory with one environment (already clean). Cheap to copy; thread-safe."""

    directory: Path
    environment: Mapping[str, str]
    version: tuple[int, ...] = OLDEST_GIT
    keeps: tuple[int, ...] = ()  # descriptors that the process has open as long as it lives

    def with_environment(self, **variables: str) -> Git:
        """The same git with further environment variables."""
        return self._replace(environment={**self.environment, **variables})

    def start(
        self,
        arguments: Sequence[str],
        *,
        write: bool = False,
        stdin: bool | IO[bytes] = False,
        stderr: bool = True,
        apart: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Start ``git ARGUMENTS``; the caller owns the process. ``write`` makes what it writes survive a
        power cut. ``stdin`` is nothing, a pipe (True) or an open file. Text from users belongs there: an
        argument is limited in length. ``apart``: signals to our process group do not reach it."""
        command = ["git", *_QUIETLY, *self._durable(write), *arguments]
        try:
            return subprocess.Popen(
                command,
                cwd=self.directory,
                env=self.environment,
                stdin=_INPUTS[stdin] if isinstance(stdin, bool) else stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE if stderr else subprocess.DEVNULL,
                start_new_session=apart,
                pass_fds=self.keeps,
            )
        except ValueError as error:  # a NUL or a character that has no bytes
            raise UsageError(f"git cannot be given this text: {error}") from error
        except (FileNotFoundError, NotADirectoryError) as error:
            if not self.directory.is_dir():
                raise NoRepositoryError(f"there is no directory {self.directory}") from error
            raise StoreError("git was not found: install git and see that it is on your PATH") from error
        except OSError as error:
            raise StoreError(f"git could not be started: {error.strerror or error}") from error

    def try_run(
        self, arguments: Sequence[str], *, stdin: bytes | None = None, write: bool = False
    ) -> Finished:
        """Run to the end, whatever the exit code."""
        return finish(self.start(arguments, write=write, stdin=stdin is not None), stdin)

    def run(self, arguments: Sequence[str], *, stdin: bytes | None = None, write: bool = False) -> bytes:
        """Run to the end and return stdout; raise ``GitError`` with one clear line when git fails."""
        done = self.try_run(arguments, stdin=stdin, write=write)
        if done.code != 0:
            raise failed(arguments[0], done)
        return done.stdout

    def _durable(self, write: bool) -> tuple[str, ...]:
        if not write:
            return ()
        if self.version >= _FSYNC_BY_COMPONENT:
            return ("-c", "core.fsync=all")
        return ("-c", "core.fsyncObjectFiles=true")


def finish(process: subprocess.Popen[bytes], stdin: bytes | None = None) -> Finished:
    """Feed and collect a started process. It is ended when we are interrupted meanwhile."""
    try:
        out, err = process.communicate(stdin)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return Finished(process.returncode, out, (err or b"").decode("utf-8", "replace"))


def failed(command: str, done: Finished) -> GitError:
    """The error for a process that ended badly."""
    said = one_line(done.stderr)
    if not said:
        how = f"was ended by signal {-done.code}" if done.code < 0 else f"failed with exit code {done.code}"
        said = f"git {command} {how}"
    return GitError(said, done.code, done.stderr)
