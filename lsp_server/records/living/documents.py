"""The one table of living documents: where each stands on the branch, its sections and their fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from lsp_server.records.paths import slug as file_slug


class Form(str, Enum):
    """How a document is written, and so how it is changed and merged."""

    OUTLINE = "outline"  # sections with fields and bullets
    ENTRIES = "entries"  # sections that are entries, each with its date; equal headings are two entries
    FIELDS = "fields"  # YAML


class Part(NamedTuple):
    """A section: its heading, the names of its fields, and what else an address may call it. With ``valued``
    the heading says something behind a colon (``Active Project: Shop``), which is set as a field is."""

    title: str
    fields: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    valued: bool = False


class Document(NamedTuple):
    """A document's name in addresses, its path (of the log: of a month), its title and its sections.
    ``template`` is what a new one is made from."""

    name: str
    path: str
    title: str
    about: str
    parts: tuple[Part, ...] = ()
    form: Form = Form.OUTLINE
    also: tuple[str, ...] = ()
    folder: str = ""
    """Where there are several of them: the folder that they stand in."""

    @property
    def template(self) -> str:
        suffix = ".yaml" if self.form is Form.FIELDS else ".md"
        return f"documents/{self.name}{suffix}"


SESSION_FIELDS = ("Focus", "Accomplished", "Next steps", "Patterns learned")
ENTRY = "Session Summary"

DOCUMENTS: tuple[Document, ...] = (
    Document(
        "project", "project.yaml", "Project", "the project in figures: version, status, stack, milestones",
        form=Form.FIELDS, also=("summary", "project-summary"),
    ),
    Document(
        "context", "project-context.md", "Current Project Context",
        "what is worked on now, what comes next, what is in the way",
        (
            Part(
                "Active Project", ("Type", "Tech Stack", "Stage", "Team Size", "Timeline"),
                ("project",), valued=True,
            ),
            Part("Recent Work", ("Last session", "Current focus", "Next planned", "Blockers"), ("recent",)),
            Part("Technical Decisions Made", (), ("technical-decisions", "decisions")),
            Part(
                "User Preferences Observed", ("Communication style", "Learning focus"),
                ("preferences", "preferences-observed"),
            ),
        ),
        also=("project-context",),
    ),
    Document(
        "patterns", "patterns-learned.md", "Learned Patterns", "what works here, and what does not",
        (
            Part("Code Patterns", (), ("code", "python-code-patterns")),
            Part("Performance Patterns", (), ("performance",)),
            Part("Testing Patterns", (), ("testing",)),
            Part("Anti-Patterns (Things That Don't Work)", (), ("anti",)),
        ),
        also=("patterns-learned",),
    ),
    Document(
        "preferences", "user-preferences.md", "User Preferences", "how people here like to work",
        (
            Part("Communication Style", ("Level", "Detail level", "Code comments", "Focus")),
            Part("Technical Preferences", ("Primary language", "Libraries", "Approach"), ("technical",)),
            Part(
                "Problem-Solving Approach", ("Solution style", "Code quality", "Performance", "Testing"),
                ("problem-solving",),
            ),
            Part("Past Issues/Concerns", (), ("past-issues", "past-concerns", "concerns")),
        ),
        also=("user-preferences",), folder="user-preferences",
    ),
    Document(
        "session-log", "session-log.md", "Session Log", "a summary of each session",
        (Part(ENTRY, SESSION_FIELDS),), Form.ENTRIES, also=("sessions-log",),
    ),
    Document(
        "log", "log/{year:04}/{month:02}.md", "Development Log", "what was done, by day and hour",
        form=Form.ENTRIES, also=("development-log",), folder="log",
    ),
    Document("readme", "README.md", "Project Memory", "what this memory is", (Part("Overview"),)),
)  # fmt: skip
BY_NAME: Mapping[str, Document] = {
    name: document for document in DOCUMENTS for name in (document.name, *document.also)
}

_LOG_PATH = re.compile(r"log/(\d{4})/(\d{2})\.md\Z")
_PERSON_PATH = re.compile(r"user-preferences/([^/]+)\.md\Z")
_IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_LINK = re.compile(r"\[([^\[\]\n]*)\](?:\([^()\n]*\)|\[[^\[\]\n]*\])")
_FILE_NAMES = {document.path: document for document in DOCUMENTS}


@lru_cache(maxsize=1024)
def slug(words: str) -> str:
    """A heading or a field's name as addresses have it: ``Past Issues (Old)`` is ``past-issues``."""
    words = without_links(words)
    text = unicodedata.normalize("NFC", _IN_BRACKETS.sub(" ", words)).casefold().replace("'", "")
    said = re.sub(r"[\W_]+", "-", text).strip("-")
    if said:
        return said
    return re.sub(r"[\W_]+", "-", words.casefold()).strip("-")


def without_links(words: str) -> str:
    """The words of a heading that leads somewhere, without where it leads."""
    return _LINK.sub(r"\1", words) if "](" in words or "][" in words else words


@lru_cache(maxsize=256)
def called(part: Part) -> tuple[str, ...]:
    """The words by which an address may name a section, its own first."""
    return (slug(part.title), *part.also)


def document_at(path: str) -> Document | None:
    """The living document that stands at a path of the branch; None for any other file."""
    if (found := _FILE_NAMES.get(path)) is not None:
        return found
    if _LOG_PATH.match(path):
        return BY_NAME["log"]
    return BY_NAME["preferences"] if _PERSON_PATH.match(path) else None


def is_document(name: str) -> bool:
    """Whether a word names a document, by its name or its path."""
    return name.partition("/")[0] in BY_NAME or document_at(name) is not None


def month_path(day: date) -> str:
    """Where the log of a day stands."""
    return BY_NAME["log"].path.format(year=day.year, month=day.month)


def month_of(path: str) -> tuple[int, int] | None:
    """The year and month of a log's path."""
    found = _LOG_PATH.match(path)
    return (int(found[1]), int(found[2])) if found else None


def person_path(person: str) -> str:
    """Where a person's own preferences stand."""
    name = file_slug(person)
    if name == "untitled":  # of a script that file names do without
        from hashlib import sha256

        name = sha256(" ".join(person.split()).casefold().encode()).hexdigest()[:12]
    return f"{BY_NAME['preferences'].folder}/{name}.md"


def person_of(path: str) -> str | None:
    """The name in the path of a person's preferences."""
    found = _PERSON_PATH.match(path)
    return found[1] if found else None


def addresses(document: Document) -> Iterator[str]:
    """Every address that a document has by its table."""
    for part in document.parts:
        if document.form is Form.ENTRIES:
            yield from (f"{document.name}/{slug(field)}" for field in part.fields)
            continue
        name = _shortest(part)
        yield f"{document.name}/{name}"
        yield from (f"{document.name}/{name}/{slug(field)}" for field in part.fields)


def _shortest(part: Part) -> str:
    own = slug(part.title)
    return part.also[0] if part.also and own == f"{part.also[0]}-patterns" and part.also[0] != "anti" else own
