"""What every test stands on: a home of its own, real git, and repositories made in a temporary folder."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from examples import choose_profile
from support import AUTH, Repo

# A shell that starts the tests in the background has them ignore ^C, and every process they start, too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


choose_profile()

IN_MEMORY = Path("/dev/shm")
ENOUGH = 4 << 30  # bytes; a run keeps a tenth of that at a time


def pytest_configure(config: pytest.Config) -> None:
    """The repositories are made in memory where that is large enough and programs may be started there: on a
    disk a tenth of the run is the file system's. ``--basetemp`` and ``PYTEST_DEBUG_TEMPROOT`` go before."""
    if (
        config.option.basetemp is None
        and "PYTEST_DEBUG_TEMPROOT" not in os.environ
        and _can_hold_a_run(IN_MEMORY)
    ):
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(IN_MEMORY)


def _can_hold_a_run(place: Path) -> bool:
    try:
        disk = os.statvfs(place)
    except OSError:
        return False
    runs_programs = not disk.f_flag & getattr(os, "ST_NOEXEC", 0)
    return runs_programs and os.access(place, os.W_OK) and disk.f_bavail * disk.f_frsize >= ENOUGH


def pytest_xdist_auto_num_workers() -> int:
    """Three workers for two cores: a third of the time a test waits, for git's disk or a time-out's end."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + cores // 2


GIT_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
}


@pytest.fixture(autouse=True, scope="session")
def _rules_compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Compiling the secret scanner's rules takes seconds: every home and process shares what one of them
    compiled, xdist's workers too."""
    shared = tmp_path_factory.getbasetemp().parent / "scanner-rules"
    shared.mkdir(mode=0o700, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KF_RULE_CACHE_DIR", str(shared))
        yield


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without anybody's configuration but a name and an address."""
    place = tmp_path_factory.mktemp("home")
    (place / ".gitconfig").write_text(
        "[user]\n\tname = A Developer\n\temail = developer@example.org\n[init]\n\tdefaultBranch = main\n"
        '[protocol "file"]\n\tallow = always\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n'
    )
    for name in list(os.environ):
        if name.startswith(("GIT_", "XDG_")) or name in ("EDITOR", "VISUAL", "NO_COLOR", "FORCE_COLOR"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(place))
    for name, value in GIT_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    return place


@pytest.fixture
def new_repo(tmp_path: Path) -> Callable[..., Repo]:
    """Make repositories: ``new_repo("name", "--bare")``."""

    def make(name: str = "repo", *options: str) -> Repo:
        root = tmp_path / name
        root.mkdir(parents=True)
        repo = Repo(root)
        repo.git("init", "-q", *options)
        return repo

    return make


@pytest.fixture
def repo(new_repo: Callable[..., Repo]) -> Repo:
    """A repository with one commit of a small program."""
    made = new_repo()
    made.write("src/auth.py", AUTH)
    made.write("README.md", "# Example\n")
    made.commit("Start")
    return made
