"""The search for what became of lost commits, among the commits that branches have today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property

from lsp_server.code.changes import Change, Changes, Span
from lsp_server.code.comparable import Comparable, are_paired, leads_to, read_comparable
from lsp_server.code.git import OFFLINE, GitRunner, merge_bases, objects
from lsp_server.code.reflog import Step
from lsp_server.code.rewrites import Rewritten, present, unreachable
from lsp_server.errors import StoreError
from lsp_server.records.evidence import Evidence

_MOST_READ = 20_000  # commits whose messages are looked at
_MOST_COMPARED = 400  # whose changes are
_MOST_PAIRS = 40  # range-diffs: a process each
_MOST_PLACES = 60  # former tips of branches
_MOST_BASES = 4
_CLOCKS_DIFFER = 86_400  # seconds
_ALIKE = 0.5  # of the changed lines, to believe a message that claims a commit


class Search:
    """One look for what became of some commits that are here and that no tip has. Raises ``StoreError``."""

    def __init__(
        self,
        runner: GitRunner,
        lost: Sequence[str],
        tips: Sequence[str],
        *,
        places: Sequence[str] = (),
        steps: Sequence[Step] = (),
        beyond: Sequence[str] = (),
    ) -> None:
        self._runner = runner
        self._tips = tips
        self._places = places
        self._steps = steps
        self._beyond = beyond
        self._lost = read_comparable(runner, lost, "--no-walk=unsorted")
        self._changes = Changes(runner)
        self._most = max(_MOST_COMPARED, 10 * len(lost))
        self._found: dict[str, Rewritten] = {}
        self._unclear: set[str] = set()  # several commits are as likely

    def run(self) -> dict[str, Rewritten]:
        """What was found, by the lost commit. What it was rewritten to may be no tip's either, where git
        remembers a step on the way."""
        for look in (
            self._by_change, self._by_step, self._by_sum, self._by_claim, self._by_tree, self._by_series
        ):  # fmt: skip
            if not self._left():
                break
            try:
                look()
            except StoreError:
                if not self._left_are_whole():
                    break  # a partial clone lacks what they changed: nothing can be said
                raise
        return self._found

    def _left(self) -> list[Comparable]:
        return [
            one for one in self._lost.values() if one.id not in self._found and one.id not in self._unclear
        ]

    def _left_are_whole(self) -> bool:
        return None not in objects(self._runner, [f"{one.id}^{{tree}}" for one in self._left()])

    def _note(self, commit: Comparable, candidates: Iterable[Comparable], evidence: Evidence) -> None:
        """Take the one candidate, or the one whose author and date are the same. Several: it is unclear."""
        several = {one.id: one for one in candidates}
        if not several:
            return
        # What the lost commit has in its own history is no copy of it.
        if any(one in self._before_lost for one in several):
            younger = unreachable(self._runner, several, [commit.id])
            several = {one: several[one] for one in several if one in younger}
        for one in tuple(several.values()):  # nor is a pick of another candidate the first to be asked
            if any(claimed in several and claimed != one.id for claimed in one.claims):
                del several[one.id]
        alike = [one for one in several.values() if one.author == commit.author]
        few = alike or list(several.values())
        if len(few) != 1:
            self._unclear.update([commit.id] if few else ())
            return
        if evidence is Evidence.PATCH_ID and commit.id in few[0].claims:
            evidence = Evidence.TRAILER
        self._found[commit.id] = Rewritten(commit.id, few[0].id, evidence)

    @property
    def standing(self) -> AbstractSet[str]:
        """The commits of the tips that were looked at."""
        return self._since.keys()

    # the commits that are looked at -----------------------------------------------------------------
    @cached_property
    def _since(self) -> Mapping[str, Comparable]:
        """The commits that tips have and that are not older than the lost ones, the newest first."""
        return read_comparable(self._runner, self._revisions, *self._limits)

    @property
    def _revisions(self) -> Sequence[str]:
        return [*self._tips, *(f"^{one}" for one in self._beyond)]

    @cached_property
    def _limits(self) -> Sequence[str]:
        oldest = min((one.written for one in self._lost.values()), default=0) - _CLOCKS_DIFFER
        return ["--date-order", f"--max-age={max(oldest, 0)}", f"--max-count={_MOST_READ}"]

    @cached_property
    def _before_lost(self) -> AbstractSet[str]:
        """The commits in the histories of the lost ones, as far back as any is looked at."""
        return frozenset(_listed(self._runner, *self._lost, options=self._limits))

    @cached_property
    def _by_author(self) -> Mapping[str, Sequence[Comparable]]:
        found: dict[str, list[Comparable]] = defaultdict(list)
        for one in self._since.values():
            found[one.author].append(one)
        return found

    def _touching(self, files: Iterable[str]) -> list[Comparable]:
        """The newer commits that change one of these files, merges left out, the newest first."""
        paths = sorted(files)[:1000]
        if not paths or not self._since:
            return []
        output = self._runner.run(
            [
                *OFFLINE, "rev-list", "--stdin", "--full-history", "--no-merges",
                *self._limits, "--", *paths,
            ],
            stdin="".join(f"{one}\n" for one in self._revisions).encode("ascii"),
        )  # fmt: skip
        return [self._since[one] for one in output.decode("ascii").split() if one in self._since]

    def _alike(
        self, wanted: Iterable[Change], extra: Iterable[Comparable] = ()
    ) -> dict[str, tuple[Comparable, Change]]:
        """The newer commits that change the very files of one of these changes, with what they change."""
        sets = {change.files for change in wanted}
        touching = [*self._touching(frozenset().union(*sets)), *extra][: self._most * 5]
        files = self._changes.files(one.id for one in touching)
        few = [one for one in touching if files[one.id] in sets][: self._most]
        changes = self._changes.of(Span(one.id) for one in few)
        return {one.id: (one, changes[Span(one.id)]) for one in few if Span(one.id) in changes}

    # the evidence -----------------------------------------------------------------------------------
    def _by_change(self) -> None:
        own = self._changes.of(Span(one.id) for one in self._left() if len(one.parents) < 2)
        candidates = self._alike(own.values())
        self._same(own, candidates)
        # The same lines in a file that was renamed meanwhile.
        if authors := [one for commit in self._left() for one in self._by_author[commit.author]][
            :_MOST_COMPARED
        ]:
            changes = self._changes.of(Span(one.id) for one in authors)
            self._same(
                own, {one.id: (one, changes[Span(one.id)]) for one in authors if Span(one.id) in changes}
            )
        # What a rebase picked and then joined with another commit: only the reflog has it.
        passed = read_comparable(
            self._runner, [step.old for step in self._steps], "--no-walk=unsorted", "--ignore-missing"
        )
        if self._left() and passed:
            self._same(own, self._alike(own.values(), passed.values()))

    def _same(self, own: Mapping[Span, Change], candidates: Mapping[str, tuple[Comparable, Change]]) -> None:
        def equal(told: Callable[[Change], str], *, same_author: bool) -> None:
            made: dict[str, list[Comparable]] = defaultdict(list)
            for one, its in candidates.values():
                made[told(its)].append(one)
            for commit in self._left():
                if (change := own.get(Span(commit.id))) is not None:
                    fitting = [one for one in made[told(change)] if one.id != commit.id]
                    if same_author:  # the lines around it changed as well: less sure
                        fitting = [one for one in fitting if one.author == commit.author]
                    self._note(commit, fitting, Evidence.PATCH_ID)

        equal(lambda change: change.patch, same_author=False)
        equal(lambda change: change.bare, same_author=True)
        equal(lambda change: change.lines_alone, same_author=True)

    def _by_step(self) -> None:
        """A commit that a rebase joined to the one before: the step that git remembers makes its change."""
        here = present(self._runner, [one for step in self._steps for one in step[:2]])
        joined = [step for step in self._steps if step.is_joining and {step.old, step.new} <= here]
        if not joined:
            return
        own = self._changes.of(Span(one.id) for one in self._left() if len(one.parents) < 2)
        made = self._changes.of(Span(step.new, step.old) for step in joined)
        commits = read_comparable(self._runner, [step.new for step in joined], "--no-walk=unsorted")
        for commit in self._left():
            change = own.get(Span(commit.id))
            same = [span.commit for span, one in made.items() if change and one.bare == change.bare]
            self._note(commit, [commits[one] for one in same if one != commit.id], Evidence.PATCH_ID)

    def _by_sum(self) -> None:
        """A branch that was merged as one commit: a branch or HEAD stood on its last commit once."""
        if not self._since:  # an old commit is checked out: nothing in its history is as young as these
            return
        left = {commit.id for commit in self._left()}
        for place in self._former_tips(left):
            for base in self._bases(place):
                span = Span(place, base)
                whole = self._changes.of([span]).get(span)
                inside = left & _listed(self._runner, place, f"^{base}") if whole else set()
                if whole is None or not inside:
                    continue
                same = [one for one, change in self._alike([whole]).values() if change.bare == whole.bare]
                younger = unreachable(self._runner, [one.id for one in same], [place])
                same = [one for one in same if one.id in younger]
                if len(same) == 1:
                    for commit in inside:
                        self._found[commit] = Rewritten(commit, same[0].id, Evidence.SQUASH)
                    left -= inside
                    break
            if not left:
                return

    def _former_tips(self, left: set[str]) -> list[str]:
        """Commits that no tip has and that have one of these, the likeliest first. Without any, the lost
        commits themselves are the ends that are known."""
        output = self._runner.run(
            [*OFFLINE, "rev-list", "--ignore-missing", "--parents", f"--max-count={_MOST_READ}", "--stdin"],
            stdin="".join(f"{one}\n" for one in (*self._places, *(f"^{tip}" for tip in self._tips))).encode(),
        )
        parents = {one: above for one, *above in map(str.split, output.decode("ascii").splitlines())}
        several = [one for one in self._places if one in parents and leads_to(one, left, parents)]
        return list(dict.fromkeys([*several[:_MOST_PLACES], *(one for one in self._lost if one in left)]))

    def _bases(self, place: str) -> list[str]:
        found: dict[str, None] = {}
        for tip in self._tips[:_MOST_BASES]:
            found.update(dict.fromkeys(merge_bases(self._runner, place, tip)[:1]))
        return list(found)

    def _by_claim(self) -> None:
        """A pick with conflicts says where it is from; believed where author, date and half of it agree."""
        for commit in self._left():
            claiming = [one for one in self._by_author[commit.author] if commit.id in one.claims]
            spans = self._changes.of(Span(one.id) for one in (commit, *claiming))
            own = spans.get(Span(commit.id))
            likely = [
                one
                for one in claiming
                if own and Span(one.id) in spans and own.likeness(spans[Span(one.id)]) >= _ALIKE
            ]
            self._note(commit, likely, Evidence.TRAILER)

    def _by_tree(self) -> None:
        """The same files by the same author at the same time, or a merge that was made again."""
        for commit in self._left():
            same = [
                one
                for one in self._since.values()
                if one.tree == commit.tree
                and (
                    one.author == commit.author
                    or (len(one.parents) > 1 < len(commit.parents) and one.subject == commit.subject)
                )
            ]
            self._note(commit, same, Evidence.TREE)

    def _by_series(self) -> None:
        taken = {one.today for one in self._found.values()}
        pairs = [
            (commit, one)
            for commit in self._left()
            for one in self._by_author[commit.author]
            if len(commit.parents) == len(one.parents) == 1 and one.id not in taken
        ]
        changes = self._changes.of(Span(one.id) for pair in pairs[:_MOST_PAIRS] for one in pair)
        likely: dict[str, list[Comparable]] = defaultdict(list)
        for commit, one in pairs[:_MOST_PAIRS]:
            own, its = changes.get(Span(commit.id)), changes.get(Span(one.id))
            # To range-diff two binary changes, or two that change nothing, are the same.
            if own and its and own.likeness(its) > 0 and are_paired(self._runner, commit, one):
                likely[commit.id].append(one)
        for commit in self._left():
            self._note(commit, likely[commit.id], Evidence.RANGE_DIFF)


def _listed(runner: GitRunner, *revisions: str, options: Sequence[str] = ()) -> set[str]:
    output = runner.run(
        [*OFFLINE, "rev-list", *options, "--stdin"],
        stdin="".join(f"{one}\n" for one in revisions).encode("ascii"),
    )
    return set(output.decode("ascii").split())
