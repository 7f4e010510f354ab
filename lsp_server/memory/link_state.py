"""What was found out about the commits that records name, kept from one look to the next.

A file beside the index: it can be wrong or gone without harm, for then all is looked up again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

FILE = "links"  # in the private directory of a repository
_HEADER = "links 1"
_MOST_FORMER = 300
_MOST_HISTORIES = 4  # worktrees have each their own


@dataclass
class LinkState:
    """What was true when the code's refs led to ``tips``.

    ``standing``: commits that a tip has. ``lost``: commits that none has, and what each is today (the commit
    and the evidence's word), None where nothing was found. ``former``: what branches stood on before they
    were rewritten or deleted, the newest first. ``searched``: the lost ones that nothing was found for, with
    a journal of ``journal`` bytes. ``settled``: the state of code and memory in which there was nothing to
    settle. ``histories``: by a commit and the journal's size, what others are in the history of that commit:
    themselves, a copy, None. ``mainline``: the tips that are default branches; ``side``: the standing commits
    that were in none of these; ``merged``: those of them that one has as a copy, the whole branch merged.
    ``cut`` tells where history ended in this clone; "" where all of it was here.
    """

    tips: tuple[str, ...] = ()
    standing: set[str] = field(default_factory=set)
    lost: dict[str, tuple[str, str] | None] = field(default_factory=dict)
    former: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    journal: int = 0
    settled: str = ""
    mainline: tuple[str, ...] = ()
    side: set[str] = field(default_factory=set)
    merged: dict[str, tuple[str, str]] = field(default_factory=dict)
    histories: dict[str, dict[str, str | None]] = field(default_factory=dict)
    cut: str = ""

    def history(self, head: str, journal: int) -> dict[str, str | None]:
        """What is known of commits in the history of ``head``; to be filled."""
        key = f"{head}.{journal}"
        self.histories[key] = known = self.histories.pop(key, {})
        while len(self.histories) > _MOST_HISTORIES:
            del self.histories[next(iter(self.histories))]
        return known

    def ask_again(self) -> None:
        """Forget which commits no history had: a copy is told by what it is a copy of, which may be here by
        now."""
        for history in self.histories.values():
            for commit in [one for one, there in history.items() if there is None]:
                del history[commit]

    def add_former(self, commits: Iterable[str]) -> None:
        self.former = tuple(dict.fromkeys((*commits, *self.former)))[:_MOST_FORMER]


def where_cut(shallow: Collection[str]) -> str:
    """What tells one end of history from another, by the commits that it ends with; "" for none."""
    if not shallow:
        return ""
    import hashlib

    return hashlib.sha256("\n".join(sorted(shallow)).encode("ascii")).hexdigest()[:16]


def load(private: Path, cut: str) -> LinkState:
    """What was kept; an empty state where nothing was, or nothing that can be read. Where history ended
    elsewhere then, only what branches stood on holds still: more of it may have been fetched."""
    state = _load(private)
    return state if state.cut == cut else LinkState(former=state.former, cut=cut)


def _load(private: Path) -> LinkState:
    state = LinkState()
    try:
        lines = (private / FILE).read_text(encoding="ascii").split("\n")
    except (OSError, UnicodeDecodeError):
        return state
    if lines[0] != _HEADER or lines[-1] != "":
        return state
    tips, former, searched, mainline = [], [], [], []
    for line in lines[1:-1]:
        mark, _, rest = line.partition(" ")
        if mark == "s":
            state.standing.add(rest)
        elif mark == "t":
            tips.append(rest)
        elif mark == "f":
            former.append(rest)
        elif mark == "l":
            commit, _, became = rest.partition(" ")
            today, _, word = became.partition(" ")
            state.lost[commit] = (today, word) if today else None
        elif mark == "o":
            searched.append(rest)
        elif mark == "j" and rest.isdigit():
            state.journal = int(rest)
        elif mark == "d":
            mainline.append(rest)
        elif mark == "b":
            state.side.add(rest)
        elif mark == "m":
            commit, _, became = rest.partition(" ")
            today, _, word = became.partition(" ")
            state.merged[commit] = (today, word)
        elif mark == "n":
            state.settled = rest
        elif mark == "c":
            state.cut = rest
        elif mark == "h":
            key, commit, *copy = rest.split(" ")
            state.histories.setdefault(key, {})[commit] = copy[0] if copy else None
    state.tips, state.former, state.searched = tuple(tips), tuple(former), tuple(searched)
    state.mainline = tuple(mainline)
    return state


def store(private: Path, state: LinkState) -> None:
    """Keep a state, where the repository can be written to."""
    from lsp_server.store.half_written import write_whole

    lines = [
        _HEADER,
        *(f"t {one}" for one in state.tips),
        *(f"f {one}" for one in state.former),
        *(f"o {one}" for one in state.searched),
        f"j {state.journal}",
        *([f"c {state.cut}"] if state.cut else []),
        *(f"d {one}" for one in state.mainline),
        *(f"b {one}" for one in sorted(state.side)),
        *(f"m {old} {' '.join(became)}" for old, became in state.merged.items()),
        *(f"l {old} {' '.join(became)}" if became else f"l {old}" for old, became in state.lost.items()),
        *(f"s {one}" for one in sorted(state.standing)),
        *(
            f"h {key} {one} {today}" if today else f"h {key} {one}"
            for key, history in state.histories.items()
            for one, today in history.items()
        ),
        *([f"n {state.settled}"] if state.settled else []),
    ]
    try:
        private.mkdir(exist_ok=True)
        write_whole(private / FILE, "".join(f"{line}\n" for line in lines).encode("ascii"))
    except OSError:
        return  # read-only: all is looked up again next time
