"""A directory of project memory as people and agents keep one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SUMMARY: dict[str, Any] = {
    "project_name": "Shop",
    "version": "1.0.0",
    "status": "in_progress",
    "created_at": "2025-01-01T00:00:00Z",
    "description": "Sells things",
    "tech_stack": {"backend": "Python 3.11", "database": "PostgreSQL 14"},
    "team": [{"name": "the agent", "role": "Developer"}],
    "milestones": [{"name": "MVP", "status": "completed", "completed_at": "2025-01-05T00:00:00Z"}],
    "metrics": {"lines_of_code": 5000, "test_coverage": 85.5, "flaky": False},
    "license_number": "0042",
}
LOG = """# Development Log

## 2024-12-31

### 23:00 - Before
- The old year's work

## 2025-01-07

### 10:00 - Session Start
- Loaded context from previous session

### 12:30 - Bug Fix
- Fixed issue with email validation
  - in both places
"""
DECISIONS = """# Design Decisions

## Decision 001: Use JWT for Authentication

**Date:** 2025-01-07⏎
**Status:** Accepted⏎
**Decider:** the agent

### Context
Need to implement authentication. Options:
- Sessions
- JWT

#### What we know
Little.

### Decision
Use JWT tokens.

```markdown
## Decision 009: not one
---
```

### Rationale
- Stateless

### Consequences
**Positive:**
- No session storage
- Scales

**Negative:**
- Tokens can be large

### Implementation
- PyJWT

### Open Questions
Who rotates the keys?

---

## Decision: Use PostgreSQL

**Date:** 2025-01-01⏎
**Status:** Accepted

### Context
ACID.

### Consequences
We will see.

---

## Adopt a monorepo
One place for all.
""".replace("⏎", "  ")
LEARNINGS = """# Lessons Learned

## 2025-01-07: Email Case

**What Happened:**
Emails differ by case.

**Root Cause:**
No normalising.

**Solution:**
```python
# Lower it
email = email.lower()
```

**Lesson:**
Always normalise.

**Applied To:**
- Email
- Search

---

## 2025-01-07: Test Data

**Lesson:** Clean up.

---

## 2025-01-05: N+1

**What Happened:**
Slow.
"""
BUG = """# Bug #023: Email Case

**Date Reported:** 2025-01-07⏎
**Reported By:** the support desk⏎
**Severity:** Medium⏎
**Status:** Fixed

## Description
Two accounts for one address.

## Steps to Reproduce
1. Register "User@Example.com"
2. Register "user@example.com"

## Expected Behavior
The second fails.

## Actual Behavior
Both succeed.

## Root Cause
No normalising.

## Fix
```python
# Before
email = email
```

## Testing
- Added a test

## Deployed
- Committed in: abc123
- Deployed to: staging, production
- Date: 2025-01-07

## Lessons Learned
See learnings.md - "Email Case"
""".replace("⏎", "  ")
SESSION: dict[str, Any] = {
    "session_id": "session_20250107_1000",
    "start_time": "2025-01-07T10:00:00Z",
    "end_time": "2025-01-07T14:00:00Z",
    "duration_minutes": 240,
    "agent": "the agent",
    "goal": "User authentication",
    "context_loaded": ["decisions.md"],
    "activities": [{"time": "10:00", "activity": "Design", "duration_minutes": 30}],
    "achievements": ["Registration works"],
    "challenges": [],
    "next_session": {"goal": "Login", "estimated_duration_minutes": 180},
    "mood": {"start": 3, "end": None},
}


def checkpoint(commit: str = "abc123def456") -> dict[str, Any]:
    return {
        "timestamp": "2025-01-07T13:30:00Z",
        "session_id": "session_20250107_1000",
        "phase": "Implementation",
        "progress": {
            "current_task": "User Authentication",
            "completed": ["User model", "Tests"],
            "in_progress": [],
            "todo": ["Login"],
            "blocked": ["Keys"],
        },
        "metrics": {"tests_added": 8, "coverage": 85.5, "green": True},
        "files_modified": ["src/models/user.py", "docs/API.md"],
        "git_commit": commit,
        "notes": "Ready for the login.",
        "environment": {"os": "linux"},
    }


def build(directory: Path, commit: str = "abc123def456") -> Path:
    """Write the directory, and give it."""
    files: dict[str, str | bytes] = {
        "README.md": "# Shop's memory\n\nWhat is here.\n",
        "project_summary.json": json.dumps(SUMMARY, indent=2),
        "development_log.md": LOG,
        "decisions.md": DECISIONS,
        "learnings.md": LEARNINGS,
        "bugs/bug_023.md": BUG,
        "checkpoints/checkpoint_20250107_1330.json": json.dumps(checkpoint(commit), indent=2),
        "checkpoints/checkpoint_20250107_1500.json": json.dumps(
            {"timestamp": "2025-01-07T15:00:00", "phase": "Design", "details": "All", "status": "completed"}
        ),
        "sessions/session_20250107_1000.json": json.dumps(SESSION, indent=2),
        "artifacts/screenshots/login.png": b"\x89PNG\r\n\x1a\n\0\1",
        "artifacts/reports/2025/may.csv": "a;b\r\n1;2\r\n",
        "patterns-learned.md": "# Learned Patterns\n\n## Code Patterns\n- Small functions\n",
    }
    for name, content in files.items():
        place = directory / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
    return directory


def contents(directory: Path) -> dict[str, bytes]:
    """Every file of a directory, by its name."""
    return {
        place.relative_to(directory).as_posix(): place.read_bytes()
        for place in sorted(directory.rglob("*"))
        if place.is_file()
    }
