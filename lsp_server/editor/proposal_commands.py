"""The commands about proposals: propose, adopt, withdraw. Described in docs/lsp.md with the others."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lsp_server.editor.arguments import Arguments
    from lsp_server.editor.repositories import Repository
    from lsp_server.editor.session import Session

PROPOSE, END_PROPOSING, PROPOSALS = "gitMemory.propose", "gitMemory.endProposing", "gitMemory.proposals"
ADOPT, WITHDRAW = "gitMemory.adopt", "gitMemory.withdraw"


async def propose(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Let the worktree's writes go to a proposal, from every editor and command in it."""
    name = arguments.text("name")
    repository = await _repository(session, arguments)
    is_new = await session.workers.prompt(repository.memory.propose, name)
    session.client.say(f"this worktree writes to the proposal “{name}” from now on")
    await session.wrote(repository)
    return {"proposal": name, "new": is_new}


async def end_proposing(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Let the worktree's writes go to the memory itself again."""
    repository = await _repository(session, arguments)
    was = await session.workers.prompt(repository.memory.end_proposing)
    session.client.say("this worktree writes to the memory itself" + (" again" if was else " already"))
    await session.wrote(repository)
    return {"proposal": None, "was": was}


async def proposals(session: Session, arguments: Arguments) -> list[dict[str, Any]]:
    """The open proposals."""
    repository = await _repository(session, arguments)
    return [asdict(one) for one in await session.workers.prompt(repository.memory.proposals)]


async def adopt(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Merge a proposal into the memory."""
    from lsp_server.memory.sharing_plain import adopted_json

    name = arguments.text("name")
    repository = await _repository(session, arguments)
    done = await session.workers.prompt(repository.memory.adopt, name)
    said = f"the proposal “{name}” is part of the memory"
    if done.merge is not None and done.merge.renumbered:
        said += "; " + ", ".join(f"{r.old} is now {r.new}" for r in done.merge.renumbered[:3])
    if done.merge is not None and done.merge.conflicts:
        said += "; to be settled: " + ", ".join(c.label for c in done.merge.conflicts[:3])
    if done.left is not None:
        said += f"; its branch is still there, and the next sync ends it: {done.left}"
    session.client.say(said)
    await session.wrote(repository)
    return adopted_json(done)


async def withdraw(session: Session, arguments: Arguments) -> dict[str, Any]:
    """End a proposal without its changes."""
    name = arguments.text("name")
    repository = await _repository(session, arguments)
    done = await session.workers.prompt(repository.memory.withdraw, name)
    session.client.say(f"the proposal “{name}” has ended; it is kept under {done.kept}")
    await session.wrote(repository)
    return asdict(done)


async def _repository(session: Session, arguments: Arguments) -> Repository:
    from lsp_server.editor.command_places import repository_of

    return await repository_of(session, arguments.optional_text("uri"))
