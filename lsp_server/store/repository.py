"""The repository as git finds it from a directory: where and how it is, who writes, where HEAD is."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from lsp_server.errors import NoRepositoryError, StoreError
from lsp_server.store.config import LIST_ARGUMENTS, Config, Reading, global_files
from lsp_server.store.git_process import (
    Finished,
    Git,
    clean_environment,
    finish,
    one_line,
    parse_version,
    require_supported,
)
from lsp_server.store.identity import identity_line
from lsp_server.store.refs import HEADS, Refs

BRANCH_KEY = "memory.branch"
DEFAULT_BRANCH = "memory"
SYNC_LOCK = "sync-lock"  # in the private directory; empty unless a sync is under way, or was killed
PROPOSAL_FILE = "git-memory-proposal"  # in the worktree's own git directory: it holds for that one alone

_FACTS = ("--is-bare-repository", "--show-object-format")
_PLACES = ("--git-dir", "--git-common-dir", "--show-toplevel")
_ABSOLUTE = "--path-format=absolute"


class Discovery:
    """Git processes that are finding a repository. Do something else meanwhile, then ``wait``."""

    def __init__(self, directory: Path, environment: Mapping[str, str], *, honour_git_dir: bool) -> None:
        clean = clean_environment(environment, honour_git_dir=honour_git_dir)
        self._git = Git(directory, clean)
        self._processes: list[subprocess.Popen[bytes]] = []
        self._reading = Reading()
        try:
            for arguments in (("rev-parse", *_FACTS, _ABSOLUTE, *_PLACES), LIST_ARGUMENTS, ("version",)):
                self._processes.append(self._git.start(arguments))
        except BaseException:
            self.cancel()
            raise

    def wait(self) -> Repository:
        """The repository. Raises ``NoRepositoryError``, or ``StoreError`` when git refuses or is too old."""
        try:
            found, config, version = (finish(process) for process in self._processes)
        except BaseException:
            self.cancel()
            raise
        number = parse_version(version.stdout.decode("utf-8", "replace"))
        require_supported(number)
        is_bare, object_format, places = self._places(found)
        if config.code != 0:
            raise StoreError(f"git's configuration cannot be read: {one_line(config.stderr)}")
        return Repository(
            git=Git(self._git.directory, self._git.environment, number),
            places=places,
            is_bare=is_bare,
            object_format=object_format,
            config=config.stdout,
            reading=self._reading,
        )

    def cancel(self) -> None:
        """End what was started, when the repository is not needed after all."""
        for process in self._processes:
            process.kill()
            process.communicate()

    def _places(self, found: Finished) -> tuple[bool, str, Sequence[Path | None]]:
        lines = os.fsdecode(found.stdout).split("\n")[:-1]
        if len(lines) < len(_FACTS):
            raise self._not_found(found)
        is_bare, object_format = lines[0] == "true", lines[1]
        paths = lines[len(_FACTS) :]
        if len(paths) == 3:
            return is_bare, object_format, [Path(path) for path in paths]
        if found.code != 0 and len(paths) == 2:  # bare, or standing in the git directory itself
            return is_bare, object_format, [Path(paths[0]), Path(paths[1]), None]
        # A directory with a newline in its name: git has no other way to tell the three apart.
        answers = [self._git.try_run(("rev-parse", _ABSOLUTE, place)) for place in _PLACES]
        if answers[0].code != 0 or answers[1].code != 0:
            raise self._not_found(found)
        return (
            is_bare,
            object_format,
            [Path(os.fsdecode(answer.stdout)[:-1]) if answer.code == 0 else None for answer in answers],
        )

    def _not_found(self, found: Finished) -> Exception:
        said = one_line(found.stderr)
        if not said or "not a git repository" in said:
            return NoRepositoryError(f"not inside a git repository: {self._git.directory}")
        return StoreError(said)


class Repository:
    """A handle on one repository, seen from one of its worktrees (or none, when it is bare).

    ``git`` runs git there: in ``work_tree``, or in ``git_dir`` without one. ``git_dir`` is this worktree's
    own, ``common_dir`` what all worktrees share. ``object_format`` is ``sha1`` or ``sha256``.
    """

    def __init__(
        self,
        *,
        git: Git,
        places: Sequence[Path | None],
        is_bare: bool,
        object_format: str,
        config: bytes,
        reading: Reading,
    ) -> None:
        git_dir, common_dir, work_tree = places
        if git_dir is None or common_dir is None:
            raise NoRepositoryError(f"not inside a git repository: {git.directory}")
        self.git_dir = git_dir
        self.common_dir = common_dir
        self._proposal: str | None = None
        self._writer: Callable[[], tuple[str, str] | None] = lambda: None
        self.is_bare = is_bare
        self.object_format = object_format
        self._config = Config.parse(config, git.directory, self._config_files(git), reading)
        self.work_tree = None if is_bare else work_tree or self._work_tree_of_git_dir()
        # From here on git is told where the repository is: it works the same from any directory, and
        # nothing that appears above it later (a .git in a parent) is found instead.
        told = {"GIT_DIR": str(git_dir)}
        environment = {k: v for k, v in git.environment.items() if k != "GIT_WORK_TREE"}
        if self.work_tree is not None:
            told["GIT_WORK_TREE"] = str(self.work_tree)
        self.git = Git(self.work_tree or git_dir, {**environment, **told}, git.version)
        are_files = (self._config.get("extensions.refstorage") or "files") == "files"
        self.refs = Refs(self.git, git_dir, common_dir, are_files=are_files)

    @classmethod
    def begin(
        cls,
        directory: str | Path = ".",
        environment: Mapping[str, str] | None = None,
        *,
        honour_git_dir: bool = False,
    ) -> Discovery:
        """Start to look for the repository from a directory in it; ``wait()`` on the result gives it.

        ``environment`` defaults to the process's own.
        """
        start = Path(os.path.abspath(directory))  # noqa: PTH100  resolve() would follow symbolic links
        if not start.is_dir():
            raise NoRepositoryError(f"there is no directory {start}")
        return Discovery(
            start, os.environ if environment is None else environment, honour_git_dir=honour_git_dir
        )

    @property
    def config(self) -> Config:
        """git's configuration, read again when one of its files was written."""
        if self._config.changed():
            self.reload_config()
        return self._config

    def reload_config(self) -> None:
        """Read the configuration again. One process."""
        reading = self._config.read_again()
        done = self.git.try_run(LIST_ARGUMENTS)
        if done.code == 0:  # half-written by a person just now: what was read last stays good
            files = self._config_files(self.git)
            self._config = Config.parse(done.stdout, self.git.directory, files, reading)

    @property
    def memory_branch(self) -> str:
        """The short name of the branch that holds the memory: ``memory.branch``, or ``memory``."""
        return self.config.get(BRANCH_KEY) or DEFAULT_BRANCH

    @property
    def memory_ref(self) -> str:
        """The full name of the memory's branch."""
        return HEADS + self.memory_branch

    @property
    def proposal(self) -> str | None:
        """The proposal that this worktree's writes go to; None: to the memory itself."""
        if self._proposal is not None:
            return self._proposal
        try:
            return (self.git_dir / PROPOSAL_FILE).read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            # Never guess: what was meant for review must not land on the memory itself.
            raise StoreError(f"{self.git_dir / PROPOSAL_FILE} cannot be read: {error}") from error

    def write_to(self, proposal: str) -> None:
        """Let the writes of this process, and of nobody else, go to a proposal."""
        self._proposal = proposal

    def proposal_ref(self, name: str) -> str:
        """The full name of a proposal's branch."""
        return f"{self.memory_ref}-proposals/{name}"

    @property
    def working_ref(self) -> str:
        """The full name of the branch that this worktree reads and writes."""
        name = self.proposal
        return self.memory_ref if name is None else self.proposal_ref(name)

    def author(self) -> str:
        """``Name <email> seconds zone``. Raises ``RefusedError`` when git knows no name."""
        return self._identity("author")

    def committer(self) -> str:
        """As ``author``, for the committer."""
        return self._identity("committer")

    def write_as(self, writer: Callable[[], tuple[str, str] | None]) -> None:
        """Let this process write in the name of somebody: ``writer`` tells a name and an address, or None,
        when there is something to write. They count for more than the configuration, and for less than what
        the environment says."""
        self._writer = writer

    def _identity(self, role: str) -> str:
        git, writer = self.git, self._writer()
        if writer is not None:
            name, email = (f"GIT_{role.upper()}_{what}" for what in ("NAME", "EMAIL"))
            git = git.with_environment(**{name: writer[0], email: writer[1], **git.environment})
        return identity_line(role, git, git.environment, self.config)

    def head_commit(self) -> str | None:
        """The commit of HEAD, None when it is unborn. File reads where refs are files: cheap to poll."""
        return self.refs.resolve("HEAD")

    def head_branch(self) -> str | None:
        """The short name of the branch HEAD is on, born or not; None when HEAD is detached."""
        ref = self.refs.symbolic_head()
        if ref is None:
            return None
        return ref.removeprefix(HEADS)

    @property
    def objects_dir(self) -> Path:
        """Where this repository keeps its own objects."""
        return self.common_dir / "objects"

    @property
    def private_dir(self) -> Path:
        """``<common>/git-memory``: what Git Memory keeps outside of the branch. It may not exist yet."""
        return self.common_dir / "git-memory"

    @property
    def is_partial(self) -> bool:
        """Whether this is a partial clone, which may lack objects that its remote has."""
        config = self.config
        return config.get("extensions.partialclone") is not None or any(
            config.flag(f"remote.{name}.promisor") for name in config.subsections("remote")
        )

    @property
    def has_other_parents(self) -> bool:
        """Whether git takes some commits to have other parents than they say: in a shallow clone, or where
        there are grafts."""
        return any((self.common_dir / name).exists() for name in ("shallow", "info/grafts"))

    def shallow_commits(self) -> set[str]:
        """The commits where the history of a shallow clone begins: what they changed is not to be seen."""
        try:
            return set((self.common_dir / "shallow").read_text(encoding="ascii").split())
        except (OSError, UnicodeDecodeError):
            return set()

    @property
    def is_shared(self) -> bool:
        """Whether several users write to this repository (``core.sharedRepository``)."""
        return (self.config.get("core.sharedrepository") or "umask") not in {"umask", "false", "0"}

    def _config_files(self, git: Git) -> list[Path]:
        return [self.common_dir / "config", self.git_dir / "config.worktree", *global_files(git.environment)]

    def _work_tree_of_git_dir(self) -> Path | None:
        """Where the files are when we were started inside the git directory."""
        configured = self._config.get("core.worktree")
        if configured:
            return Path(os.path.normpath(self.git_dir / configured))
        try:
            return Path((self.git_dir / "gitdir").read_text(encoding="utf-8").rstrip("\n")).parent
        except (OSError, UnicodeDecodeError):
            return self.git_dir.parent if self.git_dir.name == ".git" else None
