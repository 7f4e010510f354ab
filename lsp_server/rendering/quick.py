"""Jinja2's environment with a shorter way to what a mapping holds. Imported with Jinja2 only."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment


class QuickEnvironment(Environment):
    """In ``fields.lesson`` the key comes first where ``fields`` is a mapping. Jinja2 looks for an attribute
    first, and most of the time of a rendering went into the errors of not finding one."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, dict):
            try:
                return obj[attribute]
            except KeyError:
                pass
        return super().getattr(obj, attribute)
