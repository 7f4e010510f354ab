"""Errors whose messages say the same, found by drain3: the one module that knows it.

Each type of error and place in the code has a tree of its own, so that equal words of two places stay two
groups. What changes by its form (numbers, quoted texts) is masked before; what changes without telling so by
its form is found by comparing. The same messages in the same order make the same groups.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.errors import RefusedError
from lsp_server.memory.errors.masking import is_mask, masked

if TYPE_CHECKING:
    from drain3.drain import Drain, LogCluster

INSTALL = 'similar errors are found with drain3, which is missing: pip install "git-memory-lsp[learning]"'
OTHER = "<*>"
"""The template of what has no other: messages of a place that has too many."""

_SIMILAR = 0.65  # of the words must be equal; measured, see ADR-0035
_DEPTH = 3  # all messages of so many words are compared, whatever their first word
_IN_ONE_PLACE = 50  # templates
_PLACES = 1_000  # types and places with a tree
_GROUPS = 5_000
_REMEMBERED = 10_000  # messages
_SHORT = 8  # hexadecimal digits


class Seed(NamedTuple):
    """All that is needed to go on with a group: what a cache keeps."""

    id: str
    type: str
    place: str
    template: str


class Group:
    """Messages that say the same; the template may lose words as more come."""

    __slots__ = ("_cluster", "id", "place", "type")

    def __init__(self, group_id: str, kind: str, place: str, cluster: LogCluster | None) -> None:
        self.id = group_id
        self.type = kind
        self.place = place
        self._cluster = cluster

    @property
    def is_rest(self) -> bool:
        """Whether it is what had no room in others: its messages have nothing in common."""
        return self._cluster is None

    @property
    def template(self) -> str:
        """What all of them say, with ``<*>`` where it changes."""
        return OTHER if self._cluster is None else " ".join(self._cluster.log_template_tokens)

    def seed(self) -> Seed:
        """See ``Seed``."""
        return Seed(self.id, self.type, self.place, self.template)


class Pattern:
    """What one message says, to compare others with. Raises ``RefusedError`` as ``Grouper``."""

    def __init__(self, message: str) -> None:
        self._tree = _new_tree()
        self._tree.add_log_message(masked(message))

    def fits(self, message: str) -> bool:
        """Whether another message says the same."""
        words = self._tree.get_content_as_tokens(masked(message))
        return self._tree.tree_search(self._tree.root_node, words, _SIMILAR, False) is not None


class Grouper:
    """Puts messages into groups. Bounded, whatever comes: so many types and places, so many templates in
    each; the rest of one is one more group. Not thread-safe.

    Raises ``RefusedError`` where drain3 is not installed.
    """

    def __init__(self) -> None:
        _tree_class()
        self._trees: dict[tuple[str, str], Drain] = {}
        self._groups: dict[tuple[str, str, int], Group] = {}
        self._by_id: dict[str, Group] = {}
        self._seen: dict[tuple[str, str, str], Group] = {}

    def __iter__(self) -> Iterator[Group]:
        return iter(self._by_id.values())

    def take(self, seeds: Iterable[Seed]) -> None:
        """Go on where others were. What is no seed raises ``ValueError``."""
        for group_id, kind, place, template in seeds:
            self._group(kind, place, template, group_id)

    def group_of(self, kind: str, place: str, message: str, noted: str = "") -> Group:
        """The group of a message of one line. ``noted``: what its group was called when it was recorded."""
        key = (kind, place, message)
        found = self._seen.get(key)
        if found is None:
            found = self._group(kind, place, masked(message), noted)
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            self._seen[key] = found
        return found

    def _group(self, kind: str, place: str, text: str, noted: str) -> Group:
        tree = self._trees.get((kind, place))
        if tree is None:
            if len(self._trees) >= _PLACES:
                kind, place = OTHER, ""
            tree = self._trees.setdefault((kind, place), _new_tree())
        cluster: LogCluster | None = None
        words = tree.get_content_as_tokens(text)
        if (len(tree.clusters) < _IN_ONE_PLACE and len(self._by_id) < _GROUPS) or tree.tree_search(
            tree.root_node, words, tree.sim_th, False
        ) is not None:
            cluster = tree.add_log_message(text)[0]
        number = 0 if cluster is None else cluster.cluster_id
        group = self._groups.get((kind, place, number))
        if group is None:
            group = Group(self._free_id(kind, place, text if cluster else OTHER, noted), kind, place, cluster)
            self._groups[kind, place, number] = self._by_id[group.id] = group
        return group

    def _free_id(self, kind: str, place: str, text: str, noted: str) -> str:
        if noted and noted not in self._by_id:
            return noted
        digest = sha256(f"{kind}\0{place}\0{text}".encode()).hexdigest()
        length = _SHORT
        while digest[:length] in self._by_id:
            length += 1
        return digest[:length]


def _new_tree() -> Drain:
    return _tree_class()(depth=_DEPTH, sim_th=_SIMILAR)


@lru_cache(1)
def _tree_class() -> type[Drain]:
    try:
        from drain3.drain import Drain
    except ImportError:
        raise RefusedError(INSTALL) from None

    class Tree(Drain):  # type: ignore[misc] # drain3 has no types
        """What both messages have masked says nothing: neither that they are alike, nor that they are not."""

        def get_seq_distance(
            self, seq1: Sequence[str], seq2: Sequence[str], include_params: bool
        ) -> tuple[float, int]:
            equal = compared = changing = 0
            for one, other in zip(seq1, seq2, strict=True):
                if one == self.param_str:
                    changing += 1
                    equal += include_params
                elif one == other:
                    if is_mask(one):
                        continue
                    equal += 1
                compared += 1
            return equal / compared if compared else 1.0, changing

    return Tree
