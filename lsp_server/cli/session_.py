"""``git memory session``: a group whose commands are imported only when they are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import click

from lsp_server.cli.session import json_option

# The address of each command below this package, as ``module:attribute``, in the order of the help.
ADDRESSES: Mapping[str, str] = {
    "start": "session_start:start",
    "end": "session_end:end",
    "list": "sessions:list_",
    "show": "sessions:show",
    "stats": "sessions:stats",
    "resume": "sessions:resume",
    "delete": "sessions:delete",
}


class _Lazily(dict[str, click.Command]):
    """The commands by their names; one is imported when it is asked for."""

    def __missing__(self, name: str) -> click.Command:
        module, _, attribute = ADDRESSES[name].partition(":")
        command: click.Command = getattr(import_module(f"lsp_server.cli.{module}"), attribute)
        self[name] = command
        return command

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in ADDRESSES else default

    def __contains__(self, name: object) -> bool:
        return name in ADDRESSES

    def __iter__(self) -> Iterator[str]:
        return iter(ADDRESSES)

    def __len__(self) -> int:
        return len(ADDRESSES)

    def items(self) -> Any:  # a view of another dictionary than this one, which typing does not foresee
        return {name: self[name] for name in ADDRESSES}.items()


class SessionGroup(click.Group):
    """Its commands stand in the order in which they are used, not in that of the alphabet."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(ADDRESSES)


@click.group(
    "session",
    cls=SessionGroup,
    commands=_Lazily(),
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog='\b\nExample:\n  git memory session start "Sign in with a token"\n'
    '  git memory session end "Signing in works" --next "Refresh the token"',
)
def session_group() -> None:
    """Begin and end a session, look at those before.

    At its start you are told what there is to know now; at its end a summary is written everywhere it
    belongs."""


session_group.params.append(json_option())
