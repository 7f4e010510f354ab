"""The options that record something, made from the kinds' table of fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lsp_server.cli.arguments import Text, code_places
from lsp_server.cli.input import given_text
from lsp_server.cli.typed_path import TypedPath
from lsp_server.records.fields import FIELDS, SEVERITIES, Field, Shape, field_named
from lsp_server.records.life_cycle import statuses
from lsp_server.records.model import Kind

if TYPE_CHECKING:
    from lsp_server.cli.session import Session
    from lsp_server.memory.facade import Memory

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

# Said once for each value, so in the singular; the plural is understood too.
SINGULAR = {
    "deciders": "decider",
    "options": "option",
    "steps": "step",
    "metrics": "metric",
    "outcome_due": "due",
}
OUTCOME = ("outcome", "outcome_on", "outcome_notes")
"""What is known of a decision later: `git memory outcome` records it."""
FREE_TEXT = {
    Kind.DECISION: "context",
    Kind.LEARNING: "what_happened",
    Kind.BUG: "description",
    Kind.CHECKPOINT: "notes",
}


def field_options(kind: Kind, *, without: tuple[str, ...] = ()) -> Callable[[Decorated], Decorated]:
    """One option for each field of a kind; their values arrive as parameters named like the fields."""

    def add(decorated: Decorated) -> Decorated:
        for field in reversed(FIELDS[kind]):
            if field.name not in without:
                decorated = _option(field)(decorated)
        return decorated

    return add


def _option(field: Field) -> Callable[[Decorated], Decorated]:
    names = [f"--{name.replace('_', '-')}" for name in (SINGULAR.get(field.name), field.name) if name]
    many = field.is_list or field.shape is Shape.MAPPING
    said = field.help[:1].upper() + field.help[1:]
    if field.name in ("confidence", "outcome_due"):
        from lsp_server.cli.outcome_words import Confidence, Due

        if field.name == "confidence":
            return click.option(*names, field.name, type=Confidence(), metavar="SHARE", help=said + ".")
        return click.option(
            *names, field.name, type=Due(), metavar="DAY", help=said + ": 2026-12-01, 30d, 6 weeks."
        )
    if field.name == "severity":
        return click.option(*names, field.name, type=click.Choice(SEVERITIES), help="How bad it is.")
    return click.option(
        *names,
        field.name,
        type=Text(),
        multiple=many,
        metavar="NAME=VALUE" if field.shape is Shape.MAPPING else "TEXT",
        help=said + ("; may be given again." if many else "."),
    )


def fields_of(kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that were given, as ``Memory.record`` takes them; blank ones are left out."""
    fields: dict[str, Any] = {}
    for name, value in given.items():
        field = field_named(kind, name)
        if field is None or value is None or value in ("", ()):
            continue
        if field.shape is Shape.NUMBER:
            fields[name] = value
        elif field.shape is Shape.MAPPING:
            fields[name] = figures(value)
        elif field.is_list:
            if kept := tuple(item for item in value if item.strip()):
                fields[name] = kept
        elif value.strip():
            fields[name] = value
    return fields


def figures(pairs: Iterable[str]) -> dict[str, int | float | str]:
    """``NAME=VALUE`` each, as a mapping. Raises ``click.UsageError``."""
    return dict(_figure(pair) for pair in pairs)


def _figure(pair: str) -> tuple[str, int | float | str]:
    name, equals, value = pair.partition("=")
    if not equals or not name.strip() or not value.strip():
        raise click.UsageError(f"{pair!r} is no figure: write NAME=VALUE")
    for number in (int, float):
        try:
            figure = number(value)
        except ValueError:
            continue
        if figure == figure and abs(figure) != float("inf") and "_" not in value:  # noqa: PLR0124 (NaN is text)
            return name.strip(), figure
    return name.strip(), value.strip()


