"""The examples of a documentation page, in the order in which a reader meets them.

A page opts in with this comment, on a line of its own, anywhere before its first example::

    <!-- examples are run -->

From there on every fenced ``console`` block and every ``python`` block is run, all in one repository (see
``runner.py`` for what stands in it). What a reader need not see goes into a comment, which is run as a
shell script where it stands::

    <!-- before the next example:
    git memory bug "Login fails" --severity high
    -->

A block that cannot be run has a comment right above it, which says why not::

    <!-- not run: needs a remote -->

In a ``console`` block a line that begins with ``$ `` is a command, with ``> `` its next line (of a
here-document, after a backslash), and all others are what it prints, errors included. ``…`` stands for any
text, and on a line of its own for any lines, also none. Ids, dates, times and versions need not be today's,
but one id is always the same one: a label that one command shows can be typed in the next. A command without
output below it need only succeed; one whose output begins with ``error:`` must fail.

In a ``python`` block either all asserts must hold, or, where it has ``>>>``, it must print what it says;
``await`` may stand at the top. Names stay from block to block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OPT_IN = re.compile(r"^<!-- examples are run(, in a repository without a memory)? -->$", re.MULTILINE)
_FENCE = re.compile(r"^(?P<indent> *)(?P<fence>```+|~~~+)(?P<language>[\w-]*)[^\n`]*$")
_HIDDEN = re.compile(r"^<!-- before the next example:[ ]*$")
_NOT_RUN = re.compile(r"^<!-- not run: \S.*-->$")


@dataclass(frozen=True)
class Example:
    """One command, with what the page says that it prints (None: the page does not say), or one block of
    Python. ``kind`` is "command", "hidden" or "python"; ``line`` counts from 1."""

    kind: str
    line: int
    text: str
    output: str | None = None


@dataclass(frozen=True)
class Page:
    """One page that has opted in."""

    path: Path
    has_memory: bool
    examples: tuple[Example, ...]


def read_page(path: Path) -> Page | None:
    """The page, or None where it has not opted in."""
    text = path.read_text(encoding="utf-8")
    opted = OPT_IN.search(text)
    if opted is None:
        return None
    first_line = text.count("\n", 0, opted.end())
    examples = tuple(one for one in _examples(text.splitlines()) if one.line > first_line)
    return Page(path, opted.group(1) is None, examples)


def _examples(lines: list[str]) -> Iterator[Example]:
    at, skips = 0, False
    while at < len(lines):
        line = lines[at]
        if _HIDDEN.match(line):
            end = next(n for n in range(at, len(lines)) if lines[n].strip() == "-->")
            yield Example("hidden", at + 2, "\n".join(lines[at + 1 : end]))
            at = end
        elif fence := _FENCE.match(line):
            end = _closing(lines, at, fence["fence"])
            indent = len(fence["indent"])
            block = [text[indent:] if text[:indent].isspace() else text for text in lines[at + 1 : end]]
            if not skips and fence["language"] == "console":
                yield from _commands(block, at + 2)
            elif not skips and fence["language"] == "python":
                yield Example("python", at + 2, "\n".join(block))
            at = end
        skips = bool(_NOT_RUN.match(line)) or (skips and not line.strip())
        at += 1


def _closing(lines: list[str], opening: int, fence: str) -> int:
    for at in range(opening + 1, len(lines)):
        if lines[at].strip().startswith(fence) and not lines[at].strip().strip(fence[0]):
            return at
    raise ValueError(f"the block that begins on line {opening + 1} has no end")


def _commands(block: list[str], first_line: int) -> Iterator[Example]:
    command: list[str] = []
    output: list[str] = []
    began = first_line
    for number, line in enumerate(block, first_line):
        if line.startswith("$ "):
            if command:
                yield _command(began, command, output)
            command, output, began = [line[2:]], [], number
        elif not command:
            raise ValueError(f"line {number} is before the first command of its block")
        elif line.startswith("> ") and not output:
            command.append(line[2:])
        elif line == ">" and not output:
            command.append("")
        else:
            output.append(line)
    if command:
        yield _command(began, command, output)


def _command(line: int, command: list[str], output: list[str]) -> Example:
    while output and not output[-1].strip():
        output.pop()
    return Example("command", line, "\n".join(command), "\n".join(output) if output else None)
