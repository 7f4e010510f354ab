"""Use case: change where a record is anchored: to other lines, to more, or to none of those any more."""

from __future__ import annotations

from collections.abc import Sequence

from lsp_server.errors import RefusedError, UsageError
from lsp_server.memory.core import Core
from lsp_server.memory.edits import Edits
from lsp_server.memory.guard import Guard
from lsp_server.records.anchor_edit import key_of, with_anchors
from lsp_server.records.anchors import Anchor, CodePlace
from lsp_server.records.model import Record


def reanchor(core: Core, ref: str, at: Sequence[CodePlace], remove: Sequence[Anchor], guard: Guard) -> Record:
    """Anchor a record to ``at``, and take the anchors ``remove`` off it, as one commit."""
    from lsp_server.memory.amending import reread
    from lsp_server.memory.anchoring import anchored
    from lsp_server.memory.finding import labelled

    if not at and not remove:
        raise UsageError("name a place to anchor the record to, or an anchor to take off")
    record_id = core.find(ref).id
    # Here, not in `change`: that is called again, maybe when there is a later commit.
    code = core.position_now()
    made = tuple({key_of(anchor): anchor for anchor in [anchored(core, place) for place in at]}.values())
    gone = {key_of(anchor): anchor for anchor in remove}
    result: list[Record] = []

    def change(edits: Edits) -> str:
        record, text = core.current(edits, record_id)
        there = {key_of(anchor) for anchor in record.anchors}
        if missing := [anchor for key, anchor in gone.items() if key not in there]:
            raise RefusedError(f"{record.label} is not anchored at {missing[0]} any more")
        # An anchor to the same lines is made anew only where the old one is to go.
        added = [anchor for anchor in made if key_of(anchor) not in there or key_of(anchor) in gone]
        if code.commit and (record.code is None or record.code.commit != code.commit):
            added = [anchor._replace(made_at=code.commit) for anchor in added]
        if not added and not gone:
            places = ", ".join(str(anchor) for anchor in made)
            raise RefusedError(f"{record.label} is anchored at {places} already")
        changed = guard.clean(with_anchors(text, gone, added), seen=False)
        result[:] = [reread(record, changed)]
        edits.write(record.path, changed.encode("utf-8"))
        body = "\n".join(_told(list(gone.values()), added))
        return core.message(_action(gone, added), result[0], body=body, code=code)

    core.commit(change)
    return labelled(core, result[0])


def _action(gone: object, added: Sequence[Anchor]) -> str:
    if not added:
        return "retire an anchor of"
    return "re-anchor" if gone else "anchor"


def _told(gone: Sequence[Anchor], added: Sequence[Anchor]) -> list[str]:
    """The commit message's body: which places, was and is."""
    if len(gone) == len(added) == 1:
        return [f"From {gone[0]} to {added[0]}."]
    return [*(f"No longer at {anchor}." for anchor in gone), *(f"At {anchor}." for anchor in added)]
