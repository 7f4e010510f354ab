"""What the calls about artifacts answer with: plain values that every face can print or send."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple


class Artifact(NamedTuple):
    """A file that is kept as it is.

    ``path`` is the whole path on the branch, ``artifacts/screenshots/login.png``; ``size`` counts bytes, of
    the file itself also where git LFS holds it (``is_lfs``; ``is_here`` says whether this clone has it).
    ``added`` is when it got there as it is now, None where that is not known yet. ``change`` is what a call
    did: "added", "replaced", "unchanged" or "removed"; empty where it only looked.
    """

    path: str
    media_type: str
    size: int
    is_lfs: bool = False
    is_here: bool = True
    added: datetime | None = None
    change: str = ""

    @property
    def name(self) -> str:
        """How people call it: without the folder that all of them are in."""
        return self.path.partition("/")[2]

    def as_json(self) -> dict[str, Any]:
        """The one JSON shape of an artifact."""
        return {
            "path": self.path,
            "name": self.name,
            "media_type": self.media_type,
            "size": self.size,
            "lfs": self.is_lfs,
            "here": self.is_here,
            "added": None if self.added is None else self.added.isoformat(),
            **({"change": self.change} if self.change else {}),
        }
