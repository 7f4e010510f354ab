"""How well questions find their answers, on two published sets of labelled questions."""

import hashlib
import json
from pathlib import Path

import pytest

from lsp_server.index import Index

SETS = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "retrieval"


def load(name):
    path = SETS / name
    if not path.is_file():
        pytest.skip(f"the question set {name} is not on this machine")
    return json.loads(path.read_text(encoding="utf-8"))


def measure(questions, texts, new_branch, reader, make):
    """Recall among the first five and mean reciprocal rank. ``texts`` is (title, body, tags) for each."""
    branch = new_branch()
    numbers = {}
    for number, (title, body, tags) in enumerate(texts):
        digits = hashlib.sha256(str(number).encode()).hexdigest()[:32]
        record = make.learning(digits, title, body=f"# {title}\n\n{body}\n", tags=tags, minutes=number)
        numbers[record.id] = number
        branch.put(record)
    recalls, ranks = [], []
    with Index(None, reader) as index:
        index.follow(branch)
        for question, answers in questions:
            found = [numbers[hit.record.id] for hit in index.search(question, limit=10)]
            recalls.append(len(answers & set(found[:5])) / len(answers))
            ranks.append(next((1 / place for place, one in enumerate(found, 1) if one in answers), 0.0))
    return sum(recalls) / len(recalls), sum(ranks) / len(ranks)


def test_questions_about_developers_memories_find_their_answers(new_branch, reader, make):
    data = load("devbench.json")
    memories = data["memories"]
    texts = [("A memory", m["content"], tuple(t for t in m["tags"] if "bench" not in t)) for m in memories]
    ids = {memory["id"]: number for number, memory in enumerate(memories)}
    questions = [
        (q["question"], {ids[tag] for tag in q["expected_tags"]})
        for q in data["queries"]
        if q.get("expected_tags")
    ]
    recall, rank = measure(questions, texts, new_branch, reader, make)
    assert recall >= 0.95
    assert rank >= 0.80


def test_questions_whose_words_are_in_the_answer_find_it_first(new_branch, reader, make):
    data = load("remem-golden.json")
    texts = [(memory["title"], memory["content"], ()) for memory in data["corpus"]]
    questions = []
    for query in data["queries"]:
        if query["slice"] in ("knowledge_update", "temporal", "failure_lesson", "rank_signal"):
            wanted = query["evidence_refs"][0]["text_contains"]
            answers = {number for number, (_, body, _) in enumerate(texts) if wanted in body}
            questions.append((query["query"], answers))
    assert len(questions) > 20
    recall, rank = measure(questions, texts, new_branch, reader, make)
    assert (recall, rank) == (1.0, 1.0)
