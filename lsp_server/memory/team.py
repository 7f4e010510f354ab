"""What a team has put on the memory branch for everybody: templates and settings, where they are trusted."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.errors import GitMemoryError
from lsp_server.rendering.environment import templates_directory
from lsp_server.rendering.overrides import SUFFIX, Overrides, may_be_replaced

if TYPE_CHECKING:
    from lsp_server.memory.recording import Prepared
    from lsp_server.memory.trust import Trust
    from lsp_server.store.base import Snapshot, Version
    from lsp_server.store.git_store import GitStore

FOLDER = "templates"
SETTINGS_FILE = "settings.yaml"
FORMS = ("madr", "nygard")
_TOLD = "told-untrusted"
_MOST_TEMPLATES = 100
_LARGEST = 64 << 10  # bytes of one template, or of the settings
_NAME = r"[a-z0-9_][a-z0-9_.-]*(?:/[a-z0-9_][a-z0-9_.-]*)*\.j2"


class Settings(NamedTuple):
    """``decision_form``: madr or nygard, for decisions that are given none. ``default_tags``: the tags of
    new records that are given none."""

    decision_form: str = ""
    default_tags: tuple[str, ...] = ()


class OwnFile(NamedTuple):
    """A file on the branch that applies once the repository is trusted; ``wrong`` says why it cannot."""

    path: str
    text: str
    wrong: str = ""


class Team:
    """Templates and settings of one memory branch. Thread-safe."""

    def __init__(self, store: GitStore, trust: Trust) -> None:
        self._store = store
        self._trust = trust
        self._lock = threading.Lock()
        self._held = threading.local()
        self._loaded: Overrides | None = None
        self._bare: Version | None = None  # a version that was seen to have no templates
        self._unset: Version | None = None  # … and one without settings
        self.passed_over = False
        """Something of theirs would have applied, and was left aside because nobody trusts it."""
        self.warnings: list[str] = []

    @contextmanager
    def held(self) -> Iterator[None]:
        """Whatever this thread renders meanwhile, it uses each template as it is when it is used first: a
        change of thousands of records looks for it once."""
        self._held.found = {}
        try:
            yield
        finally:
            self._held.found = None

    def overrides(self, name: str) -> Overrides | None:
        """The team's templates, where one of them may apply to ``name``. Where the branch has none, this
        looks at the branch's root only."""
        held: dict[str, Overrides | None] | None = getattr(self._held, "found", None)
        if held is None:
            return self._look(name)
        if name not in held:
            held[name] = self._look(name)
        return held[name]

    def _look(self, name: str) -> Overrides | None:
        tip = self._store.tip()
        if tip is None or tip == self._bare:
            return None
        try:
            snapshot = self._store.snapshot()
        except GitMemoryError:
            return None  # no memory: whoever writes or reads is told
        folder = snapshot.entry(FOLDER)
        if folder is None or not folder.is_tree:
            self._bare = snapshot.version
            return None
        paths = [f"{FOLDER}/{name}{SUFFIX}"]
        if name.startswith("records/"):
            paths.append(f"{FOLDER}/records/_parts{SUFFIX}")
        if not any((entry := snapshot.entry(path)) is not None and entry.is_file for path in paths):
            return None
        if not self._is_trusted():
            return None
        with self._lock:
            if self._loaded is None or self._loaded.version != folder.object_id:
                files = {f.path: f.text for f in own_files(snapshot) if not f.wrong}
                start = len(FOLDER) + 1
                sources = {path[start:]: text for path, text in files.items() if path != SETTINGS_FILE}
                self._loaded = Overrides(folder.object_id, sources)
            return self._loaded

    def applied(self, new: Prepared, snapshot: Snapshot) -> Prepared:
        """A new record with the team's defaults for what it was not given, where they are trusted."""
        from lsp_server.records.model import Kind

        settings = self.settings(snapshot)
        if new.record.kind is Kind.DECISION and not new.form:
            new = new._replace(form=settings.decision_form)
        if settings.default_tags and not new.record.tags:
            new = new._replace(record=replace(new.record, tags=settings.default_tags))
        return new

    def settings(self, snapshot: Snapshot) -> Settings:
        """The team's settings at a version of the branch."""
        if snapshot.version == self._unset:
            return Settings()
        data = snapshot.read(SETTINGS_FILE)
        if data is None:
            self._unset = snapshot.version
            return Settings()
        if not self._is_trusted():
            return Settings()
        settings, wrong = read_settings(data)
        if wrong:
            self.warn(f"{SETTINGS_FILE} on the memory branch: {wrong}")
        return settings

    def warn(self, text: str) -> None:
        """Note what a person should be told, once."""
        if text not in self.warnings:
            import logging  # which the command line does not load otherwise

            self.warnings.append(text)
            logging.getLogger(__name__).info("%s", text)

    def tells_of_untrusted(self, private: Path) -> bool:
        """Whether something was passed over, for the first time in this repository."""
        if not self.passed_over:
            return False
        try:
            private.mkdir(exist_ok=True, mode=0o700)
            os.close(os.open(private / _TOLD, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
        except OSError:
            return False  # told before, or nowhere to note it: better never than with every command
        return True

    def _is_trusted(self) -> bool:
        if self._trust.is_trusted():
            return True
        self.passed_over = True
        return False


def own_files(snapshot: Snapshot) -> Sequence[OwnFile]:
    """All on a version of the branch that trust is about, in path order."""
    found: list[OwnFile] = []
    for file in snapshot.files(FOLDER):
        if len(found) >= _MOST_TEMPLATES:
            break
        found.append(_own_file(snapshot, file.path))
    data = snapshot.read(SETTINGS_FILE)
    if data is not None:
        _, wrong = read_settings(data)
        found.append(OwnFile(SETTINGS_FILE, data[:_LARGEST].decode("utf-8", "replace"), wrong))
    return found


def _own_file(snapshot: Snapshot, path: str) -> OwnFile:
    name = path[len(FOLDER) + 1 :]
    data = snapshot.read(path) or b""
    text = data[:_LARGEST].decode("utf-8", "replace")
    if not re.fullmatch(_NAME, name):
        return OwnFile(path, text, "it is no template: its name does not end in .j2")
    if len(data) > _LARGEST:
        return OwnFile(path, text, f"it is larger than {_LARGEST >> 10} kB")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return OwnFile(path, text, "it is not UTF-8")
    return OwnFile(path, text, "" if _has_a_use(name) else "there is no template of that name to replace")


def _has_a_use(name: str) -> bool:
    """Whether it stands in another's place, or is a part that one of theirs includes."""
    if name.rpartition("/")[2].startswith("_"):
        return True
    return may_be_replaced(name.removesuffix(SUFFIX)) and (templates_directory() / name).is_file()


def read_settings(data: bytes) -> tuple[Settings, str]:
    """The settings in a file, and what is wrong with it: what is not understood does not apply."""
    from lsp_server.errors import UsageError
    from lsp_server.memory.titles import clean_tags
    from lsp_server.records.front_matter import read

    if len(data) > _LARGEST:
        return Settings(), f"it is larger than {_LARGEST >> 10} kB"
    values, problems = read(data.decode("utf-8", "replace"))
    if problems:
        return Settings(), problems[0].message.replace("the front matter", "it")
    wrong = []
    form = values.get("decision-form", "")
    if form and (not isinstance(form, str) or form not in FORMS):
        wrong.append(f"decision-form is one of {', '.join(FORMS)}")
        form = ""
    tags = values.get("default-tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        wrong.append("default-tags is a list of words")
        tags = []
    try:
        tags = clean_tags(tags)
    except UsageError as error:
        wrong.append(f"default-tags: {error}")
        tags = []
    unknown = sorted(set(values) - {"decision-form", "default-tags"})
    if unknown:
        wrong.append(f"there is no setting {unknown[0][:40]!r}")
    return Settings(str(form), tuple(tags)), "; ".join(wrong)
