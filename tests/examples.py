"""How many examples a property is tried on: a few score whenever the suite runs, others each time, and
many in its long form (``GIT_MEMORY_STRESS=1``, ``make stress``)."""

from __future__ import annotations

import os

from hypothesis import settings

LONG = os.environ.get("GIT_MEMORY_STRESS") == "1"


def examples(long: int) -> int:
    """``long`` in the long form, a third of it else."""
    return long if LONG else max(10, long // 3)


def choose_profile() -> None:
    """What counts where a test says nothing itself."""
    settings.register_profile("git-memory", max_examples=examples(120))
    settings.load_profile("git-memory")
