"""What there is to say of a session: what was done, in words, where nobody has said it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from lsp_server.errors import UsageError
from lsp_server.memory.events.before_others import SUBJECT
from lsp_server.memory.working.results import Ending
from lsp_server.memory.working.work_done import SETTLED, Work, became
from lsp_server.records.model import Kind

_ACTIVITIES = 100
_ACHIEVEMENTS = 20
_IN_A_SUMMARY = 5  # achievements that a summary names


def tidy(ending: Ending) -> Ending:
    """Every text on one line; those that say nothing are left out."""

    def lines(texts: Sequence[str]) -> tuple[str, ...]:
        return tuple(one for text in texts if (one := " ".join(text.split())))

    return Ending(
        " ".join(ending.summary.split()),
        lines(ending.accomplished),
        lines(ending.next_steps),
        None if ending.focus is None else " ".join(ending.focus.split()),
        _unless_blank(ending.blockers, lines(ending.blockers or ())),
        lines(ending.patterns),
        lines(ending.challenges),
        lines(ending.decisions),
        ending.metrics,
    )


def _unless_blank(given: Sequence[str] | None, said: Sequence[str]) -> Sequence[str] | None:
    """An empty list says that there are none; texts that are blank say nothing."""
    return None if given is None or (given and not said) else said


def filled(ending: Ending, work: Work, goal: str | None, nothing: str) -> Ending:
    """What was said, with what was done in the places where nothing was said. Raises ``UsageError``, which
    says ``nothing``, where neither tells anything."""
    accomplished = tuple(ending.accomplished) or tuple(achievements(work))
    summary = ending.summary or (goal or "") or "; ".join(accomplished[:_IN_A_SUMMARY])
    if not summary:
        others = replace(ending, focus=None, blockers=None)
        if others == Ending() and ending.focus is None and ending.blockers is None:
            raise UsageError(nothing)
        summary = next(iter([*ending.next_steps, *ending.challenges, *ending.patterns]), "Session")
    return replace(ending, summary=summary, accomplished=accomplished)


def achievements(work: Work) -> list[str]:
    """What was achieved, as far as it can be seen: what was committed, fixed, decided and learned."""
    done = [commit.subject for commit in work.code]
    for change in work.records:
        record = change.new
        if record is None:
            continue
        if record.kind is Kind.BUG and became(change, *SETTLED):
            done.append(f"{record.label} fixed: {record.title}")
        elif record.kind is Kind.DECISION and became(change, "accepted"):
            done.append(f"{record.label} decided: {record.title}")
        elif record.kind is Kind.LEARNING and change.old is None:
            done.append(f"{record.label} learned: {record.title}")
        elif record.kind is Kind.CHECKPOINT and change.old is None:
            done += [str(item) for item in record.fields.get("completed") or ()]
    return list(dict.fromkeys(" ".join(one.split()) for one in done if one.strip()))[-_ACHIEVEMENTS:]


def activities(work: Work, began: datetime) -> list[dict[str, str]]:
    """What was done when, the earliest first: commits of the memory and of the code, but those that publish
    what programs remembered: there may be one a minute."""
    done = [(one.when, one.subject) for one in work.commits if not one.subject.startswith(SUBJECT)]
    done += [(one.when, f"commit {one.id[:10]} {one.subject}") for one in work.code]
    done.sort(key=lambda one: one[0])
    first = began.astimezone().date()
    told = []
    for when, subject in done[-_ACTIVITIES:]:
        local = when.astimezone()
        shown = f"{local:%H:%M}" if local.date() == first else f"{local:%Y-%m-%d %H:%M}"
        told.append({"time": shown, "activity": subject})
    return told


def pattern_section(pattern: str) -> tuple[str, str]:
    """``testing: Property tests`` goes to the section of that name; what names none is a code pattern."""
    from lsp_server.records.living.documents import BY_NAME, called, slug

    word, colon, text = pattern.partition(":")
    for part in BY_NAME["patterns"].parts:
        if colon and text.strip() and slug(word) in called(part):
            return slug(part.title), text.strip()
    return slug(BY_NAME["patterns"].parts[0].title), pattern
