"""The names that fields and sections of an ADR go by, and the one name each has here."""

from __future__ import annotations

import re
from functools import lru_cache

_KEYS = {
    "status": (
        "status|adr status|decision status|current status|document status|statut|estado|stato|статус|"
        "状态|ステータス|状態|상태|stav"
    ),
    "date": "date|decision date|date of decision|adr date|datum|fecha|data|дата|日付|日期|날짜",
    "decided": (
        "decided|decided on|date decided|accepted|accepted on|date accepted|approved on|approval date|"
        "decided at|date approved|approved"
    ),
    "created": (
        "created|created at|created on|creation date|date created|date proposed|proposed on|"
        "proposed date|created date|authored|authored on|drafted|date drafted|start date|published|"
        "erstellt|opened"
    ),
    "updated": (
        "updated|updated at|updated on|last updated|last update|last modified|modified|last edited|"
        "last reviewed|last updated on|reviewed on|update date|lastmod"
    ),
    "title": "title|adr title|decision title|titel|titre|título|name",
    "number": "number|adr number|adr|adr id|no|nr|decision number|id|adr no|decision id|index|adrid",
    "deciders": (
        "deciders|decider|decision makers|decision maker|decision maker(s)|decided by|"
        "deciders and consulted|approvers|approver|approved by|accountable|entscheider|décideurs|"
        "decisores|decision owner|decision owners|driver"
    ),
    "authors": (
        "author|authors|author(s)|owner|owners|proposed by|proposer|autor|autoren|auteur|contact|"
        "created by|written by|champion|submitter|lead"
    ),
    "tags": "tags|tag|labels|categories|category|topics|keywords|schlagworte|étiquettes",
    "supersedes": "supersedes|replaces|superseding|obsoletes|supersedes adr|supercedes",
    "superseded-by": "superseded by|superceded by|replaced by|superseded|obsoleted by",
    "amends": "amends|modifies|refines|extends|updates|amending",
    "amended-by": "amended by|amended|modified by|refined by|extended by|updated by",
    "relates-to": (
        "related|related to|relates to|related adrs|related adr|related decisions|related decision|"
        "see also|depends on|linked to|links|linked adrs|clarifies|clarified by|related records|"
        "related documents|linked decisions|relates"
    ),
}
KEYS = {name: key for key, names in _KEYS.items() for name in names.split("|")}

