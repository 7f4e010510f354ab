"""A person's editor, as git runs it: $GIT_EDITOR, core.editor, $VISUAL, $EDITOR, and git's own default."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lsp_server.errors import GitMemoryError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lsp_server.cli.session import Session
    from lsp_server.memory.facade import Memory
    from lsp_server.memory.results import Saved


def edit_and_save(
    session: Session,
    memory: Memory,
    path: Path,
    *,
    allow_secrets: Sequence[str] = (),
    redact: bool = False,
) -> Saved:
    """Open a draft or a record's file view in the editor, then save it. Whatever goes wrong names the
    file, which keeps the text."""
    shown = path.read_text("utf-8", "replace")
    _run_editor(session, path)
    try:
        return memory.save_draft(path, shown=shown, allow_secrets=allow_secrets, redact=redact)
    except GitMemoryError as error:
        if error.draft is None:
            error.draft, error.text = path, None  # the file has the text: it need not be printed as well
        raise


def edited(session: Session, path: Path, text: str) -> str:
    """What a person makes of a text in the editor. ``path`` is written for that; one that is there already is
    what was left of an earlier try, and is gone on with. The caller removes it once the text is safe.
    Raises ``RefusedError``, with the path as its draft."""
    try:
        if not path.exists():
            path.write_text(text, "utf-8")
        _run_editor(session, path)
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RefusedError(f"{path} cannot be edited: {error}", draft=path) from None


def _run_editor(session: Session, path: Path) -> None:
    editor = _editor(session)
    # Through the shell, as git does: an editor may be a command with arguments.
    process = subprocess.Popen(
        ["sh", "-c", f'{editor} "$@"', editor, str(path)],
        cwd=session.directory or None,
        env=dict(session.environment),
    )
    with _interruptions_left_to_the_editor():
        code = process.wait()
    if code:
        raise RefusedError(f"the editor {editor!r} ended with {code}, nothing is recorded", draft=path)


@contextmanager
def _interruptions_left_to_the_editor() -> Iterator[None]:
    # Set after the start, so that the editor does not inherit it.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _editor(session: Session) -> str:
    # git itself answers which editor it would run; asking reads configuration and nothing else.
    try:
        asked = subprocess.run(
            ["git", "var", "GIT_EDITOR"],
            cwd=session.directory or None,
            env=dict(session.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise RefusedError("git is not installed, or not on PATH") from None
    editor = asked.stdout.decode("utf-8", "surrogateescape").strip()
    if asked.returncode or not editor:
        raise RefusedError("no editor is set: set EDITOR, or core.editor in git's configuration")
    return editor
