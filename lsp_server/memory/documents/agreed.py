"""What a ``memory/`` folder and the memory last agreed on, file by file: the base of their next merge.

Each clone notes it for itself, in a file for each folder beside the index. Where that is gone, or does not
fit (the memory's history was rewritten, another branch of the code is checked out), there is no base: then
the next import takes nothing out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lsp_server.errors import GitMemoryError
from lsp_server.store.half_written import write_whole

if TYPE_CHECKING:
    from lsp_server.memory.core import Core

FOLDER = "folders"


class Agreed(NamedTuple):
    """One file of a folder when the memory had all that it says: the SHA-256 of its bytes, and its text as
    the memory took it. ``coming`` is the SHA-256 of what an export was about to write when it was killed."""

    digest: str
    text: bytes
    coming: str = ""


def agreed(core: Core, directory: Path) -> dict[str, Agreed]:
    """What was last the same thing on both sides, by the names of the files in the folder."""
    said = _read(core, directory)
    version, position, files = (said.get(key) for key in ("version", "code", "files"))
    if not isinstance(files, dict) or not _fits(core, directory, version, position):
        return {}
    coming = said.get("coming")
    coming = coming if isinstance(coming, dict) else {}
    return {
        name: Agreed(file[0], file[1].encode("utf-8"), str(coming.get(name, "")))
        for name, file in files.items()
        if isinstance(file, list) and [type(word) for word in file] == [str, str]
    }


def note(
    core: Core, directory: Path, files: Mapping[str, Agreed], coming: Mapping[str, str] | None = None
) -> None:
    """Note on what the two agree now; what was noted of other files stays. ``coming`` are the digests of what
    is about to be written there. A disk that says no only costs the base of the next merge."""
    known = agreed(core, directory)
    for name, file in files.items():
        known.pop(name, None)
        with suppress(UnicodeDecodeError):
            file.text.decode("utf-8")
            known[name] = file
    position = core.position_now()
    said = {
        "folder": str(directory.resolve()),
        "version": core.store.tip(),
        "code": [position.commit, position.branch],
        "files": {name: [file.digest, file.text.decode("utf-8")] for name, file in sorted(known.items())},
        "coming": dict(coming or {}),
    }
    place = _place(core, directory)
    data = json.dumps(said, indent=1).encode("ascii")
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        if not (place.is_file() and place.read_bytes() == data):
            write_whole(place, data, place=core.private)


def _place(core: Core, directory: Path) -> Path:
    name = sha256(str(directory.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return core.private / FOLDER / f"{name}.json"


def _read(core: Core, directory: Path) -> dict[str, Any]:
    try:
        said = json.loads(_place(core, directory).read_bytes())
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _fits(core: Core, directory: Path, version: object, position: object) -> bool:
    """Whether the memory has gone on from what was noted, and the code has not gone back to before it."""
    tip = core.store.tip()
    if tip is None or not isinstance(version, str):
        return False
    try:
        if not core.store.contains(tip, version):
            return False
    except (GitMemoryError, ValueError):
        return False
    root = core.repository.work_tree
    if root is None or not directory.resolve().is_relative_to(root.resolve()):
        return True
    # A folder that lies in the work tree may be an older one, of another branch.
    commit, branch = position if isinstance(position, list) and len(position) == 2 else (None, None)
    now = core.position_now()
    if (branch is not None and branch == now.branch) or not isinstance(commit, str):
        return True
    from lsp_server.code.commits import is_ancestor

    return now.commit is not None and is_ancestor(core.repository.git, commit, now.commit)
