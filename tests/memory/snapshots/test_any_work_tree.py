"""Any work tree comes back: random ones, in random states of the index, under random settings.

``GIT_MEMORY_STRESS=1`` tries many more.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support import Repo
from work_trees import Picture, empty, leftovers, picture, users_own

from lsp_server import Memory
from lsp_server.errors import RefusedError

EXAMPLES = 300 if os.environ.get("GIT_MEMORY_STRESS") else 8

NAMES = [
    "a",
    "b.txt",
    "c.bin",
    "dir/a",
    "dir/b.txt",
    "dir/sub/c.txt",
    "dir",
    "deep/er/est",
    "with space",
    "new\nline",
    '"quoted"',
    "tab\t",
    "ümlaut.txt",
    "trailing ",
    "cr\r",
    "-n",
    ":(top)x",
    "*.txt",
    "back\\slash",
    os.fsdecode(b"\xff\xfe"),
    "B.TXT",
    "x.log",
    "dir/x.log",
    "strip.me",
    "rot.ated",
]
TEXTS = [
    b"",
    b"1\n",
    b"1\r\n2\r\n",
    b"1\r\n2\n",
    b"\0\1\2",
    b"no end",
    b"$Id$ \n",
    b"a \nb  \n",
    b"\xef\xbb\xbfx\n",
]
TARGETS = ["a", "dir", "nowhere", "/etc/passwd", "..", "dir/sub"]

Leaf = tuple[str, int, bytes]
leaves = st.one_of(
    st.tuples(st.just("file"), st.sampled_from([0o644, 0o755, 0o600, 0o640, 0o444]), st.sampled_from(TEXTS)),
    st.tuples(st.just("link"), st.just(0), st.sampled_from(TARGETS).map(os.fsencode)),
)
trees = st.dictionaries(st.sampled_from(NAMES), leaves, max_size=12)
situations = st.fixed_dictionaries(
    {
        "format": st.sampled_from(["sha1", "sha256"]),
        "autocrlf": st.sampled_from(["false", "true", "input"]),
        "filemode": st.sampled_from(["true", "true", "false"]),
        "attributes": st.sampled_from(
            [
                "",
                "* text=auto\n",
                "*.txt text eol=crlf\n",
                "*.txt ident\n*.me filter=strip\n*.ated filter=rot\n",
            ]
        ),
        "committed": st.none() | trees,
        "staged": st.none() | trees,
        "then": trees,
        "marks": st.dictionaries(
            st.sampled_from(NAMES), st.sampled_from(["--assume-unchanged", "--skip-worktree"]), max_size=3
        ),
        "intended": st.sets(st.sampled_from(NAMES), max_size=2),
        "since": trees,
        "staged since": st.booleans(),
    }
)


def put(root: Path, tree: dict[str, Leaf]) -> None:
    """Make the work tree this one; a name below another's file is left out."""
    empty(root)
    for name, (kind, rights, data) in sorted(tree.items()):
        path = root / name
        if any(root / other in path.parents for other in tree) or os.path.lexists(path):
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if kind == "link":
            path.symlink_to(os.fsdecode(data))
        else:
            path.write_bytes(data)
            path.chmod(rights)


def quiet(repo: Repo, *arguments: str) -> None:
    repo.git("-c", "core.safecrlf=false", *arguments, check=False)


def not_followed(root: Path, *options: str) -> set[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--others", *options], cwd=root, capture_output=True, check=True
    ).stdout
    return {os.fsdecode(raw) for raw in listed.split(b"\0") if raw}


def sparse(root: Path) -> set[str]:
    """What a sparse checkout leaves out, whether it is there or not: nobody's business where it was not."""
    listed = subprocess.run(["git", "ls-files", "-z", "-t"], cwd=root, capture_output=True, check=True).stdout
    return {os.fsdecode(raw[2:]) for raw in listed.split(b"\0") if raw.startswith(b"S ")}


