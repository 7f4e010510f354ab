"""What becomes of a note in code that repeats itself: git pairs equal lines, whatever they are part of.

Lines marked with ``>`` are what the note was made on, and below, where it must be afterwards.
"""

from __future__ import annotations

import pytest
from stories import Story

from lsp_server.code.model import Certainty

OLD = """
      import app

      def first(client):
          value = client.fetch(name, timeout=30)
          if not value:
              return None
    >     return value

      def last():
          pass
"""

TWO = """
    > def load_users(client):
    >     value = client.fetch("users", timeout=30)
    >     if not value:
    >         return None
    >     return value

      def load_orders(client):
          value = client.fetch("orders", timeout=30)
          if not value:
              return None
          return value
"""

SWAPPED = """
      def load_orders(client):
          value = client.fetch("orders", timeout=30)
          if not value:
              return None
          return value

    > def load_users(client):
    >     value = client.fetch("users", timeout=30)
    >     if not value:
    >         return None
    >     return value
"""


def only(text: str, line: str) -> str:
    """The text with the mark on the one marked line that says this."""
    return "".join(
        row.replace(">", " ", 1) if row.strip().startswith(">") and line not in row else row
        for row in text.splitlines(keepends=True)
    )


def test_a_function_of_the_same_lines_is_written_above(repo):
    story = Story(repo)
    story.begins("app.py", OLD)
    story.commit(
        "app.py",
        """
      import app

      def newer(client):
          value = client.fetch(name, timeout=30)
          if not value:
              return None
          return value

      def first(client):
          value = client.fetch(name, timeout=30)
    >     return value

      def last():
          pass
""",
    )
    story.holds()


@pytest.mark.parametrize("line", ["if not value", "return None", "return value"])
def test_two_functions_change_places(repo, line):
    story = Story(repo)
    story.begins("app.py", only(TWO, line))
    story.commit("app.py", SWAPPED.replace(">", " "))
    located = story.located()
    assert all(place.start > 6 for place in located.ranges), "never a line of the other function"


def test_a_whole_function_changes_places_with_another(repo):
    story = Story(repo)
    story.begins("app.py", TWO)
    story.commit("app.py", SWAPPED)
    story.holds()


def test_one_function_goes_to_the_end_and_another_gets_its_last_line(repo):
    story = Story(repo)
    story.begins(
        "app.py",
        """
      def top():
          prepare()

      def one():
    >     return None

      def refund_of_the_order():
          work()
""",
    )
    story.commit(
        "app.py",
        """
      def top():
          prepare()
          return None

      def refund_of_the_order():
          work()

      def one():
    >     return None
""",
    )
    story.holds()


def test_a_function_grows_around_the_line(repo):
    story = Story(repo)
    story.begins("app.py", only(TWO, "return None"))
    story.commit(
        "app.py",
        """
      def load_users(client, limit=10):
          value = client.fetch("users", timeout=30, limit=limit)
          log.debug("users: %s", value)
          if not value:
    >         return None
          return value[:limit]

      def load_orders(client):
          value = client.fetch("orders", timeout=30)
          if not value:
              return None
          return value
""",
    )
    story.holds(Certainty.BIRTHS)


def test_a_function_is_taken_out_of_another_with_the_line(repo):
    story = Story(repo)
    story.begins(
        "app.py",
        """
      def report(orders):
          total = sum(order.amount for order in orders)
          if not total:
    >         return None
          return render(total)

      def other(orders):
          if not orders:
              return None
""",
    )
    story.commit(
        "app.py",
        """
      def amount_of_all(orders):
          total = sum(order.amount for order in orders)
          if not total:
    >         return None
          return total

      def report(orders):
          return render(amount_of_all(orders))

      def other(orders):
          if not orders:
              return None
""",
    )
    story.holds(Certainty.BIRTHS)


@pytest.mark.parametrize("line", ["if not value", "return None", "return value"])
def test_two_files_change_names(repo, line):
    one, other = only(TWO, line), TWO.replace("users", "carts").replace("orders", "bills").replace(">", " ")
    story = Story(repo)
    repo.write("b.py", "")
    story.begins("a.py", one)
    story.commit("b.py", other)
    for old, new in (("a.py", "c.py"), ("b.py", "a.py"), ("c.py", "b.py")):
        story.git("mv", old, new)
    repo.commit("Swap")
    located = story.located()
    assert not any(place.path == "a.py" for place in located.ranges)


def test_a_file_is_renamed_and_another_gets_its_name(repo):
    story = Story(repo)
    story.begins("a.py", only(TWO, "return None"))
    story.git("mv", "a.py", "old.py")
    story.commit("a.py", TWO.replace("users", "carts").replace("orders", "bills").replace(">", " "))
    located = story.located()
    assert not any(place.path == "a.py" for place in located.ranges)


def test_sections_of_a_file_without_indents_change_places(repo):
    sections = {
        name: f"[{name}]\nurl = https://{name}.example.org\ntimeout = 30\nretries = 3\n\n"
        for name in ("billing", "shipping", "accounts")
    }
    story = Story(repo)
    repo.write("app.ini", "".join(sections[name] for name in ("billing", "shipping", "accounts")))
    repo.commit("Begin")
    story.made_at = repo.git("rev-parse", "HEAD").strip()
    story.anchor = repo.anchor("app.ini", 8, 8)  # `timeout` of shipping
    repo.write("app.ini", "".join(sections[name] for name in ("shipping", "accounts", "billing")))
    repo.commit("Sort")
    for place in story.located().ranges:
        assert place.start == 3


def test_a_line_between_others_that_come_and_go(repo):
    story = Story(repo)
    story.begins(
        "steps.yml",
        """
      - name: build
        run: make build
    >   if: always()
      - name: check
        run: make check
        if: always()
""",
    )
    story.commit(
        "steps.yml",
        """
      - name: clean
        run: make clean
        if: always()
      - name: build
        run: make build
    >   if: always()
      - name: check
        run: make check
        if: always()
""",
    )
    story.holds()
