"""What killed processes leave goes with the next command, of any kind; what live ones work on stays."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from crash.tools import GIT, LONG, PROGRAM, Place, assert_whole, eventually, gone, leftovers, start

NEXT = ["list", "learn Again"]

# A git that stands still when it imports: its number goes to a file, and it waits for its end or for "go".
_SLOW_GIT = """#!/bin/sh
case " $* " in
*" fast-import "*) echo $$ > "$WAITS/pid"; until [ -e "$WAITS/go" ]; do sleep 0.01; done ;;
esac
exec "$REAL_GIT" "$@"
"""


@contextmanager
def importing(place: Place) -> Iterator[tuple[subprocess.Popen[bytes], int, Path]]:
    """A writer that stands in the middle of its import: it, its git's number, and the file that lets the git
    go on. Whatever is still alive at the end is ended."""
    waits = place.folder / "waits"
    waits.mkdir()
    directory = place.folder / "slow"
    directory.mkdir()
    (directory / "git").write_text(_SLOW_GIT)
    (directory / "git").chmod(0o755)
    writer = subprocess.Popen(
        [str(PROGRAM), "learn", "Retries hide bugs"],
        cwd=place.repo.root,
        env={
            **os.environ,
            "PATH": f"{directory}{os.pathsep}{os.environ['PATH']}",
            "REAL_GIT": GIT,
            "WAITS": str(waits),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert eventually(lambda: bool(read(waits / "pid").strip()), patience=20)
        yield writer, int(read(waits / "pid")), waits / "go"
    finally:
        (waits / "go").touch()
        if writer.returncode is None:
            writer.kill()
            writer.wait()
        gone(writer.pid)


def read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def told_by_the_doctor(place: Place) -> set[tuple[str, str]]:
    """Code and place of what it finds left over."""
    areas = json.loads(place.do("doctor", "--json"))["areas"]
    (area,) = [area for area in areas if area["name"] == "left-overs"]
    return {(finding["code"], finding["where"]) for finding in area["findings"]}


def in_use(place: Place) -> list[Path]:
    return list((place.git_dir / "git-memory").glob("incoming-*.in-use"))


@pytest.mark.parametrize("next_command", NEXT)
def test_a_writer_that_is_dead_and_not_yet_reaped_is_cleared_up_after(
    place: Place, next_command: str
) -> None:
    """As when two die at once, and their parent is busy: the number of the first is still in use."""
    with importing(place) as (writer, _, _):
        os.killpg(writer.pid, signal.SIGKILL)
        gone(writer.pid)
        assert Path(f"/proc/{writer.pid}").exists(), "nobody has waited for it"
        assert in_use(place)
        place.do(*next_command.split())
        assert leftovers(place.git_dir) == []


@pytest.mark.parametrize("next_command", [*NEXT, "doctor", "doctor --fix"])
def test_what_a_dead_writer_left_goes_also_when_its_note_is_lost(place: Place, next_command: str) -> None:
    with importing(place) as (writer, _, _):
        os.killpg(writer.pid, signal.SIGKILL)
        writer.wait()
        gone(writer.pid)
    (place.git_dir / "git-memory/lock").write_bytes(b"")
    [left] = in_use(place)
    if next_command == "doctor":
        assert told_by_the_doctor(place) == {("abandoned-directory", str(left))}
    else:
        place.do(*next_command.split())
    assert leftovers(place.git_dir) == []


# A command that is killed in the moment before a file that is whole gets its name, or before git reads what
# was written for it.
_KILLED = """
import os, signal, sys
from lsp_server.cli.run import run

