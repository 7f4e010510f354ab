"""The core: the ``Memory`` facade and its use cases."""

from lsp_server.memory.facade import Memory
from lsp_server.records.anchors import CodeRange
from lsp_server.records.model import Kind, Link, Record, Relation

__all__ = ["CodeRange", "Kind", "Link", "Memory", "Record", "Relation"]
