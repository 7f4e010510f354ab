"""How records are named: labels, aliases, ids and their prefixes."""

import pytest

A = "9f3c1a2b-8a1b-4c3d-9e4f-0a1b2c3d4e5f"


@pytest.mark.parametrize("ref", ["ADR-12", "adr-12", "ADR-0012", " Adr-012 ", "ADR-000012"])
def test_a_numbered_label_is_found_in_any_case_and_padding(known, make, ref):
    index = known(make.decision(A, number=12), make.decision("aaaa", number=2), make.bug("bbbb", number=12))
    assert index.resolve(ref) == [A]


@pytest.mark.parametrize(
    "ref",
    [A, A.upper(), A.replace("-", ""), "9f3c", "9F3C1A", "9f3c1a2b-8a1b", "memory:9f3c1a2b", f"memory:{A}"],
)
def test_an_id_is_found_whole_or_by_its_beginning_with_dashes_or_not(known, make, ref):
    index = known(make.learning(A), make.learning("9f4c"))
    assert index.resolve(ref) == [A]


@pytest.mark.parametrize("ref", ["LEARN-9f3c1a2b", "learn-9F3C1A2B", "LEARN-9f3c", "LEARN-9f3c1a2b8a1b"])
def test_a_label_made_of_the_id_is_found_by_any_part_of_four_digits(known, make, ref):
    index = known(make.learning(A), make.checkpoint("9f3c1a2b"))
    assert index.resolve(ref) == [A]


@pytest.mark.parametrize(
    "ref", ["", "9f3", "ADR-13", "BUG-12", "CHECK-9f3c1a2b", "Use JWT", "../x", "-rf", "\x00"]
)
def test_a_name_that_nothing_has_finds_nothing(known, make, ref):
    assert known(make.decision(A, number=12)).resolve(ref) == []


@pytest.mark.parametrize("ref", ["ADR-" + "9" * 450, "ADR-" + "9" * 9000, "a" * 100_000, "\ud83d"])
def test_a_monstrous_name_finds_nothing_and_fails_nothing(known, make, ref):
    index = known(make.decision(A, number=12))
    assert index.resolve(ref) == []
    assert index.formerly(ref) == []
    assert index.tombstone(ref) is None


def test_a_beginning_that_two_ids_share_is_ambiguous(known, make):
    one, two = make.learning("9f3c1"), make.bug("9f3c2", number=1)
    assert known(one, two).resolve("9f3c") == [one.id, two.id]


def test_a_number_given_twice_is_ambiguous(known, make):
    one = make.decision("aaaa", number=3, path="decisions/3-a.md")
    two = make.decision("bbbb", number=3, path="decisions/3-b.md", minutes=1)
    assert known(one, two).resolve("ADR-3") == [one.id, two.id]


def test_a_live_label_beats_an_alias_and_both_can_be_named(known, make):
    former = make.decision("aaaa", number=7, aliases=("ADR-0003", "adr-5"))
    holder = make.decision("bbbb", number=3)
    index = known(former, holder)
    assert index.resolve("ADR-3") == [holder.id]
    assert index.formerly("ADR-3") == [former.id]
    assert index.resolve("ADR-0005") == [former.id]


def test_an_alias_of_any_form_is_found(known, make):
    imported = make.decision("aaaa", number=7, aliases=("20200924-use-rust",))
    assert known(imported).resolve("20200924-USE-rust") == [imported.id]


def test_a_label_beats_an_id_that_begins_alike(known, make):
    aliased = make.decision("bbbb", number=7, aliases=("9f3c",))
    assert known(make.learning(A), aliased).resolve("9f3c") == [aliased.id]


def test_the_digits_of_a_numbered_records_id_are_no_label(known, make):
    assert known(make.bug(A, number=1)).resolve("BUG-9f3c1a2b") == []


def test_a_label_of_digits_only_is_still_of_an_id(known, make):
    learning = make.learning("01234567")
    assert known(learning).resolve("LEARN-01234567") == [learning.id]


def test_labels_of_two_ids_that_begin_alike_are_longer_until_one_of_them_goes(known, make, branch):
    one = make.learning("9f3c1a2b5", path="learnings/one.md")
    two = make.learning("9f3c1a2b6", path="learnings/two.md")
    other_kind = make.checkpoint("9f3c1a2b7")
    index = known(one)
    assert index.get(one.id).label == "LEARN-9f3c1a2b"
    assert index.label_of(two.kind, two.id) == "LEARN-9f3c1a2b6"  # before it is written
    index = known(two, other_kind)
    assert {record.label for record in index.list()} == {
        "LEARN-9f3c1a2b5", "LEARN-9f3c1a2b6", "CHECK-9f3c1a2b",
    }  # fmt: skip
    branch.change({}, [two.path])
    index.follow(branch)
    assert index.get(one.id).label == "LEARN-9f3c1a2b"


def test_what_was_deleted_is_told_from_what_never_was(branch, index, make):
    branch.put(make.decision("aaaa", number=1))
    branch.change({"deleted/decisions/0012.yaml": f"ADR-0012 {A}".encode()})
    index.follow(branch)
    found = index.tombstone("adr-12")
    assert found is not None
    assert (found.label, found.id) == ("ADR-0012", A)
    assert index.tombstone("ADR-1") is None
    assert index.deleted_numbers(make.decision("aaaa").kind) == {12: "ADR-0012"}
    assert index.resolve("ADR-12") == []
