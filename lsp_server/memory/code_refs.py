"""Where the user's code stands: the commits of every ref that keeps code, the memory's own left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from lsp_server.store.repository import Repository

_DEFAULTS = ("main", "master", "trunk", "develop")  # where no remote names its default branch


class CodeRef(NamedTuple):
    """A ref and the object it leads to (of an annotated tag, the tag)."""

    name: str
    target: str


def code_refs(repository: Repository) -> list[CodeRef]:
    """HEAD of this worktree, the default branches, then all other branches, remote branches and tags, and
    the HEADs of other worktrees. No process where refs are files."""
    refs, memories = repository.refs, _memories(repository)
    found: dict[str, str] = {}
    if (head := repository.head_commit()) is not None:
        found["HEAD"] = head
    kept = {
        name: target
        for prefix in ("refs/heads/", "refs/remotes/", "refs/tags/")
        for name, target in refs.below(prefix).items()
        if not _is_memory(name, memories)
    }
    for name in (*_default_branches(repository), *kept):
        if name in kept:
            found.setdefault(name, kept[name])
    found.update(_other_worktrees(repository))
    return [CodeRef(name, target) for name, target in found.items()]


def default_refs(repository: Repository, refs: list[CodeRef]) -> list[CodeRef]:
    """Those of ``refs`` that are a default branch: what a remote calls so, and the local one of that name."""
    known = {one.name: one for one in refs}
    return [known[name] for name in _default_branches(repository) if name in known]


def _default_branches(repository: Repository) -> list[str]:
    names: dict[str, None] = {}
    for remote in repository.config.subsections("remote"):
        place = repository.common_dir / "refs" / "remotes" / remote / "HEAD"
        try:
            said = place.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError, ValueError):
            continue
        target = said.removeprefix("ref:").strip()
        prefix = f"refs/remotes/{remote}/"
        if target.startswith(prefix):
            names[target] = None
            names[f"refs/heads/{target.removeprefix(prefix)}"] = None
    if not names:
        for remote in ("", *repository.config.subsections("remote")):
            below = f"refs/remotes/{remote}/" if remote else "refs/heads/"
            names.update(dict.fromkeys(below + name for name in _DEFAULTS))
    return list(names)


def _memories(repository: Repository) -> tuple[str, ...]:
    """How the refs begin that are the memory or a proposal of it, here or as a remote has them: the branch's
    whole name, for a branch of code may end as the memory is called."""
    remotes = (f"refs/remotes/{remote}/" for remote in repository.config.subsections("remote"))
    return tuple(f"{below}{repository.memory_branch}" for below in ("refs/heads/", *remotes))


def _is_memory(name: str, memories: Collection[str]) -> bool:
    return any(name == memory or name.startswith(f"{memory}-proposals/") for memory in memories)


def _other_worktrees(repository: Repository) -> Iterator[tuple[str, str]]:
    """The commits that other worktrees stand on, without a branch: on one, it counts already."""
    try:
        places = sorted((repository.common_dir / "worktrees").iterdir())
    except OSError:
        return
    for place in places:
        try:
            said = (place / "HEAD").read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            continue
        if len(said) in (40, 64) and place != repository.git_dir:
            yield f"worktrees/{place.name}/HEAD", said
    main = repository.common_dir / "HEAD"
    if repository.git_dir != repository.common_dir:
        try:
            said = main.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return
        if len(said) in (40, 64):
            yield "main-worktree/HEAD", said
