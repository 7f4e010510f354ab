"""A command that takes an argument of its own, and has further commands below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click


class WithCommands(click.Group):
    """The command ``own``; where the first word is the name of one ``below``, that one."""

    allow_extra_args = False
    allow_interspersed_args = True

    def __init__(self, own: click.Command, below: Sequence[click.Command]) -> None:
        super().__init__(
            own.name,
            commands=list(below),
            callback=own.callback,
            params=own.params,
            help=own.help,
            epilog=own.epilog,
            context_settings=own.context_settings,
            invoke_without_command=True,
            no_args_is_help=False,
        )

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] in self.commands:
            ctx.invoked_subcommand = args[0]
            ctx.args = args
            return args
        return click.Command.parse_args(self, ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        if ctx.invoked_subcommand is None:
            return click.Command.invoke(self, ctx)
        name, command, rest = self.resolve_command(ctx, ctx.args)
        assert command is not None
        with command.make_context(name, rest, parent=ctx) as inner:
            return command.invoke(inner)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        params = super().get_params(ctx)
        if ctx.command is self:
            return params
        # Asked by a command below, for its usage line: our argument is no part of that.
        return [param for param in params if not isinstance(param, click.Argument)]

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return click.Command.collect_usage_pieces(self, ctx)
