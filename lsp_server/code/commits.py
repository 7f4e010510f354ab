"""Commits of the user's code: found by what people call them, listed by a range, and read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from lsp_server.code.git import LOG, OFFLINE, GitRunner, merge_bases, objects
from lsp_server.errors import AmbiguousError, NotFoundError, StoreError, UsageError
from lsp_server.store.log import moment

_OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_PART_OF_ID = re.compile(r"[0-9a-fA-F]{4,64}\Z")
_NOT_A_NAME = re.compile(r"[\x00-\x1f\x7f]")
_READ = (*LOG, "-s", "--date=raw", "--format=tformat:%H%x00%P%x00%an%x00%ad%x00%s%x00%b%x00")


class CodeCommit(NamedTuple):
    """One commit of the code. ``body`` is the message below its subject, trailers and all."""

    id: str
    parents: tuple[str, ...]
    author: str
    when: datetime
    subject: str
    body: str


class CommitRange(NamedTuple):
    """What a person means by a range: the commits that lead to one of ``to`` and to none of ``without``."""

    to: tuple[str, ...]
    without: tuple[str, ...]

    @property
    def tips(self) -> list[str]:
        """As git is given it."""
        return [*self.to, *(f"^{commit}" for commit in self.without)]


def may_be_an_id(name: str) -> bool:
    """Whether a name can be a commit's id or the beginning of one."""
    return _PART_OF_ID.match(name) is not None


def find_commit(runner: GitRunner, name: str) -> str | None:
    """The full id of the commit that ``name`` means: an id or the beginning of one, a branch, a tag, or
    anything else that git knows one by; None where there is none. One process.

    Raises ``UsageError`` for what can be no name, and ``AmbiguousError`` for the beginning of several ids.
    """
    if not name or name.startswith("-") or _NOT_A_NAME.search(name):
        raise UsageError(f"{name!r} is no name of a commit")
    if name.startswith(":/"):  # all that follows is words of a message to git
        return _asked(runner, name)
    answer = _asked(runner, f"{name}^{{commit}}")
    if answer is None and may_be_an_id(name) and len(alike := _alike(runner, name)) > 1:
        shown = ", ".join(commit[:12] for commit in alike[:5])
        raise AmbiguousError(f"{name!r} could be the commits {shown}; give more of the id")
    return answer


def require_commit(runner: GitRunner, name: str) -> str:
    """As ``find_commit``; raises ``NotFoundError`` where there is none, which says what a person can do."""
    found = find_commit(runner, name)
    if found is not None:
        return found
    if find_commit(runner, "HEAD") is None:
        raise NotFoundError(f"there is no commit {name!r}: there is no commit yet on this branch")
    raise NotFoundError(
        f"there is no commit {name!r} in this repository; `git log --all --oneline` lists what there is"
    )


def is_range(words: str) -> bool:
    """Whether these words name two ends, as ``A..B`` does, and not one commit."""
    return _outside_braces(words) is not None


def parse_range(runner: GitRunner, words: str) -> CommitRange:
    """``A..B``, ``A...B`` (what only one of the two has), or ``A`` alone, which is up to HEAD; an empty end
    is HEAD. Raises ``NotFoundError`` for a name that is no commit, ``UsageError``, ``AmbiguousError``."""
    dots = _outside_braces(words)
    if dots is None:
        return CommitRange((require_commit(runner, "HEAD"),), (require_commit(runner, words),))
    at, length = dots
    old, new = (
        require_commit(runner, words[:at] or "HEAD"),
        require_commit(runner, words[at + length :] or "HEAD"),
    )
    if length == 2:
        return CommitRange((new,), (old,))
    return CommitRange((old, new), tuple(merge_bases(runner, old, new)))


def commits_in(runner: GitRunner, asked: CommitRange) -> Sequence[str]:
    """The ids of the commits in a range, the newest first. Where history is cut, those that are here."""
    return _rev_list(runner, ["--date-order", *asked.tips])


def count_commits(runner: GitRunner, asked: CommitRange) -> int:
    """How many commits are in a range."""
    return int(_rev_list(runner, ["--count", *asked.tips])[0])


def read_commits(runner: GitRunner, commits: Iterable[str]) -> Sequence[CodeCommit]:
    """The commits with these ids, in their order, without those that are not here. One process."""
    wanted = list(dict.fromkeys(commits))
    if not wanted:
        return []
    output = runner.run(
        [*_READ, "--no-walk=unsorted", "--ignore-missing", "--stdin"],
        stdin="".join(f"{commit}\n" for commit in wanted).encode("ascii"),
    )
    found = {commit.id: commit for commit in _parse(output)}
    return [found[commit] for commit in wanted if commit in found]


def newest_commits(runner: GitRunner, asked: CommitRange, limit: int) -> Sequence[CodeCommit]:
    """The newest commits of a range, ``limit`` at most. One process."""
    return _parse(runner.run([*_READ, "--date-order", f"--max-count={limit}", *asked.tips, "--"]))


def is_ancestor(runner: GitRunner, commit: str, of: str) -> bool:
    """Whether ``of`` is ``commit`` or comes after it. False where either is not here."""
    if commit == of:
        return True
    try:
        runner.run([*OFFLINE, "merge-base", "--is-ancestor", commit, of])
    except StoreError:
        return False
    return True


def last_of(runner: GitRunner, commits: Collection[str]) -> str | None:
    """The one that has all others in its history; None where there is none such, or one is not here."""
    if len(commits) == 1:
        return next(iter(commits))
    try:
        ends = runner.run([*OFFLINE, "merge-base", "--independent", *sorted(commits)]).decode("ascii").split()
    except StoreError:
        return None
    return ends[0] if len(ends) == 1 else None


def _asked(runner: GitRunner, name: str) -> str | None:
    try:
        answer = runner.run([*OFFLINE, "rev-parse", "--quiet", "--verify", name])
    except StoreError:
        return None
    commit = answer.decode("ascii", "replace").strip()
    return commit if _OBJECT_ID.match(commit) else None


def _alike(runner: GitRunner, prefix: str) -> list[str]:
    """The commits whose ids begin so."""
    ids = runner.run(["rev-parse", f"--disambiguate={prefix.lower()}"]).decode("ascii").split()
    return sorted(one.id for one in objects(runner, ids) if one is not None and one.kind == "commit")


def _rev_list(runner: GitRunner, arguments: Sequence[str]) -> list[str]:
    return runner.run([*OFFLINE, "rev-list", *arguments, "--"]).decode("ascii").split()


def _outside_braces(words: str) -> tuple[int, int] | None:
    """Where the dots of a range stand, and how many; those of ``main@{2.days.ago}`` belong to a date."""
    depth = 0
    for place, character in enumerate(words):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth <= 0 and words.startswith("..", place):
            return place, 3 if words.startswith("...", place) else 2
    return None


def _parse(output: bytes) -> list[CodeCommit]:
    fields = output.decode("utf-8", "replace").split("\0")
    found = []
    for at in range(0, len(fields) - 6, 6):
        commit, parents, author, date, subject, body = fields[at : at + 6]
        found.append(
            CodeCommit(
                commit.lstrip("\n"), tuple(parents.split()), author, moment(date), subject, body.strip("\n")
            )
        )
    return found
