"""Who writes, as git would put it on a commit."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

from lsp_server.errors import RefusedError
from lsp_server.store.config import Config
from lsp_server.store.git_process import Git, failed

_RAW_DATE = re.compile(r"@?(\d{9,}) ([+-]\d{4})")
_CRUD = "".join(map(chr, range(33))) + ".,:;<>\"\\'"  # git takes these off both ends of a name
_NOT_INSIDE = str.maketrans("", "", "<>\n")

WHO_ARE_YOU = (
    "git does not know who you are, and every memory has an author: run "
    '`git config --global user.name "Your Name"` and `git config --global user.email you@example.com`'
)


def identity_line(role: str, git: Git, environment: Mapping[str, str], config: Config) -> str:
    """``Name <email> seconds zone`` for the role ``author`` or ``committer``, now.

    Settled here where environment and configuration say it all; else git is asked, which may know a
    name from the system. Raises ``RefusedError`` when git refuses for lack of a name.
    """
    name = _first(environment.get(f"GIT_{role.upper()}_NAME"), config, f"{role}.name", "user.name")
    email = _first(environment.get(f"GIT_{role.upper()}_EMAIL"), config, f"{role}.email", "user.email")
    email = email or _clean(environment.get("EMAIL", ""))
    date = environment.get(f"GIT_{role.upper()}_DATE")
    when = _now() if not date else _raw(date)
    if name and email and when:
        return f"{name} <{email}> {when}"
    done = git.try_run(["var", f"GIT_{role.upper()}_IDENT"])
    if done.code == 0:
        return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")
    if "date" in done.stderr and name and email:
        raise failed("var", done)
    raise RefusedError(WHO_ARE_YOU)


def split_identity(line: str) -> tuple[str, str, str]:
    """``Name <email> seconds zone`` → (name, email, ``@seconds zone``)."""
    name, _, rest = line.partition(" <")
    email, _, when = rest.partition("> ")
    return name, email, "@" + when


def _first(variable: str | None, config: Config, *keys: str) -> str:
    if variable is not None:  # set but empty is not the same as unset: git refuses that, so let it speak
        return _clean(variable)
    value = next((v for v in map(config.get, keys) if v), "")
    return _clean(value)


def _clean(text: str) -> str:
    return text.strip(_CRUD).translate(_NOT_INSIDE)


def _raw(date: str) -> str | None:
    found = _RAW_DATE.fullmatch(date.strip())
    return f"{found.group(1)} {found.group(2)}" if found else None


def _now() -> str:
    now = int(time.time())
    offset = time.localtime(now).tm_gmtoff // 60
    sign = "-" if offset < 0 else "+"
    hours, minutes = divmod(abs(offset), 60)
    return f"{now} {sign}{hours:02}{minutes:02}"
