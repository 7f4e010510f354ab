"""A comparison as Markdown for a forge: no text of a record acts in it, and it is bounded."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from memory.compared import FILE, ID, RECORD, put

from lsp_server import Memory
from lsp_server.memory import Kind
from lsp_server.memory.comparison_report import plain
from lsp_server.memory.titles import printable

HOSTILE = [
    "@everyone please look",
    "mail me at mallory@example.org",
    "closes #1 and GH-12 and org/repo#3 !4 ~label %milestone",
    "![x](https://evil.example/x.png)",
    "[click](https://evil.example) <https://evil.example> https://evil.example www.evil.example",
    "<img src=x onerror=alert(1)> <!-- <b>bold</b> </details> &lt;script&gt;",
    "`code` **bold** _it_ ~~gone~~ $x$ | cell | :tada:",
    "```\n</details>\n# Heading",
    "\x1b[31mred \u202eevil 0123456789abcdef0123456789abcdef01234567",
    "[x]: https://evil.example",
]


def _rendered(markdown: str) -> list[Token]:
    """As a forge reads it: bare addresses with a scheme or an @ become links, bare domains do not."""
    reader = MarkdownIt("gfm-like")
    assert reader.linkify is not None
    reader.linkify.set({"fuzzy_link": False})
    assert any(t.type == "link_open" for t in reader.parse("x https://a.example y")[1].children or ())
    return reader.parse(markdown)


@pytest.mark.parametrize("evil", HOSTILE)
def test_no_text_of_a_record_acts_in_the_markdown(memory: Memory, evil: str) -> None:
    line = " ".join(evil.split())
    quoted = '"' + line.replace("\\", "\\\\").replace('"', '\\"').replace("\x1b", "\\e") + '"'
    before = put(memory, {FILE: RECORD})
    put(
        memory,
        {
            FILE: RECORD.replace("# Use JWT", f"# Use {line}")
            .replace("[auth]", f"[{quoted}]")
            .replace("status: proposed", f"status: {quoted}")
            .replace("owner: platform", f"owner: {quoted}")
            .replace("Tokens.", f"{evil}\n\n    {evil}\n\n## {line}\n\n{evil}"),
            f"notes/{re.sub('[/<>]', '', line)}.txt": "x",
        },
    )
    comparison, _ = memory.compare(before)
    shown = memory.report(comparison)
    tokens = _rendered(shown)
    inline = [child for token in tokens for child in token.children or ()]
    assert [t.type for t in (*tokens, *inline) if t.type in ("image", "link_open", "s_open", "em_open")] == []
    html = [t.content.strip() for t in (*tokens, *inline) if t.type in ("html_block", "html_inline")]
    assert html == [
        "<!-- git-memory-review -->",
        "<details>\n<summary>The text that changed</summary>",
        "</details>",
    ]
    assert [t.tag for t in tokens if t.type == "heading_open"] == ["h3"]
    said = "".join(t.content for t in inline if t.type == "text")
    for acting in (
        r"@\w",
        r"#\d",
        r"!\d",
        r"~\w",
        r"%\w",
        r"GH-\d",
        r"://",
        r"www\.",
        r":tada:",
        r"\b[0-9a-f]{40}\b",
    ):
        assert re.findall(acting, said) == []
    assert "\x1b" not in shown
    assert "\u202e" not in shown


@given(st.text(st.sampled_from("ab1/@#!~%^&:$*_`<>[]()|\\\\.-\"'w hGHx0\u202e\x1b\n")) | st.text())
def test_no_mix_of_signs_acts(text: str) -> None:
    line = f"- **ADR-1** {plain(text, 160)}: new"
    assert "\n" not in line
    item = _rendered(line)[2:-2]
    assert [t.type for t in item] == ["paragraph_open", "inline", "paragraph_close"]
    types = [t.type for t in item[1].children or ()]
    assert set(types) <= {"text", "strong_open", "strong_close", "text_special"}
    assert types.count("strong_open") == 1
    said = "".join(t.content for t in item[1].children or ())
    words = said.replace("\u200b", "").removeprefix("ADR-1 ").removesuffix(": new").strip()
    assert words == plain_words(text)


def plain_words(text: str) -> str:
    """What a reader sees of a text: one line, what acts spelled out, cut."""
    line = printable(text.replace("\u200b", ""))
    return (line if len(line) <= 160 else line[:159].rstrip() + "…").strip()


def test_an_ordinary_title_stays_as_it_is_in_the_markdown(memory: Memory) -> None:
    before = memory.version()
    memory.record(Kind.DECISION, "Use C++ and src/auth.py:10 - don't wait (2.5 s)")
    shown = memory.report(memory.compare(before)[0])
    tokens = _rendered(shown)
    said = ["".join(c.content for c in t.children or ()) for t in tokens if t.type == "inline"]
    assert "ADR-0001 Use C++ and src/auth.py:10 - don't wait (2.5 s): new, proposed" in said


def test_the_markdown_is_bounded_and_says_how_much_more_there_is(memory: Memory) -> None:
    text = "\n".join(f"Line {n} of a long text that nobody will read in a comment." for n in range(500))
    start = memory.version()
    put(
        memory,
        {
            f"decisions/{n:04d}-x.md": RECORD.replace(ID, f"{n:08x}-8a1b-4c3d-9e4f-0a1b2c3d4e5f")
            .replace("number: 12", f"number: {n}")
            .replace("Tokens.", text)
            .replace("Use JWT", "Use JWT " * 60)
            for n in range(1, 400)
        },
    )
    shown = memory.report(memory.compare(start)[0])
    assert 10_000 < len(shown) < 50_000
    listed = shown.count("\n- **ADR-")
    assert f"… and {399 - listed} more; `git memory diff` lists all of them." in shown
    folded = shown.count("```diff")
    assert f"… and {399 - folded} more; `git memory diff -p` shows all of them." in shown
    assert shown.count("<details>") == shown.count("</details>") == 1
