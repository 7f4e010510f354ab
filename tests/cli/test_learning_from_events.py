"""``git memory learn-from-events``: from events to records, in a shell."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from clones import until

from lsp_server import EventMemory
from lsp_server.memory.events.model import made

if TYPE_CHECKING:
    from tests.cli.conftest import Repo

PROGRAM = Path(sys.executable).parent / "git-memory"


def fail(repo: Repo, times: int = 6, *, apart: float = 600) -> None:
    """A program has failed, so many seconds apart, up to now."""
    now = datetime.now(timezone.utc)
    with EventMemory(repo.path) as events:
        events.keep(
            [
                made("Disk full", memory_type="error", created=now - timedelta(seconds=apart * n))
                for n in reversed(range(times))
            ]
        )


def test_what_is_found_is_told_by_a_line_each_and_once(repo: Repo) -> None:
    assert repo.do("learn-from-events") == "nothing new\n"
    fail(repo)
    answer = repo.run("learn-from-events", "--dry-run")
    assert answer.out == "new  bug  Disk full\n"
    assert "nothing was written" in answer.err
    assert repo.do("learn-from-events") == "new  BUG-1  Disk full\n"
    assert repo.do("learn-from-events") == "nothing new; 1 lasts\n"
    assert "Disk full" in repo.do("list", "--tag", "found")
    assert "\nin events   6 times, last on " in repo.do("show", "BUG-1")
    assert repo.json("show", "BUG-1")["found"]["count"] == 6
    fail(repo, 20, apart=0.001)
    assert repo.do("learn-from-events") == "going on  BUG-1  Disk full\n"


def test_it_answers_with_one_document(repo: Repo) -> None:
    fail(repo)
    told = repo.json("learn-from-events")
    assert [record["label"] for record in told["written"]] == ["BUG-1"]
    assert told["found"][0]["finder"] == "errors"
    assert told["found"][0]["count"] == 6
    assert (told["closed"], told["report"], told["remarks"]) == ([], None, [])
    report = repo.json("learn-from-events", "--report")
    assert report["day"] == datetime.now(timezone.utc).date().isoformat()
    assert "**BUG-1** Disk full" in report["report"]


def test_what_cannot_be_meant_is_told_in_a_line(repo: Repo) -> None:
    for arguments, message in (
        (("--watch", "--dry-run"), "do not go together"),
        (("--every", "5m"), "--every says how often"),
        (("--watch", "--every", "0"), "more than 0"),
        (("--report", "soon"), "is no day; write one like"),
        (("--hours", "0"), "0"),
    ):
        answer = repo.run("learn-from-events", *arguments)
        assert (answer.code, answer.out) == (2, "")
        assert message in answer.err


def test_a_watcher_tells_each_change_and_ends_whole(repo: Repo) -> None:
    fail(repo)
    watcher = subprocess.Popen(
        [PROGRAM, "learn-from-events", "--watch", "--every", "1", "--json"],
        cwd=repo.path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until(lambda: "BUG-1" in repo.run("list").out)
        other = repo.run("learn-from-events", "--watch")
        assert (other.code, other.out) == (1, "")
        assert "watches the events of this clone already" in other.err
    finally:
        watcher.send_signal(signal.SIGINT)
        out, err = watcher.communicate(timeout=20)
    assert watcher.returncode == 130
    assert "Traceback" not in err
    assert json.loads(out)["written"][0]["label"] == "BUG-1"
    assert repo.do("learn-from-events") == "nothing new; 1 lasts\n"
