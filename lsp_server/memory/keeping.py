"""A write that cannot be made loses nothing: its text is kept where a person finds it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from lsp_server.errors import NotInitialisedError, RefusedError, SecretError, StoreError

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.recording import New


@contextmanager
def kept(core: Core, news: Sequence[New]) -> Iterator[None]:
    """Run a commit; when the branch refuses it, keep the new records' texts as drafts, and let the error
    name the first. A text with a secret in it is not written anywhere."""
    try:
        yield
    except (StoreError, RefusedError) as error:
        if not isinstance(error, (SecretError, NotInitialisedError)):
            for new in reversed(news):
                _keep(core, new, error)
        raise


def _keep(core: Core, new: New, error: StoreError | RefusedError) -> None:
    from lsp_server.memory import draft_place, drafts
    from lsp_server.memory.recording import render_new
    from lsp_server.records.paths import slug

    text = render_new(core, new.record, new)
    name = f"{slug(new.record.title)}-{new.record.id[:8]}.md"
    # Where the repository cannot be written the user's own place can, perhaps.
    places = [draft_place.folder_of(core), *([core.state / "drafts"] if core.state else [])]
    for place in places:
        with suppress(StoreError):
            error.draft = drafts.keep(place / name, new.record, text)
            return
    error.text = text
