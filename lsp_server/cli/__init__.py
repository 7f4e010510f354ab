"""``git memory``: the command line. The only place that reads the environment and prints."""

from __future__ import annotations


def main() -> int:
    """Run the command line with this process's arguments; the exit code is 0 done, 1 nothing found or
    refused, 2 usage."""
    import os
    import sys

    from lsp_server.cli.run import run

    return run(sys.argv[1:], os.environ)
