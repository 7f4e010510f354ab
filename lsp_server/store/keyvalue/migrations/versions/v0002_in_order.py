"""Keys in their order, and by when they were written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_index("git_memory_values_by_key", "git_memory_values", [sa.text("substr(key, 1, 200)")])
    op.create_index("git_memory_values_by_update", "git_memory_values", ["updated"])


def downgrade() -> None:
    op.drop_index("git_memory_values_by_update", "git_memory_values")
    op.drop_index("git_memory_values_by_key", "git_memory_values")
