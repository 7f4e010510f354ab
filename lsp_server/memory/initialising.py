"""Use case: start a memory."""

from __future__ import annotations

from lsp_server.memory.core import Core
from lsp_server.memory.results import Initialised
from lsp_server.store.git_store import FORMAT
from lsp_server.store.snapshot import FORMAT_FILE


def initialise(core: Core, branch: str | None) -> Initialised:
    """Make the orphan branch with its format file, or adopt the remote's."""
    name = branch or core.repository.memory_branch
    text = core.templates.render("records/memory.yaml", format=FORMAT)
    message = core.templates.render(
        "commits/message", subject="memory: start the memory of this repository", body="", trailers=[]
    )
    created, adopted = core.store.initialise(name, {FORMAT_FILE: text.encode("utf-8")}, message)
    return Initialised(name, created, adopted)
