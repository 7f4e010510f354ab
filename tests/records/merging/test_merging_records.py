"""Two edits of one record become one, as a person who knows what the fields mean would do it."""

from __future__ import annotations

import pytest

from lsp_server.records.document import parse
from lsp_server.records.merging import Merged, merge_record, merge_text
from lsp_server.records.model import Conflict, Kind

A, B = "A Developer, 2026-11-21 (3f2a9c1d)", "B Developer, 2026-11-20 (77aa001b)"
COMMIT = "3f2a" * 10
BASE = f"""---
id: 5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f
kind: decision
number: 12
status: proposed  # since the meeting
created: 2026-11-21T10:00:00+00:00
tags: [auth, api]
# who was there
decision-makers: [ann, bob]
links:
  - supersedes: 9f3c1a2b-0000-4000-8000-000000000001  # ADR-0003
metrics:
  coverage: 80
  tests: 12
anchors:
  - path: src/auth.py
    lines: 10-11
    births:
      - {COMMIT} 8-9 src/auth.py
    text: |2-
          def login(user):
              # checks
---

# Use JWT for authentication

## Context and Problem Statement

We need tokens.

There is a second paragraph.

## Considered Options

* JWT
* Cookies
  of the old kind

## Decision Outcome

Use JWT.
"""


def change(*pairs: tuple[str, str], text: str = BASE) -> str:
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def merge(base: str | None, one: str, other: str, kind: Kind = Kind.DECISION) -> Merged:
    """The merge; the order of the sides does not matter."""
    files = (None if base is None else base.encode(), one.encode(), other.encode())
    result = merge_record(kind, *files, (A, B))
    assert merge_record(kind, files[0], files[2], files[1], (B, A)) == result
    return result


def text_of(base: str | None, one: str, other: str) -> str:
    result = merge(base, one, other)
    assert result.conflicts == ()
    return result.data.decode()


# fields ----------------------------------------------------------------------------------------------
def test_different_fields_do_not_conflict_and_each_changes_its_own_line() -> None:
    one = change(("status: proposed", "status: accepted"), ("Use JWT.", "Use JWT, signed."))
    other = change(("[ann, bob]", "[ann, bob, carl]"), ("coverage: 80", "coverage: 85"))
    both = change(
        ("status: proposed", "status: accepted"),
        ("Use JWT.", "Use JWT, signed."),
        ("[ann, bob]", "[ann, bob, carl]"),
        ("coverage: 80", "coverage: 85"),
    )
    assert text_of(BASE, one, other) == both


def test_lists_are_sets_what_either_added_is_in_and_what_either_removed_is_out() -> None:
    one = change(("[auth, api]", "[auth, api, jwt]"))
    other = change(("[auth, api]", "[auth, security]"))
    assert text_of(BASE, one, other) == change(("[auth, api]", "[auth, jwt, security]"))


def test_a_link_that_each_side_added_is_there_with_its_remark() -> None:
    last = "9f3c1a2b-0000-4000-8000-000000000001  # ADR-0003\n"
    added = ["  - amends: 9f3c1a2b-0000-4000-8000-000000000002  # ADR-0004\n"]
    added += ["  - relates-to: 9f3c1a2b-0000-4000-8000-000000000003  # BUG-7\n"]
    sides = [change((last, last + line)) for line in added]
    assert text_of(BASE, *sides) == change((last, last + "".join(added)))


def test_an_anchor_is_never_lost_and_one_that_moved_on_one_side_stands_there_once() -> None:
    mark = "---\n\n# Use"
    new = "  - path: src/new.py\n    lines: 1\n    births: []\n    text: |2-\n      x = 1\n"
    one, other = change((mark, new + mark)), change(("lines: 10-11", "lines: 14-15"))
    assert text_of(BASE, one, other) == change((mark, new + mark), ("lines: 10-11", "lines: 14-15"))


@pytest.mark.parametrize(
    ("base", "one", "other", "result"),
    [
        ("proposed", "accepted", "superseded", "superseded"),
        ("proposed", "accepted", "deprecated", "deprecated"),
        ("accepted", "superseded", "deprecated", "superseded"),
    ],
)
def test_of_two_statuses_the_one_that_follows_the_other_stands(
    base: str, one: str, other: str, result: str
) -> None:
    texts = [change(("status: proposed", f"status: {status}")) for status in (base, one, other)]
    assert text_of(*texts) == change(("status: proposed", f"status: {result}"))


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [(Kind.DECISION, "accepted", "rejected"), (Kind.BUG, "fixed", "wont-fix")],
)
def test_two_statuses_that_do_not_follow_each_other_are_a_conflict(kind: Kind, one: str, other: str) -> None:
    texts = [change(("status: proposed", f"status: {status}")) for status in (one, other)]
    result = merge(BASE, *texts, kind=kind)
    assert result.conflicts == (Conflict("status", other),)
    listed = f"              # checks\nconflicts:\n  - status: {other}\n"
    assert result.data.decode() == change(("              # checks\n", listed), text=texts[0])


