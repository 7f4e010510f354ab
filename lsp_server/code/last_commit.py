"""The commit that was just made: what it says, and how it came to be."""

from __future__ import annotations

from typing import NamedTuple

from lsp_server.code.git import LOG, GitRunner


class LastCommit(NamedTuple):
    """HEAD's commit. ``is_amended``: it took the place of another one."""

    subject: str
    is_amended: bool


def last_commit(runner: GitRunner) -> LastCommit | None:
    """HEAD's commit, and whether HEAD's last move was an amendment; None on an unborn branch.

    Where there is no reflog, nothing is known to be an amendment.
    """
    from lsp_server.errors import StoreError

    walks: tuple[tuple[str, ...], ...] = (("-g",), ())
    for walk in walks:
        try:
            said = runner.run([*LOG, *walk, "-s", "-1", "--format=%gs%x00%s", "HEAD", "--"])
        except StoreError:  # unborn
            return None
        action, _, subject = said.decode("utf-8", "replace").rstrip("\n").partition("\0")
        if subject:
            return LastCommit(subject, action.startswith("commit (amend)"))
    return None


def last_committer(runner: GitRunner) -> tuple[str, str] | None:
    """The name and the address of who committed HEAD's commit; None on an unborn branch."""
    from lsp_server.errors import StoreError

    try:
        said = runner.run([*LOG, "-s", "-1", "--format=%cn%x00%ce", "HEAD", "--"])
    except StoreError:  # unborn
        return None
    name, _, email = said.decode("utf-8", "surrogateescape").rstrip("\n").partition("\0")
    return name, email
