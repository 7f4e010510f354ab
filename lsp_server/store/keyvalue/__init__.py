"""Values under keys, with expiry: one protocol (``base``), and the storages that know nothing of git."""
