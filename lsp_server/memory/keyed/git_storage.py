"""Keyed values on the memory's git branch: every write a commit, reads from the index.

For values that people want in their history: settings, what an agent knows for good, the state of a workflow.
A write takes as long as a commit; for thousands of writes a second there are the other storages. Nothing that
looks like a secret gets in.

A ``touch`` that lets a value live longer stays in this clone, beside the branch: reading must never make a
commit. Whoever removes what has expired commits those, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.memory.facade import Memory
from lsp_server.memory.keyed.guarding import guarded
from lsp_server.memory.keyed.pending import with_pending
from lsp_server.memory.keyed.touched import Touched
from lsp_server.memory.titles import printable, subject
from lsp_server.store.keyvalue.answering import refuse_while_answering
from lsp_server.store.keyvalue.base import Clock, Item, Value, Write
from lsp_server.store.keyvalue.branch_files import read_file, value_path
from lsp_server.store.keyvalue.clocks import never_back, utc, written_between
from lsp_server.store.keyvalue.closing import refuse_from_now_on
from lsp_server.store.keyvalue.keys import check_range, checked_key
from lsp_server.store.keyvalue.values import checked
from lsp_server.store.keyvalue.writes import asked, checked_writes

if TYPE_CHECKING:
    from lsp_server.memory.edits import Edits

_VERBS = {False: "store", True: "delete"}
_MOST_LINES, _LONGEST_LINE = 50, 200  # of a commit's message


class GitStorage:
    """A ``KeyValue`` on the memory of a repository: ``repository`` is an open ``Memory``, or a directory.

    ``redact``: what looks like a secret is replaced instead of refused, unless it is in the key;
    ``allow_secrets``: fingerprints of what is let through. ``clock`` tells the time, with its
    zone; default: the machine's.

    Raises ``NoRepositoryError``; writes raise ``SecretError`` for a value with a secret, ``RefusedError``
    where the branch is checked out, ``NotInitialisedError`` without a memory.
    """

    def __init__(
        self,
        repository: Memory | str | PathLike[str] = ".",
        *,
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
        clock: Clock | None = None,
    ) -> None:
        self._owns = not isinstance(repository, Memory)
        self._memory = repository if isinstance(repository, Memory) else Memory.open(Path(repository))
        self._core = self._memory._core
        self._clock = never_back(clock)
        self._touched = Touched(self._core.private / "touched-values", self._clock)
        self._allowed = allow_secrets
        self._redact = redact

    # Reading

    def get(self, key: str) -> Item | None:
        return self.get_many([key]).get(key)

    def get_many(self, keys: Iterable[str]) -> dict[str, Item]:
        wanted = [checked_key(key) for key in keys]
        known = self._core.followed().keyed(wanted)
        if (batch := self._core.batch) is not None:
            changed = batch.changed()
            for key in wanted:
                if (path := value_path(key)) in changed:
                    known.pop(key, None)
                    if (data := changed[path]) is not None and (item := read_file(path, data)):
                        known[key] = item
        now = self._clock()
        alive = ((key, self._alive(known.get(key), now)) for key in wanted)
        return {key: item for key, item in alive if item}

    def scan(self, prefix: str = "", *, after: str | None = None, limit: int | None = None) -> Sequence[Item]:
        check_range(prefix, after, limit)
        now = self._clock()
        index = self._core.followed()
        if limit is not None and self._core.batch is None:
            known = index.keyed_scan(prefix, after, limit)
            found = [item for each in known if (item := self._alive(each, now))]
            if len(found) == len(known):
                return found
        known = sorted(
            self._pending(
                index.keyed_scan(prefix, after),
                lambda item: item.key.startswith(prefix) and (after is None or item.key > after),
            ),
            key=lambda item: item.key,
        )
        return [item for each in known if (item := self._alive(each, now))][:limit]

    def updated(
        self, *, after: datetime | None = None, before: datetime | None = None, prefix: str = ""
    ) -> Sequence[Item]:
        check_range(prefix)
        now = self._clock()
        since, until = after and utc(after), before and utc(before)
        known = self._pending(
            self._core.followed().keyed_updated(since, until, prefix),
            lambda item: item.key.startswith(prefix),
        )
        return [item for each in written_between(known, since, until) if (item := self._alive(each, now))]

    # Writing

    def put(self, key: str, value: Value, *, expires: datetime | None = None) -> Item:
        write = Write(checked(value), expires)
        made = self._committed(checked_key(key), "store", lambda _: write)
        assert made is not None
        return made

    def put_many(self, writes: Mapping[str, Write | None]) -> None:
        values = {
            checked_key(key): write and Write(checked(write.value), write.expires)
            for key, write in checked_writes(writes)
        }

        def change(edits: Edits) -> str:
            now = self._clock()
            done = [(key, self._written(edits, key, write, now)) for key, write in values.items()]
            return self._message([(_VERBS[item is None], key) for key, item in done])

        if values:
            self._core.commit(change)

    def change(self, key: str, change: Callable[[Item | None], Write | None]) -> Item | None:
        return self._committed(checked_key(key), "change", change)

    def touch(self, key: str, expires: datetime | None) -> bool:
        item = self.get(key)
        if item is None:
            return False
        expires = expires and utc(expires)
        if expires is not None and (item.expires is None or expires < item.expires):
            self._shortened(key, expires)
        elif expires != item.expires:
            refuse_while_answering(self._core.private)
            self._touched.note(item, expires)
        return True

    def delete(self, key: str) -> bool:
        was_there = False

        def change(edits: Edits) -> str:
            nonlocal was_there
            was_there = self._alive(self._at(edits, checked_key(key)), self._clock()) is not None
            self._removed(edits, key)
            return self._message([("delete", key)])

        self._core.commit(change)
        return was_there

    def delete_prefix(self, prefix: str) -> int:
        check_range(prefix)
        found: list[str] = []

        def change(edits: Edits) -> str:
            # What another writer adds meanwhile has a new version, and this is called again.
            now = self._clock()
            index = self._core.index
            index.follow(self._core.store, edits.snapshot.version)
            written, deleted = edits.changed()
            known = with_pending(
                index.keyed_scan(prefix),
                {**written, **dict.fromkeys(deleted)},
                lambda item: item.key.startswith(prefix),
            )
            found[:] = sorted(item.key for item in known if self._alive(item, now))
            for key in found:
                self._removed(edits, key)
            return self._message([("delete", key) for key in found])

        self._core.commit(change)
        return len(found)

    def remove_expired(self) -> int:
        now = self._clock()
        due = [item.key for item in self._core.followed().keyed_due(now)]
        removed = 0

        def change(edits: Edits) -> str:
            nonlocal removed
            said: list[tuple[str, str]] = []
            for key in due:
                item = self._at(edits, key)
                if item and (item.expires is None or item.expires > now):
                    continue  # somebody wrote it meanwhile
                if item and (later := self._alive(item, now)):
                    self._kept(edits, later)
                    said.append(("renew", key))
                elif item:
                    self._removed(edits, key)
                    said.append(("remove expired", key))
            removed = sum(verb == "remove expired" for verb, _ in said)
            return self._message(said)

        if due:
            self._core.commit(change)
        self._touched.clean()
        return removed

    def close(self) -> None:
        refuse_from_now_on(self)
        if self._owns:
            self._memory.close()

    # One value in one commit

    def _pending(self, items: Sequence[Item], is_wanted: Callable[[Item], bool]) -> Sequence[Item]:
        batch = self._core.batch
        return items if batch is None else with_pending(items, batch.changed(), is_wanted)

    def _committed(self, key: str, verb: str, change: Callable[[Item | None], Write | None]) -> Item | None:
        made: Item | None = None

        def commit(edits: Edits) -> str:
            nonlocal made
            now = self._clock()
            before = self._alive(self._at(edits, key), now)
            write = asked(self._core.private, change, before)
            made = self._written(edits, key, write and write._replace(value=checked(write.value)), now)
            return self._message([(verb if made else "delete", key)])

        self._core.commit(commit)
        return made

    def _shortened(self, key: str, expires: datetime) -> None:
        def change(edits: Edits) -> str:
            item = self._alive(self._at(edits, key), self._clock())
            if item:
                self._kept(edits, item._replace(expires=expires))
            return self._message([("shorten", key)])

        self._core.commit(change)
        self._touched.forget(key)

    def _at(self, edits: Edits, key: str) -> Item | None:
        path = value_path(key)
        data = edits.read(path)
        return None if data is None else read_file(path, data)

    def _alive(self, item: Item | None, now: datetime) -> Item | None:
        """The item as this clone has it; None where it has expired."""
        if item is None or item.expires is None:
            return item
        item = item._replace(expires=self._touched.expiry(item))
        return item if item.expires is None or now < item.expires else None

    def _written(self, edits: Edits, key: str, write: Write | None, now: datetime) -> Item | None:
        if write is None:
            self._removed(edits, key)
            return None
        before = self._alive(self._at(edits, key), now)
        expires = write.expires and utc(write.expires)
        created, updated = (before.created, max(now, before.updated)) if before else (now, now)
        item = Item(key, write.value, created, updated, expires)
        return self._kept(edits, item)

    def _kept(self, edits: Edits, item: Item) -> Item:
        """Put an item there; the item without its secrets, where they are to be taken out."""
        item, text = guarded(self._core, item, self._allowed, redact=self._redact)
        edits.write(value_path(item.key), text.encode())
        return item

    def _removed(self, edits: Edits, key: str) -> None:
        path = value_path(key)
        if edits.read(path) is not None:
            edits.delete(path)

    def _message(self, done: Sequence[tuple[str, str]]) -> str:
        """``value: store "user:123:preferences"``; of many, the first and how many more."""
        if not done:
            return "value: nothing"  # no commit is made of nothing
        verb, key = done[0]
        more = f" and {len(done) - 1} more" if len(done) > 1 else ""
        return self._core.templates.render(
            "commits/message",
            subject=subject(f"value: {verb}", key) + more,
            body="\n".join(f"- {verb} {printable(key)[:_LONGEST_LINE]}" for verb, key in done[:_MOST_LINES])
            if more
            else "",
            trailers=[],
        )