def without(seen: Picture, names: set[str]) -> Picture:
    return {name: leaf for name, leaf in seen.items() if name not in names}


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
@given(situation=situations)
def test_the_work_tree_comes_back_byte_for_byte_and_so_does_the_one_before(
    tmp_path: Path, situation: dict[str, object]
) -> None:
    place = Path(tempfile.mkdtemp(dir=tmp_path))
    try:
        there_and_back(place, situation)
    finally:
        shutil.rmtree(place)


def there_and_back(place: Path, situation: dict[str, object]) -> None:
    repo = made(place, situation)
    root = repo.root
    with Memory.open(root) as memory:
        memory.initialise()
        put(root, situation["then"])  # type: ignore[arg-type]  # what the strategy makes
        then, own = picture(root), users_own(repo)
        uncounted = not_followed(root, "--ignored", "--exclude-standard")
        absent = sparse(root) - set(then)
        record = memory.checkpoint("Here", snapshot=True)
        assert picture(root) == then
        assert users_own(repo) == own, "taking a snapshot changed what is the user's"

        put(root, situation["since"])  # type: ignore[arg-type]  # as above
        if situation["staged since"]:
            quiet(repo, "add", "-A")
        since, own = picture(root), users_own(repo)
        staying = not_followed(root)
        ignored = not_followed(root, "--ignored", "--exclude-standard")
        try:
            done = memory.restore_in_place(record.id)
        except RefusedError:
            # Something that nobody keeps was in the way: then nothing may have happened.
            assert picture(root) == since
            assert ignored or staying
            return
        finally:
            assert users_own(repo) == own, "the restore changed more than files"
            assert leftovers(repo) == []

        restored = picture(root)
        wanted = without(then, uncounted)
        assert without(restored, set(restored) - set(wanted)) == wanted
        extra = set(restored) - set(wanted)
        assert extra <= staying | ignored | absent, (
            "what git follows and the snapshot does not have is still there"
        )
        for name in (staying | ignored | absent) & set(restored) - set(wanted):
            assert restored[name] == since[name], "a file that is nobody's business was touched"
        assert (ignored - set(wanted)) <= set(restored), "an ignored file is gone"

        if done.before is not None:
            memory.restore_in_place(done.before.name)
        assert picture(root) == since, "the state before did not come back"
        assert users_own(repo) == own


def made(place: Path, situation: dict[str, object]) -> Repo:
    """A repository with something committed, something staged, and entries that are marked."""
    root = place / "repo"
    root.mkdir()
    repo = Repo(root)
    repo.git("init", "-q", f"--object-format={situation['format']}")
    repo.git("config", "core.autocrlf", str(situation["autocrlf"]))
    repo.git("config", "core.fileMode", str(situation["filemode"]))
    repo.git("config", "filter.strip.clean", "sed 's/ *$//'")
    repo.git("config", "filter.rot.clean", "tr a-z b-za")
    repo.git("config", "filter.rot.smudge", "tr b-za a-z")
    info = root / ".git" / "info"
    info.mkdir(exist_ok=True)
    (info / "attributes").write_text(str(situation["attributes"]))
    (info / "exclude").write_text("*.log\n")
    if situation["committed"] is not None:
        put(root, situation["committed"])  # type: ignore[arg-type]  # what the strategy makes
        quiet(repo, "add", "-A")
        quiet(repo, "add", "-f", "x.log")  # ignored, and followed all the same
        repo.git("commit", "-q", "--allow-empty", "-m", "Start")
    if situation["staged"] is not None:
        put(root, situation["staged"])  # type: ignore[arg-type]  # as above
        quiet(repo, "add", "-A")
    for name, mark in dict(situation["marks"]).items():  # type: ignore[call-overload]  # as above
        quiet(repo, "update-index", mark, "--", name)
    for name in sorted(set(situation["intended"])):  # type: ignore[call-overload]  # as above
        quiet(repo, "--literal-pathspecs", "add", "--intent-to-add", "--", name)
    return repo


@pytest.mark.parametrize("name", NAMES)
def test_every_name_of_the_generator_can_be_made(tmp_path: Path, name: str) -> None:
    put(tmp_path, {name: ("file", 0o644, b"1")})
    assert list(picture(tmp_path)) == [name]
