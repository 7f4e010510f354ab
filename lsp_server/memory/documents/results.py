"""What the calls about living documents answer with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from lsp_server.records.living.reading import Section


class Noted(NamedTuple):
    """What a change of a document did. ``changed`` is False where it said so already; ``made`` where the
    document was not there before; ``added`` is the heading of a section that had to be added, ``near`` the
    addresses of sections that may be the same under another name. ``version`` is the memory's after it."""

    document: str
    path: str
    address: str
    changed: bool
    made: bool = False
    added: str = ""
    near: tuple[str, ...] = ()
    person: str | None = None
    version: str | None = None

    def plain(self) -> Mapping[str, Any]:
        """As JSON holds it."""
        return self._asdict()


class FolderFile(NamedTuple):
    """A file that an export looked at. ``outcome`` is ``new``, ``merged`` (written over), ``same`` or
    ``skipped``; ``path`` is where it stands on the branch, ``notes`` say why it was skipped."""

    name: str
    outcome: str
    path: str | None = None
    notes: tuple[str, ...] = ()


class FolderExport(NamedTuple):
    """What an export wrote to a folder, file by file."""

    directory: str
    files: tuple[FolderFile, ...]


@dataclass(frozen=True)
class DocumentState:
    """A document in a list. ``about`` is a clause about what it is for; ``sections`` and ``items`` count what
    it has (an item is a bullet or a field that says something); ``unsettled`` are addresses of fields that
    a merge left with two values; ``problem`` says why it cannot be read."""

    name: str
    path: str
    about: str
    exists: bool
    person: str | None = None
    sections: int = 0
    items: int = 0
    unsettled: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class LivingDocument:
    """A document as it stands, or as it would be made where ``exists`` is False."""

    name: str
    path: str
    text: str
    sections: tuple[Section, ...]
    exists: bool
    person: str | None = None

    def values(self, address: str) -> tuple[str, ...]:
        """What a section or a field says, by its address with or without the document's name: a field's
        values, else what stands behind a heading's colon and its bullets. Empty where there is nothing, or
        only what holds a place; never an error."""
        from lsp_server.records.living.documents import BY_NAME, slug
        from lsp_server.records.living.outline import is_placeholder

        words = [slug(word) for word in address.split("/") if word.strip()]
        if words and (known := BY_NAME.get(words[0])) is not None and known.name == self.name:
            words = words[1:]
        document = BY_NAME[self.name]
        wanted = "/".join(words)
        said: list[str] = []
        for section in self.sections:
            own = _spoken(document, section)
            if wanted in own:
                said += [one for one in (section.value, *section.items) if one and not is_placeholder(one)]
            for field in section.fields:
                name = slug(field.name)
                if wanted == name or any(wanted == f"{above}/{name}" for above in own):
                    said += field.values
        return tuple(said)

    def value(self, address: str) -> str:
        """The first of ``values``, empty where there is none."""
        return next(iter(self.values(address)), "")


def _spoken(document: Any, section: Section) -> set[str]:
    """The words by which a section may be asked for."""
    from lsp_server.records.living.documents import called, slug

    own = {slug(section.name), "/".join(slug(word) for word in section.address.split("/")[1:])}
    for part in document.parts:
        if slug(section.name) in called(part):
            own.update(called(part))
    return own - {""}
