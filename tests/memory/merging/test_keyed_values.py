"""Two clones that wrote one keyed value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from memory.merging.clones import Clone
from store.keyvalue.conformance import START, Hands

from lsp_server.memory.keyed.git_storage import GitStorage
from lsp_server.memory.merging.value_files import merged_value
from lsp_server.store.keyvalue.base import Item, Value
from lsp_server.store.keyvalue.branch_files import file_text, read_file, value_path

HOUR = timedelta(hours=1)
LEAF = st.one_of(st.none(), st.integers(0, 3), st.sampled_from(["a", "b"]))
VALUE = st.recursive(
    LEAF, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner))
)
MOMENT = st.integers(0, 3).map(lambda hours: START + hours * HOUR)
ITEM = st.builds(Item, st.just("key"), VALUE, MOMENT, MOMENT, st.none() | MOMENT)


def storage_of(clone: Clone, clock: Hands | None = None) -> GitStorage:
    return GitStorage(clone.memory, clock=clock or Hands())


def in_both_directions(a: Clone, b: Clone) -> str:
    """Each merges the other's; the tree, which is one."""
    tips = a.tip, b.tip
    trees = set()
    for clone, other in ((a, b), (b, a)):
        clone.repo.git("update-ref", "refs/heads/memory", tips[clone is b])
        other.repo.git("update-ref", "refs/heads/memory", tips[other is b])
        clone.merge(other)
        trees.add(clone.tree())
    a.merge(b)
    assert len(trees) == 1
    return trees.pop()


def test_each_ones_change_is_there(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    one, other = storage_of(a), storage_of(b)
    one.put("user:1", {"theme": "dark", "seen": [1], "editor": {"tabs": 4}})
    b.merge(a)
    one.put("user:1", {"theme": "light", "seen": [1, 2], "editor": {"tabs": 4, "wrap": True}})
    other.put("user:1", {"theme": "dark", "seen": [1, 3], "editor": {"tabs": 2}})
    in_both_directions(a, b)
    for storage in (one, other):
        value = storage.get("user:1").value
        assert sorted(value.pop("seen")) == [1, 2, 3]
        assert value == {"theme": "light", "editor": {"tabs": 2, "wrap": True}}


def test_of_one_thing_that_both_set_the_later_is_taken(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    clocks = Hands(), Hands()
    one, other = storage_of(a, clocks[0]), storage_of(b, clocks[1])
    clocks[0].forward(HOUR)
    one.put("key", "later")
    other.put("key", "earlier", expires=START + 2 * HOUR)
    merge = b.merge(a)
    assert merge is not None
    assert not merge.conflicts
    assert not merge.remarks
    item = other.get("key")
    assert item == Item("key", "later", START, START + HOUR, None)


def test_what_was_added_under_other_keys_is_all_there(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    storage_of(a).put("one", 1)
    storage_of(b).put("other", 2)
    in_both_directions(a, b)
    assert [item.key for item in storage_of(a).scan()] == ["one", "other"]


def test_what_one_deleted_and_the_other_left_is_gone(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    storage_of(a).put("key", 1)
    b.merge(a)
    storage_of(a).delete("key")
    storage_of(b).put("other", 1)
    in_both_directions(a, b)
    assert storage_of(b).get("key") is None


def test_what_one_deleted_and_the_other_changed_is_kept(pair: tuple[Clone, Clone]) -> None:
    a, b = pair
    storage_of(a).put("user:1", 1)
    b.merge(a)
    storage_of(a).delete("user:1")
    storage_of(b).put("user:1", 2)
    merge = b.merge(a)
    assert merge is not None
    assert merge.remarks == (
        f"{value_path('user:1')} was deleted on one side and changed on the other: "
        'the value of "user:1" is kept',
    )
    assert storage_of(b).get("user:1").value == 2


@pytest.mark.parametrize("spoilt", [0, 1])
def test_a_spoilt_file_is_put_aside_and_the_value_stays(pair: tuple[Clone, Clone], spoilt: int) -> None:
    a, b = pair
    storage_of(a).put("user:1", 1)
    b.merge(a)
    path = value_path("user:1")
    sides = (a, b)
    sides[spoilt].change({path: "{spoilt"})
    storage_of(sides[1 - spoilt]).put("user:1", 2)
    in_both_directions(a, b)
    assert storage_of(a).get("user:1").value == 2
    (beside,) = [each for each in a.files() if each.startswith("values/") and each != path]
    assert a.read(beside) == "{spoilt"


def test_three_clones_come_to_one_tree(new_clone: Callable[..., Clone]) -> None:
    a = new_clone("a")
    clones = [a, new_clone("b", of=a), new_clone("c", of=a)]
    for number, clone in enumerate(clones):
        storage_of(clone).put("counts", {"all": number, str(number): [number]})
    for _ in range(2):
        for clone in clones:
            for other in clones:
                clone.merge(other)
    assert len({clone.tree() for clone in clones}) == 1
    value = storage_of(a).get("counts").value
    assert {key: value[key] for key in "012"} == {"0": [0], "1": [1], "2": [2]}


@settings(max_examples=examples(300))
@given(st.none() | ITEM, ITEM, ITEM)
def test_the_same_bytes_whoever_merges(base: Item | None, one: Item, other: Item) -> None:
    path = value_path("key")
    before, ours, theirs = (item and file_text(item).encode() for item in (base, one, other))
    assert ours is not None
    assert theirs is not None
    data = merged_value(path, before, ours, theirs)
    assert data == merged_value(path, before, theirs, ours)
    assert data is not None
    item = read_file(path, data)
    assert item is not None
    assert item.created == min(one.created, other.created)
    assert item.updated == max(one.updated, other.updated)
    assert item.expires in (one.expires, other.expires)


@given(VALUE, VALUE)
def test_a_key_that_one_side_added_is_kept(one: Value, other: Value) -> None:
    path = value_path("key")

    def text(value: Any, hours: int) -> bytes:
        return file_text(Item("key", value, START, START + hours * HOUR)).encode()

    data = merged_value(
        path, text({"was": 0}, 0), text({"was": 0, "x": one}, 2), text({"was": 0, "y": other}, 1)
    )
    assert data is not None
    item = read_file(path, data)
    assert item is not None
    assert item.value == {"was": 0, "x": one, "y": other}
