"""Living documents on the branch: read, noted to, set, and what changed in them."""