def test_a_status_in_the_text_of_an_imported_decision_follows_its_life_cycle_too() -> None:
    front = "---\nid: 5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f\nkind: decision\nnumber: 2\nsource: doc/2.md\n"
    nygard = front + "created: 2026-11-21\n---\n\n# 2. Use JWT\n\n## Status\n\n{}\n\n## Context\n\nTokens.\n"
    base, one, other = (nygard.format(said) for said in ("Proposed", "Accepted", "Superseded by ADR-7"))
    assert text_of(base, one, other) == other


def test_the_earlier_moment_of_creation_stands_and_both_former_numbers_are_aliases() -> None:
    one = change(("T10:00:00+00:00", "T09:00:00+00:00"), ("number: 12", "number: 14"))
    other = change(("T10:00:00+00:00", "T11:00:00+00:00"), ("number: 12", "number: 13"))
    record = parse("decisions/0013-x.md", merge(BASE, one, other).data).record
    assert record is not None
    assert (record.created.hour, record.number, record.aliases) == (9, 13, ("ADR-0014",))


def test_a_value_that_both_changed_stays_and_the_other_is_listed() -> None:
    sides = [change(("coverage: 80", f"coverage: {number}")) for number in (85, 90)]
    result = merge(BASE, *sides)
    assert result.conflicts == (Conflict("metrics.coverage", "90"),)
    assert "  coverage: 85\n  tests: 12\n" in result.data.decode()


def test_a_key_removed_on_one_side_goes_unless_the_other_changed_it() -> None:
    gone = change(("# who was there\ndecision-makers: [ann, bob]\n", ""))
    assert text_of(BASE, gone, change(("Use JWT.", "Use it."))) == change(("Use JWT.", "Use it."), text=gone)
    assert "[carl]" in text_of(BASE, gone, change(("[ann, bob]", "[ann, bob, carl]")))


# text --------------------------------------------------------------------------------------------------
def test_two_people_who_add_bullets_never_conflict() -> None:
    end = "  of the old kind\n"
    one, other = (
        change((end, end + "* OpenID\n")),
        change((end, end + "* SAML\n"), ("* JWT", "* JWT\n* PASETO")),
    )
    assert text_of(BASE, one, other) == change(
        (end, end + "* OpenID\n* SAML\n"), ("* JWT", "* JWT\n* PASETO")
    )


def test_steps_that_both_added_are_counted_through() -> None:
    end = "Use JWT.\n"
    base = change((end, "1. Ask.\n2. Wait.\n"))
    sides = [change((end, f"1. Ask.\n2. Wait.\n3. {said}.\n")) for said in ("Listen", "Sign")]
    assert text_of(base, *sides) == change((end, "1. Ask.\n2. Wait.\n3. Listen.\n4. Sign.\n"))


def test_paragraphs_that_both_appended_are_both_kept() -> None:
    assert (
        text_of(BASE, BASE + "\nMore one.\n", BASE + "\nMore two.\n") == BASE + "\nMore one.\n\nMore two.\n"
    )


def test_two_versions_of_one_paragraph_stand_between_marks() -> None:
    sides = [change(("We need tokens.", said)) for said in ("We need tokens now.", "We need few tokens.")]
    result = merge(BASE, *sides)
    assert result.conflicts == (Conflict("Context and Problem Statement"),)
    block = f"<<<<<<< {A}\n\nWe need tokens now.\n\n=======\n\nWe need few tokens.\n\n>>>>>>> {B}"
    listed = "              # checks\nconflicts:\n  - text: Context and Problem Statement\n"
    assert result.data.decode() == change(("We need tokens.", block), ("              # checks\n", listed))


def test_a_section_that_both_added_with_other_words_is_in_conflict() -> None:
    result = merge(BASE, *(BASE + f"\n### Rationale\n\n{said}\n" for said in ("Fast.", "Small.")))
    assert result.conflicts == (Conflict("Rationale"),)
    assert result.data.decode().count("### Rationale") == 1


