"""Changing one section of a Markdown body; everything else stays byte for byte."""

from __future__ import annotations

from collections.abc import Sequence

from lsp_server.records.fields import Field, Shape
from lsp_server.records.front_matter import split
from lsp_server.records.sections import headings


def set_section(text: str, field: Field, value: str | Sequence[str]) -> str:
    """Replace the text under a field's heading, or add the section at the end. ``text`` is a whole file.

    The heading is found under any of the names the field has; what stands below its own deeper headings is
    kept.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    written = _written(field, value).replace("\n", newline)
    names = {name.casefold() for name in (field.key, *field.also)}
    # The front matter is no Markdown: the code that an anchor quotes may look like any of it.
    start = split(text).body
    front, body = text[:start], text[start:]
    lines = body.split("\n")
    found = list(headings(lines))
    for place, heading in enumerate(found):
        if heading.text.casefold().rstrip(":") in names and heading.level > 1:
            end = found[place + 1].start if place + 1 < len(found) else len(lines)
            before = "\n".join(lines[: heading.end])
            after = "\n".join(lines[end:])
            gap = newline + newline
            end_of_before = "\n" if newline == "\n" else "\r\n"
            tail = gap + after if after.strip() else newline
            return front + before.rstrip("\r") + end_of_before + newline + written + tail
    return front + body.rstrip() + f"{newline}{newline}## {field.key}{newline}{newline}{written}{newline}"


def append_item(text: str, field: Field, item: str) -> str:
    """Add one item below a field's heading, or a section with it at the end. ``text`` is a whole file; all
    that stands in it stays as it is."""
    start = split(text).body
    lines = text[start:].split("\n")
    names = {name.casefold() for name in (field.key, *field.also)}
    found = list(headings(lines))
    for place, heading in enumerate(found):
        if heading.text.casefold().rstrip(":") in names and heading.level > 1:
            end = found[place + 1].start if place + 1 < len(found) else len(lines)
            last = max((n for n in range(heading.end, end) if lines[n].strip()), default=None)
            if last is None:
                break
            newline = "\r\n" if lines[last].endswith("\r") else "\n"
            items = [n for n in range(heading.end, last + 1) if lines[n][:1] in ("*", "-", "+")]
            mark = lines[items[-1]][0] if items else "*"
            # Below a list without a gap; a list's last item may go on in indented lines.
            goes_on = bool(items) and all(lines[n][:1].isspace() for n in range(items[-1] + 1, last + 1))
            before = "\n".join(lines[: last + 1]).removesuffix("\r")
            written = f"{mark} {item}".replace("\n", f"{newline}  ")
            after = "\n".join(lines[last + 1 :])
            gap = newline if goes_on else newline * 2
            return f"{text[:start]}{before}{gap}{written}{newline}{after}"
    return set_section(text, field, (item,))


def _written(field: Field, value: str | Sequence[str]) -> str:
    if isinstance(value, str):
        return value.strip("\n")
    if field.shape is Shape.STEPS:
        return "\n".join(f"{number}. {item}" for number, item in enumerate(value, 1))
    return "\n".join("* " + item.replace("\n", "\n  ") for item in value)
