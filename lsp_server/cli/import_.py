"""``git memory import``: bring in what is written down elsewhere."""

from __future__ import annotations

from lsp_server.cli.lazy_group import LazyGroup

import_ = LazyGroup(
    "import",
    {
        "adr": "import_adr:adr",
        "directory": "import_directory:directory",
        "folder": "folder:import_folder",
        "sessions": "session_files:import_sessions",
    },
    about="Bring in what is written down elsewhere.",
    example="  git memory import adr docs/decisions --dry-run",
)
