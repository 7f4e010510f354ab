"""Decisions with their outcomes: how sure people were, what came of it, how often others turned out well."""
