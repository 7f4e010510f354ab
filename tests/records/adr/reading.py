"""Reading one ADR in a test."""

from __future__ import annotations

from textwrap import dedent

from lsp_server.records.adr import Adr, read_adr


def check(name: str, text: str, **expected: object) -> Adr:
    """Every attribute named in ``expected`` is what the reader finds."""
    adr = read_adr(name, dedent(text).lstrip("\n"))
    assert expected == {key: getattr(adr, key) for key in expected}
    return adr


def links(adr: Adr) -> list[tuple[str, str]]:
    return [(link.relation.value, link.target) for link in adr.links]
