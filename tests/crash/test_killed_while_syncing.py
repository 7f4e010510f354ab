"""A sync, an adoption, an init that is killed before, in the middle of or after any of its git calls."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence

import pytest
from crash.tools import (
    LONG,
    PROGRAM,
    Place,
    assert_index_is_good,
    assert_whole,
    eventually,
    leftovers,
    surely,
    the_users_own_git_works,
    told,
)
from support import Repo

WHEN = ["before", "0.003", "0.01", "after"]
HEAVY = ("fast-import", "update-ref", "fetch", "push")


@pytest.fixture
def apart(broken: Callable[[], Place]) -> Place:
    """A clone whose memory and its remote's went apart: new on both sides, one number twice, an edit."""
    place = broken()
    place.do("sync")
    there = place.copy(place.folder.parent / "there")
    there.do("decide", "Decided there")
    there.do("learn", "Learned there")
    there.do("mark", "BUG-1", "in-progress")
    there.repo.git("push", "-q", "origin", "memory")
    # The copy has a remote of its own; what it pushed is brought to the one that is killed.
    Repo(place.folder / "remote.git").git("fetch", "-q", str(there.folder / "remote.git"), "memory:memory")
    place.do("decide", "Decided here")
    place.do("mark", "ADR-1", "accepted")
    return place


TITLES = ("Use JWT", "Case matters", "Tokens never end", "Decided there", "Learned there", "Decided here")


def check_synced(place: Place, titles: Sequence[str] = TITLES) -> None:
    """Both sides hold the same, and nothing that was acknowledged is missing."""
    remote = Repo(place.folder / "remote.git")
    assert place.repo.git("rev-parse", "memory^{tree}") == remote.git("rev-parse", "memory^{tree}")
    listed = place.do("list", "--json")
    for title in titles:
        assert listed.count(f'"{title}"') == 1, f"{title}: {listed}"
    assert leftovers(place.git_dir) == []
    assert_whole(place.repo)
    assert_whole(remote)
    assert_index_is_good(place.git_dir)


@pytest.mark.parametrize("everything", [False, True], ids=["its group", "all its processes"])
def test_a_sync_killed_at_any_git_call_is_done_or_not_and_the_next_one_finishes(
    apart: Place, everything: bool
) -> None:
    command = [str(PROGRAM), "sync"]
    whole = apart.copy(apart.folder.parent / "whole")
    calls = whole.killed(command, 0, "before", everything=False).calls
    check_synced(whole)
    chance = random.Random(f"sync {everything}")
    at_all = range(1, len(calls) + 1)
    heavy = [at for at in at_all if any(f" {word} " in f" {calls[at - 1]} " for word in HEAVY)]
    for at in at_all if LONG else sorted(chance.sample(heavy, 2)):
        for how in WHEN if LONG else [chance.choice(WHEN)]:
            place = apart.copy(apart.folder.parent / f"sync-{at}-{how}")
            old, mine = place.tip(), without_tracking(place)
            killed = place.killed(command, at, how, everything=everything)
            with told(f"sync killed at call {at} ({killed.calls[at - 1]}), {how}"):
                assert not killed.ended or how not in surely(killed.calls[at - 1])
                if not everything:
                    assert eventually(place.is_at_peace)
                    assert not leftovers(place.git_dir / "refs")
                assert without_tracking(place) == mine
                place.repo.git("merge-base", "--is-ancestor", old, "memory")
                the_users_own_git_works(place.repo, gc=not everything, fetch=not everything)
                assert "Decided here" in place.do("list")
                place.do("sync")
                check_synced(place)
                the_users_own_git_works(place.repo, gc=True)


def test_what_a_killed_sync_left_is_cleared_up_by_the_next_command_of_any_kind(apart: Place) -> None:
    command = [str(PROGRAM), "sync"]
    calls = apart.copy(apart.folder.parent / "whole").killed(command, 0, "", everything=False).calls
    at = next(n for n, call in enumerate(calls, 1) if " fetch " in call)
    apart.killed(command, at, "after", everything=True)
    apart.do("list")
    assert leftovers(apart.git_dir) == []


_DIES = """#!/bin/sh
[ "$1" = prepared ] && grep -q refs/remotes/origin/memory || exit 0
rm -f "$0"
kill -9 "-$KILL_GROUP"
{also}
sleep 0.1
"""


def die_with_the_tracking_ref(place: Place, also: str) -> None:
    """A sync that is killed while git holds the lock of the remote-tracking ref."""
    hook = place.git_dir / "hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(_DIES.format(also=also))
    hook.chmod(0o755)
    assert not place.killed([str(PROGRAM), "sync"], 0, "", everything=False).ended
    hook.unlink(missing_ok=True)


