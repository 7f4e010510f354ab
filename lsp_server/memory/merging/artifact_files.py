"""Artifacts that both sides of a merge changed: each is kept as it is, and git LFS told which it has."""

from __future__ import annotations

from collections.abc import Mapping

from lsp_server.memory.artifacts import lfs_attributes
from lsp_server.memory.merging.pairing import BASE, OURS, THEIRS, Trio
from lsp_server.memory.merging.trees import Pool, Tree
from lsp_server.records.artifact_paths import ROOT
from lsp_server.store.base import Blob
from lsp_server.store.lfs import read_pointer


def is_artifact(path: str) -> bool:
    """Whether a path is kept byte for byte: two texts there are never made one."""
    return path.startswith(f"{ROOT}/")


def tell_lfs(placed: dict[str, Blob], paths: Mapping[str, Trio], ours: Tree, pool: Pool) -> None:
    """Let ``.gitattributes`` in a merge's result say of the artifacts that both sides changed, and of those
    that were put aside, whether they are LFS's: its lines come from one side, and the file from the other."""
    doubtful = [path for path in placed if path not in paths and is_artifact(path)]
    for path, trio in paths.items():
        if is_artifact(path) and trio[OURS] != trio[THEIRS] and trio[BASE] not in (trio[OURS], trio[THEIRS]):
            doubtful.append(path)
    if not doubtful:
        return
    standing = placed.get(lfs_attributes.PATH) or (
        None if lfs_attributes.PATH in paths else ours.blob(lfs_attributes.PATH)
    )
    before = pool.data(standing.object_id) if standing and standing.is_file else b""
    after = before
    for path in doubtful:
        blob = placed.get(path)
        is_lfs = blob is not None and blob.is_file and read_pointer(pool.data(blob.object_id)) is not None
        after = lfs_attributes.telling(after, path, is_lfs=is_lfs)
    if after and after != before:
        placed[lfs_attributes.PATH] = Blob(standing.mode if standing else "100644", pool.add(after))
    elif not after:
        placed.pop(lfs_attributes.PATH, None)
