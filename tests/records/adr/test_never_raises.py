"""Whatever the text, the reader reads what can be read and never raises; nor does a change of status."""

from __future__ import annotations

import time

from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.records.adr import change_status, read_adr

# Pieces that files of every dialect are made of, in any order and broken in any way.
PIECES = st.sampled_from(
    [
        *(
            "---\n",
            "+++\n",
            "status: ",
            "Status",
            "Accepted",
            "superseded by ",
            "[ADR-5](0005-b.md)",
            "{",
            "}",
        ),
        *("|", "\n", "\r\n", "\r", "# ", "## ", "=====\n", "-----\n", "* ", "- [x] ", "**", "__", "~~", "`"),
        *("```\n", "<!--", "-->", "<h1>", "::\n", ":Status: ", ".. ", ".. note::\n   ", "//// \n", "Date: "),
        *(
            "2020-01-02",
            "03/04/2020",
            "9999-99-99",
            "> ",
            "\t",
            "\ufeff",
            "\u2028",
            "\x00",
            "\udcff",
            "状态：",
        ),
        *("已接受", "🤔", "[a]: b\n", "&amp;", "Supersedes ", "ADR 0003", "'", '"', "(", ")"),
    ]
)
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=40).map("".join))
NAMES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["0001-a.md", "a.rst", "a.adoc", "20200102-a.md", "README.md", "x/index.md", ".md", ""]),
)


@settings(max_examples=examples(300), deadline=None)
@given(NAMES, TEXTS)
def test_any_text_is_read(name: str, text: str) -> None:
    adr = read_adr(name, text)
    place = adr.status_place
    if place is not None:
        assert 0 <= place.start <= place.word[0] <= place.word[1] <= place.end <= len(text)
        assert "\n" not in text[place.start : place.end]


@settings(max_examples=examples(300), deadline=None)
@given(TEXTS, st.sampled_from(["proposed", "accepted", "rejected", "deprecated", "superseded"]))
def test_a_changed_status_is_what_is_read_afterwards(text: str, status: str) -> None:
    changed = change_status(text, status, name="0001-a.md")
    if changed is not None:
        assert read_adr("0001-a.md", changed).status == status
        assert changed.count("\n") == text.count("\n")


def test_no_text_makes_the_reader_hang() -> None:
    begun = time.process_time()
    for piece in (
        "[",
        "*a ",
        "a_",
        "| ",
        "<!--",
        "`a",
        "- [",
        " ",
        "(",
        "{",
        "<a ",
        "1.",
        "ADR 1, ",
        "~~",
        "2020-",
        ": ",
    ):
        long = piece * (20_000 // len(piece))
        for text in (
            f"# {long}\n",
            f"# A\n\nStatus: {long}\n",
            f"Supersedes {long}\n",
            f"---\nstatus: {long}\n---\n",
        ):
            read_adr("0001-a.md", text)
    read_adr("0001-a.md", "Supersedes ADR-1, superseded by ADR-2\n" * 5_000)
    assert time.process_time() - begun < 30, "some pattern takes time in the square of a line's length"
