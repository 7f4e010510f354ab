"""Records and anchors found by the place in the code."""

from lsp_server.records.anchors import Anchor, Birth, CodePosition, CodeRange
from lsp_server.records.telling import numbers_of

C1, C2 = "1" * 40, "2" * 40


def test_records_are_found_by_the_code_commit_they_were_written_at(known, make):
    here = make.learning("aaaa", "here", code=CodePosition(C1, "main"))
    index = known(here, make.learning("bbbb", "there", code=CodePosition(C2, None)), make.learning("cccc"))
    assert index.at_commit(C1) == [here]
    assert index.at_commit("3" * 40) == []


def anchor(path, *births):
    length = sum(birth.length for birth in births)
    return Anchor(CodeRange(path, 1, max(1, length)), births, ("text",) * length)


def test_anchors_are_found_by_where_their_lines_were_born(known, make):
    first = anchor("src/a.py", Birth(C1, "src/old.py", 5, 6), Birth(C2, "src/a.py", 1, 1))
    second = anchor("src/b.py", Birth(C2, "src/b.py", 9, 9))
    later = make.bug("aaaa", number=1, minutes=2, anchors=(second, first))
    earlier = make.learning("bbbb", minutes=1, anchors=(first,))
    index = known(later, earlier, make.learning("cccc"))

    def found(*keys):
        return [(s.record_id, s.ordinal, s.anchor) for s in index.anchors_for_births(keys)]

    assert found((C1, "src/old.py")) == [(earlier.id, 0, first), (later.id, 1, first)]
    assert found((C2, "src/b.py"), (C2, "nowhere")) == [(later.id, 0, second)]
    assert found((C2, "src/old.py")) == []
    assert found() == []
    many = [(f"{n:040x}", "src/a.py") for n in range(2000)]
    assert found(*many, (C2, "src/a.py")) == [(earlier.id, 0, first), (later.id, 1, first)]


def test_anchors_are_found_by_the_path_they_were_made_on_committed_or_not(known, make):
    uncommitted = anchor("src/new.py", Birth("uncommitted", "src/new.py", 1, 1))
    renamed = anchor("src/after.py", Birth(C1, "src/before.py", 1, 1))
    bare = anchor("src/bare.py")
    record = make.learning("aaaa", anchors=(uncommitted, renamed, bare))
    index = known(record)

    def ordinals(path):
        return [stored.ordinal for stored in index.anchors_on_path(path)]

    assert [ordinals(p) for p in ("src/new.py", "src/before.py", "src/after.py", "src/bare.py", "src")] == [
        [0], [1], [1], [2], [],
    ]  # fmt: skip


def test_anchors_are_found_by_the_line_that_tells_their_text_from_other_code(known, make):
    told = Anchor(
        CodeRange("src/a.py", 4, 6), (), ("    else:", "        raise TokenExpired(user.name)", "    )")
    )
    plain = Anchor(CodeRange("src/a.py", 9, 10), (), ("    else:", "        return x"))
    record = make.learning("aaaa", anchors=(plain, told))
    index = known(record, make.learning("bbbb"))

    def found(*lines, path="src/b.py"):
        return [(s.record_id, s.anchor) for s in index.anchors_with_lines(numbers_of(lines), path)]

    assert found("# new file", "        raise TokenExpired(user.name)") == [(record.id, told)]
    assert found("        raise TokenExpired(user.name)", path="src/a.py") == []
    assert found("    else:", "        return x", "raise TokenExpired(user.name)") == []
    assert found(*(f"a line that is number {n}" for n in range(2000)), told.text[1]) == [(record.id, told)]
