"""What cannot be written is not lost: a clear error, exit code 1, the text in a draft or on the screen."""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from crash.tools import LONG, PROGRAM, PROJECT, Place, assert_whole, check_next_command, leftovers

TEXT = "The whole text that must not be lost: " + "a sentence of it. " * 40
TITLE = "Retries hide bugs"
COMMAND = ["learn", TITLE, "--lesson", TEXT.strip()]


def kept_in(said: str) -> Path:
    """The draft that an error names, with the whole text in it."""
    found = re.search(r"your text is kept in (\S+\.md)", said)
    assert found, said
    path = Path(found[1])
    whole = path.read_text()
    assert TITLE in whole
    assert TEXT.strip() in whole
    return path


def assert_nothing_is_lost(place: Place, old: str, said: str, before: dict[str, bytes]) -> None:
    """Nowhere half-written, and the text is named or printed."""
    assert place.tip() == old
    assert place.repo.fingerprint() == before
    if "your text is kept in" in said:
        kept_in(said)
    else:
        assert TEXT.strip() in said, said
        assert TITLE in said
    assert said.splitlines()[0].count(": ") >= 1
    assert leftovers(place.git_dir) == []


def assert_all_is_well_again(place: Place, said: str) -> None:
    """When there is room again the next command works, and the draft can be saved."""
    check_next_command(place)
    if "your text is kept in" in said:
        saved = save(place, kept_in(said))
        assert saved == "True"
        assert TITLE in place.do("list")


