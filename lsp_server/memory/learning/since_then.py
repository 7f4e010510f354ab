"""The section of a record that tells what became of it, a line for each time it ended or came back."""

from __future__ import annotations

from lsp_server.records.front_matter import split
from lsp_server.records.sections import headings

HEADING = "Since Then"


def with_bullet(text: str, line: str) -> str:
    """The file with one more line in that section, which is put at the end where there is none. Every other
    byte stays."""
    newline = "\r\n" if "\r\n" in text else "\n"
    bullet = f"* {line}"
    start = split(text).body
    front, body = text[:start], text[start:]
    lines = body.split("\n")
    found = list(headings(lines))
    for place, heading in enumerate(found):
        if heading.text.casefold() != HEADING.casefold():
            continue
        end = found[place + 1].start if place + 1 < len(found) else len(lines)
        while end > heading.end and not lines[end - 1].strip():
            end -= 1
        carriage = "\r" if newline == "\r\n" else ""
        empty = [] if end > heading.end else [carriage]
        lines[end:end] = [*empty, bullet + carriage]
        return front + "\n".join(lines)
    return f"{front}{body.rstrip()}{newline}{newline}## {HEADING}{newline}{newline}{bullet}{newline}"
