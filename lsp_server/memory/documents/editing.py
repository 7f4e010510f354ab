"""Use cases of living documents: a bullet added, a field set, an entry in a log, a whole text replaced.

``Documents`` does its work inside one commit that may do more; the functions below it are whole commits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import TYPE_CHECKING

from lsp_server.errors import NotFoundError, UsageError
from lsp_server.memory.documents.names import addressed, decoded, document_named, document_path, new_text
from lsp_server.memory.documents.results import Noted
from lsp_server.memory.titles import clean_title, subject
from lsp_server.records.living import documents as table
from lsp_server.records.living.documents import BY_NAME, Document, Form, slug

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.edits import Edits
    from lsp_server.memory.guard import Guard
    from lsp_server.records.living.editing import Edit


class Documents:
    """The living documents in one commit: what is changed here is read back from ``edits``. ``person`` is
    whose preferences are meant, None for what holds for everybody."""

    def __init__(self, core: Core, edits: Edits, guard: Guard) -> None:
        self._core = core
        self._edits = edits
        self._guard = guard

    def text(self, name: str, person: str | None = None) -> str | None:
        """A document's text, None where there is none yet. ``name`` is as addresses have it; ``log/2026/11``
        is a month. Raises ``NotFoundError`` for a name that no document has, ``RefusedError`` where the file
        is not UTF-8."""
        document = document_named(name)
        return self._at(self._path(document, name, person))

    def note(self, address: str, text: str, *, person: str | None = None, new: bool = False) -> Noted:
        """Add a bullet to a section or below a field, something named to the project, an entry to the log.
        With ``new`` a section that is not there is added. Raises ``NotFoundError``, ``AmbiguousError``,
        ``UsageError``, ``RefusedError``, ``SecretError``."""
        address, person = self._named(address, person)
        document, words = addressed(address)
        said = self._guard.clean(text, seen=False)
        if document.name == "log" and not words:
            return self.append_log(said)
        if document.form is Form.ENTRIES:
            return self._to_entry(document, words, said, is_note=True)
        _needs_words(document, words)

        def change(before: str) -> Edit:
            if document.form is Form.FIELDS:
                from lsp_server.records.living import project

                return project.note(before, words, said)
            from lsp_server.records.living.editing import note

            return note(document, before, words, said, new=new)

        return self._changed(document, address, person, change)

    def set(
        self, address: str, value: str | Sequence[str], *, person: str | None = None, new: bool = False
    ) -> Noted:
        """Give a field another value, whatever it was and however often it stood there; several values are
        bullets below it, none empties it. Raises as ``note``."""
        address, person = self._named(address, person)
        document, words = addressed(address)
        values = [value] if isinstance(value, str) else list(value)
        clean = [self._guard.clean(one, seen=False) for one in values]
        if document.form is Form.ENTRIES and document.name != "log":
            return self._to_entry(document, words, clean, is_note=False)
        _needs_words(document, words)

        def change(before: str) -> Edit:
            if document.form is Form.FIELDS:
                from lsp_server.records.living import project

                return project.put(before, words, clean[0] if isinstance(value, str) else clean, new=new)
            from lsp_server.records.living.editing import put

            return put(document, before, words, clean[0] if isinstance(value, str) else clean, new=new)

        return self._changed(document, address, person, change)

    def append_log(self, title: str, items: Sequence[str] = (), *, when: datetime | None = None) -> Noted:
        """Add an entry to the development log, under its day and in the order of time. ``when`` is now unless
        given; it is written as the local time of its zone. Raises ``UsageError``, ``SecretError``."""
        from lsp_server.records.living.entries import with_log_entry

        moment = when or self._core.now()
        document = BY_NAME["log"]
        path = table.month_path(moment.date())
        block = self._core.templates.render(
            "documents/log-entry.md",
            time=f"{moment:%H:%M}",
            title=clean_title(self._guard.clean(title, seen=False)),
            items=[_one_line(self._guard.clean(item, seen=False)) for item in items],
        ).rstrip("\n")
        before, made = self._or_new(document, path, None)
        after = with_log_entry(before, f"{moment:%Y-%m-%d}", f"{moment:%H:%M}", block)
        return self._written(document, path, "log", before, after, made=made)

    def append_session_log(
        self,
        fields: Mapping[str, str | Sequence[str]],
        *,
        title: str | None = None,
        when: datetime | None = None,
    ) -> Noted:
        """Add an entry to the session log: ``Focus``, ``Accomplished``, ``Next steps``, ``Patterns learned``
        (in any spelling), each one text or several. Raises ``UsageError``, ``SecretError``."""
        from lsp_server.records.living.entries import with_entry

        moment = when or self._core.now()
        document = BY_NAME["session-log"]
        known = {slug(name): name for name in table.SESSION_FIELDS}
        said: dict[str, list[str]] = {name: [] for name in table.SESSION_FIELDS}
        for name, value in fields.items():
            values = [value] if isinstance(value, str) else list(value)
            clean = [_one_line(self._guard.clean(one, seen=False)) for one in values if one.strip()]
            said[known.get(slug(name), name)] = clean
        block = self._core.templates.render(
            "documents/session-entry.md",
            day=f"{moment:%Y-%m-%d}",
            title=clean_title(self._guard.clean(title or table.ENTRY, seen=False)),
            fields=list(said.items()),
        ).rstrip("\n")
        before, made = self._or_new(document, document.path, None)
        after = with_entry(before, f"{moment:%Y-%m-%d}", block)
        return self._written(document, document.path, document.name, before, after, made=made)

    def replace(self, name: str, text: str, base: str | None = None, person: str | None = None) -> Noted:
        """Put a whole text in a document's place; what changed since ``base`` is merged into it. Raises
        ``RefusedError`` where it is to be YAML and is not, ``SecretError``."""
        name, person = self._named(name, person)
        document = document_named(name)
        path = self._path(document, name, person)
        if document.form is Form.FIELDS:
            from lsp_server.records.living.project import read_project

            read_project(text)
        theirs = self._at(path)
        after = text
        if theirs is not None and base is not None and base != theirs:
            from lsp_server.records.merging.living import merge_living

            parts = [one.encode("utf-8") for one in (base, text, theirs)]
            after = merge_living(document, parts[0], parts[1], parts[2]).decode("utf-8")
        noted = self._written(document, path, document.name, theirs or "", after, made=theirs is None)
        return noted._replace(person=person)

    # how --------------------------------------------------------------------------------------------
    def _named(self, address: str, person: str | None) -> tuple[str, str | None]:
        """An address and a person's name as they may be committed: they become keys, headings and paths."""
        clean = self._guard.clean(address, seen=False)
        return clean, person and self._guard.clean(person, seen=False)

    def _changed(
        self, document: Document, address: str, person: str | None, change: Callable[[str], Edit]
    ) -> Noted:
        path = self._path(document, document.name, person)
        before, made = self._or_new(document, path, person)
        done = change(before)
        if made and done.text == before:
            return Noted(document.name, path, address, False)
        noted = self._written(document, path, address, before, done.text, made=made)
        return noted._replace(added=done.added, near=done.near, person=person)

    def _to_entry(
        self, document: Document, words: Sequence[str], said: str | Sequence[str], *, is_note: bool
    ) -> Noted:
        """A field of today's entry in the session log: the newest, or one that is made for it."""
        from lsp_server.records.living import editing
        from lsp_server.records.living.entries import day_of, newest
        from lsp_server.records.living.outline import tree

        names = {slug(name): name for name in table.SESSION_FIELDS}
        wanted = slug(words[0]) if len(words) == 1 else ""
        if wanted not in names or document.name == "log":
            there = (
                ", ".join(f"{document.name}/{name}" for name in names) if document.name != "log" else "log"
            )
            asked = "/".join([document.name, *words])
            raise NotFoundError(f"there is no place {asked!r} to write to; there is {there}")
        values = [said] if isinstance(said, str) else list(said)
        text = self._at(document.path)
        entry = newest(tree(text.replace("\r\n", "\n"))) if text is not None else None
        if text is None or entry is None or day_of(entry) != f"{self._core.now():%Y-%m-%d}":
            return self.append_session_log({names[wanted]: values})
        # The newest is named by its place: another of this day may have the same heading.
        part = document.parts[0]._replace(also=(slug(entry.name),))
        single = document._replace(parts=(part,))
        offset = len(text.replace("\r\n", "\n")[: entry.start])

        def change(lines: str) -> Edit:
            head, rest = lines[:offset], lines[offset:]
            tail = rest[entry.stop - entry.start :]
            own = rest[: entry.stop - entry.start]
            if is_note:
                done = editing.note(single, own, [slug(entry.name), wanted], values[0])
            else:
                done = editing.put(
                    single, own, [slug(entry.name), wanted], values if len(values) > 1 else values[0]
                )
            return done._replace(text=head + done.text + tail)

        done = editing.edited(text, change)
        address = f"{document.name}/{wanted}"
        return self._written(document, document.path, address, text, done.text, made=False)

    def _path(self, document: Document, name: str, person: str | None) -> str:
        return document_path(document, name, person, lambda: table.month_path(self._core.now().date()))

    def _at(self, path: str) -> str | None:
        data = self._edits.read(path)
        if data is None:
            return None
        return decoded(path, data)

    def _or_new(self, document: Document, path: str, person: str | None) -> tuple[str, bool]:
        text = self._at(path)
        return (text, False) if text is not None else (new_text(self._core, document, person), True)

    def _written(
        self, document: Document, path: str, address: str, before: str, after: str, *, made: bool
    ) -> Noted:
        if after == before and not made:
            return Noted(document.name, path, address, False)
        after = self._clean(before, after)
        self._edits.write(path, after.encode("utf-8"))
        return Noted(document.name, path, address, True, made)

    def _clean(self, before: str, after: str) -> str:
        """The text as it may be committed. What is looked at are the lines that are new: what stood there
        before is not this change's."""
        old = Counter(before.split("\n"))
        new = "\n".join(line for line in after.split("\n") if not _taken(old, line))
        return after if self._guard.clean(new, seen=False) == new else self._guard.clean(after, seen=False)


