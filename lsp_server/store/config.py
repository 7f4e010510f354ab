"""git's configuration as one process printed it, and whether it has changed since."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from lsp_server.store.refs import Signature, signature

# --show-origin tells which files (includes too) there are to watch.
LIST_ARGUMENTS = ("config", "--list", "-z", "--show-origin")

_TRUE = {"true", "yes", "on"}


class Config:
    """All values by key. Keys are as git prints them: section and name in lower case."""

    def __init__(self, values: Mapping[str, list[str | None]], files: Iterable[Path] = ()) -> None:
        self._values = values
        self._files = tuple(sorted(set(files)))
        self._seen = self._stat()

    @classmethod
    def parse(cls, printed: bytes, directory: Path, further_files: Iterable[Path] = ()) -> Config:
        """Read what ``LIST_ARGUMENTS`` prints in ``directory``. ``further_files`` may not exist yet."""
        values: dict[str, list[str | None]] = {}
        files = set(further_files)
        fields = os.fsdecode(printed).split("\0")
        for origin, entry in zip(fields[::2], fields[1::2], strict=False):
            if origin.startswith("file:"):
                files.add(directory / origin[len("file:") :])
            key, separator, value = entry.partition("\n")
            values.setdefault(key, []).append(value if separator else None)
        return cls(values, files)

    def get(self, key: str) -> str | None:
        """The value that counts (the last one); None when not set. A key without ``=`` is ``"true"``."""
        values = self._values.get(key)
        if not values:
            return None
        return "true" if values[-1] is None else values[-1]

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
        return self._stat() != self._seen

    def _stat(self) -> list[Signature]:
        return [signature(file) for file in self._files]


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