class NewRecord:
    """A new record as it was typed: what a command's options say of it, all but its title."""

    def __init__(self, session: Session, kind: Kind, given: Mapping[str, Any]) -> None:
        """``given`` are the parameters that the options of this module make, and ``edit`` and ``form`` where
        the command has them. Raises ``click.UsageError`` for a value that is none."""
        self.session = session
        self.kind = kind
        self._given = given
        self._fields = fields_of(kind, given)

    @property
    def is_edited(self) -> bool:
        """Whether it is to be written in an editor."""
        edit = bool(self._given.get("edit"))
        if edit and self._given["source"]:
            raise click.UsageError("--edit and -F exclude each other", click.get_current_context())
        return edit

    def read_text(self, title: str | None) -> str | None:
        """Put the text of ``-F`` or of standard input where the kind has its free text; give the title.

        Without a title the text's first line is the title, as in a commit message.
        """
        text = given_text(self.session, self._given["source"])
        if text is None:
            return title
        if title is None:
            first, _, text = text.partition("\n")
            title = first.strip().lstrip("#").strip() or None
            text = text.strip("\n")
        name = FREE_TEXT[self.kind]
        if not text.strip():
            return title
        if name in self._fields:
            option = name.replace("_", "-")
            raise click.UsageError(
                f"the text would be the --{option}, which is given too: leave one of them out"
            )
        self._fields[name] = text
        return title

    def required_title(self, title: str | None) -> str:
        """As ``read_text``; a record of this kind must have a title."""
        title = self.read_text(title)
        if title is None:
            raise click.UsageError("Missing argument 'TITLE'", click.get_current_context())
        return title

    def parameters(self, memory: Memory) -> dict[str, Any]:
        """Everything as ``Memory.record``, ``checkpoint``, ``supersede`` and ``draft`` take it."""
        own = {name: self._given[name] for name in ("status", "form") if name in self._given}
        if self._given["rev"] and not self._given["places"]:
            raise click.UsageError("--rev says of which commit the places of --at are: give one")
        places = code_places(self.session, memory, self._given["places"], self._given["rev"])
        return {"fields": self._fields, "tags": tags_of(self._given["tags"]), "at": places, **own}

    @property
    def secrets(self) -> dict[str, Any]:
        """What the writing calls take besides: the answers to a refusal of the secret scan."""
        return {name: self._given[name] for name in ("allow_secrets", "redact")}


def tags_of(given: tuple[str, ...]) -> list[str]:
    """``--tag auth --tag api,web`` as one list without repetitions."""
    return list(dict.fromkeys(tag.strip() for text in given for tag in text.split(",") if tag.strip()))


def place_options(decorated: Decorated) -> Decorated:
    """``--at``, ``--rev`` and ``--tag``."""
    decorated = click.option(
        "--tag",
        "tags",
        multiple=True,
        type=Text(),
        metavar="TAG",
        help="A tag; may be given again, or several with commas.",
    )(decorated)
    decorated = click.option(
        "--rev",
        type=Text(),
        metavar="COMMIT",
        help="The places of --at are those of COMMIT, not of the files as they are now.",
    )(decorated)
    return click.option(
        "--at",
        "places",
        type=TypedPath(place=True),
        multiple=True,
        metavar="PLACE",
        help="Anchor it to PATH:LINE, PATH:FIRST-LAST, PATH::Class.method, a file or a folder; "
        "may be given again.",
    )(decorated)


def secret_options(decorated: Decorated) -> Decorated:
    """``--allow-secret`` and ``--redact``, which answer a refusal of the secret scan."""
    decorated = click.option(
        "--redact", is_flag=True, help="Write what looks like a secret blacked out, instead of refusing."
    )(decorated)
    return click.option(
        "--allow-secret",
        "allow_secrets",
        multiple=True,
        type=Text(),
        metavar="FINGERPRINT",
        help="Let this finding of the secret scan through, this once; `secrets allow` does it for good.",
    )(decorated)


def text_options(kind: Kind) -> Callable[[Decorated], Decorated]:
    """``-F`` for free text, then ``secret_options``."""

    def add(decorated: Decorated) -> Decorated:
        decorated = secret_options(decorated)
        option = FREE_TEXT[kind].replace("_", "-")
        return click.option(
            "-F",
            "--file",
            "source",
            type=TypedPath(),
            metavar="FILE",
            help=f"Take the --{option} from FILE, or - for standard input, which is read when piped.",
        )(decorated)

    return add


def status_option(kind: Kind, unless_given: str = "") -> Callable[[Decorated], Decorated]:
    """``--status``, one of the kind's. ``unless_given`` says what it is without, if not the first."""
    choices = statuses(kind)
    return click.option(
        "--status",
        type=click.Choice(choices, case_sensitive=False),
        help=f"The status to begin with, {unless_given or choices[0]} unless given.",
    )