def test_killed_with_its_group_a_sync_leaves_no_lock_in_the_way_of_the_users_fetch(apart: Place) -> None:
    die_with_the_tracking_ref(apart, "")
    assert eventually(lambda: not leftovers(apart.git_dir / "refs"), patience=1)
    the_users_own_git_works(apart.repo, gc=True)
    apart.do("sync")
    check_synced(apart)


@pytest.mark.parametrize("next_command", ["list", "sync"])
def test_a_lock_of_the_tracking_ref_that_a_dead_sync_left_goes_with_the_next_command(
    apart: Place, next_command: str
) -> None:
    die_with_the_tracking_ref(apart, "kill -9 $PPID")
    apart.do(next_command)
    assert not list((apart.git_dir / "refs").rglob("*.lock"))
    the_users_own_git_works(apart.repo, gc=True)
    apart.do("sync")
    check_synced(apart)


def test_a_lock_of_the_tracking_ref_that_a_dead_push_left_goes_with_the_next_sync(place: Place) -> None:
    place.do("sync")
    place.do("learn", "Learned here")
    die_with_the_tracking_ref(place, "kill -9 $PPID")
    place.do("sync")
    assert not list((place.git_dir / "refs").rglob("*.lock"))
    the_users_own_git_works(place.repo, gc=True)


def without_tracking(place: Place) -> dict[str, bytes]:
    """What is the user's own: a fetch moves remote-tracking refs and FETCH_HEAD, as theirs does."""
    found = place.repo.fingerprint()
    lines = found.pop("refs").decode().splitlines()
    own = [line for line in lines if not line.startswith(("refs/remotes/", "refs/git-memory/"))]
    return {**found, "refs": "\n".join(own).encode()}


@pytest.mark.parametrize("how", WHEN if LONG else ["0.003"])
def test_an_adoption_killed_while_the_branch_is_about_to_move_can_be_repeated(
    broken: Callable[[], Place], how: str
) -> None:
    first = broken()
    propose(first)
    first.do("learn", "Learned meanwhile")
    whole = first.copy(first.folder.parent / "whole")
    calls = whole.killed([str(PROGRAM), "adopt", "sessions"], 0, "before", everything=False).calls
    moves = [n for n, call in enumerate(calls, 1) if " update-ref " in call or " fast-import" in call]
    for at in range(1, len(calls) + 1) if LONG else moves[-1:]:
        place = first.copy(first.folder.parent / f"adopt-{at}")
        old = place.tip()
        killed = place.killed([str(PROGRAM), "adopt", "sessions"], at, how, everything=True)
        with told(f"adopt killed at call {at} ({killed.calls[at - 1]}), {how}"):
            place.repo.git("merge-base", "--is-ancestor", old, "memory")
            the_users_own_git_works(place.repo, gc=False)
            again = place.memory("adopt", "sessions")
            assert again.returncode in (0, 1), again.stderr
            assert "Traceback" not in again.stderr
            listed = place.do("list")
            for title in ("Use sessions", "Learned meanwhile", "Use JWT"):
                assert listed.count(title) == 1, (title, again.stderr, listed)
            assert leftovers(place.git_dir) == []
            assert_whole(place.repo)


def propose(place: Place) -> None:
    """A decision on a proposal, and then back to the memory itself."""
    place.do("propose", "sessions")
    place.do("decide", "Use sessions")
    place.do("propose", "--end")


def test_an_init_killed_at_any_git_call_can_be_repeated(broken: Callable[[], Place]) -> None:
    def bare_of_memory() -> Place:
        place = broken()
        place.forget_the_memory()
        shutil.rmtree(place.git_dir / "git-memory")  # the index remembers the numbers that were given
        return place

    calls = bare_of_memory().killed([str(PROGRAM), "init"], 0, "before", everything=False).calls
    chance = random.Random("init")
    every = range(1, len(calls) + 1)
    for at in every if LONG else chance.sample(every, 3):
        for how in WHEN if LONG else [chance.choice(WHEN)]:
            place = bare_of_memory()
            killed = place.killed([str(PROGRAM), "init"], at, how, everything=True)
            with told(f"init killed at call {at} ({killed.calls[at - 1]}), {how}"):
                the_users_own_git_works(place.repo, gc=False)
                place.do("init")
                place.do("decide", "Use JWT")
                assert leftovers(place.git_dir) == []
                assert place.repo.git("rev-list", "--count", "memory") == "2"
                assert "ADR-0001" in place.do("list")
