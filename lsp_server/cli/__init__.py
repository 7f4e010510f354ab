"""``git memory``: the command line. The only place that reads the environment and prints."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` takes as long to import as the interpreter to start, and hooks are run often
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> NoReturn:
    """Run the command line with this process's arguments and end the process; the exit code is 0 done,
    1 nothing found or refused, 2 usage."""
    import gc
    import os
    import sys

    if sys.argv[1:2] == ["hook"]:
        from lsp_server.cli.hook import enter

        enter(sys.argv[2:])
    gc.disable()  # one command, soon over: what it makes stays, and looking it through costs 8 ms and more
    try:
        from lsp_server.cli.run import run

        code = run(sys.argv[1:], os.environ)
    except KeyboardInterrupt:  # while modules were being loaded
        os.write(2, b"interrupted\n")
        os._exit(130)
    # All is written and closed. The interpreter would now take 10 ms to free what the system frees at once.
    os._exit(code)
