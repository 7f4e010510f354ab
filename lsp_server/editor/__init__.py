"""The language server: what an editor starts as ``git-memory-lsp``.

Nothing heavy is imported here: the process answers ``initialize`` before it loads what memory needs.
"""

from __future__ import annotations

import sys

USAGE = """\
git-memory-lsp is the language server of Git Memory. It speaks the Language Server Protocol on standard
input and output; an editor starts it. See docs/lsp.md, or `git memory --help` for the command line.
"""


def main() -> None:
    """Serve one editor on standard input and output, then end the process. Options are ignored
    (editors add some, such as ``--stdio``), except ``--help`` and ``--version``."""
    if "--version" in sys.argv[1:]:
        from lsp_server import __version__

        sys.stdout.write(f"git-memory-lsp {__version__}\n")
        return
    if "--help" in sys.argv[1:] or sys.stdin is None or sys.stdin.isatty():
        sys.stdout.write(USAGE)
        return
    from lsp_server.editor.server import serve

    serve()
