"""One thing of a project directory on its way to the branch."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lsp_server.memory.importing.results import Taken
from lsp_server.records.model import Link, Record
from lsp_server.records.project_directory.model import Entry


@dataclass
class Thing:
    """One thing on its way in: what is known from reading it, then what depends on the branch's tip.

    ``origin`` is what a record remembers as where it came from, and stays the same when its text changes.
    """

    file: str
    name: str
    origin: str = ""
    digest: str = ""
    entry: Entry | None = None
    session: Mapping[str, object] | None = None  # the JSON
    documents: Mapping[str, bytes] = field(default_factory=dict)
    artifact: Path | None = None
    broken: str = ""
    notes: list[str] = field(default_factory=list)
    id: str = ""  # that an export wrote beside it
    new_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    number: int = 0
    alias: str | None = None
    links: list[Link] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    taken: Taken = Taken.SKIPPED
    record: Record | None = None
    path: str | None = None

    @property
    def wanted(self) -> int | None:
        """The number that it has in the directory."""
        return self.entry.number if self.entry else None

    def differs_from(self, label: str) -> None:
        """It was changed here and there since it came in: a person has to look."""
        self.taken = Taken.DIFFERS
        self.remarks.append(
            f"it was changed here and in {label} since it was taken over: "
            f"`git memory edit {label}` puts in what is missing there"
        )

    def begin_anew(self) -> None:
        """Forget what was decided on another tip."""
        self.number, self.alias, self.record, self.path = 0, None, None, None
        self.taken = Taken.SKIPPED
        self.links, self.remarks = [], []
