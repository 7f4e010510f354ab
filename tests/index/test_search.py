"""Search: likely records first, whatever is typed."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lsp_server.index import Index
from lsp_server.index.search import SNIPPET_WIDTH, understand
from lsp_server.index.values import MATCH_END, MATCH_START


@pytest.fixture
def some(known, make):
    def with_body(record, text):
        return replace(record, body=f"# {record.title}\n\n{text}\n")

    return known(
        with_body(
            make.decision("aaaa", "Use JWT for authentication", number=12, tags=("security",)),
            "## Context\n\nSessions in Redis were lost at each deployment.",
        ),
        with_body(make.learning("bbbb", "Emails differ by case"), "Normalise in parse_utf8."),
        with_body(
            make.bug("cccc", "Login fails on Safari", number=7, minutes=1),
            "The authentication cookie of ADR-12 is dropped; see src/auth.py: GatewayTimeout.",
        ),
        with_body(make.learning("dddd", "Deploy from tags"), "Déjà vu: 東京都の設定を確認する。"),
    )


def titles(index, words, **options):
    return [found.record.title for found in index.search(words, **options)]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("authentication", "Use JWT for authentication"),  # in a title before in a text
        ("deployments redis", "Use JWT for authentication"),  # any word, whatever its ending
        ("security", "Use JWT for authentication"),  # a tag
        ("norm", "Emails differ by case"),  # the beginning of a word
        ("gateway", "Login fails on Safari"),  # one that ends in y, which has another stem
        ("parse_utf8", "Emails differ by case"),
        ("utf8", "Emails differ by case"),
        ("src/auth.py", "Login fails on Safari"),
        ("DEJA VU", "Deploy from tags"),
        ("東京", "Deploy from tags"),
        ("why does the safari fail?", "Login fails on Safari"),
        ("ADR-12", "Use JWT for authentication"),
        ("adr-0012 cookie", "Use JWT for authentication"),
        ("LEARN-bbbb0000", "Emails differ by case"),
        ("cccc0000", "Login fails on Safari"),
        ('"lost at each"', "Use JWT for authentication"),
    ],
)
def test_the_likeliest_record_comes_first(some, words, first):
    assert titles(some, words)[0] == first


def test_a_label_also_finds_the_texts_that_name_it(some):
    assert titles(some, "ADR-0012") == ["Use JWT for authentication", "Login fails on Safari"]


def test_quoted_words_must_stand_together(some):
    assert titles(some, '"each deployment" safari') == ["Use JWT for authentication"]
    assert titles(some, '"deployment each" safari') == []
    assert titles(some, "“each deployment”") == ["Use JWT for authentication"]


def test_words_of_every_text_count_only_when_nothing_else_is_asked(some):
    assert "Deploy from tags" not in titles(some, "from redis")
    assert titles(some, "from") == ["Deploy from tags"]


def test_a_search_is_narrowed_by_kind_and_length(some, make):
    bug = make.bug("cccc").kind
    assert titles(some, "authentication", kind=bug) == ["Login fails on Safari"]
    assert titles(some, "ADR-12", kind=bug) == ["Login fails on Safari"]
    assert len(titles(some, "authentication deploy case", limit=2)) == 2
    assert titles(some, "authentication ADR-12", limit=0) == []


def test_nothing_is_found_for_words_that_nobody_wrote(some):
    assert titles(some, "kubernetes") == []
    assert titles(some, "") == []
    assert titles(some, "?!") == []


def test_a_snippet_shows_the_matching_words_and_not_the_title_again(some):
    (found,) = some.search("redis")
    assert (
        found.snippet == f"Context: Sessions in {MATCH_START}Redis{MATCH_END} were lost at each deployment."
    )


def test_a_text_cannot_forge_the_marks_of_a_match(known, make):
    index = known(make.learning("aaaa", "T", body=f"# T\n\nA {MATCH_START}forged{MATCH_END} mark, found.\n"))
    (found,) = index.search("found")
    assert found.snippet.count(MATCH_START) == found.snippet.count(MATCH_END) == 1


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.text(alphabet="ab \n#é\x01\x02", max_size=900), at=st.integers(0, 900))
def test_a_snippet_is_one_short_line_with_its_marks_in_pairs(body, at, new_branch, reader, make):
    branch = new_branch()
    branch.put(make.learning("aaaa", "T", body=f"{body[:at]} needle {body[at:]}"))
    with Index(None, reader) as index:
        index.follow(branch)
        (found,) = index.search("needle")
    assert "\n" not in found.snippet
    shown = found.snippet.replace(MATCH_START, "").replace(MATCH_END, "")
    assert len(shown) <= SNIPPET_WIDTH
    marks = [c for c in found.snippet if c in (MATCH_START, MATCH_END)]
    assert marks == [MATCH_START, MATCH_END] * (len(marks) // 2)


TYPED = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(['"', "*", "(", ")", "AND", "OR", "NOT", "NEAR(", "title:", "^", "-", "+", "'", "\\",
                         "\x00", "\ud83d", "a", "ADR-1", "LEARN-zzzz", "{", "☃", "10 000", "memory:aaaa"]),
        max_size=12,
    ).map(" ".join),
)  # fmt: skip


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=TYPED)
def test_any_text_is_a_harmless_search(some, words):
    some.search(words)
    assert not some.is_private  # what fails in the engine would have made it give up the file


def test_a_very_long_search_is_answered_quickly_by_its_first_words(some):
    assert len(understand("word " * 5 + " ".join(f"w{n}" for n in range(20_000))).terms) <= 24
    assert titles(some, "redis " + "x" * 10_000) == ["Use JWT for authentication"]


def test_among_thousands_of_records_a_rare_word_decides_and_a_misspelt_one_hides_nothing(known, make):
    many = [make.learning(f"{n:08x}", f"Common {n}", minutes=n) for n in range(2100)]
    rare = [make.learning(f"ffff{n:04x}", "Special", body="a common text") for n in range(5)]
    index = known(*many, *rare)
    assert set(titles(index, "common special", limit=5)) == {"Special"}
    assert len(titles(index, "common special", limit=20)) == 20
    assert len(titles(index, "common mispselt", limit=20)) == 20
    assert titles(index, "common 1234", limit=1) == ["Common 1234"]
    assert len(titles(index, "common commons", limit=20)) == 20
