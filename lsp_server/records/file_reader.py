"""A record's file while it is being read: its text, the values of its front matter, and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lsp_server.records import front_matter
from lsp_server.records.front_matter import Split
from lsp_server.records.model import Problem
from lsp_server.records.moments import moment

_DIALECT = frozenset(
    (
        "status", "tags", "links", "decision-makers", "deciders",
        "confidence", "based-on", "outcome-due", "outcome", "outcome-on",
    )
)  # fmt: skip


class FileReader:
    """One file being read; collects the problems."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.foreign: set[str] = set()
        """Keys of ours whose values mean something else here."""
        try:
            self.text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            self.text = data.decode("utf-8", "replace")
            self.problem(data.count(b"\n", 0, error.start), "the file is not UTF-8 here")
        self.split: Split = front_matter.split(self.text)
        self.values: Mapping[str, Any] = {}
        if self.split.front is not None:
            self.values, found = front_matter.read(self.split.front)
            if self.split.is_session:  # there is no fence above it
                above = self.text.count("\n", 0, self.split.start) - 1
                found = tuple(one._replace(line=max(0, one.line + above)) for one in found)
            self.problems.extend(found)

    def problem(self, line: int, message: str, code: str = "") -> None:
        self.problems.append(Problem(line, message, code))

    def wrong(self, key: str, message: str, code: str = "") -> None:
        # What an imported file had in its own front matter is its dialect's, not a mistake.
        if "source" in self.values and key in _DIALECT:
            return
        self.problem(front_matter.line_of(self.split, key), message, code)

    def get(self, key: str) -> Any:
        """A key of ours; under ``memory-<key>`` where the file's own key of that name means another thing."""
        return self.values.get(f"memory-{key}", self.values.get(key))

    def moment(self, key: str) -> datetime | None:
        """When something began; None, and a problem, where that cannot be told."""
        word = self.word(key)
        when = moment(word)
        if word is None:
            self.wrong(key, "there is no date of creation")
        elif when is None:
            self.wrong(key, f"{word!r} is not a date like 2026-11-21T10:00:00+00:00")
        return when

    def word(self, key: str) -> str | None:
        value = self.get(key)
        if value is None or value == "":
            return None
        if isinstance(value, str):
            return value.strip() or None
        self.wrong(key, f"{key!r} should be a single value")
        return None

    def words(self, key: str) -> tuple[str, ...]:
        value = self.get(key)
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(item.strip() for item in value if item.strip())
        if value:
            self.wrong(key, f"{key!r} should be a list of words")
        return ()
