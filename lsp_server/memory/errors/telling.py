"""What an exception tells: its type, its message, where it came from, and a traceback that has an end."""

from __future__ import annotations

import linecache
from collections import deque
from types import TracebackType
from typing import NamedTuple

from lsp_server.memory.errors.kinds import causes, inner
from lsp_server.memory.errors.places import Places
from lsp_server.memory.errors.texts import text_of, type_name, valid
from lsp_server.memory.secrets import redact_all

LONGEST_TITLE = 200
LONGEST_CONTENT = 20_000
_MESSAGE = 2_000
_OUTERMOST, _INNERMOST = 10, 30  # frames that are told
_IN_GROUP = 10  # exceptions of a group that are told
_GROUPS = 3  # groups in groups
_SOURCE = 200  # characters of a line
_NOTES = 10
_RAISED_FROM = "\nThe above exception was the direct cause of the following exception:\n\n"
_RAISED_DURING = "\nDuring handling of the above exception, another exception occurred:\n\n"


class Frame(NamedTuple):
    """A line of a traceback. ``times``: how often it is there, one behind the other."""

    file: str
    line: int
    function: str
    times: int = 1


class Told(NamedTuple):
    """What an exception tells. ``frame``: the innermost that is the program's own, in a file if any is, else
    the innermost; ``chain``: the types of what caused it, the nearest first; ``inner``: of those in a group
    of them."""

    type: str
    message: str
    frame: Frame | None
    chain: list[str]
    inner: list[str]
    content: str


def told(error: BaseException, places: Places) -> Told:
    """What there is to say about an exception. Where asking it fails, that is said instead."""
    before = list(causes(error))
    frames, own = _frames(error.__traceback__, places)
    parts: list[str] = []
    for cause, is_cause in reversed(before):
        parts.append(_block(cause, _frames(cause.__traceback__, None)[0], 0))
        parts.append(_RAISED_FROM if is_cause else _RAISED_DURING)
    parts.append(_block(error, frames, 0))
    return Told(
        type_name(type(error)),
        _message(error),
        own,
        [type_name(type(cause)) for cause, _ in before],
        [type_name(type(one)) for one in inner(error)[:_IN_GROUP]],
        middle_cut("".join(parts)),
    )


def _message(error: BaseException) -> str:
    """What it says; of a group also what the first in it says, for all groups of a kind say the same."""
    message = text_of(error, _MESSAGE)
    leaf, deep = error, 0
    while (those := inner(leaf)) and deep < _GROUPS:
        leaf, deep = those[0], deep + 1
    if leaf is error:
        return message
    kind, said = type_name(type(leaf)), first_line(text_of(leaf, _SOURCE))
    return f"{first_line(message)}: {kind}: {said}".rstrip(": ")


def title_of(kind: str, message: str) -> str:
    """``ValueError: the first line of its message``."""
    first = first_line(message)
    return valid(f"{kind}: {first}" if first else kind, LONGEST_TITLE)


def first_line(text: str) -> str:
    """The first line that says anything, its blanks as one."""
    return next((" ".join(line.split()) for line in text.splitlines() if line.strip()), "")


def middle_cut(text: str) -> str:
    """A text without its middle, where it is too long: its end tells most. No half of a secret is left."""
    if len(text) > LONGEST_CONTENT:
        text = redact_all(text)[0]
    if len(text) <= LONGEST_CONTENT:
        return text
    head, tail = LONGEST_CONTENT // 3, LONGEST_CONTENT * 2 // 3 - 100
    return f"{text[:head]}\n… {len(text) - head - tail:,} characters left out …\n{text[-tail:]}"


def _block(error: BaseException, frames: list[Frame | int], deep: int) -> str:
    """One exception: its traceback, its message and notes, and what is in it."""
    lines = _stack(frames)
    kind, message = type_name(type(error)), text_of(error)
    lines.append(f"{kind}: {message}" if message else kind)
    notes = getattr(error, "__notes__", None)
    if isinstance(notes, list):
        lines += [text_of(note, _SOURCE) for note in notes[:_NOTES]]
    those = inner(error)
    for number, one in enumerate(those[:_IN_GROUP], 1):
        if deep == _GROUPS:
            lines.append(f"  {len(those)} exceptions in it")
            break
        lines.append(f"  {number} of {len(those)}:")
        text = _block(one, _frames(one.__traceback__, None)[0], deep + 1)
        lines += [f"    {line}" for line in text.splitlines()]
    return "\n".join(lines) + "\n"


def _stack(frames: list[Frame | int]) -> list[str]:
    if not frames:
        return []
    lines = ["Traceback (most recent call last):"]
    for file in {frame.file for frame in frames if isinstance(frame, Frame)}:
        linecache.checkcache(file)
    for frame in frames:
        if isinstance(frame, int):
            lines.append(f"  … {frame:,} more …")
            continue
        lines.append(f'  File "{frame.file}", line {frame.line}, in {frame.function}')
        if source := linecache.getline(frame.file, frame.line).strip():
            lines.append(f"    {valid(source, _SOURCE)}")
        if frame.times > 1:
            lines.append(f"  [{frame.times - 1:,} more times]")
    return lines


def _frames(trace: TracebackType | None, places: Places | None) -> tuple[list[Frame | int], Frame | None]:
    """The outermost and the innermost frames, with a number for how many are left out between them; and the
    frame where it happened."""
    outermost: list[Frame] = []
    innermost: deque[Frame] = deque(maxlen=_INNERMOST)
    count = 0
    own: Frame | None = None
    is_real = False
    last: Frame | None = None
    while trace is not None:
        code = trace.tb_frame.f_code
        frame = Frame(code.co_filename, trace.tb_lineno or 0, code.co_name)
        if last is not None and last[:3] == frame[:3]:
            last = last._replace(times=last.times + 1)
            (innermost if count > _OUTERMOST else outermost)[-1] = last
        else:
            count += 1
            last = frame
            if len(outermost) < _OUTERMOST:
                outermost.append(frame)
            else:
                innermost.append(frame)
        if places is not None and places.of(frame.file).is_own:
            # What was made by ``exec`` has no file to look into: whose code ran it says more.
            in_file = not frame.file.startswith("<")
            if in_file or not is_real:
                own, is_real = frame, in_file
        trace = trace.tb_next
    left_out = count - len(outermost) - len(innermost)
    return [*outermost, *([left_out] if left_out else []), *innermost], own or last