def _taken(lines: Counter[str], line: str) -> bool:
    there = lines[line] > 0
    lines[line] -= there
    return there


def _one_line(said: str) -> str:
    from lsp_server.records.living.editing import clean

    return " ".join(clean(said).split())


def _needs_words(document: Document, words: Sequence[str]) -> None:
    if not words:
        there = ", ".join([f"{document.name}/{key}" for key in ("version", "status", "team", "metrics")]
                          if document.form is Form.FIELDS else table.addresses(document))  # fmt: skip
        raise UsageError(f"say where in {document.name}: {there}")


def commit(core: Core, guard: Guard, do: Callable[[Documents], Noted], say: Callable[[Noted], str]) -> Noted:
    """One change of a document as one commit; the answer has its version."""
    done: list[Noted] = []

    def change(edits: Edits) -> str:
        done[:] = [do(Documents(core, edits, guard))]
        if not done[0].changed:
            return ""
        position = core.position()
        code = (("Code-Commit", position.commit), ("Code-Branch", position.branch))
        return render_message(
            core.templates, say(done[0]), trailers=[(key, value) for key, value in code if value]
        )

    from lsp_server.memory.amending import text_given_back
    from lsp_server.rendering.shapes import render_message

    core.expect_memory()
    with text_given_back(core, change) if core.batch is None else nullcontext():
        version = core.commit(change)
    return done[0]._replace(version=version)


def told(action: str, said: str) -> str:
    """The subject of a commit."""
    return subject(f"note: {action}", said) if said.strip() else f"note: {action}"
