"""A group of commands, each imported only when it is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from lsp_server.cli.group import imported
from lsp_server.cli.session import json_option


class _Commands(dict[str, click.Command]):
    """The commands by their names; one is imported when it is asked for."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self._addresses = addresses

    def __missing__(self, name: str) -> click.Command:
        self[name] = command = imported(self._addresses[name])
        return command

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self._addresses else default

    def __contains__(self, name: object) -> bool:
        return name in self._addresses

    def __iter__(self) -> Iterator[str]:
        return iter(self._addresses)

    def __len__(self) -> int:
        return len(self._addresses)

    def items(self) -> Any:  # a view of another dictionary than this one, which typing does not foresee
        return {name: self[name] for name in self._addresses}.items()


class LazyGroup(click.Group):
    """Its commands stand in the order of their table, not in that of the alphabet."""

    def __init__(self, name: str, addresses: Mapping[str, str], *, about: str, example: str) -> None:
        super().__init__(
            name,
            commands=_Commands(addresses),
            help=about,
            context_settings={"help_option_names": ["-h", "--help"]},
            epilog=f"\b\nExample:\n{example}",
        )
        self.params.append(json_option())

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(self.commands)