def test_a_paragraph_rewritten_on_one_side_and_removed_on_the_other_is_not_lost() -> None:
    result = merge(
        BASE, change(("We need tokens.\n\n", "")), change(("We need tokens.", "We need tokens now."))
    )
    assert result.conflicts == (Conflict("Context and Problem Statement"),)
    assert b"We need tokens now." in result.data


def test_of_two_new_titles_one_is_the_heading_and_the_other_is_listed() -> None:
    result = merge(BASE, *(change(("# Use JWT for", f"# {said} for")) for said in ("Use tokens", "Use JWTs")))
    assert result.conflicts == (Conflict("title", "Use JWTs for authentication"),)
    assert b"\n# Use tokens for authentication\n" in result.data


def test_without_a_common_past_equal_parts_stay_and_others_are_in_conflict() -> None:
    one = change(("We need tokens.", "We need tokens now."), ("[auth, api]", "[auth, jwt]"))
    result = merge(None, one, change(("\nUse JWT.\n", "\nUse JWT.\n\n## Notes\n\nOnly here.\n")))
    text = result.data.decode()
    assert result.conflicts == (Conflict("Context and Problem Statement"),)
    assert "tags: [auth, jwt, api]" in text
    assert text.endswith("Use JWT.\n\n## Notes\n\nOnly here.\n")


# conflicts again -----------------------------------------------------------------------------------------
def test_a_third_version_stands_beside_the_two_and_each_once() -> None:
    texts = [change(("We need tokens.", f"We need tokens {word}.")) for word in ("now", "soon", "later")]
    two = merge(BASE, texts[0], texts[1]).data
    three = merge_record(Kind.DECISION, BASE.encode(), two, texts[2].encode(), ("both", "C Developer"))
    text = three.data.decode()
    assert [text.count(f"tokens {word}.") for word in ("now", "soon", "later")] == [1, 1, 1]
    assert (text.count("<<<<<<<"), text.count("\n=======\n"), text.count(">>>>>>>")) == (1, 2, 1)
    assert (
        merge_record(Kind.DECISION, BASE.encode(), three.data, texts[0].encode(), (A, B)).data == three.data
    )


def test_a_conflict_settled_on_one_side_is_settled() -> None:
    one = change(("We need tokens.", "We need tokens now."), ("status: proposed", "status: accepted"))
    other = change(("We need tokens.", "We need few tokens."), ("status: proposed", "status: rejected"))
    base = merge(BASE, one, other).data.decode()
    later = change(("Use JWT.\n", "Use JWT.\n\nAnd more.\n"), text=base)
    assert len(merge(base, base, later).conflicts) == 2
    assert text_of(base, one, later) == change(("Use JWT.\n", "Use JWT.\n\nAnd more.\n"), text=one)


# other files ---------------------------------------------------------------------------------------------
def test_line_ends_and_a_byte_order_mark_stay() -> None:
    base, one, other = (
        ("\ufeff" + text).replace("\n", "\r\n")
        for text in (BASE, change(("[auth, api]", "[auth]")), change(("Use JWT.", "Use it.")))
    )
    both = change(("[auth, api]", "[auth]"), ("Use JWT.", "Use it."))
    assert text_of(base, one, other) == "\ufeff" + both.replace("\n", "\r\n")


def test_a_front_matter_that_cannot_be_read_does_not_take_the_record_down() -> None:
    broken = change(("number: 12", "number: [12"))
    result = merge(BASE, broken, change(("[auth, api]", "[auth]")))
    record = parse("decisions/0012-x.md", result.data).record
    assert record is not None
    assert record.tags == ("auth",)
    assert b"number: [12" in result.data


def test_bytes_that_are_not_utf_8_are_kept() -> None:
    one = change(("Use JWT.", "Use it.")).encode()
    other = change(("We need tokens.", "We need t?kens.")).encode().replace(b"?", b"\xf6")
    merged = merge_record(Kind.DECISION, BASE.encode(), one, other, (A, B))
    assert merged.data == other.replace(b"Use JWT.", b"Use it.")


def test_a_text_that_is_no_record_keeps_both_versions() -> None:
    texts = [
        b"# Patterns\n\nOne.\n\nTwo.\n",
        b"# Patterns\n\nOne a.\n\nTwo.\n",
        b"# Patterns\n\nOne.\n\nTwo b.\n",
    ]
    assert merge_text(*texts, (A, B)) == Merged(b"# Patterns\n\nOne a.\n\nTwo b.\n", ())
    assert merge_text(texts[0], texts[1], b"# Patterns\n\nOne c.\n", (A, B)).conflicts == (Conflict(""),)
