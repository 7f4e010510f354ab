"""``Memory``: everything the product can do, in one place. Every face calls this and nothing below it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.memory.calls.artifacts import Artifacts
from lsp_server.memory.calls.batching import Batching
from lsp_server.memory.calls.citing import Citing
from lsp_server.memory.calls.deciding import Deciding
from lsp_server.memory.calls.directories import Directories
from lsp_server.memory.calls.documents import Documenting
from lsp_server.memory.calls.drafting import Drafting
from lsp_server.memory.calls.hooking import Hooking
from lsp_server.memory.calls.keeping import Keeping
from lsp_server.memory.calls.maintaining import Maintaining
from lsp_server.memory.calls.paging import Paging
from lsp_server.memory.calls.placing import Placing
from lsp_server.memory.calls.proposing import Proposing
from lsp_server.memory.calls.reading import Reading
from lsp_server.memory.calls.resuming import Resuming
from lsp_server.memory.calls.reviewing import Reviewing
from lsp_server.memory.calls.rewriting import Rewriting
from lsp_server.memory.calls.saving import Saving
from lsp_server.memory.calls.sessions import Conversing
from lsp_server.memory.calls.sharing import Sharing
from lsp_server.memory.calls.snapshotting import Snapshotting
from lsp_server.memory.calls.trusting import Trusting
from lsp_server.memory.calls.working import Working
from lsp_server.memory.calls.writing import Writing
from lsp_server.memory.core import Core, user_directory
from lsp_server.store.repository import Repository

if TYPE_CHECKING:
    from lsp_server.memory.results import Initialised
    from lsp_server.store.repository import Discovery


class Memory(
    Writing,
    Deciding,
    Batching,
    Documenting,
    Reading,
    Resuming,
    Reviewing,
    Rewriting,
    Placing,
    Citing,
    Conversing,
    Drafting,
    Paging,
    Hooking,
    Sharing,
    Proposing,
    Snapshotting,
    Artifacts,
    Keeping,
    Trusting,
    Maintaining,
    Saving,
    Directories,
    Working,
):
    """The memory of one repository. Thread-safe; close it, or use it as a context manager.

    >>> with Memory.open(".") as memory:
    ...     memory.initialise()
    ...     memory.record(Kind.LEARNING, "Emails differ by case", fields={"lesson": "Normalise first."})
    """

    def __init__(self, core: Core) -> None:
        self._core = core

    # opening ---------------------------------------------------------------------------------------
    @classmethod
    def open(
        cls,
        directory: str | Path = ".",
        *,
        environment: Mapping[str, str] | None = None,
        honour_git_dir: bool = False,
    ) -> Memory:
        """Find the repository from a directory in it. Raises ``NoRepositoryError``.

        ``environment`` is the process's own unless given; ``honour_git_dir`` lets its ``GIT_DIR`` and
        ``GIT_WORK_TREE`` say where the repository is, as git's own commands do.
        """
        return cls.opening(directory, environment=environment, honour_git_dir=honour_git_dir)()

    @classmethod
    def opening(
        cls,
        directory: str | Path = ".",
        *,
        environment: Mapping[str, str] | None = None,
        honour_git_dir: bool = False,
    ) -> Opening:
        """Start looking for the repository, and return at once; call the result to have the memory.

        git searches while the caller imports what it needs.
        """
        if environment is None:
            import os

            environment = os.environ
        begun = Repository.begin(Path(directory), environment, honour_git_dir=honour_git_dir)
        return Opening(
            begun,
            user_directory(environment, "XDG_CACHE_HOME", ".cache"),
            user_directory(environment, "XDG_STATE_HOME", ".local/state"),
        )

    @classmethod
    def for_draft(cls, path: Path, *, environment: Mapping[str, str] | None = None) -> Memory | None:
        """The memory that a draft file belongs to, told from its path alone; None for any other file."""
        from lsp_server.memory import draft_place

        directory = draft_place.repository_of(Path(path))
        return None if directory is None else cls.open(directory, environment=environment)

    @property
    def root(self) -> Path | None:
        """The work tree's top, None in a bare repository."""
        return self._core.repository.work_tree

    @property
    def branch(self) -> str:
        """The name of the memory branch."""
        return self._core.repository.memory_branch

    def version(self) -> str | None:
        """The memory branch's tip, None when there is no memory. Cheap enough to poll."""
        return self._core.store.tip()

    def code_version(self) -> str | None:
        """The commit of HEAD, None when unborn. Cheap enough to poll."""
        return self._core.repository.head_commit()

    def initialise(self, branch: str | None = None) -> Initialised:
        """Make the memory branch, or adopt the remote's. Saying it twice is harmless.

        Raises ``RefusedError`` when a branch of that name is somebody's code, or others stand in its way.
        """
        from lsp_server.memory.initialising import initialise

        return initialise(self._core, branch)

    def close(self) -> None:
        """End the processes and connections that were started. Safe to call twice."""
        self._core.close()

    def __enter__(self) -> Memory:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Opening:
    """A memory that is being opened: call it to have it."""

    def __init__(self, begun: Discovery, cache: Path | None, state: Path | None) -> None:
        self._begun = begun
        self._cache = cache
        self._state = state

    def __call__(self) -> Memory:
        return Memory(Core(self._begun.wait(), self._cache, self._state))

    def cancel(self) -> None:
        """The memory is not needed after all."""
        self._begun.cancel()
