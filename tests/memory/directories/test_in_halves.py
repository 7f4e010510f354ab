"""Of thousands of things half is made in a copy of the process, and nobody can tell but by the time."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.records.paths import FOLDERS

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="there is no second core to use"
)

# In a process of its own: the one that runs the tests may have threads.
BEFORE = """
import os, signal, threading
from lsp_server.memory.importing.in_halves import in_halves
us = os.getpid()
born = []
os.register_at_fork(after_in_parent=lambda: born.append(1))

def nobody_is_left():
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return True
"""


def run(script: str) -> None:
    call = [sys.executable, "-c", BEFORE + script]
    done = subprocess.run(call, check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "")


def test_each_thing_is_made_once_and_in_its_order() -> None:
    run("""
for count in range(5):
    things = list(range(count))
    assert in_halves(lambda some: [(one, os.getpid() == us) for one in some], things, least=1) == [
        (one, one % 2 == 0) for one in things
    ]
assert len(born) == 4 and nobody_is_left()
assert in_halves(list, range(10)) == list(range(10)) and len(born) == 4  # few are not worth it
""")


def test_what_a_copy_cannot_do_is_done_here() -> None:
    run("""
def fails(some):
    if os.getpid() != us:
        raise ValueError("here only")
    return [one * 2 for one in some]

def is_killed(some):
    if os.getpid() != us:
        os.kill(os.getpid(), signal.SIGKILL)
    return [one * 2 for one in some]

def cannot_be_told(some):
    return [one * 2 if os.getpid() == us else (lambda: one) for one in some]

def is_too_few(some):
    return [one * 2 for one in some if os.getpid() == us]

for work in (fails, is_killed, cannot_be_told, is_too_few):
    assert in_halves(work, range(7), least=1) == [0, 2, 4, 6, 8, 10, 12], work
assert len(born) == 4 and nobody_is_left()
""")


def test_a_copy_ends_when_we_are_interrupted_or_fail() -> None:
    run("""
import time
for error in (KeyboardInterrupt, ValueError):
    def work(some):
        if os.getpid() != us:
            time.sleep(60)
        raise error
    begun = time.monotonic()
    try:
        in_halves(work, range(4), least=1)
    except error:
        assert time.monotonic() - begun < 30 and nobody_is_left()
    else:
        raise AssertionError(error)
assert len(born) == 2
""")


def test_a_copy_holds_none_of_our_files_and_does_not_run_our_handlers() -> None:
    run("""
import sys
file = open(sys.executable)
signal.signal(signal.SIGTERM, lambda *_: None)

def work(some):
    try:
        is_open = bool(os.fstat(file.fileno()))
    except OSError:
        is_open = False
    return [(is_open, signal.getsignal(signal.SIGTERM) is signal.SIG_DFL) for _ in some]

assert in_halves(work, [0, 1], least=1) == [(True, False), (False, True)]
""")


def test_a_process_in_which_somebody_else_works_is_not_copied() -> None:
    run("""
def with_a_thread(name):
    done = threading.Event()
    thread = threading.Thread(target=done.wait, name=name)
    thread.start()
    assert in_halves(list, range(4), least=1) == [0, 1, 2, 3]
    done.set()
    thread.join()
    return len(born)

assert with_a_thread("their own") == 0
assert with_a_thread("git-memory watch") == 1  # it only says how far we have come
signal.signal(signal.SIGCHLD, lambda *_: None)
assert in_halves(list, range(4), least=1) == [0, 1, 2, 3] and len(born) == 1
""")


IMPORT = """
import os, sys
from lsp_server import Memory
from lsp_server.memory.importing import in_halves
in_halves.LEAST = 50
born = []
os.register_at_fork(after_in_parent=lambda: born.append(1))
if sys.argv[3] == "alone":
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
with Memory.open(sys.argv[1]) as memory:
    report = memory.import_directory(sys.argv[2], redact=True)
    for file in report.files:
        print(file.source, file.taken.value, file.path, file.notes)
print(len(born), file=sys.stderr)
"""


def test_an_import_in_halves_is_the_import(new_repo: Callable[..., Repo], tmp_path: Path) -> None:
    directory = tmp_path / "project"
    for folder in ("bugs", "checkpoints", "sessions"):
        (directory / folder).mkdir(parents=True)
    for number in range(61):
        session = {"session_id": str(number), "start_time": "2025-01-07T10:00:00Z", "goal": f"Part {number}"}
        (directory / f"sessions/{number:03d}.json").write_text(json.dumps(session))
        day = f"2025-01-{number % 28 + 1:02d}"
        if number % 2:
            document = {"timestamp": day, "phase": f"Phase {number}", "metrics": {"files": number}}
            (directory / f"checkpoints/{number:03d}.json").write_text(json.dumps(document))
        else:
            text = f"# Bug #{number}: Fails {number}\n\n**Date:** {day}\n\n## Description\nWith {number}.\n"
            (directory / f"bugs/bug_{number:03d}.md").write_text(text)
    (directory / "bugs/bug_003.md").write_text("# Bug #2: One number twice\n\n**Date:** 2025-01-07\n")
    (directory / "checkpoints/005.json").write_text("{")
    secret = "Zx81kQp0" + "vB7Lm4Wd"
    (directory / "bugs/bug_009.md").write_text(
        f'# Bug #9: Leak\n\n**Date:** 2025-01-07\n\n## Fix\napi_key = "{secret}"\n'
    )
    told = {}
    for way in ("in halves", "alone"):
        repo = new_repo(f"{way}/repo")
        repo.commit("Start")
        with Memory.open(repo.root) as opened:
            opened.initialise()
        call = [sys.executable, "-c", IMPORT, str(repo.root), str(directory), way]
        done = subprocess.run(call, check=False, capture_output=True, text=True, timeout=120)
        assert done.stderr.strip() == ("3" if way == "in halves" else "0")
        memory = [*FOLDERS.values()]
        texts = repo.git("grep", "-h", "", "memory", "--", *memory)
        names = repo.git("ls-tree", "-r", "--name-only", "memory", "--", *memory)
        assert secret not in texts
        said = "\n".join([done.stdout, names, texts])
        for of_the_id in (
            r"\"?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\"?",
            r"(?<=2025-01-07_)[0-9a-f]{8}",
            r"(?m)(?<=\s)[0-9a-f]{16,64}(?=[\"']?$)",  # the digest of what was made
        ):
            said = re.sub(of_the_id, "…", said)
        told[way] = sorted(said.split("\n"))
    assert told["in halves"] == told["alone"]
