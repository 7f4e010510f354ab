"""``git memory export``: write the memory out, in the formats that people keep theirs in."""

from __future__ import annotations

from lsp_server.cli.lazy_group import LazyGroup

export = LazyGroup(
    "export",
    {
        "directory": "export_directory:directory",
        "folder": "folder:export_folder",
        "sessions": "session_files:export_sessions",
    },
    about="Write the memory out, in the formats that people keep theirs in.",
    example="  git memory export directory ../project-memory",
)
