"""A write that cannot be made loses nothing: its text is kept where a person finds it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from lsp_server.errors import NotInitialisedError, RefusedError, SecretError, StoreError, UsageError

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.edits import Edits
    from lsp_server.memory.recording import Prepared


@contextmanager
def kept(core: Core, prepared: Sequence[Prepared]) -> Iterator[None]:
    """Run a commit; when the branch refuses it, keep the new records' texts as drafts, and let the error
    name the first. A text with a secret in it is not written anywhere.

    In a batch nothing is committed yet: the batch does the same for them at its end.
    """
    try:
        with _disk_errors():
            yield
    except (StoreError, RefusedError) as error:
        if not isinstance(error, (SecretError, NotInitialisedError)):
            for new in reversed(prepared):
                _keep(core, new, error)
        raise
    if core.batch is not None:
        core.batch.keep(prepared)


@contextmanager
def all_kept(core: Core, prepared: Sequence[Prepared], edits: Callable[[], Edits | None]) -> Iterator[None]:
    """As ``kept``, for a whole batch: new records as the batch left them, each as a draft; the error carries
    the texts of what else was changed."""
    try:
        with _disk_errors():
            yield
    except (StoreError, RefusedError) as error:
        if not isinstance(error, (SecretError, NotInitialisedError)):
            _keep_all(core, prepared, edits(), error)
        raise


@contextmanager
def _disk_errors() -> Iterator[None]:
    """Whatever file could not be written or read: the text is kept all the same."""
    try:
        yield
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        raise StoreError(f"the record cannot be written: {place}{error.strerror or error}") from error


def _keep_all(
    core: Core, prepared: Sequence[Prepared], edits: Edits | None, error: StoreError | RefusedError
) -> None:
    whole = {}
    if edits is not None:
        written, _ = edits.changed()
        for record in edits.records():
            whole[record.id] = written[record.path].decode("utf-8", "replace")
    for new in reversed(prepared):
        now = whole.pop(new.record.id, None)
        if now is not None:
            _keep(core, new, error, now)
    if whole:
        error.text = "\n".join([*([error.text] if error.text else []), *whole.values()])


def _keep(core: Core, new: Prepared, error: StoreError | RefusedError, text: str | None = None) -> None:
    if new.by_machine:
        return
    from lsp_server.memory import draft_place, drafts
    from lsp_server.memory.recording import render_new
    from lsp_server.records.paths import slug

    if text is None:
        text = render_new(core, new.record, new)
        try:
            text = new.guard.clean(text)
        except SecretError:
            return
        except (UsageError, RefusedError):
            pass  # what could not be committed is the person's all the same
    name = f"{slug(new.record.title)}-{new.record.id[:8]}.md"
    # Where the repository cannot be written the user's own place can, perhaps.
    places = [draft_place.folder_of(core), *([core.state / "drafts"] if core.state else [])]
    for place in places:
        with suppress(StoreError):
            error.draft = drafts.keep(place / name, new.record, text)
            return
    error.text = text if error.text is None else f"{error.text}\n{text}"
