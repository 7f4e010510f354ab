"""The briefing's lines as Markdown: words from the branch in which nothing acts, whole to the last word."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lsp_server.memory.working.briefing_results import Briefing, BriefingLine
from lsp_server.records.amounts import plural
from lsp_server.rendering.markdown import harmless

TITLE = "What to know now"
_CUT = "…"
# What would begin a block of its own where a line begins: a heading, a quotation, a list, a fence, a
# definition. A single backtick only begins a piece of code.
_BLOCK = re.compile(r"(?!`(?!``))[!-/:-@\[-`{-~]")
_NUMBERED = re.compile(r"(\d{1,9})(?=[.)](?:\s|$))")


def one_line(text: str, most: int) -> str:
    """A text as one line of at most ``most`` characters, cut behind a word with ``…``. A word that is longer
    than the line is cut where the line ends, a piece of code in backticks is left out whole."""
    if len(text) > 8 * most:
        text = text[: 8 * most]  # nobody sees more of it
        long = True
    else:
        long = False
    line = " ".join(text.split())
    if not line.isprintable():
        from lsp_server.memory.titles import inert

        line = inert(line)
    if len(line) <= most and not long:
        return line
    kept = line[: most - 1]
    if len(line) >= most and line[most - 1] != " ":
        kept = kept.rpartition(" ")[0] or kept
    if kept.count("`") % 2:  # a piece of code has begun and would not end
        kept = kept.rpartition("`")[0] or kept
    return kept.rstrip(" ,;:([{*_`-") + _CUT


def quiet(text: str, *, begins: bool) -> str:
    """One line of words from the branch as Markdown that loads nothing, leads to no command and is no block
    of its own; ``begins`` says that it stands where a line begins."""
    if text.count("`") % 2:
        text = text.replace("`", "\\`")
    text = harmless(text)
    if begins and _BLOCK.match(text):
        return "\\" + text
    return _NUMBERED.sub(r"\1\\", text, count=1) if begins and text[:1].isdigit() else text


def line_markdown(line: BriefingLine) -> str:
    """Without the list's own sign."""
    if not line.lead:
        return quiet(line.text, begins=True)
    colon = ":" if line.text and not is_label(line) else ""
    lead = f"**{quiet(line.lead, begins=False).replace('*', '')}{colon}**"
    return f"{lead} {quiet(line.text, begins=False)}" if line.text else lead


def is_label(line: BriefingLine) -> bool:
    """Whether a line is about a record, and begins with its label."""
    return line.lead == line.source


def heading(title: str, source: str) -> str:
    bold = f"**{quiet(title, begins=False).replace('*', '')}**"
    return f"{bold} ({quiet(source, begins=False)})" if source else bold


def more_line(more: int, hint: str) -> str:
    return f"… and {more:,} more: `{hint}`"


def left_out_line(titles: Sequence[str], larger: str, *, named: bool) -> str:
    """What was left out whole, by its names or only how much it is; ``larger`` is the command that shows
    it."""
    if not named:
        return f"{plural(len(titles), 'part')} left out: `{larger}`"
    return f"Left out: {quiet(', '.join(titles), begins=False)} (`{larger}`)"


def report_values(briefing: Briefing) -> dict[str, object]:
    """What the template is given."""
    return {
        "title": TITLE,
        "parts": [
            {
                "heading": heading(part.title, part.source),
                "lines": [line_markdown(line) for line in part.lines],
                "more": more_line(part.more, part.hint) if part.more else "",
            }
            for part in briefing.parts
        ],
        "left_out": left_out_line(
            [one.title for one in briefing.left_out], briefing.larger, named=briefing.names_left_out
        )
        if briefing.left_out
        else "",
    }
