"""The words people use for a decision's status, and what each stands for. Keys are lower case."""

from __future__ import annotations

PROPOSED, ACCEPTED, REJECTED, DEPRECATED, SUPERSEDED = (
    "proposed",
    "accepted",
    "rejected",
    "deprecated",
    "superseded",
)
# How much a status says of where the decision has got to: of several, the last of the strongest counts.
STRENGTH = {PROPOSED: 0, ACCEPTED: 1, REJECTED: 2, DEPRECATED: 2, SUPERSEDED: 3}

_SURE = {
    PROPOSED: (
        "proposed|proposal|draft|drafted|drafting|wip|work in progress|pending|in review|under review|"
        "in-review|review|reviewing|ready for review|for review|awaiting review|needs review|"
        "in discussion|under discussion|discussion|discussing|to be discussed|rfc|request for comments|"
        "open|new|todo|to do|tbd|undecided|not decided|to be decided|under consideration|considering|"
        "idea|suggested|submitted|awaiting approval|pending approval|awaiting decision|awaiting|"
        "not yet accepted|not yet approved|not yet decided|initial draft|preliminary|initial proposal|"
        "vorgeschlagen|vorschlag|entwurf|offen|in diskussion|in arbeit|proposé|proposée|brouillon|"
        "propuesto|propuesta|borrador|proposto|proposta|rascunho|bozza|voorgesteld|voorstel|concept|"
        "zaproponowany|zaproponowana|предложено|черновик|на рассмотрении|предложен|提议|提案|提案中|"
        "提议中|草案|草稿|已提议|待定|讨论中|下書き|제안|제안됨|초안"
    ),
    ACCEPTED: (
        "accepted|accept|acepted|accpeted|excepted|approved|approve|agreed|adopted|implemented|decided|"
        "done|complete|completed|final|finalized|finalised|in effect|in use|in force|ratified|confirmed|"
        "resolved|enacted|effective|binding|endorsed|signed off|decision made|made|current|active|valid|"
        "akzeptiert|angenommen|genehmigt|beschlossen|entschieden|freigegeben|umgesetzt|accepté|acceptée|"
        "approuvé|approuvée|validé|validée|adopté|adoptée|aceptado|aceptada|aprobado|aprobada|adoptado|"
        "adoptada|aceito|aceita|aceite|aprovado|aprovada|accettato|accettata|approvato|approvata|"
        "geaccepteerd|aangenomen|goedgekeurd|zaakceptowany|zaakceptowana|zaakceptowane|przyjęty|przyjęta|"
        "принято|принят|принята|утверждено|утверждён|已接受|接受|已采纳|采纳|已通过|通过|已批准|批准|"
        "已決定|承認|承認済み|承認済|採用|採択|決定|승인|승인됨|채택|채택됨|확정|수락됨"
    ),
    REJECTED: (
        "rejected|reject|declined|decline|denied|refused|not accepted|not approved|not adopted|discarded|"
        "dismissed|wont do|won't do|wontfix|turned down|voted down|abgelehnt|verworfen|zurückgewiesen|"
        "rejeté|rejetée|refusé|refusée|rechazado|rechazada|rejeitado|rejeitada|recusado|rifiutato|"
        "rifiutata|respinto|afgewezen|verworpen|odrzucony|odrzucona|отклонено|отклонён|отклонен|已拒绝|"
        "拒绝|已否决|否决|却下|不採用|거부|거부됨|거절|기각"
    ),
    DEPRECATED: (
        "deprecated|deprecate|depreciated|obsolete|obsoleted|obsolescent|retired|outdated|out of date|"
        "expired|archived|inactive|revoked|rescinded|no longer relevant|no longer valid|"
        "no longer applicable|no longer applies|no longer in use|not relevant anymore|end of life|sunset|"
        "veraltet|überholt|obsolète|déprécié|dépréciée|obsoleto|obsoleta|descontinuado|depreciado|"
        "deprecato|deprecata|verouderd|vervallen|przestarzały|przestarzała|устарело|устарел|已弃用|弃用|"
        "已废弃|废弃|已过时|非推奨|廃止|폐기|폐기됨|사용 중단"
    ),
    SUPERSEDED: (
        "superseded|superceded|superseeded|superceeded|supersceded|superseded by|replaced|replaced by|"
        "obsoleted by|overridden by|overtaken by|supplanted|supplanted by|ersetzt|ersetzt durch|abgelöst|"
        "abgelöst durch|remplacé|remplacée|remplacé par|supplanté|reemplazado|reemplazada|sustituido|"
        "sustituida|sustituido por|reemplazado por|substituído|substituída|substituído por|sostituito|"
        "sostituita|sostituito da|vervangen|vervangen door|zastąpiony|zastąpiona|zastąpiony przez|"
        "заменено|заменён|заменен|已取代|被取代|已被取代|被替代|已替代|置き換え|置き換え済み|置換|대체|"
        "대체됨"
    ),
}
# What was meant by these is a guess: the nearest of the five, and a note says so.
_NEAREST = {
    PROPOSED: (
        "in progress|in-progress|on hold|on-hold|deferred|postponed|parked|paused|blocked|stalled|"
        "provisional|experimental|experiment|trial|trialing|investigating|exploring|spike|"
        "needs more work|planned|backlog|not started|ongoing|testing|tentative|tentatively accepted|"
        "proof of concept|poc|incomplete|unfinished|not implemented|not implemented yet|unimplemented"
    ),
    ACCEPTED: (
        "partially accepted|partly accepted|partially approved|partially implemented|partly implemented|"
        "partially adopted|implementing|live|published|merged|closed|applied|released|fixed|stable|"
        "amended|amended by|updated|clarified|provisionally accepted|conditionally accepted|"
        "informational|standard|mostly implemented|accepted and implemented|retroactive|retrospective|"
        "documented|recorded|superseding|supersedes|completed with changes|as built|informative"
    ),
    REJECTED: (
        "withdrawn|abandoned|cancelled|canceled|dropped|aborted|invalid|will not implement|stale|void"
    ),
    DEPRECATED: (
        "reverted|rolled back|removed|historical|legacy|undone|partially deprecated|partly deprecated|"
        "discontinued|superfluous|deleted|moved|irrelevant"
    ),
    SUPERSEDED: (
        "partly superseded|partially superseded|superseded in part|partially replaced|merged into|"
        "partially superseded by|partly superseded by|overridden|overtaken|split into|evolved into"
    ),
}

SURE: dict[str, str] = {word: status for status, words in _SURE.items() for word in words.split("|")}
NEAREST: dict[str, str] = {word: status for status, words in _NEAREST.items() for word in words.split("|")}
LONGEST = 4  # words in a phrase
# Words that turn a status word after them into something else.
NEGATIONS = frozenset(
    (
        *("not", "no", "until", "unless", "if", "when", "once", "may", "might", "should", "could", "would"),
        *("will", "to", "be", "being", "never", "before", "can", "such"),
    )
)
EMOJI = {
    "✅": ACCEPTED,
    "✔": ACCEPTED,
    "👍": ACCEPTED,
    "❌": REJECTED,
    "👎": REJECTED,
    "🚧": PROPOSED,
    "📝": PROPOSED,
}
