"""What fields and keys of living documents usually say, where that is one of a few words. Offered by editors;
any other word is as good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# By the document's name and the field's.
FIELD_VALUES: Mapping[tuple[str, str], Sequence[str]] = {
    ("context", "Stage"): ("Planning", "Development", "Testing", "Deployed", "Maintenance"),
    ("context", "Team Size"): ("Solo", "Small team", "Large team"),
    ("context", "Timeline"): ("Urgent", "Normal", "Learning project", "No deadline"),
}
# Of ``project.yaml``, by the key at the margin that they belong to (empty: they stand there themselves).
KEY_VALUES: Mapping[tuple[str, str], Sequence[str]] = {
    ("", "status"): ("planning", "in_progress", "completed", "on_hold"),
    ("milestones", "status"): ("planned", "in_progress", "completed"),
}
