"""The text of Git Memory's hooks: one shell script for all of them, and a head that says which it is.

Below every floor, as the errors are: it is read when git runs a hook that a team keeps in its own files, and
that may cost no more than the start of the interpreter. So nothing is imported here.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False  # `typing` alone takes as long to import as the interpreter to start
if TYPE_CHECKING:
    from collections.abc import Sequence

HOOKS = ("post-commit", "post-rewrite", "prepare-commit-msg", "commit-msg", "pre-push")
"""The hooks that there are, by git's names."""

KEPT = ".before-git-memory"
"""What is added to the name of git's folder of hooks: there those are kept that were in it before."""

MARK = "# Git Memory: "
SETTLED = "settled"
"""The folder of the private directory that holds what the last looks of the hooks left settled."""

_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120  pathlib costs too much here


def body() -> str:
    """What all hooks share."""
    for place in (_HERE, os.path.dirname(_HERE)):  # noqa: PTH120  as above
        try:
            with open(os.path.join(place, "templates", "hooks", "hook.sh"), encoding="utf-8") as file:  # noqa: PTH118, PTH123  as above
                return file.read()
        except FileNotFoundError:
            continue
    raise FileNotFoundError("templates/hooks/hook.sh")


def script(hook: str, command: Sequence[str], *, chained: bool) -> str:
    """The script of one hook, without the lines that tell a file to be ours. ``command`` starts Git Memory,
    and gets the hook's name and what the script adds; ``chained``: a hook that was here before is called."""
    words = " ".join(quoted(word) for word in command)
    return (
        f"git_memory_hook={hook}\n"
        f"git_memory_is_chained={'yes' if chained else 'no'}\n"
        f"git_memory_is_there() {{ [ -x {quoted(command[0])} ]; }}\n"
        f'git_memory_start() {{ GIT_MEMORY_HOOK={hook} {words} {hook} "$@"; }}\n'
        "\n"
        f"{body()}"
    )


def quoted(word: str) -> str:
    """A word for the shell."""
    return "'" + word.replace("'", "'\"'\"'") + "'"
