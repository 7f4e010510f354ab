"""What a look at the memory gives: plain values that every face can print or send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Severity(str, Enum):
    """How much a finding matters. A note is nothing to worry about; an error needs somebody."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


class Finding(NamedTuple):
    """One thing found. ``code`` is stable; ``message`` explains it in a sentence, ``advice`` says what to do
    in one (never anything that destroys); ``fixable`` tells whether a repair would see to it; ``where`` is
    the path (with a line), the label or the ref that it is about."""

    code: str
    severity: Severity
    message: str
    advice: str
    where: str = ""
    fixable: bool = False


class Area(NamedTuple):
    """One part of the memory that was looked at; ``summary`` says what is there, healthy or not."""

    name: str
    summary: str
    findings: Sequence[Finding]


class Repair(NamedTuple):
    """Something that was mended. ``version`` is the commit that did it, None where none was needed."""

    code: str
    message: str
    version: str | None = None


@dataclass(frozen=True)
class Diagnosis:
    """A whole look; ``repairs`` are what was mended before it."""

    areas: Sequence[Area]
    repairs: Sequence[Repair] = ()

    @property
    def findings(self) -> Sequence[Finding]:
        return [finding for area in self.areas for finding in area.findings]

    @property
    def is_healthy(self) -> bool:
        """Whether nothing but notes was found."""
        return all(finding.severity is Severity.NOTE for finding in self.findings)


def note(code: str, message: str, advice: str, where: str = "", *, fixable: bool = False) -> Finding:
    return Finding(code, Severity.NOTE, message, advice, where, fixable)


def warning(code: str, message: str, advice: str, where: str = "", *, fixable: bool = False) -> Finding:
    return Finding(code, Severity.WARNING, message, advice, where, fixable)


def error(code: str, message: str, advice: str, where: str = "", *, fixable: bool = False) -> Finding:
    return Finding(code, Severity.ERROR, message, advice, where, fixable)
