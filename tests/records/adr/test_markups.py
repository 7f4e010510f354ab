"""ADRs in other markups than Markdown, and what in a text is no text."""

from __future__ import annotations

from datetime import date

from records.adr.reading import check, links


def test_restructuredtext_with_sections() -> None:
    adr = check(
        "0007-split-the-app.rst",
        """
        .. This comment says nothing
           Status: rejected

        .. _split:

        7. Split the ``app``
        ====================

        Status
        ------

        **Accepted** 2021-05-06

        Replaces :doc:`0003-one-app` and `ADR 4 <0004-no-app.rst>`_.

        Context
        -------

        It grew.

        .. code-block:: yaml

           status: rejected

        Decision
        --------

        We split it.
        """,
        title="Split the ``app``",
        number=7,
        status="accepted",
        date=date(2021, 5, 6),
        dialect="reStructuredText",
    )
    assert links(adr) == [("supersedes", "0003-one-app"), ("supersedes", "0004-no-app.rst")]
    assert adr.sections["context"].startswith("It grew.")
    assert adr.sections["decision"] == "We split it."


def test_restructuredtext_with_fields_and_overlines() -> None:
    text = """
        ===========================
        ADR-0008: Keep *everything*
        ===========================

        :Status: Superseded by :ref:`ADR-0011 <adr-0011>`
        :Date: 2022-03-04
        :Deciders: Ann, Bo

        Context
        #######

        We lost things.
        """
    for name in ("0008-keep.rst", "0008-keep.md"):  # the markup is told from the text as well
        adr = check(
            name,
            text,
            title="Keep everything",
            status="superseded",
            date=date(2022, 3, 4),
            deciders=("Ann", "Bo"),
            dialect="reStructuredText",
        )
        assert links(adr) == [("superseded-by", "adr-0011")]


def test_asciidoc() -> None:
    adr = check(
        "0009-tables.adoc",
        """
        // Status: rejected
        = ADR 9: Tables
        :status: accepted
        :date: 2020-01-02

        == Context

        See xref:0003-lists.adoc[lists].

        == Related decisions

        * xref:0003-lists.adoc[ADR 3]
        """,
        title="Tables",
        number=9,
        status="accepted",
        date=date(2020, 1, 2),
        dialect="AsciiDoc",
    )
    assert links(adr) == [("relates-to", "0003-lists.adoc")]


def test_code_and_comments_say_nothing() -> None:
    check(
        "0001-a.md",
        """
        # A

        ```markdown
        # B
        * Status: rejected
        ## Status
        Rejected
        ```

        <!-- Status: deprecated -->

        ~~~~
        Date: 2020-01-01
        ~~~
        ~~~~

        ## Context

        Text
        """,
        title="A",
        status=None,
        date=None,
    )
