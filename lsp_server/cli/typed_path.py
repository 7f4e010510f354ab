"""A path among the arguments. Apart from the other arguments: the group needs it before anything heavy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

# Generic since click 8.5, and not at all before.
if TYPE_CHECKING:
    ParamType = click.ParamType[Any]
else:
    ParamType = click.ParamType


class TypedPath(ParamType):
    """A path as it was typed, undecodable bytes and all; completed as a path."""

    name = "path"

    def __init__(self, *, directory: bool = False) -> None:
        self.directory = directory

    def shell_complete(self, _ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="dir" if self.directory else "file")]
