"""The three-way merge of one file: a record by its fields, any other text by its paragraphs."""

from lsp_server.records.merging.record import merge_record, merge_text
from lsp_server.records.merging.results import Merged

__all__ = ["Merged", "merge_record", "merge_text"]
