"""A branch that was fetched from an enemy reads and writes nothing outside of itself, and runs nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from support import Repo
from terminals import run_on_a_terminal

sys.path.insert(0, str(Path(__file__).parent))  # tests are not a package; the branch is made beside this file

from forking import command_line
from hostile_branch import push, tree

from lsp_server import Memory
from lsp_server.cli.group import COMMANDS
from lsp_server.errors import GitMemoryError
from lsp_server.memory import Record
from lsp_server.memory.team import own_files

PROGRAM = Path(sys.executable).with_name("git-memory")
CANARY = "the canary sings"
# What a terminal acts on: control characters but line ends, and what reorders text.
ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
FOLDERS = ("bugs/", "decisions/", "learnings/", "checkpoints/", "deleted/", "allowed-secrets/", "memory.yaml")

READING = [
    ["list"],
    ["list", "bugs", "--tag", "-rf"],
    ["list", "--status", "x"],
    ["search", "title"],
    ["search", "-rf OR *"],
    ["why", "src/auth.py"],
    ["why", "src/auth.py:1"],
    ["log"],
    ["log", "--patch"],
    ["show", "BUG-1"],
    ["show", "../../X"],
    ["show", ":(glob)**"],
    ["show", "BUG-99"],
    ["diff"],
    ["diff", "memory"],
    ["history", "BUG-3"],
    ["doctor"],
    ["secrets", "scan"],
    ["secrets", "list"],
    ["trust", "--show"],
    ["init"],
]


class Place:
    """A repository with the hostile branch, and all around it that must stay as it is."""

    def __init__(self, repo: Repo, home: Path) -> None:
        self.repo = repo
        self.home = home
        self.around = repo.root.parent
        (self.around / "outside.txt").write_text(CANARY)
        repo.git("config", "canary.words", CANARY)
        (repo.root / "way-out").symlink_to("..")
        repo.commit("A link that leads out of the repository")
        commit = repo.git("rev-parse", "HEAD")
        self.tip = push(repo, tree(commit, str(self.around / "outside.txt")))
        self.before = self._all()

    def _all(self) -> dict[str, bytes]:
        found = {
            path.relative_to(self.around).as_posix(): path.read_bytes()
            for path in self.around.rglob("*")
            if path.is_file() and ".git" not in path.relative_to(self.around).parts
        }
        git = self.repo.root / ".git"
        names = ["config", "HEAD", "index", "info", "hooks"]
        own = [
            p for name in names for p in ([git / name] if (git / name).is_file() else (git / name).rglob("*"))
        ]
        found |= {str(path): path.read_bytes() for path in own if path.is_file()}
        refs = self.repo.git("for-each-ref", "--format=%(refname)").splitlines()
        found["refs"] = "\n".join(r for r in refs if not r.startswith("refs/git-memory/tip/")).encode()
        homes = [p.relative_to(self.home).as_posix() for p in self.home.rglob("*") if p.is_file()]
        found["home"] = "\n".join(n for n in homes if not n.startswith((".cache/", ".local/"))).encode()
        return found

    def is_untouched(self) -> bool:
        after = self._all()
        assert {k for k in {*after, *self.before} if after.get(k) != self.before.get(k)} == set()
        assert not list(self.around.rglob("owned*"))
        return True

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "GIT_EDITOR": "true"}
        words = [str(PROGRAM), *arguments]
        done = command_line().run(words, self.repo.root, environment, errors="surrogateescape")
        assert done.returncode in (0, 1, 2), done
        assert "Traceback" not in done.stderr, done.stderr
        assert "internal error" not in done.stderr, done.stderr
        assert CANARY not in done.stdout + done.stderr
        assert not ACTING.search(done.stderr), done.stderr
        return done


@pytest.fixture
def place(repo: Repo, home: Path) -> Place:
    return Place(repo, home)


@pytest.fixture
def memory(place: Place) -> Iterator[Memory]:
    with Memory.open(place.repo.root) as opened:
        yield opened


def everything(memory: Memory) -> list[Record]:
    found = list(memory.list())
    assert len(found) > 25
    return found


def test_reading_commands_show_nothing_that_acts_and_touch_nothing(place: Place) -> None:
    known = [arguments for arguments in READING if arguments[0] in COMMANDS]
    assert len(known) > 12
    for arguments in known:
        done = place.run(*arguments)
        assert not ACTING.search(done.stdout), (arguments, ACTING.findall(done.stdout))
        done = place.run(*arguments, "--json")
        assert done.stdout.isascii(), arguments
    assert "title" in place.run("show", "BUG-2").stdout.lower() or place.run("list").stdout
    assert place.is_untouched()


def test_every_record_can_be_shown_whole(place: Place, memory: Memory) -> None:
    for record in everything(memory):
        memory.text(record.id)
        memory.get(record.id)
        memory.linked_to(record)
        memory.places(record)
    for ref in [record.id for record in everything(memory)][:6]:
        assert not ACTING.search(place.run("show", ref).stdout)
    assert place.is_untouched()


def test_the_bytes_of_a_file_do_not_reach_a_terminal(place: Place) -> None:
    """On a terminal the file is made visible; only a pipe gets the bytes."""
    # A terminal turns line feeds into CR LF by itself, and colours are our own.
    shown = on_a_terminal(place, "show", "BUG-5", "--raw") + on_a_terminal(place, "show", "BUG-2")
    shown += on_a_terminal(place, "list") + on_a_terminal(place, "log", "--patch", "-n", "1")
    shown = re.sub("\x1b\\[[0-9;]*m", "", shown.replace("\r\n", "\n"))
    assert "Status" in shown
    assert not ACTING.search(shown), ACTING.findall(shown)


def on_a_terminal(place: Place, *arguments: str) -> str:
    environment = {**os.environ, "TERM": "xterm"}
    code, shown = run_on_a_terminal([PROGRAM, *arguments], place.repo.root, environment)
    assert code in (0, 1)
    return shown


def is_harmless(markdown: str) -> bool:
    """No image, no HTML and no link but to a web page or to one of our own file views."""
    assert not re.search(r"!+\[", markdown.replace(r"!\[", "")), markdown
    assert not re.search(r"(?<!\\)<", markdown), markdown
    for target in re.findall(r"(?<!\\)\]\(\s*([^)]*)", markdown):
        assert target.startswith(("http://", "https://", "file://")), markdown  # a person may follow those
    assert not re.search(r"\]:\s*\S*[:&\\]", markdown), markdown
    assert not ACTING.search(markdown), markdown
    return True


def test_a_hover_loads_nothing_and_runs_nothing(place: Place, memory: Memory) -> None:
    views = memory.root / ".git" / "git-memory" / "drafts" if memory.root else Path()
    for record in everything(memory):
        text = memory.hover([record.id])
        assert is_harmless(text)
        for uri in re.findall(r"\((file://[^)]*)\)", text):
            assert uri.startswith(views.as_uri() + "/")
            assert "/../" not in uri
    assert "https://example.org/page" in "".join(memory.hover([r.id]) for r in memory.list())
    assert place.is_untouched()


def test_a_hover_of_a_trusted_enemy_still_loads_nothing_and_runs_nothing(
    place: Place, memory: Memory
) -> None:
    memory.trust(for_now=True)
    for record in everything(memory)[:5]:
        assert is_harmless(memory.hover([record.id]))
    assert place.is_untouched()


def test_what_is_known_about_a_file_reads_no_other_file_and_smuggles_nothing(
    place: Place, memory: Memory, audit: Audit
) -> None:
    """Every file that Python opens and every process that it starts is looked at."""
    with audit:
        assert memory.file_memory("src/auth.py").at(1)
        for record in everything(memory):
            memory.places(record)
            memory.hover([record.id])
            memory.get(record.id)
            memory.steps(record)
            memory.linked_to(record)
        for line in (None, 1, 3):
            memory.why("src/auth.py", line)
        for ref in ("../../X", "-rf", "--output=x", ":(glob)**", "BUG-6", "\x1b[2J"):
            memory.find(ref)
        memory.log()
        memory.diff(place.tip)
        memory.broken_files()
        memory.own_files()
        memory.allowed_secrets()
        memory.scan_secrets()
    assert "ls-tree" in str(audit.started)
    outside = {str(place.around / "outside.txt"), "/etc/passwd", str(place.repo.root / ".git" / "config")}
    assert outside & {os.path.realpath(path) for path in audit.opened} == set()
    for arguments in audit.started:
        assert smuggled(arguments) == [], arguments
    assert place.is_untouched()


def smuggled(arguments: list[str]) -> list[str]:
    """What the branch's files say, where git would take it for an option or a path of its own choice."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return [one for one in options if re.search(r"^(--output|--exec|-x|-rf)|outside|\.\./|:\(|\x1b", one)]


