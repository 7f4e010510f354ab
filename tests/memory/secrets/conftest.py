"""The scanner's compiled rules are kept for the session in a directory of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the helpers beside this file


@pytest.fixture(autouse=True, scope="session")
def _rules_compiled_once(tmp_path_factory: pytest.TempPathFactory) -> object:
    """Compiling takes seconds; xdist's workers share what one of them compiled."""
    shared = tmp_path_factory.getbasetemp().parent / "scanner-rules"
    shared.mkdir(mode=0o700, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KF_RULE_CACHE_DIR", str(shared))
        yield
