"""The tests here drive real editors; ``tests/editors/run`` installs those and sets ``GIT_MEMORY_EDITORS``."""

from __future__ import annotations

import os

if os.environ.get("GIT_MEMORY_EDITORS"):
    pytest_plugins = ["editor_fixtures"]
else:
    collect_ignore_glob = ["test_*.py"]
