"""The fields of each kind: their names, where they live in the file, and what they mean.

One table for everybody: the templates render from it, the reader finds the headings by it, the command
line makes its options from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from lsp_server.records.model import Kind


class Shape(Enum):
    """What a field's value looks like in Python and in the file."""

    TEXT = "text"  # str; Markdown under a heading
    ITEMS = "items"  # tuple[str, ...]; a bullet list under a heading
    STEPS = "steps"  # tuple[str, ...]; a numbered list under a heading
    WORD = "word"  # str; a front matter value
    WORDS = "words"  # tuple[str, ...]; a front matter list
    LINES = "lines"  # tuple[str, ...]; a front matter list with a line for each, as they may be sentences
    NUMBER = "number"  # float; a front matter value
    MAPPING = "mapping"  # dict[str, int | float | str]; a front matter mapping
    ENTRIES = "entries"  # tuple[dict[str, int | float | str], ...]; a front matter list of mappings


class Field(NamedTuple):
    """One field. ``name`` is the Python and JSON name; ``key`` the heading, or the front matter key."""

    name: str
    key: str
    shape: Shape
    help: str
    also: tuple[str, ...] = ()  # other headings that mean the same

    @property
    def in_front_matter(self) -> bool:
        return self.shape not in (Shape.TEXT, Shape.ITEMS, Shape.STEPS)

    @property
    def is_list(self) -> bool:
        return self.shape in (Shape.ITEMS, Shape.STEPS, Shape.WORDS, Shape.LINES)


SEVERITIES = ("low", "medium", "high", "critical")

FIELDS: Mapping[Kind, tuple[Field, ...]] = {
    Kind.DECISION: (
        Field("deciders", "decision-makers", Shape.WORDS, "who decides", ("deciders",)),
        Field("confidence", "confidence", Shape.NUMBER, "how likely it is to turn out well: 0.8 or 80%"),
        Field("based_on", "based-on", Shape.LINES, "what it is based on: a label, a commit, a text"),
        Field("outcome_due", "outcome-due", Shape.WORD, "when its outcome should be known"),
        Field("outcome", "outcome", Shape.WORD, "what came of it: success, failure or mixed"),
        Field("outcome_on", "outcome-on", Shape.WORD, "the day when that was recorded"),
        Field(
            "context",
            "Context and Problem Statement",
            Shape.TEXT,
            "what the question is and what forces are at play",
            ("Context",),
        ),
        Field(
            "options",
            "Considered Options",
            Shape.ITEMS,
            "an option that was considered",
            ("Options", "Alternatives", "Options Considered", "Alternatives Considered"),
        ),
        Field("decision", "Decision Outcome", Shape.TEXT, "what was decided", ("Decision",)),
        Field("rationale", "Rationale", Shape.TEXT, "why"),
        Field(
            "good",
            "Good Consequences",
            Shape.ITEMS,
            "a good consequence",
            ("Positive Consequences",),
        ),
        Field("bad", "Bad Consequences", Shape.ITEMS, "a bad consequence", ("Negative Consequences",)),
        Field(
            "implementation",
            "Implementation Notes",
            Shape.TEXT,
            "how it is carried out",
            ("Implementation",),
        ),
        # Not called "Outcome": many ADRs have what was decided below a heading of that name.
        Field("outcome_notes", "What Came of It", Shape.ITEMS, "what came of it, and how that is known"),
    ),
    Kind.LEARNING: (
        Field("what_happened", "What Happened", Shape.TEXT, "what happened"),
        Field("root_cause", "Root Cause", Shape.TEXT, "why it happened"),
        Field("solution", "Solution", Shape.TEXT, "what solved it"),
        Field("lesson", "Lesson", Shape.TEXT, "what to do from now on"),
        Field("applied_to", "Applied To", Shape.ITEMS, "where the lesson was applied"),
    ),
    Kind.BUG: (
        Field("severity", "severity", Shape.WORD, "how bad it is: " + ", ".join(SEVERITIES)),
        Field("reported_by", "reported-by", Shape.WORD, "who reported it"),
        Field("fixed_in", "fixed-in", Shape.WORD, "the commit of the code that fixes it"),
        Field("deployed_to", "deployed-to", Shape.WORDS, "a place where the fix runs"),
        Field("deployed", "deployed", Shape.WORD, "the day when the fix went there"),
        Field("description", "Description", Shape.TEXT, "what is wrong"),
        Field("steps", "Steps to Reproduce", Shape.STEPS, "a step to reproduce it", ("Steps",)),
        Field(
            "expected",
            "Expected Behaviour",
            Shape.TEXT,
            "what should happen",
            ("Expected Behavior", "Expected"),
        ),
        Field(
            "actual",
            "Actual Behaviour",
            Shape.TEXT,
            "what happens instead",
            ("Actual Behavior", "Actual"),
        ),
        Field("root_cause", "Root Cause", Shape.TEXT, "why it happens"),
        Field("fix", "Fix", Shape.TEXT, "what fixes it"),
        Field("tests", "Tests", Shape.TEXT, "what proves it", ("Testing",)),
        Field(
            "lessons",
            "Lessons Learned",
            Shape.TEXT,
            "what it taught",
            ("Lesson Learned", "Lessons", "Lesson"),
        ),
    ),
    Kind.CHECKPOINT: (
        Field("phase", "phase", Shape.WORD, "the phase the work is in"),
        Field("state", "state", Shape.WORD, "how far the phase is, such as completed"),
        Field("session", "session", Shape.WORD, "the session that it was made in, by its name or label"),
        Field("current_task", "current-task", Shape.WORD, "what is being worked on"),
        Field("details", "Details", Shape.TEXT, "what there is to say about the phase"),
        Field("completed", "Completed", Shape.ITEMS, "something that is done"),
        Field("in_progress", "In Progress", Shape.ITEMS, "something that is under way"),
        Field("todo", "To Do", Shape.ITEMS, "something still to do"),
        Field("metrics", "metrics", Shape.MAPPING, "a figure, NAME=VALUE"),
        Field("notes", "Notes", Shape.TEXT, "anything else"),
    ),
    Kind.SESSION: (
        Field("name", "name", Shape.WORD, "what another program calls the session"),
        Field("goal", "goal", Shape.WORD, "what the session is for"),
        Field("agent", "agent", Shape.WORD, "who works in it"),
        Field("summary", "summary", Shape.WORD, "what came of it"),
        Field("ended_at", "ended_at", Shape.WORD, "when it ended"),
        Field("context_loaded", "context_loaded", Shape.WORDS, "something that was read at its start"),
        Field("activities", "activities", Shape.ENTRIES, "something that was done, with its time"),
        Field("achievements", "achievements", Shape.WORDS, "something that was reached"),
        Field("challenges", "challenges", Shape.WORDS, "something that was hard"),
        Field("next_session", "next_session", Shape.MAPPING, "what the next session is for"),
    ),
}


def field_named(kind: Kind, name: str) -> Field | None:
    """The field of a kind by its name, None when the kind has no such field."""
    return next((f for f in FIELDS[kind] if f.name == name), None)
