"""The line that tells an anchor's text from other code, and its number."""

from lsp_server.records.telling import numbers_of, telling_line


def test_the_line_that_says_most_is_the_telling_one() -> None:
    assert telling_line(["}", "    return the_session", "    return other_user"]) == "    return the_session"
    assert telling_line(["}", "    return 1", ""]) is None


def test_half_a_pair_that_an_editor_sends_has_a_number_too() -> None:
    lines = ["first_of_the_lines = '\ud800'", "second_of_the_lines = 'é'"]
    assert len(numbers_of(lines)) == 2