_SECTIONS = {
    "status": (
        "status|adr status|decision status|current status|status history|statut|estado|stato|статус|状态|"
        "ステータス|状態|상태|status of this decision"
    ),
    "date": "date|decision date|datum|fecha|date of decision|created|last updated|dates",
    "title": "title|adr title",
    "deciders": (
        "deciders|decision makers|decision maker|decision maker(s)|approvers|approved by|decided by|people"
    ),
    "authors": "author|authors|author(s)|owner|owners|contributors",
    "tags": "tags|labels|keywords",
    "changelog": (
        "changelog|change log|revision history|history|revisions|version history|document history|"
        "changes|adr history|updates"
    ),
    "meta": (
        "metadata|meta|meta data|info|information|details|document information|adr details|header|"
        "properties|document info|adr metadata|decision metadata|general information|adr information"
    ),
    "context": (
        "context|context and problem statement|context and problem|context & problem statement|"
        "background|problem|problem statement|the problem|motivation|introduction|summary|overview|"
        "situation|issue|problem description|context and background|background and context|the issue|why|"
        "purpose|goal|goals|objective|objectives|scope|requirements|abstract|tl;dr|tldr|"
        "background & context|kontext|contexte|contexto|contesto|контекст|背景|コンテキスト|上下文|"
        "컨텍스트|user story|decision context|disclaimer|intent|assumptions|definitions|terminology|"
        "description|problem to solve|business context|current state|current situation|todo|use cases|"
        "scenarios"
    ),
    "drivers": (
        "decision drivers|drivers|forces|criteria|decision criteria|constraints|evaluation criteria|"
        "quality attributes|treiber|key requirements"
    ),
    "options": (
        "considered options|options|alternatives|options considered|alternatives considered|"
        "alternative approaches|considered alternatives|rejected alternatives|possible solutions|"
        "positions|alternative solutions|other options|other options considered|other alternatives|"
        "alternative options|proposed options|solution options|options explored|alternative|alternativen|"
        "optionen|options envisagées"
    ),
    "pros": (
        "pros and cons of the options|pros and cons|comparison|analysis|evaluation|options analysis|"
        "trade-off analysis"
    ),
    "decision": (
        "decision|decision outcome|the decision|outcome|proposal|proposed solution|solution|resolution|"
        "proposed decision|our decision|decisions|decision made|recommendation|conclusion|"
        "detailed design|design|proposed design|proposed change|chosen option|entscheidung|décision|"
        "decisión|decisão|decisione|решение|決定|决策|결정|approach|selected option|proposed approach|"
        "final decision|decision result|detailed decision"
    ),
    "rationale": (
        "rationale|justification|reasoning|argument|arguments|reasons|reason|decision rationale|"
        "begründung|reasons for the decision|why this decision|rational"
    ),
    "consequences": (
        "consequences|implications|impact|impacts|effects|results|consequence|outcomes|konsequenzen|"
        "conséquences|consecuencias|consequências|conseguenze|последствия|結果|影响|后果|결과|"
        "impact and consequences|consequences of the decision|expected consequences|ramifications|"
        "resulting context"
    ),
    "good": (
        "good consequences|positive consequences|positive|positives|pros|benefits|advantages|good|"
        "positive impacts|pros of the decision|positive outcomes|upsides|vorteile"
    ),
    "bad": (
        "bad consequences|negative consequences|negative|negatives|cons|drawbacks|disadvantages|risks|"
        "trade-offs|tradeoffs|bad|negative impacts|risks and mitigations|negative outcomes|downsides|"
        "nachteile|limitations"
    ),
    "neutral": "neutral|neutral consequences|neutrals",
    "confirmation": "confirmation|validation|compliance|verification|acceptance criteria|enforcement",
    "implementation": (
        "implementation notes|implementation|implementation plan|implementation details|next steps|"
        "action items|rollout plan|migration plan|plan|follow-up|follow up|actions|todo list|future work"
    ),
    "notes": (
        "notes|additional notes|other notes|open questions|discussion|discussions|appendix|comments|"
        "advice|additional information|unresolved questions|test cases|further discussions|test plan"
    ),
    "links": (
        "links|references|reference|related|related decisions|see also|related adrs|further reading|"
        "more information|related documents|related links|supersedes|superseded by|related resources|"
        "resources|relations|relationships|related records|related adr|referenced adrs|"
        "links and references|external references|additional resources|sources|related artifacts|"
        "related requirements|related principles|amends|amended by|related work|dependencies|depends on|"
        "replaces|replaced by"
    ),
}
SECTIONS = {name: key for key, names in _SECTIONS.items() for name in names.split("|")}
META_SECTIONS = frozenset({"meta", "title", "date", "status", "tags", "deciders", "authors", "changelog"})

_CLEAN = re.compile(r"[\s_\-]+")
_LEADING = re.compile(r"\A(?:\d+(?:\.\d+)*[.)]?\s+|[^\w]+|[A-Z][.)]\s)+")
_TRAILING = re.compile(r"[\W_]+\Z")


def canonical_key(words: str) -> str | None:
    """The name of a field, None when this is no field's name."""
    if len(words) > 48:
        return None
    return KEYS.get(_CLEAN.sub(" ", words.strip(" \t*_`:")).lower())


@lru_cache(maxsize=1024)  # the same few hundred headings over and over
def section_of(words: str) -> str | None:
    """The name of a section, None for one that only this file has. ``words`` is its heading."""
    if len(words) > 64:
        return None
    plain = _CLEAN.sub(" ", words.replace("trade-off", "tradeoff")).strip().lower()
    if plain in SECTIONS:
        return SECTIONS[plain]
    plain = _LEADING.sub("", plain)
    if not plain.endswith(")"):
        plain = _TRAILING.sub("", plain)
    plain = plain.removeprefix("the ") if plain not in SECTIONS else plain
    if plain not in SECTIONS and plain.endswith((")", "]")):
        plain = _TRAILING.sub("", re.split(r"[(\[]", plain, maxsplit=1)[0])
    return SECTIONS.get(plain.replace("&", "and").strip()) or SECTIONS.get(plain)
