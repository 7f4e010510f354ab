"""Memory of programs: values under keys, in whichever storage, and what applications keep in them."""

from lsp_server.memory.keyed.opening import Where, opened
from lsp_server.store.keyvalue.base import Clock, KeyValue, Value, Write
from lsp_server.store.keyvalue.base import Item as KeyedItem
from lsp_server.store.keyvalue.clocks import never_back, utc

__all__ = ["Clock", "KeyValue", "KeyedItem", "Value", "Where", "Write", "never_back", "opened", "utc"]
