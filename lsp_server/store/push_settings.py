"""What a plain ``git push`` sends, as the configuration says it: read there, nobody is asked."""

from __future__ import annotations

from collections.abc import Sequence

from lsp_server.store.config import Config


def remotes_sent(config: Config, ref: str) -> dict[str, str]:
    """The remotes that are set up so that ``git push NAME`` sends a ref which is no branch: name → the key
    that says so, ``remote.NAME.mirror`` or ``remote.NAME.push``."""
    found = {}
    for name in config.subsections("remote"):
        mirror, push = f"remote.{name}.mirror", f"remote.{name}.push"
        if config.flag(mirror):
            found[name] = mirror
        elif _covers(config.all(push), ref):
            found[name] = push
    return found


def _covers(refspecs: Sequence[str], ref: str) -> bool:
    """Whether refspecs send a ref: one that begins with ``^`` leaves out what another one has."""
    sources = [spec.lstrip("+").partition(":")[0] for spec in refspecs if not spec.startswith("^")]
    without = [spec[1:] for spec in refspecs if spec.startswith("^")]
    return any(_meets(one, ref) for one in sources) and not any(_meets(one, ref) for one in without)


def _meets(pattern: str, ref: str) -> bool:
    before, star, after = pattern.partition("*")  # as in a refspec: one star, for any text
    if not star:
        return pattern == ref
    return len(ref) >= len(before) + len(after) and ref.startswith(before) and ref.endswith(after)
