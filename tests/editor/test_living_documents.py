"""Living documents in an editor: opened as files, saved as commits, what others wrote merged in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from client import Client, at
from support import Repo

from lsp_server import Memory

MANUAL, AFTER_DELAY = 1, 2


def path_of(uri: str) -> Path:
    return Path(uri.removeprefix("file://"))


def opened(editor: Client, name: str, **more: Any) -> str:
    """A document opened by the command; its URI, with the text that the editor then has."""
    answer = editor.execute("gitMemory.document", name=name, **more)
    return editor.open(path_of(answer["uri"]))


def test_a_document_opens_under_its_own_name_and_a_save_commits_it(
    editor: Client, memory: Memory, repo: Repo
) -> None:
    before = repo.fingerprint()
    answer = editor.execute("gitMemory.document", name="patterns")
    assert (answer["name"], answer["path"], answer["exists"], answer["shown"]) == (
        "patterns",
        "patterns-learned.md",
        False,
        True,
    )
    path = path_of(answer["uri"])
    assert path.name == "patterns-learned.md"
    uri = editor.open(path)
    editor.save(uri, path.read_text().replace("## Testing Patterns\n", "## Testing Patterns\n- Real git\n"))
    assert editor.message("aved patterns-learned.md") == "Saved patterns-learned.md"
    assert memory.document("patterns").values("testing") == ("Real git",)
    assert repo.git("log", "-1", "--format=%s", "memory") == "note: write patterns"
    assert repo.fingerprint() == before


def test_a_document_that_was_only_looked_at_is_not_committed(editor: Client, memory: Memory) -> None:
    version = memory.version()
    editor.save(opened(editor, "context"))
    assert editor.message("othing was changed")
    assert memory.version() == version


def test_a_save_by_the_editor_itself_does_not_begin_a_document(editor: Client, memory: Memory) -> None:
    version = memory.version()
    uri = opened(editor, "context")
    editor.save(uri, path_of(uri).read_text() + "- typed\n", reason=AFTER_DELAY)
    editor.hover(uri, 0)
    assert memory.version() == version


def test_what_others_wrote_meanwhile_is_merged(editor: Client, memory: Memory) -> None:
    memory.note("patterns/testing", "Real git")
    uri = opened(editor, "patterns")
    mine = path_of(uri).read_text().replace("- Real git\n", "- Real git\n- No mocks\n")
    memory.note("patterns/testing", "Seeds for random tests")
    editor.save(uri, mine)
    editor.message("aved patterns-learned.md")
    assert set(memory.document("patterns").values("testing")) == {
        "Real git",
        "No mocks",
        "Seeds for random tests",
    }
    assert "Seeds for random tests" in path_of(uri).read_text()  # the person sees it at once


def test_an_open_document_with_nothing_typed_in_it_follows_the_branch(editor: Client, memory: Memory) -> None:
    uri = opened(editor, "patterns")
    noted = editor.execute("gitMemory.note", address="patterns/anti-patterns", text="Mutable defaults")
    assert (noted["path"], noted["changed"]) == ("patterns-learned.md", True)
    assert editor.message("oted in patterns/anti-patterns")
    assert "- Mutable defaults\n" in path_of(uri).read_text()
    # An editor may not have read the file again when more is written.
    editor.execute("gitMemory.note", address="patterns/anti-patterns", text="A lock without an end")
    assert "- Mutable defaults\n- A lock without an end\n" in path_of(uri).read_text()


def test_a_field_is_set_and_said_twice_it_changes_nothing(editor: Client, memory: Memory) -> None:
    assert editor.execute("gitMemory.set", address="context/current-focus", value="Search")["changed"] is True
    assert memory.document("context").value("current-focus") == "Search"
    assert (
        editor.execute("gitMemory.set", address="context/current-focus", value="Search")["changed"] is False
    )
    assert editor.message("already")


def test_an_address_that_is_none_is_said_with_what_is_near(editor: Client, memory: Memory) -> None:
    assert editor.execute("gitMemory.note", address="patterns/anti-paterns", text="x") is None
    assert "anti-patterns" in editor.message("Git Memory: ")
    assert editor.execute("gitMemory.document", name="nothing") is None
    assert "nothing" in editor.message("Git Memory: ")


def test_the_documents_are_listed_with_the_addresses_that_can_be_noted_to(
    editor: Client, memory: Memory
) -> None:
    memory.note("patterns/review", "Read the tests first", new=True)
    listed = {one["path"]: one for one in editor.execute("gitMemory.documents")}
    assert {"project.yaml", "project-context.md", "session-log.md", "README.md"} <= set(listed)
    patterns = listed["patterns-learned.md"]
    assert patterns["exists"] is True
    assert {"patterns/anti-patterns", "patterns/testing", "patterns/review"} <= set(patterns["addresses"])
    assert "context/recent-work/blockers" in listed["project-context.md"]["addresses"]


def test_the_project_is_yaml_and_what_is_none_is_refused(editor: Client, memory: Memory) -> None:
    uri = opened(editor, "project")
    path = path_of(uri)
    assert path.name == "project.yaml"
    before = memory.version()
    editor.save(uri, "status: [\n")
    assert editor.message("Git Memory: ")
    assert (memory.version(), path.read_text()) == (before, "status: [\n")
    editor.save(uri, "name: Shop\nstatus: in_progress\n")
    editor.message("aved project.yaml")
    assert memory.document("project").value("status") == "in_progress"


def test_a_persons_preferences_are_a_file_of_their_own(editor: Client, memory: Memory) -> None:
    uri = opened(editor, "preferences", person="Ada Byron")
    assert path_of(uri).name == "user-preferences-ada-byron.md"
    editor.save(uri, path_of(uri).read_text().replace("**Level**:", "**Level**: Direct"))
    editor.message("aved user-preferences/ada-byron.md")
    assert memory.document("preferences", "Ada Byron").value("communication-style/level") == "Direct"
    assert memory.document("preferences").exists is False


def test_a_document_with_a_secret_in_it_stays_in_the_file(editor: Client, memory: Memory) -> None:
    uri = opened(editor, "context")
    version = memory.version()
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"
    text = path_of(uri).read_text() + f"- token {token}\n"
    editor.save(uri, text)
    said = editor.message("Git Memory: ")
    assert token not in said
    assert (memory.version(), path_of(uri).read_text()) == (version, text)


def test_labels_and_documents_that_a_document_names_are_links(editor: Client, memory: Memory) -> None:
    from lsp_server.memory import Kind

    memory.record(Kind.DECISION, "Use JWT")
    memory.note("context/recent-work", "See ADR-1, patterns-learned.md and setup.md")
    uri = opened(editor, "context")
    lines = path_of(uri).read_text().split("\n")
    line = next(number for number, text in enumerate(lines) if "See ADR-1" in text)
    links = editor.request("textDocument/documentLink", {"textDocument": {"uri": uri}})
    there = [link for link in links if link["range"]["start"]["line"] == line]
    targets = [editor.request("documentLink/resolve", link)["target"] for link in there]
    assert [path_of(target).name[:8] for target in targets] == ["ADR-0001", "patterns"]
    column = lines[line].index("patterns-learned")
    (location,) = editor.request("textDocument/definition", at(uri, line, column))
    assert path_of(location["uri"]).name == "patterns-learned.md"
    assert editor.request("textDocument/definition", at(uri, line, lines[line].index("setup"))) is None


def test_a_document_without_an_end_of_line_follows_the_branch_too(editor: Client, memory: Memory) -> None:
    uri = opened(editor, "patterns")
    editor.save(uri, "# Learned Patterns\n\n## Testing Patterns\n- Real git\n**Focus**: the command line")
    editor.message("aved patterns-learned.md")
    editor.execute("gitMemory.note", address="patterns/anti-patterns", text="A lock without an end")
    editor.message("oted in patterns/anti-patterns")
    text = path_of(uri).read_text()
    assert text == memory.document("patterns").text
    assert "- A lock without an end" in text
