"""What people call a version: a branch, the beginning of a commit id, ``memory@{yesterday}``.

Names come from command lines and from other people's branches. None of them can be taken for an option of
git's: what begins with ``-`` is refused, and whatever git answers must be one whole commit id.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from lsp_server.errors import NotFoundError, UsageError
from lsp_server.store.base import Version
from lsp_server.store.git_process import Git
from lsp_server.store.refs import Refs

_OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_AT = re.compile(r"(.*)@\{([^{}]+)\}\Z", re.DOTALL)
_OF_GIT = re.compile(r"-?\d{1,7}\Z|u\Z|upstream\Z|push\Z", re.IGNORECASE)  # @{1}, @{upstream}: git's own
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_WORD = re.compile(r"[^\W\d_]+")
_CALENDAR = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
    *("november", "december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
)
_OF_A_DATE = re.compile(
    r"(?:(?:second|minute|hour|day|week|month|year)s?|ago|last|yesterday|today|now|noon|midnight|tea|[ap]m|at|of"
    r"|the|st|nd|rd|th|an?|one|two|three|four|five|six|seven|eight|nine|ten"
    r"|t|z|utc|gmt|wet|west|bst|cest|[cme]et|mest|mez|eest|[ecmp][sd]t|jst)\Z"
)
_NOT_A_NAME = re.compile(r"[\x00-\x1f\x7f]")


def resolve(git: Git, refs: Refs, name: str, tip: Version | None = None) -> Version:
    """The commit that ``name`` means: a branch here, a remote's branch, an id or the beginning of one,
    ``BRANCH@{DATE}`` (``@{DATE}``: of ``tip``), or anything else that git knows a commit by.

    ``BRANCH@{DATE}`` goes by the dates of the branch's commits, which every clone has; git's own rule is
    what this clone's branch was, which a new clone cannot know. Raises ``NotFoundError`` and
    ``UsageError``.
    """
    version = find(git, refs, name, tip)
    if version is None:
        raise NotFoundError(f"there is no version {name!r} of the memory")
    return version


def find(git: Git, refs: Refs, name: str, tip: Version | None = None) -> Version | None:
    """As ``resolve``, None where there is no such version. Raises ``UsageError`` for what is no name, and
    ``NotFoundError`` for a date before the branch."""
    checked(name)
    found = _AT.match(name)
    if found is None or _OF_GIT.match(found[2]):
        return _named(git, refs, name)
    base = resolve(git, refs, found[1], tip) if found[1] else tip
    if base is None:
        return None
    then = last_before(git, base, moment(git, found[2]))
    if then is None:
        raise NotFoundError(f"the memory did not exist yet at {found[2]}")
    return then


def checked(name: str) -> str:
    """A name as it may be given to git. Raises ``UsageError``."""
    if not name or name.startswith("-") or _NOT_A_NAME.search(name):
        raise UsageError(f"{name!r} is no name of a version")
    return name


def moment(git: Git, words: str, *, end: bool = True) -> int:
    """A date in git's own words as seconds since 1970; a bare day is its end, or its beginning.

    Raises ``UsageError`` for words that git does not understand.
    """
    words = words.strip()
    if _DAY.match(words):
        try:
            day = datetime.fromisoformat(words).astimezone()
        except (ValueError, OverflowError, OSError):
            raise UsageError(f"{words!r} is no date") from None
        return int((day + timedelta(days=1)).timestamp()) - 1 if end else int(day.timestamp())
    if words.lower() in ("now", "today"):
        return int(datetime.now().timestamp()) if end else int(_midnight().timestamp())
    # The one place where git reads a date and says no to what is none: `log --since` takes rubbish for now.
    # It, too, takes every text with a number in it, so its words are looked at before.
    if words and not _NOT_A_NAME.search(words) and all(map(_is_of_a_date, _WORD.findall(words.lower()))):
        asked = ["-c", f"memory.moment={words}", "config", "--type=expiry-date", "--get", "memory.moment"]
        done = git.try_run(asked)
        answer = done.stdout.strip()
        if done.code == 0 and answer.isdigit():
            return int(answer)
    raise UsageError(f"{words!r} is not understood; write 2026-01-31, yesterday, or 2 weeks ago")


def last_before(git: Git, tip: Version, seconds: int) -> Version | None:
    """The newest commit of a branch's own line that is not younger than a moment."""
    done = git.try_run(["rev-list", "--first-parent", "--max-count=1", f"--min-age={seconds}", tip, "--"])
    return done.stdout.decode().strip() or None


def _is_of_a_date(word: str) -> bool:
    return bool(_OF_A_DATE.match(word)) or (
        len(word) > 2 and any(name.startswith(word) for name in _CALENDAR)
    )


def _midnight() -> datetime:
    return datetime.now().replace(hour=0, minute=0, second=0, microsecond=0)


def _named(git: Git, refs: Refs, name: str) -> Version | None:
    if _OBJECT_ID.match(name):
        return _asked(git, name)
    # Branches first: for git a tag of the same name would win, with a warning nobody sees.
    for prefix in ("refs/heads/", "refs/remotes/"):
        if ".." not in name and (found := refs.resolve(prefix + name)):
            return _asked(git, found)
    return _asked(git, name)


def _asked(git: Git, name: str) -> Version | None:
    done = git.try_run(["rev-parse", "--quiet", "--verify", f"{name}^{{commit}}"])
    answer = done.stdout.decode("ascii", "replace").strip()
    return answer if done.code == 0 and _OBJECT_ID.match(answer) else None
