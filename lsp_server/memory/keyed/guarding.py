"""What stands between a keyed value and the branch: no secret gets in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lsp_server.memory import secrets
from lsp_server.memory.guard import guard_for
from lsp_server.store.keyvalue.branch_files import file_text, read_file, value_path

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.secrets.findings import Finding
    from lsp_server.store.keyvalue.base import Item

_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')


def guarded(core: Core, item: Item, allowed: Sequence[str], redact: bool) -> tuple[Item, str]:
    """The item as it may be written, and its file. With ``redact`` secrets in its value are replaced; one in
    its key cannot be. Raises ``SecretError``."""
    text = file_text(item)
    guard = guard_for(core, allowed, redact)
    clean = guard.clean(text, seen=False)
    if clean is text:
        return item, text
    kept = read_file(value_path(item.key), clean.encode())
    if kept is None:  # the secret went over the marks of a text, or is in the key
        listed = guard.listed()
        found = [one for one in secrets.check(text, allowed) if one.fingerprint not in listed]
        clean = guard_for(core, allowed).clean(_without_texts(text, found), seen=False)
        kept = read_file(value_path(item.key), clean.encode())
    if kept is None:
        guard_for(core, allowed).clean(text, seen=False)  # tells of it
        raise AssertionError("a text with a secret was taken for clean")
    return kept, clean


def _without_texts(text: str, findings: Sequence[Finding]) -> str:
    """A JSON text in which every text with something of a finding is replaced whole."""

    def clean(found: re.Match[str]) -> str:
        rule = next(
            (one.rule for one in findings if one.start < found.end() - 1 and found.start() < one.end - 1), ""
        )
        return f'"[redacted: {rule}]"' if rule else found[0]

    return _TEXT.sub(clean, text)
