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
    """A path as it was typed, undecodable bytes and all; completed as a path, and after ``PATH::`` with the
    symbols of the file where it may be a ``place`` in the code. An empty ``directory`` is a variable that
    is not set, unless ``empty`` allows it: to git's ``-C`` it is the directory that we are in."""

    name = "path"

    def __init__(self, *, directory: bool = False, place: bool = False, empty: bool = False) -> None:
        self.directory = directory
        self.empty = empty
        self.place = place

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "" and self.directory and not self.empty:
            self.fail("no folder is named", param, ctx)
        return value

    def shell_complete(self, ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        if self.place and "::" in incomplete:
            from lsp_server.cli.completion import complete_symbol

            return complete_symbol(ctx, incomplete)
        return [CompletionItem(incomplete, type="dir" if self.directory else "file")]
