"""Bringing somebody's ADRs onto the branch."""
