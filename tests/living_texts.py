"""Living documents as people write them: several bullets, markers, line ends, texts between."""

from __future__ import annotations

from hypothesis import strategies as st

WORDS = st.sampled_from(
    ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda"]
).flatmap(lambda word: st.integers(0, 30).map(lambda number: f"{word} {number}"))
MARKERS = st.sampled_from(["-", "*", "+"])
SECTIONS = (
    "Code Patterns",
    "Performance Patterns",
    "Testing Patterns",
    "Anti-Patterns (Things That Don't Work)",
)
RECENT = ("Last session", "Current focus", "Next planned", "Blockers")


@st.composite
def bullets(draw: st.DrawFn) -> str:
    """A bullet with a field in bold, with a second line, with bullets below it, or none of these."""
    mark, said = draw(MARKERS), draw(WORDS)
    more = draw(
        st.sampled_from(["", "", f"\n  and {said}", f"\n  {mark} below {said}\n  {mark} last", " **b**"])
    )
    return f"{mark} {said}{more}"


@st.composite
def patterns(draw: st.DrawFn) -> str:
    """A text of learned patterns; sections may be gone, in another case, or with a colon."""
    parts = ["# Learned Patterns"]
    for title in SECTIONS:
        heading = draw(st.sampled_from([title, title, title.upper(), f"{title}:", "", f"Python {title}"]))
        if not heading:
            continue
        between = draw(st.sampled_from(["\n", "\n\n"]))
        found = draw(st.lists(bullets(), max_size=4))
        intro = draw(st.sampled_from(["", "", f"{between}Some words about it."]))
        body = intro + (("\n\n" if intro else between) + "\n".join(found) if found else "")
        parts.append(f"## {heading}{body}")
    text = "\n\n".join(parts) + draw(st.sampled_from(["", "\n", "\n\n"]))
    return text.replace("\n", draw(st.sampled_from(["\n", "\n", "\r\n"])))


@st.composite
def contexts(draw: st.DrawFn) -> str:
    """A project's context in any of the ways in which fields are written."""
    style = draw(st.sampled_from(["- **{}**:", "* **{}**:", "- **{}:**", "- __{}__ :"]))
    lines = []
    for name in RECENT:
        if draw(st.booleans()) or draw(st.booleans()):
            said = draw(
                st.sampled_from(["", f" {draw(WORDS)}", " (Any of it)", f" {draw(WORDS)}\n  goes on"])
            )
            below = [f"  - {one}" for one in draw(st.lists(WORDS, max_size=2))]
            lines += [style.format(name) + said, *below]
    recent = "\n".join(lines)
    decisions = "\n".join(f"- {one}" for one in draw(st.lists(WORDS, max_size=3, unique=True)))
    return (
        "# Current Project Context\n\n## Active Project: [No active project]\n- **Type**:\n- **Stage**:\n\n"
        f"## Recent Work\n{recent}\n\n## Technical Decisions Made\n{decisions}\n"
    )


LINES = st.sampled_from(
    [
        *(
            "# T",
            "## Code Patterns",
            "## Testing Patterns",
            "### Sub",
            "## Recent Work",
            "## Active Project: X",
        ),
        *(
            "- **Blockers**: v",
            "- **Blockers**:",
            "**Blockers:** v",
            "**Current focus:** v  ",
            "1. one",
            "- \t",
        ),
        *(
            "text",
            "  goes on",
            "    deep",
            "> q",
            "- ```",
            "```",
            "~~~",
            "<!-- c -->",
            "<!--",
            "-->",
            "---",
            "===",
        ),
        *(
            "## 2026-01-02 - Session Summary",
            "### 10:00 - E",
            "<<<<<<< x",
            "=======",
            ">>>>>>> y",
            "  - below",
        ),
        *("", "", "", "", "", "", "\f"),
    ]
)
SOUP = st.lists(LINES | WORDS.map(lambda said: f"- {said}"), max_size=20).map("\n".join)
