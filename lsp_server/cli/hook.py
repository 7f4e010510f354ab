"""``git memory hook NAME``: what git's hooks run. Hidden: nobody types it.

``enter`` is for a line in a hook that a team keeps: it becomes the shell script that an installed hook is,
which starts us again only if there is something to do. ``main`` is that start. Both end with 0 whatever
happens, and say nothing but what a person has to know.
"""

from __future__ import annotations

import os
import sys

from lsp_server.hook_script import HOOKS, script

TYPE_CHECKING = False  # see ``hook_script``
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import NoReturn

    from lsp_server.memory.facade import Memory

_SECONDS = 15  # that a hook may hold git up; what is left is done at the next look
_TO_PERSON = 3  # the script gives us git's standard error there
_START = "from lsp_server.cli.hook import main; main()"


def enter(arguments: Sequence[str]) -> NoReturn:
    """Become the hook that ``arguments`` begin with; the rest is what git gave it."""
    if not arguments or arguments[0] not in HOOKS:
        os.write(2, f"error: the hooks are {', '.join(HOOKS)} (see `git memory hooks -h`)\n".encode())
        os._exit(2)
    hook = arguments[0]
    python = sys.executable
    # The very modules that we have ourselves, wherever they were found.
    places = [place for place in sys.path if os.path.isabs(place)]  # noqa: PTH117  no pathlib on the way
    command = (python, "-I", "-c", f"import sys; sys.path[:] = {places!a}; {_START}")
    try:
        os.execv("/bin/sh", ["sh", "-c", script(hook, command, chained=False), hook, *arguments[1:]])
    except OSError:
        os._exit(0)


def main() -> NoReturn:
    """Do what the hook that the script names is for."""
    import gc
    import signal

    gc.disable()
    try:
        signal.signal(signal.SIGALRM, _out_of_time)
        signal.alarm(_SECONDS)
        _run(sys.argv[1], sys.argv[2:], os.environ)
    except BaseException as error:
        _tell(sys.argv[1], error)
    os._exit(0)


class _OutOfTimeError(BaseException):
    """A hook that takes too long; not an ``Exception``, so that nobody on the way takes it for a failure."""


def _out_of_time(*_: object) -> NoReturn:
    raise _OutOfTimeError


def _run(hook: str, told: Sequence[str], environment: Mapping[str, str]) -> None:
    from lsp_server.memory.facade import Memory

    # git says where the repository is by GIT_DIR and GIT_WORK_TREE, where it is not where we stand.
    with Memory.open(".", environment=environment, honour_git_dir=True) as memory:
        before = memory.version()
        if before is not None:
            try:
                _DO[hook](memory, told)
            except _OutOfTimeError:
                memory.give_up_hook()
                raise
            _sync(memory, environment, asked=hook == "pre-push" or memory.version() != before)


def _sync(memory: Memory, environment: Mapping[str, str], *, asked: bool) -> None:
    """Start a sync in the background, where that is switched on: git does not wait for it."""
    if not asked or not memory.syncs_by_itself:
        return
    memory.queue_sync()
    if memory.sync_is_due():
        from lsp_server.cli.background import start

        start(memory.git_dir, environment)


def _after_commit(memory: Memory, told: Sequence[str]) -> None:
    memory.after_commit(checkpoint="checkpoint" in told)


def _after_rewrite(memory: Memory, _: Sequence[str]) -> None:
    memory.after_rewrite()


def _nothing(_memory: Memory, _: Sequence[str]) -> None:
    """A push has only the sync."""


_DO: Mapping[str, Callable[[Memory, Sequence[str]], None]] = {
    "post-commit": _after_commit,
    "post-rewrite": _after_rewrite,
    "pre-push": _nothing,
}


def _tell(hook: str, error: BaseException) -> None:
    """Say what a person switched on and did not get, in one line; the rest comes at the next look."""
    from lsp_server.errors import GitMemoryError

    if hook != "post-commit" or not isinstance(error, GitMemoryError):
        return
    from contextlib import suppress

    from lsp_server.cli.terminal import visible_line

    with suppress(OSError):
        os.write(_TO_PERSON, f"git memory: {visible_line(' '.join(str(error).split()))}\n".encode())