def save(place: Place, draft: Path) -> str:
    """Save a draft as an editor does; whether it was recorded."""
    script = (
        "import sys; from pathlib import Path; from lsp_server.memory import Memory\n"
        "with Memory.open('.') as memory: print(memory.save_draft(Path(sys.argv[1])).record is not None)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(draft)],
        cwd=place.repo.root,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


# a real disk that fills up ------------------------------------------------------------------------------


@pytest.fixture
def disks() -> Iterator[Callable[[Path, str], Path]]:
    """Mount small disks; needs root."""
    mounted: list[Path] = []

    def mount(at: Path, size: str) -> Path:
        at.mkdir(parents=True, exist_ok=True)
        if os.getuid() or shutil.which("mount") is None:
            pytest.skip("only root can make a disk that fills up")
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(at)], capture_output=True, check=False
        )
        if done.returncode:
            pytest.skip(f"no disk can be mounted here: {done.stderr.decode()}")
        mounted.append(at)
        return at

    yield mount
    for place in reversed(mounted):
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path, leave: int) -> Path:
    """Use the disk up but for some bytes (whole pages)."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 65536)
        except OSError:
            pass
    ballast.write_bytes(b"")
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    ballast.write_bytes(b"\0" * max(free - leave, 0))
    return ballast


@pytest.mark.parametrize("pages", range(40) if LONG else [1, 8])
def test_a_disk_that_fills_up_at_any_point_of_a_write_loses_nothing(
    broken: Callable[[], Place], disks: Callable[[Path, str], Path], tmp_path: Path, pages: int
) -> None:
    disk = disks(tmp_path / "disk", "8m")
    place = broken().copy(disk / "place")
    old, before = place.tip(), place.repo.fingerprint()
    ballast = fill(disk, pages * 4096)
    done = place.memory(*COMMAND)
    if done.returncode == 0:
        assert place.tip() != old
    else:
        assert done.returncode == 1, done.stderr
        assert done.stderr.startswith("error: ")
        assert "Traceback" not in done.stderr
        assert_nothing_is_lost(place, old, done.stderr, before)
    ballast.unlink()
    assert_whole(place.repo)
    assert_all_is_well_again(place, done.stderr)


@pytest.mark.parametrize("state", ["has room", "is full too"])
def test_on_a_full_disk_the_text_goes_to_the_users_state_directory_or_is_printed_whole(
    broken: Callable[[], Place], disks: Callable[[Path, str], Path], tmp_path: Path, home: Path, state: str
) -> None:
    disk = disks(tmp_path / "disk", "8m")
    place = broken().copy(disk / "place")
    places = {"XDG_STATE_HOME": str(tmp_path / "state")}
    if state == "is full too":
        places = {"XDG_STATE_HOME": str(disk / "state")}
    old, before = place.tip(), place.repo.fingerprint()
    ballast = fill(disk, 0)
    said = place.fails(*COMMAND, **places)
    assert_nothing_is_lost(place, old, said, before)
    assert "No space left" in said.splitlines()[0]
    if state == "has room":
        assert kept_in(said).is_relative_to(tmp_path / "state")
    else:
        assert "your text is in no file" in said
    assert place.do("list"), "what is there can still be read"
    ballast.unlink()
    assert_all_is_well_again(place, "")


@pytest.mark.parametrize("change", [["mark", "ADR-1", "accepted"], ["delete", "BUG-1"], ["init"]])
def test_on_a_full_disk_a_change_without_a_text_is_a_clear_error(
    broken: Callable[[], Place], disks: Callable[[Path, str], Path], tmp_path: Path, change: list[str]
) -> None:
    disk = disks(tmp_path / "disk", "8m")
    place = broken().copy(disk / "place")
    if change == ["init"]:
        place.forget_the_memory()
    old = place.tip()
    ballast = fill(disk, 0)
    said = place.fails(*change)
    assert "No space left" in said
    assert said.count("\n") == 1
    assert (place.tip(), leftovers(place.git_dir)) == (old, [])
    ballast.unlink()
    place.do(*change)
    check_next_command(place)


@pytest.mark.parametrize("what", ["folder", "directory"])
def test_an_export_to_a_full_disk_is_one_clear_line_and_completes_when_there_is_room(
    place: Place, disks: Callable[[Path, str], Path], tmp_path: Path, what: str
) -> None:
    out = disks(tmp_path / "disk", "1m")
    for address in ("patterns/code", "preferences/libraries", "context/blockers"):
        place.do("note", address, "Something to keep")
    place.do("export", what, str(out))
    (out / "user-preferences.md").unlink()
    place.do("note", "patterns/code", "Something else")
    ballast = fill(out, 0)
    said = place.fails("export", what, str(out))
    assert "cannot be written: No space left" in said
    assert said.count("\n") == 1
    assert ".half" not in said
    assert not list(out.glob(".*.half"))
    ballast.unlink()
    place.do("export", what, str(out))
    assert (out / "patterns-learned.md").read_text().rstrip() == place.do("documents", "patterns")
    place.do("import", what, str(out))


# the same without root: files may only grow so far --------------------------------------------------------


@pytest.mark.parametrize("size", range(0, 5000, 100) if LONG else [0, 1000])
def test_where_files_may_not_grow_git_fails_and_nothing_is_lost(place: Place, size: int) -> None:
    old, before = place.tip(), place.repo.fingerprint()

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    done = subprocess.run(
        [PROGRAM, *COMMAND],
        cwd=place.repo.root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        preexec_fn=limit,
        check=False,
    )
    if done.returncode == 0:
        assert place.tip() != old
        assert size >= 1500, "it was meant to fail"
    else:
        assert done.returncode == 1, done.stderr
        assert done.stderr.startswith("error: ")
        assert "Traceback" not in done.stderr
        assert_nothing_is_lost(place, old, done.stderr, before)
    assert_all_is_well_again(place, done.stderr)


# read-only, locked, checked out -----------------------------------------------------------------------------


def as_nobody(tmp_path: Path) -> list[str]:
    """What to put before a command so that permissions count for it, also when we are root."""
    if os.getuid():
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root writes anywhere, and setpriv is not here")
    for above in (tmp_path, *tmp_path.parents):
        if above.stat().st_uid == 0 and str(above).startswith(("/tmp/", "/dev/shm/")):
            above.chmod(0o755)
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def run_as_nobody(
    place: Place, tmp_path: Path, *arguments: str, home: Path
) -> subprocess.CompletedProcess[str]:
    command = as_nobody(tmp_path)
    trusting = tmp_path / "trusting"
    trusting.write_text("[safe]\n\tdirectory = *\n[user]\n\tname = A\n\temail = a@example.org\n")
    trusting.chmod(0o644)
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": str(trusting),
        "HOME": str(home),
        "PYTHONPATH": str(PROJECT),
    }
    program = [sys.executable, "-c", "from lsp_server.cli import main; main()"]
    done = subprocess.run(
        [*command, *program, *arguments],
        cwd=place.repo.root,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    cannot_start = ("Permission denied", "cannot open shared object file", "No module named")
    if not done.stderr.startswith("error: ") and any(words in done.stderr for words in cannot_start):
        pytest.skip("an unprivileged user cannot run this interpreter")
    return done


@pytest.mark.parametrize("what", ["objects", "everything"])
def test_a_read_only_repository_keeps_the_text_where_it_can_be_kept(
    place: Place, tmp_path: Path, what: str
) -> None:
    old = place.tip()
    home = tmp_path / "nobodys"
    home.mkdir()
    every = [place.repo.root, *place.repo.root.rglob("*")]
    for path in every:
        path.chmod(0o777 if path.is_dir() else 0o666)
    home.chmod(0o777)
    locked = every if what == "everything" else [p for p in every if "objects" in p.parts]
    for path in locked:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        done = run_as_nobody(place, tmp_path, *COMMAND, home=home)
    finally:
        for path in locked:
            if path.exists():
                path.chmod(0o777 if path.is_dir() else 0o666)
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith("error: the repository cannot be written to: "), done.stderr
    draft = kept_in(done.stderr)
    assert draft.is_relative_to(home if what == "everything" else place.git_dir)
    assert place.tip() == old
    assert leftovers(place.git_dir) == []
    check_next_command(place)


def test_a_lock_of_the_branch_that_somebody_holds_is_named_and_never_removed(place: Place) -> None:
    lock = place.git_dir / "refs/heads/memory.lock"
    lock.write_text("")
    old, before = place.tip(), place.repo.fingerprint()
    begun = time.monotonic()
    said = place.fails(*COMMAND)
    assert time.monotonic() - begun < 6
    assert str(lock) in said
    kept_in(said)
    assert lock.exists()
    assert place.tip() == old
    place.do("list")
    assert lock.exists(), "reading does not remove it either"
    lock.unlink()
    assert place.repo.fingerprint() == before
    assert_all_is_well_again(place, said)


@pytest.mark.parametrize("where", ["HEAD", "a linked worktree"])
def test_while_the_branch_is_checked_out_the_worktree_is_named_and_the_draft_kept(
    place: Place, where: str
) -> None:
    named = place.repo.root
    if where == "HEAD":
        place.repo.git("reset", "-q", "--hard")
        place.repo.git("checkout", "-q", "memory")
    else:
        named = place.folder / "linked"
        place.repo.git("worktree", "add", "-q", str(named), "memory")
    old, before = place.tip(), place.repo.fingerprint()
    said = place.fails(*COMMAND)
    assert f"is checked out in {named}," in said
    kept_in(said)
    assert said.count("\n") == 1
    assert (place.tip(), place.repo.fingerprint()) == (old, before)
    for change in (["mark", "ADR-1", "accepted"], ["delete", "BUG-1"]):
        assert f"is checked out in {named}," in place.fails(*change)
    assert place.tip() == old
    place.repo.git("checkout", "-q", "main") if where == "HEAD" else place.repo.git(
        "worktree", "remove", str(named)
    )
    assert_all_is_well_again(place, said)
