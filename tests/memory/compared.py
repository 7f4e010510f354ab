"""A record of which versions are compared, and what is told of them."""

from __future__ import annotations

from lsp_server import Memory
from lsp_server.store.base import ChangeSet

ID = "5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f"


OTHER = "9f3c1a2b-8a1b-4c3d-9e4f-0a1b2c3d4e5f"


FILE = "decisions/0012-use-jwt.md"


RECORD = f"""---
id: {ID}
kind: decision
number: 12
status: proposed
created: 2026-11-21T10:00:00+00:00
tags: [auth]
decision-makers: [Ann, Bob]
owner: platform
links:
  - relates-to: {OTHER}  # BUG-3
anchors:
  - path: src/auth.py
    lines: 10-12
    births:
      - {"3f" * 20} 8-10 src/auth.py
    text: |2-
          def login(user):
              check(user)
              return user
---

# Use JWT

Some words first.

## Context and Problem Statement

Sessions do not scale.

## Decision Outcome

Tokens.
"""


def put(memory: Memory, writes: dict[str, str | bytes], deletes: tuple[str, ...] = ()) -> str:
    """Commit files as they are; the version."""
    data = {path: text.encode() if isinstance(text, str) else text for path, text in writes.items()}
    return memory._core.store.commit(lambda _: ChangeSet("by hand\n", data, deletes))


def told(memory: Memory, range_: str | None = None) -> list[str]:
    """Each record that differs as ``NAME TITLE: SUMMARY``."""
    comparison, _ = memory.compare(range_)
    return [f"{r.name} {r.title}: {r.summary}".removesuffix(": ") for r in comparison.records]
