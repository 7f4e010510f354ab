"""The allow-list of the secret scan: on the branch, one file for each finding that a person let through.

``allowed-secrets/<fingerprint>.yaml``: the name alone says what is allowed, the text is for people. One file
an entry merges as a set: two sides that allow different findings touch different files.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.errors import NotFoundError, UsageError
from lsp_server.store.base import Snapshot

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.edits import Edits

FOLDER = "allowed-secrets"
_FINGERPRINT = re.compile(r"[0-9a-f]{10}")
_NAME = re.compile(rf"({_FINGERPRINT.pattern})\.yaml")


class Allowed(NamedTuple):
    """One finding that the whole team lets through. What a file does not say, or not readably, is empty."""

    fingerprint: str
    rule: str = ""
    why: str = ""
    who: str = ""
    when: datetime | None = None


def allowed(snapshot: Snapshot) -> frozenset[str]:
    """The fingerprints that a version of the memory allows. One look at one directory."""
    names = (_NAME.fullmatch(entry.name) for entry in snapshot.list(FOLDER) if not entry.is_directory)
    return frozenset(found[1] for found in names if found)


def entries(snapshot: Snapshot) -> list[Allowed]:
    """The allow-list as people read it, by fingerprint."""
    return [_entry(snapshot, fingerprint) for fingerprint in sorted(allowed(snapshot))]


def allow(core: Core, fingerprint: str, *, rule: str = "", why: str = "") -> Allowed:
    """Let a finding through from now on, for everybody. Allowed already, it is answered as it stands.

    Raises ``UsageError`` when it is no fingerprint, ``SecretError`` when ``why`` tells a secret.
    """
    from lsp_server.memory.guard import guard_for

    fingerprint = _checked(fingerprint)
    # Before they are quoted as YAML, which hides an assignment.
    rule, why = (guard_for(core).clean(" ".join(text.split())) for text in (rule, why))
    path = _path(fingerprint)
    result: list[Allowed] = []
    # The time is one: the change may be made again on a newer tip.
    now = core.now().replace(microsecond=0)

    def change(edits: Edits) -> str:
        if fingerprint in allowed(edits.snapshot):
            result[:] = [_entry(edits.snapshot, fingerprint)]
            return ""
        who = core.repository.author().rpartition(" <")[0]
        result[:] = [Allowed(fingerprint, rule, why, who, now)]
        text = core.templates.render(
            "records/allowed-secret.yaml",
            fingerprint=fingerprint,
            rule=rule,
            why=why,
            who=who,
            when=now.isoformat(timespec="seconds"),
        )
        edits.write(path, text.encode("utf-8"))
        return _message(core, f"secrets: allow {fingerprint}{f' ({rule})' if rule else ''}", why)

    core.commit(change)
    return result[0]


def disallow(core: Core, fingerprint: str) -> Allowed:
    """Take an allowance back; what it let in stays where it is. Raises ``NotFoundError`` without one."""
    fingerprint = _checked(fingerprint)
    result: list[Allowed] = []

    def change(edits: Edits) -> str:
        if fingerprint not in allowed(edits.snapshot):
            raise NotFoundError(f"{fingerprint} is not on the allow-list; see `git memory secrets list`")
        result[:] = [_entry(edits.snapshot, fingerprint)]
        edits.delete(_path(fingerprint))
        return _message(core, f"secrets: allow {fingerprint} no longer", "")

    core.commit(change)
    return result[0]


def merged(one: bytes, other: bytes) -> bytes:
    """One file for an allowance that two sides gave: the older, whichever side it is on. Pure, symmetric."""
    return min((one, other), key=lambda data: (_when(data), data))


def is_allowance(path: str) -> bool:
    """Whether a path of the branch is an entry of the allow-list."""
    folder, _, name = path.rpartition("/")
    return folder == FOLDER and _NAME.fullmatch(name) is not None


def _path(fingerprint: str) -> str:
    return f"{FOLDER}/{fingerprint}.yaml"


def _checked(fingerprint: str) -> str:
    text = fingerprint.strip().lower()
    if not _FINGERPRINT.fullmatch(text):
        raise UsageError(
            f"{fingerprint!r} is no fingerprint: it is the ten digits that a refused write names"
        )
    return text


def _entry(snapshot: Snapshot, fingerprint: str) -> Allowed:
    from lsp_server.records.front_matter import read

    data = snapshot.read(_path(fingerprint)) or b""
    values, _ = read(data.decode("utf-8", "replace"))
    rule, why, who, when = (
        value if isinstance(value := values.get(key), str) else "" for key in ("rule", "why", "who", "when")
    )
    return Allowed(fingerprint, rule, why, who, _moment(when))


def _when(data: bytes) -> str:
    from lsp_server.records.front_matter import read

    when = read(data.decode("utf-8", "replace"))[0].get("when")
    moment = _moment(when) if isinstance(when, str) else None
    return f"{moment.timestamp():020.3f}" if moment is not None else "~"  # after every moment


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment.astimezone() if moment.tzinfo is None else moment


def _message(core: Core, subject: str, body: str) -> str:
    return core.templates.render("commits/message", subject=subject, body=body, trailers=[])
