"""The tolerant reader of ADR files: Nygard, MADR, log4brains, reStructuredText, AsciiDoc or anybody's own.

>>> adr = read_adr("0002-use-jwt.md", "# 2. Use JWT\\n\\n## Status\\n\\nAccepted\\n")
>>> adr.number, adr.title, adr.status
(2, 'Use JWT', 'accepted')
"""

from lsp_server.records.adr.change import change_status
from lsp_server.records.adr.dates import day_comes_first
from lsp_server.records.adr.model import Adr, AdrLink, AdrStatusPlace
from lsp_server.records.adr.reader import read_adr
from lsp_server.records.adr.sections import ADR_SECTIONS

__all__ = [
    "ADR_SECTIONS",
    "Adr",
    "AdrLink",
    "AdrStatusPlace",
    "change_status",
    "day_comes_first",
    "read_adr",
]