def hook(event, what):
    named = [os.fsdecode(one) for one in what if isinstance(one, (str, bytes, os.PathLike))]
    if event == "subprocess.Popen":
        named = [str(one) for one in what[1]]
    if event in ("os.rename", "subprocess.Popen") and any("/half-" in one for one in named):
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(hook)
sys.exit(run(sys.argv[1:], os.environ))
"""


def killed_half_way(place: Place, *command: str, **environment: str) -> None:
    process = start(_KILLED, *command, cwd=place.repo.root, environment=environment)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL


def half_written(place: Path) -> list[str]:
    return sorted(path.name for path in place.glob("half-*"))


def edited_twice(place: Place) -> Path:
    """ADR-2, and an editor for it while which somebody else changes another line of the same paragraph, so
    that two texts have to be merged line by line."""
    place.do("decide", "Use sessions", "--context", "First.\nSecond.\nThird.\nFourth.")
    place.do("edit", "ADR-2", EDITOR="true")  # its file is there: nothing is written before the merge
    editor = place.folder / "editor"
    editor.write_text(
        "#!/bin/sh -e\n"
        "git worktree add -q ../theirs memory\n"
        "sed -i s/First/Former/ ../theirs/decisions/0002-*\n"
        "git -C ../theirs commit -q -a -m 'By hand'\n"
        "git worktree remove ../theirs\n"
        'sed -i s/Fourth/Last/ "$1"\n'
    )
    editor.chmod(0o755)
    return editor


@pytest.mark.parametrize(
    ("command", "next_command"),
    [
        (command, then)
        for command in (["sync"], ["propose", "sessions"], ["edit", "ADR-1"], ["list"], ["edit", "ADR-2"])
        for then in (*NEXT, "doctor", "doctor --fix")
        if LONG or then == "list" or command == ["sync"]  # what comes next does not depend on what was killed
    ],
    ids=lambda words: words if isinstance(words, str) else " ".join(words),
)
def test_a_file_that_was_written_half_by_a_killed_command_goes_with_the_next_one(
    place: Place, command: list[str], next_command: str
) -> None:
    private = place.git_dir / "git-memory"
    settings = {"EDITOR": "true"}
    if command == ["list"]:  # the first to need the proposal's own index
        place.do("propose", "sessions")
        for index in private.glob("index-*"):
            index.unlink()
    if command == ["edit", "ADR-2"]:
        settings = {"EDITOR": str(edited_twice(place))}
    killed_half_way(place, *command, **settings)
    left = half_written(private)
    assert left
    if next_command == "doctor":
        assert ("half-written", str(private / left[0])) in told_by_the_doctor(place)
    else:
        place.do(*next_command.split())
    assert leftovers(place.git_dir) == []
    assert_whole(place.repo)


def test_what_a_killed_command_left_in_the_users_own_directory_goes_with_the_next_of_its_kind(
    place: Place, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    home = {"XDG_STATE_HOME": str(state)}
    place.do("trust", **home)
    (state / "git-memory/trusted.json").unlink()
    private = place.git_dir / "git-memory"
    killed_half_way(place, "trust", **home)  # writes its half in the repository first
    assert half_written(private)
    place.do("list", **home)
    assert not half_written(private)
    half = state / "git-memory/half-0a1b2c3d"  # killed a moment later
    half.write_text("{")
    place.do("trust", **home)
    assert not half_written(state / "git-memory")


def test_half_a_compiled_template_goes_with_the_next_that_is_kept(place: Place, tmp_path: Path) -> None:
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    templates = tmp_path / "cache/git-memory/templates"
    killed_half_way(place, "bug", "Retries hide bugs", **cache)
    assert half_written(templates)
    place.do("bug", "Retries hide bugs", **cache)
    assert not half_written(templates)
    assert len(list(templates.iterdir())) > 1


def test_a_file_that_a_live_process_writes_is_left_alone(place: Place) -> None:
    writer = start(
        "import sys, pathlib\n"
        "from lsp_server.store.half_written import half\n"
        "with half(pathlib.Path(sys.argv[1])) as (path, _):\n"
        "    print(path, flush=True)\n"
        "    sys.stdin.read()\n"
        "    path.rename(path.with_name('whole'))\n",
        str(place.git_dir / "git-memory"),
        cwd=place.repo.root,
        stdin=subprocess.PIPE,
    )
    assert writer.stdout
    path = Path(writer.stdout.readline().strip())
    os.utime(path, (1, 1))
    place.do("list")
    place.do("doctor", "--fix")
    assert path.exists()
    writer.communicate()
    assert writer.returncode == 0
    assert path.with_name("whole").exists()


def test_a_git_that_outlives_its_writer_keeps_its_directory_until_it_ends(place: Place) -> None:
    old = place.tip()
    with importing(place) as (writer, git, go):
        writer.kill()
        writer.wait()
        (place.git_dir / "git-memory/lock").write_bytes(b"")  # as if it had been killed before it noted it
        [directory] = in_use(place)
        place.do("list")
        place.do("learn", "Meanwhile")
        assert in_use(place) == [directory]
        go.touch()
        assert eventually(lambda: not Path(f"/proc/{git}").exists())
        place.do("list")
    assert leftovers(place.git_dir) == []
    assert place.repo.git("rev-list", "--count", f"{old}..memory") == "1"
    assert place.repo.git("fsck", "--strict", "--no-dangling", "--no-progress") == ""


def test_what_a_live_writer_works_on_is_left_alone_by_everybody(place: Place) -> None:
    with importing(place) as (writer, _, go):
        [directory] = in_use(place)
        (place.git_dir / "git-memory/lock").write_bytes(b"")
        os.utime(directory, (1, 1))
        place.do("list")
        place.do("doctor", "--fix")
        assert in_use(place) == [directory]
        go.touch()
        assert writer.wait(20) == 0
    assert "Retries hide bugs" in place.do("list")
    assert leftovers(place.git_dir) == []
