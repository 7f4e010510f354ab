"""git's configuration as one process printed it, and whether it has changed since."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from lsp_server.store.refs import Signature, signature

# --show-origin tells which files (includes too) there are to watch.
LIST_ARGUMENTS = ("config", "--list", "-z", "--show-origin")

_CLOCK_STEP = 20_000_000  # ns; files are stamped by a clock that moves in steps, of 10 ms at the most
_TRUE = {"true", "yes", "on"}


class Reading:
    """How the configuration's files were before git read them: what is written meanwhile is noticed then.

    Which files there are is known only afterwards, but for those ``known`` from the last time: one that was
    written in the moment before git began counts as written meanwhile, and is read once more.
    """

    def __init__(self, known: Iterable[Path] = ()) -> None:
        self._begun = time.time_ns()
        self._known = {file: signature(file) for file in known}

    def signature(self, file: Path) -> Signature:
        """What tells the file from a later one; None, where it may not be what git has read."""
        if file in self._known:
            return self._known[file]
        now = signature(file)
        return None if now is not None and now[0] > self._begun - _CLOCK_STEP else now


class Config:
    """All values by key. Keys are as git prints them: section and name in lower case."""

    def __init__(
        self, values: Mapping[str, list[str | None]], seen: Mapping[Path, Signature] = MappingProxyType({})
    ) -> None:
        self._values = values
        self._seen = dict(seen)

    @classmethod
    def parse(
        cls, printed: bytes, directory: Path, further_files: Iterable[Path], reading: Reading
    ) -> Config:
        """Read what ``LIST_ARGUMENTS`` prints in ``directory``. ``further_files`` may not exist yet;
        ``reading`` is from before git read any of them."""
        values: dict[str, list[str | None]] = {}
        files = set(further_files)
        fields = os.fsdecode(printed).split("\0")
        for origin, entry in zip(fields[::2], fields[1::2], strict=False):
            if origin.startswith("file:"):
                files.add(directory / origin[len("file:") :])
            key, separator, value = entry.partition("\n")
            values.setdefault(key, []).append(value if separator else None)
        return cls(values, {file: reading.signature(file) for file in files})

    def get(self, key: str) -> str | None:
        """The value that counts (the last one); None when not set. A key without ``=`` is ``"true"``."""
        values = self._values.get(key)
        if not values:
            return None
        return "true" if values[-1] is None else values[-1]

    def all(self, key: str) -> list[str]:
        """All values of a key, in the order of the files; a key without ``=`` is ``"true"``."""
        return ["true" if value is None else value for value in self._values.get(key, ())]

    def flag(self, key: str) -> bool:
        """A boolean as git reads it; a word that is none, and a key that is not set, count as false."""
        word = (self.get(key) or "").strip().lower()
        return word in _TRUE or (re.fullmatch(r"[+-]?[0-9]+", word) is not None and int(word) != 0)

    def subsections(self, section: str) -> list[str]:
        """The names in ``[section "name"]``, in the order of the files."""
        prefix = section + "."
        names = (key[len(prefix) :].rpartition(".")[0] for key in self._values if key.startswith(prefix))
        return list(dict.fromkeys(name for name in names if name))

    def changed(self) -> bool:
        """Whether some configuration file was written since. A few stat calls."""
        return any(signature(file) != seen for file, seen in self._seen.items())

    def read_again(self) -> Reading:
        """What is to be made before git is asked again."""
        return Reading(self._seen)


def global_files(environment: Mapping[str, str]) -> list[Path]:
    """Where the user's own configuration is or would be, so that its appearance is noticed."""
    if "GIT_CONFIG_GLOBAL" in environment:
        return [Path(environment["GIT_CONFIG_GLOBAL"])]
    home = environment.get("HOME")
    files = [Path(home, ".gitconfig")] if home else []
    xdg = environment.get("XDG_CONFIG_HOME") or (str(Path(home, ".config")) if home else None)
    if xdg:
        files.append(Path(xdg, "git", "config"))
    return files