class Audit:
    """What Python opens and starts inside of ``with``."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.started: list[list[str]] = []
        self._is_on = False
        sys.addaudithook(self._see)  # for good: there is no way to take one away

    def _see(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._is_on:
            return
        if event == "open" and isinstance(arguments[0], (str, bytes, Path)):
            self.opened.append(os.fsdecode(arguments[0]))
        elif event == "subprocess.Popen":
            self.started.append([os.fsdecode(one) for one in arguments[1]])

    def __enter__(self) -> Audit:
        self._is_on = True
        return self

    def __exit__(self, *_: object) -> None:
        self._is_on = False


@pytest.fixture
def audit() -> Audit:
    return Audit()


def test_only_files_of_the_branch_itself_are_records(memory: Memory) -> None:
    listed = {record.title for record in everything(memory)}
    assert {"Tags", "Code", "Option", "Newline"} <= listed
    paths = [record.path for record in memory.list()]
    assert not [path for path in paths if "link.md" in path or path.startswith("drafts")]
    assert not {"../../X", "-rf", "..", ""} & {record.id for record in memory.list()}
    assert all(re.fullmatch(r"[0-9a-f-]{36}", record.id) for record in memory.list())


def test_changing_what_is_there_writes_only_below_our_own_folders(place: Place, memory: Memory) -> None:
    """Mark, amend and delete each record: what cannot be done is refused, the rest stays on the branch."""
    done = {"mark": 0, "amend": 0, "delete": 0}
    for record in everything(memory):
        for name, change in (
            ("mark", lambda r=record: memory.mark(r.id, "fixed")),
            ("amend", lambda r=record: memory.amend(r.id, memory.text(r.id) + "\nMore.\n")),
            ("view", lambda r=record: memory.save_draft(memory.view(r.id).path)),
            ("delete", lambda r=record: memory.delete(r.id)),
        ):
            with suppress(GitMemoryError):
                change()
                done[name] = done.get(name, 0) + 1
    assert min(done.values()) > 5, done
    written = place.repo.git("log", "--format=", "--name-only", "-z", f"{place.tip}..memory").split("\0")
    assert {path for path in written if path and not path.startswith(FOLDERS)} == set()
    new = place.repo.git("log", "--format=%B%n%an", f"{place.tip}..memory")
    assert not ACTING.search(new)
    assert place.is_untouched()


def test_new_records_stay_in_our_own_folders_beside_the_enemys(place: Place, memory: Memory) -> None:
    from lsp_server.memory import Kind

    bug = memory.record(Kind.LEARNING, "../../x -rf \\..\\y", text="Fine.")
    assert re.fullmatch(r"learnings/\d{4}/\d\d/\d\d-[a-z0-9-]+\.md", bug.path)
    with pytest.raises(
        GitMemoryError, match="decisions"
    ):  # where a link stands, nothing is written through it
        memory.record(Kind.DECISION, "One")
    assert place.is_untouched()


def test_the_templates_of_an_enemy_are_not_even_read_for_a_write(place: Place, memory: Memory) -> None:
    from lsp_server.memory import Kind

    record = memory.record(Kind.LEARNING, "One")
    assert record.tags == ()
    assert memory.template_warnings() == ()
    listed = {file.path: file for file in own_files(memory._core.store.snapshot())}
    assert "templates/commits/message.j2" not in listed  # a link


def test_a_draft_of_the_branch_is_no_draft_of_ours(place: Place, memory: Memory) -> None:
    drafts = place.repo.root / ".git" / "git-memory" / "drafts"
    memory.view(everything(memory)[0].id)
    assert all(path.is_relative_to(drafts.resolve()) for path in drafts.resolve().rglob("*"))
    assert [path.name for path in drafts.rglob("*.md") if "Draft" in path.read_text()] == []


def test_importing_a_hostile_folder_stays_on_the_branch(place: Place, memory: Memory, repo: Repo) -> None:
    folder = place.around / "adrs"
    (folder / "--output=x").mkdir(parents=True)
    (folder / "0001-ok.md").write_text(
        "# 1. Fine\n\n## Status\n\nAccepted\n\n## Context\n\nx\n\n## Decision\n\ny\n"
    )
    (folder / "-rf.md").write_text(
        "# 2. \x1b[2J ../../x\n\n## Status\n\nSuperseded by [x](../../../etc/passwd)\n"
    )
    (folder / "a\nb.md").write_text("# 3. Three\n\n## Status\n\nAccepted by ../../x\n")
    (folder / "0004-link.md").symlink_to(place.around / "outside.txt")
    (folder / "--output=x" / "0005-x.md").write_text("# 5. Five\n\n## Status\n\nAccepted\n")
    place.before = place._all()
    repo.git("update-ref", "-d", "refs/heads/memory")
    memory.initialise()
    done = place.run("import", "adr", str(folder))
    assert done.returncode == 0
    assert not ACTING.search(done.stdout)
    names = repo.git("ls-tree", "-r", "--name-only", "-z", "memory").split("\0")
    assert [
        name
        for name in names
        if name and not re.fullmatch(r"memory\.yaml|decisions/\d{4}-[a-z0-9-]+\.md", name)
    ] == []
    assert CANARY not in repo.git("log", "-p", "memory")
    assert place.is_untouched()


def test_a_real_server_shows_a_harmless_hover(place: Place, tmp_path: Path) -> None:
    sys.path.insert(0, str(Path(__file__).parent.parent / "editor"))
    from client import SERVER, Client

    if not SERVER.exists():
        pytest.skip("git-memory-lsp is not installed beside this interpreter")
    logs = tmp_path.parent / f"{tmp_path.name}-log"
    logs.mkdir()
    client = Client(os.environ, logs, real=True)
    try:
        client.initialize(place.repo.root)
        file = place.repo.root / "src" / "auth.py"
        uri = client.open(file, "# BUG-2 BUG-3 ADR-9\n" + file.read_text())
        hovers: list[Any] = [client.shown(uri, 1), client.shown(uri, 0, 3), client.shown(uri, 0, 9)]
        for hover in hovers:
            assert is_harmless(hover["contents"]["value"])
        told = json.dumps(client.notifications + client.requests)
        assert CANARY not in told
    finally:
        client.close()
    assert place.is_untouched()
