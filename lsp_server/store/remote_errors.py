"""What went wrong between us and a remote, as one clear line.

git says it in many words and ways, some of them the server's. They are matched here, and only here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from lsp_server.errors import StoreError
from lsp_server.store.git_process import Finished, one_line

SLOW, UNREACHABLE, AUTHENTICATION, HOST, PERMISSION, RULE, NO_REPOSITORY, PROTOCOL, OTHER = (
    "slow",
    "unreachable",
    "authentication",
    "host",
    "permission",
    "rule",
    "no-repository",
    "protocol",
    "other",
)


class RemoteError(StoreError):
    """A remote could not be talked to, or said no. ``kind`` is one of the words above."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class _Case(NamedTuple):
    kind: str
    pattern: str
    message: str  # {remote}: how people call it; {said}: git's own words


# The first that fits counts.
_CASES: Sequence[_Case] = (
    _Case(
        HOST,
        r"Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED",
        "ssh does not trust the host of {remote}: connect to it once with `ssh`, which asks about its key",
    ),
    _Case(
        AUTHENTICATION,
        r"could not read (Username|Password)|terminal prompts disabled|Authentication failed"
        r"|returned error: 401|Permission denied \(|Too many authentication failures|no askpass",
        "{remote} wants to know who you are, and nobody is asked here: set up a credential helper for HTTPS "
        "(`git help gitcredentials`), or load your key into the ssh agent (`ssh-add`)",
    ),
    _Case(
        PERMISSION,
        r"returned error: 403|[Pp]ermission to \S+ denied|Write access to repository not granted"
        r"|not allowed to (push|upload)|insufficient permission|unable to create temporary object"
        r"|remote unpack failed|unpacker error|Read-only file system|Permission denied|service not enabled"
        r"|repository is read-only|access denied",
        "{remote} does not let you do that: {said}",
    ),
    _Case(
        NO_REPOSITORY,
        r"does not appear to be a git repository|[Rr]epository '?[^\n]*'? not found|Repository not found"
        r"|returned error: 404|not valid: is this a git repository|Not a git repository|does not exist",
        "there is no git repository at {remote}, or none that you may see",
    ),
    _Case(
        PROTOCOL,
        r"transport '[^']*' not allowed|is not a git command|[Uu]nable to find remote helper",
        "git is not allowed to reach {remote} that way: {said}",
    ),
    _Case(
        UNREACHABLE,
        r"[Cc]ould not resolve|Connection (refused|timed out|reset|closed)|unable to access|No route to host"
        r"|Network is unreachable|Could not read from remote repository|unable to connect|hung up"
        r"|Couldn't connect|unable to look up|early EOF|unexpected disconnect",
        "{remote} cannot be reached: {said}",
    ),
    _Case(
        OTHER,
        r"mismatched algorithms",
        "{remote} names its objects otherwise (sha1 and sha256): git cannot exchange between the two",
    ),
)
_MOVED = re.compile(
    r"fetch first|non-fast-forward|stale info|cannot lock ref|failed to update ref|incorrect old value"
    r"|reference already exists|failed to lock"
)
_GENERIC = re.compile(r"^(Please make sure|and the repository exists|Could not read from remote)")
_REMOTE_LINE = re.compile(r"^remote: ?(.*?)\s*$", re.MULTILINE)
_ITS_ADDRESS = re.compile(r"^unable to access '[^']*': ")
_CREDENTIALS = re.compile(r"(\w://)[^/@\s]+@")


def without_credentials(text: str) -> str:
    """A URL, or a message that may name one, without a name and password in it."""
    return _CREDENTIALS.sub(r"\1", text)


def slow(remote: str, seconds: float, more: str) -> RemoteError:
    """The other side took longer than it may; ``more`` is how people allow more."""
    allow = f", or allow more with {more}" if more else ""
    return RemoteError(SLOW, f"{remote} did not answer within {seconds:g} s: try again{allow}")


def explain(done: Finished, remote: str) -> RemoteError:
    """The error for a git process that could not do it."""
    text = done.stderr
    lines = [line for line in text.splitlines() if not _GENERIC.match(line.strip())]
    line = _ITS_ADDRESS.sub("", one_line("\n".join(lines)))  # the remote is named by us
    said = without_credentials(line or f"git ended with exit code {done.code}")
    for case in _CASES:
        if re.search(case.pattern, text):
            return RemoteError(case.kind, case.message.format(remote=remote, said=said))
    return RemoteError(OTHER, f"{remote}: {said}")


def has_moved(reason: str) -> bool:
    """Whether a push was rejected only because the branch is not where it was."""
    return _MOVED.search(reason) is not None


def refused_by_rule(remote: str, branch: str, reason: str, stderr: str) -> RemoteError:
    """A rule of the server forbids it: its first line tells which."""
    told = [line for line in _REMOTE_LINE.findall(stderr) if line.strip(" *=-")]
    why = without_credentials(told[0][:300]) if told else reason
    if re.search(r"unpacker error|unable to migrate|permission", reason):
        return RemoteError(PERMISSION, f"{remote} does not let you write to it: {why}")
    return RemoteError(RULE, f"{remote} has a rule against pushing to '{branch}': {why}")


def needs_no_push_options(done: Finished) -> bool:
    """Whether a push failed only because the server takes no options with it."""
    return done.code != 0 and "does not support push options" in done.stderr
