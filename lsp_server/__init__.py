"""Git Memory: a repository's memory, kept in the repository.

``from lsp_server import Memory`` is the whole public face for Python programs: what its calls take and answer
with, and the errors that they raise, are names of this package. The import is lazy: the command line must be
able to import this package without paying for what it does not use.
"""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` takes as long to import as the interpreter to start, and hooks are run often
if TYPE_CHECKING:
    from typing import Any

    from lsp_server.agents.langgraph_node import remembered_node as remembered_node
    from lsp_server.agents.langgraph_store import GitMemoryStore as GitMemoryStore
    from lsp_server.agents.past_executions import PastExecution as PastExecution
    from lsp_server.agents.past_executions import PastExecutions as PastExecutions
    from lsp_server.errors import AmbiguousError as AmbiguousError
    from lsp_server.errors import GitMemoryError as GitMemoryError
    from lsp_server.errors import NoRepositoryError as NoRepositoryError
    from lsp_server.errors import NotFoundError as NotFoundError
    from lsp_server.errors import NotInitialisedError as NotInitialisedError
    from lsp_server.errors import RefusedError as RefusedError
    from lsp_server.errors import SecretError as SecretError
    from lsp_server.errors import StoreError as StoreError
    from lsp_server.errors import UsageError as UsageError
    from lsp_server.memory import Memory as Memory
    from lsp_server.memory.artifacts.results import Artifact as Artifact
    from lsp_server.memory.deciding.async_decision_memory import AsyncDecisionMemory as AsyncDecisionMemory
    from lsp_server.memory.deciding.decision_memory import DecisionMemory as DecisionMemory
    from lsp_server.memory.deciding.decision_memory import MadeDecision as MadeDecision
    from lsp_server.memory.deciding.results import Calibrated as Calibrated
    from lsp_server.memory.deciding.results import Calibration as Calibration
    from lsp_server.memory.deciding.results import Decided as Decided
    from lsp_server.memory.deciding.results import PastDecision as PastDecision
    from lsp_server.memory.deciding.results import SimilarDecisions as SimilarDecisions
    from lsp_server.memory.directory_results import DirectoryExport as DirectoryExport
    from lsp_server.memory.documents.results import DocumentState as DocumentState
    from lsp_server.memory.documents.results import FolderExport as FolderExport
    from lsp_server.memory.documents.results import LivingDocument as LivingDocument
    from lsp_server.memory.documents.results import Noted as Noted
    from lsp_server.memory.errors.async_error_memory import AsyncErrorMemory as AsyncErrorMemory
    from lsp_server.memory.errors.error_memory import ErrorMemory as ErrorMemory
    from lsp_server.memory.errors.results import Applied as Applied
    from lsp_server.memory.errors.results import ErrorGroup as ErrorGroup
    from lsp_server.memory.errors.results import RecordedError as RecordedError
    from lsp_server.memory.errors.results import Solution as Solution
    from lsp_server.memory.events.async_event_memory import AsyncEventMemory as AsyncEventMemory
    from lsp_server.memory.events.event_memory import EventMemory as EventMemory
    from lsp_server.memory.events.model import ContextWindow as ContextWindow
    from lsp_server.memory.events.model import TypedMemory as TypedMemory
    from lsp_server.memory.importing.results import Imported as Imported
    from lsp_server.memory.importing.results import ImportReport as ImportReport
    from lsp_server.memory.importing.results import Taken as Taken
    from lsp_server.memory.keyed import KeyedItem as KeyedItem
    from lsp_server.memory.keyed.applications import ConversationMemory as ConversationMemory
    from lsp_server.memory.keyed.applications import LearningMemory as LearningMemory
    from lsp_server.memory.keyed.applications import UserPreferences as UserPreferences
    from lsp_server.memory.keyed.async_manager import AsyncMemoryManager as AsyncMemoryManager
    from lsp_server.memory.keyed.git_storage import GitStorage as GitStorage
    from lsp_server.memory.keyed.manager import MemoryManager as MemoryManager
    from lsp_server.memory.learning.loop import LearningLoop as LearningLoop
    from lsp_server.memory.learning.model import Finding as Finding
    from lsp_server.memory.learning.model import Learned as Learned
    from lsp_server.memory.performance.async_performance_memory import (
        AsyncPerformanceMemory as AsyncPerformanceMemory,
    )
    from lsp_server.memory.performance.performance_memory import PerformanceMemory as PerformanceMemory
    from lsp_server.memory.performance.results import Comparison as Comparison
    from lsp_server.memory.performance.results import EndpointStats as EndpointStats
    from lsp_server.memory.performance.results import Trend as Trend
    from lsp_server.memory.sessions.conversation import SessionMemory as SessionMemory
    from lsp_server.memory.sessions.finding import SessionSummary as SessionSummary
    from lsp_server.memory.working.briefing_results import Briefing as Briefing
    from lsp_server.memory.working.briefing_results import Started as Started
    from lsp_server.memory.working.results import Checklist as Checklist
    from lsp_server.memory.working.results import Ended as Ended
    from lsp_server.memory.working.results import Ending as Ending
    from lsp_server.records.anchors import CodePosition as CodePosition
    from lsp_server.records.anchors import CodeRange as CodeRange
    from lsp_server.records.model import Kind as Kind
    from lsp_server.records.model import Link as Link
    from lsp_server.records.model import Record as Record
    from lsp_server.records.model import Relation as Relation
    from lsp_server.records.sessions.model import Session as Session
    from lsp_server.records.sessions.stats import SessionStats as SessionStats
    from lsp_server.store.journal.base import PartlyKeptError as PartlyKeptError
    from lsp_server.store.journal.journal import Journal as Journal
    from lsp_server.store.keyvalue.base import KeyValue as KeyValue
    from lsp_server.store.keyvalue.directory import FileStorage as FileStorage
    from lsp_server.store.keyvalue.in_memory import InMemoryStorage as InMemoryStorage
    from lsp_server.store.keyvalue.sql import DatabaseStorage as DatabaseStorage
    from lsp_server.web.endpoint import EventEndpoint as EventEndpoint
    from lsp_server.web.timing import TimingMiddleware as TimingMiddleware

__version__ = "0.1.0"
_NAMES = {
    "lsp_server.agents.langgraph_node": ("remembered_node",),
    "lsp_server.agents.langgraph_store": ("GitMemoryStore",),
    "lsp_server.agents.past_executions": ("PastExecution", "PastExecutions"),
    "lsp_server.errors": (
        "AmbiguousError", "GitMemoryError", "NoRepositoryError", "NotFoundError", "NotInitialisedError",
        "RefusedError", "SecretError", "StoreError", "UsageError",
    ),
    "lsp_server.memory": ("Memory",),
    "lsp_server.memory.artifacts.results": ("Artifact",),
    "lsp_server.memory.working.briefing_results": ("Briefing", "Started"),
    "lsp_server.memory.deciding.async_decision_memory": ("AsyncDecisionMemory",),
    "lsp_server.memory.deciding.decision_memory": ("DecisionMemory", "MadeDecision"),
    "lsp_server.memory.deciding.results": (
        "Calibrated", "Calibration", "Decided", "PastDecision", "SimilarDecisions",
    ),
    "lsp_server.memory.directory_results": ("DirectoryExport",),
    "lsp_server.memory.documents.results": (
        "DocumentState", "FolderExport", "LivingDocument", "Noted",
    ),
    "lsp_server.memory.importing.results": ("ImportReport", "Imported", "Taken"),
    "lsp_server.memory.errors.async_error_memory": ("AsyncErrorMemory",),
    "lsp_server.memory.errors.error_memory": ("ErrorMemory",),
    "lsp_server.memory.errors.results": ("Applied", "ErrorGroup", "RecordedError", "Solution"),
    "lsp_server.memory.events.async_event_memory": ("AsyncEventMemory",),
    "lsp_server.memory.events.event_memory": ("EventMemory",),
    "lsp_server.memory.events.model": ("ContextWindow", "TypedMemory"),
    "lsp_server.memory.keyed": ("KeyedItem",),
    "lsp_server.memory.keyed.applications": ("ConversationMemory", "LearningMemory", "UserPreferences"),
    "lsp_server.memory.keyed.async_manager": ("AsyncMemoryManager",),
    "lsp_server.memory.keyed.git_storage": ("GitStorage",),
    "lsp_server.memory.keyed.manager": ("MemoryManager",),
    "lsp_server.memory.performance.async_performance_memory": ("AsyncPerformanceMemory",),
    "lsp_server.memory.performance.performance_memory": ("PerformanceMemory",),
    "lsp_server.memory.performance.results": ("Comparison", "EndpointStats", "Trend"),
    "lsp_server.memory.learning.loop": ("LearningLoop",),
    "lsp_server.memory.learning.model": ("Finding", "Learned"),
    "lsp_server.memory.sessions.finding": ("SessionSummary",),
    "lsp_server.memory.sessions.conversation": ("SessionMemory",),
    "lsp_server.memory.working.results": ("Checklist", "Ended", "Ending"),
    "lsp_server.records.anchors": ("CodePosition", "CodeRange"),
    "lsp_server.records.model": ("Kind", "Link", "Record", "Relation"),
    "lsp_server.records.sessions.model": ("Session",),
    "lsp_server.records.sessions.stats": ("SessionStats",),
    "lsp_server.store.journal.base": ("PartlyKeptError",),
    "lsp_server.store.journal.journal": ("Journal",),
    "lsp_server.store.keyvalue.base": ("KeyValue",),
    "lsp_server.store.keyvalue.directory": ("FileStorage",),
    "lsp_server.store.keyvalue.in_memory": ("InMemoryStorage",),
    "lsp_server.store.keyvalue.sql": ("DatabaseStorage",),
    "lsp_server.web.endpoint": ("EventEndpoint",),
    "lsp_server.web.timing": ("TimingMiddleware",),
}  # fmt: skip
_BY_NAME_ONLY = {"GitMemoryStore"}  # `import *` must not fail for want of an extra's package
__all__ = ["__version__", *sorted({name for names in _NAMES.values() for name in names} - _BY_NAME_ONLY)]  # noqa: PLE0604 (all are texts)


def __getattr__(name: str) -> Any:
    for place, names in _NAMES.items():
        if name in names:
            from importlib import import_module

            return getattr(import_module(place), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_BY_NAME_ONLY})
