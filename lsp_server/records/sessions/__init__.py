"""A session's file: YAML throughout, a head of keys and then messages."""
