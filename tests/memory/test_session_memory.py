"""``SessionMemory``: a conversation from asyncio, saved as a batch, whatever is cancelled or killed."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import subprocess
import time
from dataclasses import dataclass, replace
from typing import Any

import pytest
from support import Repo

from lsp_server import Memory, SessionMemory
from lsp_server.errors import AmbiguousError, NotFoundError, NotInitialisedError, StoreError, UsageError

CALL = {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}


@dataclass
class LLMMessage:
    role: str
    content: str | None = None
    tool_calls: list[dict[str, Any]] | None = None
    name: str | None = None


def commits(repo: Repo) -> int:
    return int(repo.git("rev-list", "--count", "memory"))


def test_a_conversation_is_saved_as_one_commit_and_gone_on_with(memory: Memory, repo: Repo) -> None:
    async def first() -> str:
        session = await SessionMemory.create(memory, goal="Add", system_messages=["You can count."])
        await session.add_message("user", "How much is 1 + 1?")
        await session.add_message("assistant", tool_calls=[CALL])
        await session.add_message(role="tool", content="2", tool_call_id="call_1", name="add")
        await session.add_message({"role": "assistant", "content": [{"type": "text", "text": "Two."}]})
        assert session.unsaved
        await session.save_memory()
        assert not session.unsaved
        return session.session_id

    async def then(session_id: str) -> None:
        session = await SessionMemory.from_session(session_id[:8], repo.root)
        assert [message["role"] for message in session.messages] == ["user", "assistant", "tool", "assistant"]
        assert session.messages[1] == {"role": "assistant", "content": None, "tool_calls": [CALL]}
        assert session.system_messages == ({"role": "system", "content": "You can count."},)
        await session.add_message(LLMMessage("user", "Thanks"))
        await session.save_memory()
        await session.close()

    before = commits(repo)
    session_id = asyncio.run(first())
    assert commits(repo) == before + 1
    asyncio.run(then(session_id))
    assert commits(repo) == before + 2
    assert memory.session(session_id).messages[-1] == {"role": "user", "content": "Thanks"}


def test_sessions_are_listed_and_found_by_a_part_of_their_id(memory: Memory) -> None:
    async def look() -> None:
        assert await SessionMemory.find_latest_session(memory) is None
        assert await SessionMemory.list_sessions(memory=memory) == ()
        ids = []
        for goal in ("One", "Two", "Three"):
            session = await SessionMemory.create(memory, goal=goal)
            await session.add_message("user", goal)
            await session.save_memory()
            ids.append(session.session_id)
        listed = await SessionMemory.list_sessions(2, memory)
        assert [one.title for one in listed] == ["Three", "Two"]
        assert await SessionMemory.find_latest_session(memory) == ids[2]
        assert await SessionMemory.find_session_by_prefix(ids[0][:13], memory) == ids[0]
        assert await SessionMemory.find_session_by_prefix("0123456789abcdef", memory) is None

    asyncio.run(look())


def test_a_prefix_that_two_sessions_have_is_said_to_be_so(memory: Memory) -> None:
    async def look() -> None:
        session = await SessionMemory.create(memory)
        await session.add_message("user", "One")
        saved = await session.save_memory()
        twin = saved.id[:-4] + ("0000" if not saved.id.endswith("0000") else "1111")
        memory.save_session(replace(saved, id=twin, origin=None))
        with pytest.raises(AmbiguousError):
            await SessionMemory.find_session_by_prefix(saved.id[:8], memory)

    asyncio.run(look())


def test_an_edit_by_hand_is_picked_up_at_the_next_save(memory: Memory, repo: Repo) -> None:
    async def talk() -> None:
        async with await SessionMemory.create(memory, goal="Add") as session:
            await session.add_message("user", "Wrong")
            saved = await session.save_memory()
            assert saved.origin is not None
            text = saved.origin.data.decode().replace("Wrong", "Right")
            memory.amend(saved.id, text)
            await session.add_message("assistant", "Yes.")
            await session.save_memory()
            assert [message["content"] for message in session.messages] == ["Right", "Yes."]

    asyncio.run(talk())


def test_leaving_the_context_saves_what_was_said_also_after_an_error(memory: Memory) -> None:
    async def talk() -> None:
        async with await SessionMemory.create(memory, name="broken") as session:
            await session.add_message("user", "Before the error")
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        asyncio.run(talk())
    assert memory.session("broken").messages[0]["content"] == "Before the error"


def test_a_save_that_is_cancelled_leaves_all_or_nothing(memory: Memory, repo: Repo) -> None:
    async def talk() -> str:
        session = await SessionMemory.create(memory)
        await session.add_message("user", "Is it kept?")
        for moment in (0, 0.005, 0.02, 0.1):
            saving = asyncio.create_task(session.save_memory())
            await asyncio.sleep(moment)
            saving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await saving
            await session.add_message("user", f"After {moment}")
        await session.save_memory()
        return session.session_id

    session_id = asyncio.run(talk())
    said = [message["content"] for message in memory.session(session_id).messages]
    assert said == ["Is it kept?", "After 0", "After 0.005", "After 0.02", "After 0.1"]
    assert repo.git("fsck", "--no-dangling") == ""


def test_a_save_that_failed_behind_its_commit_is_not_said_twice(memory: Memory, repo: Repo) -> None:
    hook, heads = repo.root / ".git/hooks/reference-transaction", repo.root / ".git/refs/heads"
    kept = heads.with_name("kept")

    async def talk() -> SessionMemory:
        session = await SessionMemory.create(memory)
        await session.add_message("user", "One")
        await session.save_memory()
        other = await SessionMemory.from_session(session.session_id, memory)
        await session.add_message("assistant", "Two")
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(  # when the branch has moved its directory cannot be opened any more
            f'#!/bin/sh\n[ "$1" = committed ] && grep -q refs/heads/memory || exit 0\n'
            f"mv {heads} {kept}\nln -s heads {heads}\n"
        )
        hook.chmod(0o755)
        with pytest.raises(StoreError, match="symbolic links"):
            await session.save_memory()
        hook.unlink()
        heads.unlink()
        kept.rename(heads)
        await other.add_message("assistant", "Two")
        await other.save_memory()
        await session.add_message("user", "Three")
        await session.save_memory()
        return session

    session = asyncio.run(talk())
    said = [message["content"] for message in memory.session(session.session_id).messages]
    assert said == ["One", "Two", "Two", "Three"], "two programs said Two, each once"
    assert [message["content"] for message in session.messages] == said
    assert not session.unsaved


def test_the_loop_is_never_blocked_by_git(memory: Memory) -> None:
    async def talk() -> float:
        session = await SessionMemory.create(memory)
        await session.add_message("user", "x" * 1000)
        longest, ended = 0.0, False

        async def beat() -> None:
            nonlocal longest
            while not ended:
                start = time.perf_counter()
                await asyncio.sleep(0.001)
                longest = max(longest, time.perf_counter() - start)

        beating = asyncio.create_task(beat())
        before = time.perf_counter()
        await session.save_memory()
        took = time.perf_counter() - before
        ended = True
        await beating
        assert took > 0
        return longest / took

    assert asyncio.run(talk()) < 0.9  # git's processes were waited for elsewhere


def test_many_tasks_add_and_save_at_once(memory: Memory) -> None:
    async def talk() -> str:
        session = await SessionMemory.create(memory)

        async def say(number: int) -> None:
            await session.add_message("user", f"{number}")
            await session.save_memory()

        await asyncio.gather(*(say(number) for number in range(8)))
        assert not session.unsaved
        return session.session_id

    session_id = asyncio.run(talk())
    assert sorted(m["content"] for m in memory.session(session_id).messages) == [str(n) for n in range(8)]


def test_what_is_no_message_and_no_key_is_refused_when_it_is_given(memory: Memory) -> None:
    async def talk() -> None:
        session = await SessionMemory.create(memory)
        for wrong in ({"content": "no role"}, object(), {"role": "user", "content": b"bytes"}):
            with pytest.raises(UsageError):
                await session.add_message(wrong)
        with pytest.raises(UsageError, match="a session has no 'colour'"):
            await session.update(colour="red")
        assert session.messages == ()

    asyncio.run(talk())


def test_what_is_added_cannot_be_changed_from_outside(memory: Memory) -> None:
    async def talk() -> None:
        session = await SessionMemory.create(memory)
        said = {"role": "user", "content": [{"type": "text", "text": "One"}]}
        await session.add_message(said)
        said["content"][0]["text"] = "Two"  # type: ignore[index]  # a list, as written above
        assert session.messages[0]["content"][0]["text"] == "One"

    asyncio.run(talk())


def test_without_a_memory_or_a_session_it_says_so(repo: Repo) -> None:
    async def create() -> None:
        await SessionMemory.create(repo.root)

    async def load() -> None:
        await SessionMemory.from_session(memory=repo.root)

    with pytest.raises(NotInitialisedError):
        asyncio.run(create())
    with Memory.open(repo.root) as memory:
        memory.initialise()
    with pytest.raises(NotFoundError):
        asyncio.run(load())


def test_a_killed_program_leaves_the_last_save(memory: Memory, repo: Repo) -> None:
    import sys

    script = (
        "import asyncio, os, signal, sys\n"
        "from lsp_server import SessionMemory\n"
        "async def main():\n"
        "    session = await SessionMemory.create(sys.argv[1], name='killed')\n"
        "    await session.add_message('user', 'Saved')\n"
        "    await session.save_memory()\n"
        "    await session.add_message('user', 'Not saved')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", script, repo.root], check=False)
    assert done.returncode == -9
    assert [message["content"] for message in memory.session("killed").messages] == ["Saved"]


def test_leaving_saves_what_was_set_as_well_but_nothing_that_only_began(memory: Memory, repo: Repo) -> None:
    async def work() -> None:
        async with await SessionMemory.create(memory, goal="Nothing came of it", system_messages=["Hello"]):
            pass
        async with await SessionMemory.create(memory, goal="Work without words") as session:
            await session.update(achievements=["It works"])

    asyncio.run(work())
    assert [one.title for one in memory.sessions()] == ["Work without words"]
    assert memory.session().achievements == ("It works",)


def test_what_was_added_is_what_is_read_again(memory: Memory) -> None:
    async def talk() -> None:
        async with await SessionMemory.create(memory) as session:
            await session.add_message("assistant", tool_calls=(one for one in [CALL]))
            await session.add_message("user", {"\ud83d\ude00": "\ud83d\ude00 and \ud83d"})
            with pytest.raises(UsageError, match="3,900 digits"):
                await session.add_message("user", 10**5000)
            assert session.messages[1]["content"] == {"\N{GRINNING FACE}": "\N{GRINNING FACE} and \\ud83d"}
            said = session.messages
        assert memory.session().messages == said

    asyncio.run(talk())


def test_closing_waits_for_the_save_that_was_cancelled(memory: Memory, repo: Repo) -> None:
    async def cancelled() -> str:
        session = await SessionMemory.create(repo.root)
        await session.add_message("user", "Hello")
        with (repo.root / ".git/git-memory/lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # another process writes
            saving = asyncio.ensure_future(session.save_memory())
            await asyncio.sleep(0.1)
            saving.cancel()
            closing = asyncio.ensure_future(session.close())
            await asyncio.sleep(0.1)
            assert not closing.done()
        await closing
        with contextlib.suppress(asyncio.CancelledError):
            await saving
        return session.session_id

    session_id = asyncio.run(cancelled())
    assert [one["content"] for one in memory.session(session_id).messages] == ["Hello"]
