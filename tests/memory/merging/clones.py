"""One clone of a memory, for tests of merging."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence

from support import Repo

from lsp_server import Memory
from lsp_server.memory.merging import merge_into
from lsp_server.memory.sharing_results import Merge
from lsp_server.records.document import parse
from lsp_server.records.model import Record
from lsp_server.records.paths import is_record_path


class Clone:
    """A repository with a memory."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        self.memory = Memory.open(repo.root)

    def __enter__(self) -> Clone:
        return self

    def __exit__(self, *_: object) -> None:
        self.memory.close()

    @property
    def core(self):  # type: ignore[no-untyped-def]
        return self.memory._core

    @property
    def tip(self) -> str:
        return self.repo.git("rev-parse", "refs/heads/memory")

    def fetch(self, other: Clone) -> str:
        self.repo.git("fetch", "-q", str(other.repo.root), "memory")
        return other.tip

    def merge(self, other: Clone, yielding: str = "younger", published: Sequence[str] = ()) -> Merge | None:
        """Fetch the other's tip and merge it."""
        theirs = self.fetch(other)
        return merge_into(
            self.core,
            self.core.store,
            theirs,
            source="origin/memory",
            yielding=yielding,
            published=published,
        )

    def tree(self) -> str:
        return self.repo.git("rev-parse", "refs/heads/memory^{tree}")

    def files(self) -> list[str]:
        return self.repo.git("ls-tree", "-r", "--name-only", "memory").splitlines()

    def read(self, path: str) -> str:
        return self.repo.git("show", f"memory:{path}")

    def change(
        self, writes: Mapping[str, str | bytes], deletes: Sequence[str] = (), message: str = "by hand"
    ) -> str:
        """What a person does to the branch with git alone."""
        parent = self.tip
        listed = self.repo.git("ls-tree", "-r", "-z", parent).split("\0")
        entries = {line.split("\t", 1)[1]: line for line in listed if line}
        for path in deletes:
            del entries[path]
        for path, text in writes.items():
            source = self.repo.root / "scratch"
            source.write_bytes(text.encode() if isinstance(text, str) else text)
            blob = self.repo.git("hash-object", "-w", "--no-filters", str(source))
            source.unlink()
            entries[path] = f"100644 blob {blob}\t{path}"
        return self.commit_entries(list(entries.values()), message, parent)

    def edit(self, record: Record, old: str, new: str) -> None:
        """Replace a text in a record's file, as an editor does."""
        text = self.memory.raw(record.id).decode()
        assert old in text
        self.memory.amend(record.id, text.replace(old, new, 1))

    def commit_entries(self, entries: Sequence[str], message: str, *parents: str) -> str:
        """A commit of a whole tree given as ``ls-tree -r`` prints it."""
        index = {"GIT_INDEX_FILE": str(self.repo.root / ".git" / "by-hand")}
        lines = "".join(f"{line}\n" for line in entries)
        environment = {**os.environ, **index}

        def git(*args: str, text: str | None = None) -> str:
            done = subprocess.run(
                ["git", *args],
                cwd=self.repo.root,
                env=environment,
                input=text,
                capture_output=True,
                text=True,
                check=True,
                errors="surrogateescape",
            )
            return done.stdout.strip()

        git("read-tree", "--empty")
        git("update-index", "--index-info", text=lines)
        tree = git("write-tree")
        flags = [word for parent in parents for word in ("-p", parent)]
        commit = git("commit-tree", tree, *flags, "-m", message)
        git("update-ref", "refs/heads/memory", commit)
        return commit

    def records(self) -> dict[str, Record]:
        """Every record on the branch by its path, read from git alone."""
        found = {}
        for path in self.files():
            if is_record_path(path):
                record = parse(path, self.read(path).encode() + b"\n").record
                if record is not None:
                    found[path] = record
        return found
