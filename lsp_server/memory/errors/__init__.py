"""Errors of programs: recorded, grouped by what they have in common, answered with what solved their like."""
