"""Shapes kept between processes, so that a command that writes one record need not load Jinja2 for it.

A file for each template, in the user's own cache beside the compiled templates. It is believed only when it
was made from the very templates, and by the very program, that are in force; whatever else is wrong with it,
or with the directory, costs time and nothing else. No word of a record is in it: see ``Shaped.lasting``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from lsp_server.rendering.environment import templates_directory

Made = tuple[tuple[str, ...], tuple[int, ...]]
"""The text between the marks, and which value each mark stands for."""

_FORMAT = 1  # one more whenever the values of a shape come in another order
_MOST = 200  # of one template


class KeptShapes:
    """What the templates made of each shape, by the template's name, in one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def of(self, name: str) -> Mapping[str, Made]:
        """The shapes of a template, by their keys; none where they were made from anything else."""
        try:
            kept = json.loads(self._file(name).read_bytes())
            if kept["made_from"] != made_from(name):
                return {}
            made = {key: (tuple(between), tuple(places)) for key, (between, places) in kept["shapes"].items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return {}
        return {key: one for key, one in made.items() if _is_sound(*one)}

    def keep(self, name: str, key: str, made: Made) -> None:
        """Keep one more, where that is possible."""
        from lsp_server.store.half_written import write_whole  # seldom: once for each shape

        shapes = self.of(name)
        if len(shapes) >= _MOST:
            shapes = {}
        with suppress(OSError):
            text = json.dumps({"made_from": made_from(name), "shapes": {**shapes, key: made}})
            write_whole(self._file(name), text.encode("ascii"), mode=0o600)

    def _file(self, name: str) -> Path:
        return self._directory / f"shapes-{name.replace('/', '-')}.json"


def made_from(name: str) -> list[object]:
    """What a template's shapes depend on: the code that cuts records into shapes, the template's text and
    that of the parts that its folder's templates have in common. Raises ``OSError``."""
    here = Path(__file__).parent
    code = [(here / f"{module}.py").stat() for module in ("shapes", "records")]
    texts = []
    for path in (templates_directory() / f"{name}.j2", (templates_directory() / name).parent / "_parts.j2"):
        with suppress(FileNotFoundError):
            texts.append(path.read_text(encoding="utf-8"))
    return [_FORMAT, [[module.st_size, module.st_mtime_ns] for module in code], texts]


def _is_sound(between: tuple[object, ...], places: tuple[object, ...]) -> bool:
    return (
        len(between) == len(places) + 1
        and all(type(text) is str for text in between)
        and all(type(place) is int and place >= 0 for place in places)
    )
