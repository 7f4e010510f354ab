"""What people write for a status, and which of the five it stands for."""

from __future__ import annotations

import pytest

from lsp_server.records.adr import read_adr


def check(written: str, expected: str | None, *, note: bool = False) -> None:
    """The same words in a bullet and in a section mean the same; ``note`` tells that a note is due."""
    bullet = read_adr("0001-a.md", f"# A\n\n* Status: {written}\n\n## Context\n\nText\n")
    section = read_adr("0001-a.md", f"# A\n\n## Status\n\n{written}\n\n## Context\n\nText\n")
    assert expected == bullet.status, bullet.notes
    assert expected == section.status, section.notes
    assert written.strip() == section.status_text
    assert note == any("tatus" in text for text in bullet.notes)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Proposed", "proposed"),
        ("accepted", "accepted"),
        ("REJECTED", "rejected"),
        ("Deprecated.", "deprecated"),
        ("Approved", "accepted"),
        ("Implemented", "accepted"),
        ("Adopted", "accepted"),
        ("Decided", "accepted"),
        ("Accepted (2021-01-02)", "accepted"),
        ("2021-01-02 Accepted", "accepted"),
        ("Accepted on 3 May 2020", "accepted"),
        ("Accepted by the team", "accepted"),
        ("**Accepted**", "accepted"),
        ("** Approved **", "accepted"),
        ("`accepted`", "accepted"),
        ("_Accepted_", "accepted"),
        ("✅ Accepted", "accepted"),
        ("Accepted ✅", "accepted"),
        ("✅", "accepted"),
        ("❌ Rejected (see [019](019-shared.md))", "rejected"),
        ("Superseded by [ADR-5](0005-x.md)", "superseded"),
        ("Superceded by ADR-5", "superseded"),
        ("superseeded by 12", "superseded"),
        ("Replaced by [5. New way](0005-new-way.md)", "superseded"),
        ("Accepted, superseded by ADR-5", "superseded"),
        ("Accepted 2020-01-01; later replaced by ADR-7", "superseded"),
        ("Accepted - retry part replaced by ADR-7", "accepted"),
        ("Accepted, may be superseded by ADR-7 one day", "accepted"),
        ("Declined", "rejected"),
        ("Not accepted", "rejected"),
        ("Won't do", "rejected"),
        ("Draft", "proposed"),
        ("WIP", "proposed"),
        ("In discussion", "proposed"),
        ("Under review", "proposed"),
        ("RFC", "proposed"),
        ("Pending", "proposed"),
        ("Not yet accepted", "proposed"),
        ("Obsolete", "deprecated"),
        ("No longer relevant", "deprecated"),
        ("~~Proposed~~ Accepted", "accepted"),
        ("~~Accepted~~ **Deprecated**", "deprecated"),
        ("<del>Accepted</del> Rejected", "rejected"),
        ("Proposed | **Accepted** | Rejected", "accepted"),
        ("_**Proposed**, Accepted, Implemented, Obsolete_", "proposed"),
        ("{ accepted }", "accepted"),
        ("[Accepted](https://example.com/pull/3)", "accepted"),
        ("Accepted ([#1484](https://example.com/1484))", "accepted"),
        ("accepted/implemented", "accepted"),
        ("Akzeptiert", "accepted"),
        ("Ersetzt durch ADR-3", "superseded"),
        ("Accepté", "accepted"),
        ("Rechazado", "rejected"),
        ("Obsoleto", "deprecated"),
        ("принято", "accepted"),
        ("已接受", "accepted"),
        ("承認済み", "accepted"),
        ("승인됨", "accepted"),
    ],
)
def test_a_status_is_one_of_five_whatever_word_was_used(written: str, expected: str) -> None:
    check(written, expected)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Partly superseded", "superseded"),
        ("Partially accepted", "accepted"),
        ("on hold", "proposed"),
        ("Deferred", "proposed"),
        ("In progress", "proposed"),
        ("{ in-progress }", "proposed"),
        ("experimental", "proposed"),
        ("Reverted", "deprecated"),
        ("Withdrawn", "rejected"),
        ("It was accepted by everybody", "accepted"),
    ],
)
def test_a_guessed_status_has_a_note(written: str, expected: str) -> None:
    check(written, expected, note=True)


@pytest.mark.parametrize(
    "written",
    [
        "{proposed | rejected | accepted | deprecated | … | superseded by ADR-0123}",
        "[proposed | rejected | accepted]",
        "{Deprecated|Proposed|Accepted}",
        "Proposed | Accepted | Rejected",
        "proposed/accepted/rejected",
        "Proposed, Accepted, Rejected or Superseded",
        "Wednesday",
        "This will be accepted or rejected soon",
        "It is not accepted",
    ],
)
def test_a_choice_or_an_unknown_word_is_no_status(written: str) -> None:
    check(written, None, note=True)


def section(text: str) -> str | None:
    return read_adr("0001-a.md", f"# A\n\n## Status\n\n{text}\n\n## Context\n\nText\n").status


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("Accepted\n\nSuperseded by [3. B](0003-b.md)", "superseded"),
        ("Accepted\n\nAmended by [3. B](0003-b.md)", "accepted"),
        ("Accepted\n\nSupersedes [1. B](0001-b.md)", "accepted"),
        ("Proposed 2020-01-01\n\nAccepted 2020-02-01", "accepted"),
        ("Accepted 2020-02-01\n\nProposed 2020-01-01", "accepted"),
        ("* Proposed: 2020-01-01\n* Accepted: 2020-02-01\n* Deprecated: 2021-01-01", "deprecated"),
        ("- [ ] Proposed\n- [x] Accepted\n- [ ] Superseded", "accepted"),
        ("- [ ] Proposed\n- [ ] Accepted", None),
        ("Proposed\n\nDeprecated clients keep working.", "proposed"),
        ("Accepted, though it could be\nsuperseded by something better.", "accepted"),
        ("> A decision may be accepted or superseded\n> if it is agreed upon.\n\nRejected", "rejected"),
        ("> A decision may be accepted or superseded\n> if it is agreed upon.", None),
        ("> Accepted", "accepted"),
        ("<!-- proposed, accepted, rejected -->\nAccepted", "accepted"),
        ("<!--\nAccepted\n-->\nRejected", "rejected"),
        ("Accepted <!-- or rejected -->", "accepted"),
        ("```\nRejected\n```\nAccepted", "accepted"),
        ("### Accepted", "accepted"),
        ("", None),
    ],
)
def test_of_several_lines_the_last_of_the_strongest_decides(lines: str, expected: str | None) -> None:
    assert expected == section(lines)
