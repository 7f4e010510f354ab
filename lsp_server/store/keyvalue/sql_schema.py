"""The table of keyed values in a database, and the statements: made once for each dialect, compiled once.

What stands in its columns, and why: ``sql_rows``.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    delete,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ColumnElement, Delete, Executable, Select
from sqlalchemy.types import Integer

from lsp_server.store.keyvalue.sql_rows import HEAD

VERSION_TABLE = "git_memory_version"
LATEST = "0002"  # the last of migrations/versions

METADATA = MetaData()
ITEMS = Table(
    "git_memory_values",
    METADATA,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("key", Text().with_variant(Text(collation="C"), "postgresql"), nullable=False),
    Column("value", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Column("expires", BigInteger),
)
_C = ITEMS.c
_HEAD_OF_KEY = func.substr(_C.key, literal_column("1"), literal_column(str(HEAD)), type_=_C.key.type)
Index("git_memory_values_by_key", _HEAD_OF_KEY)
Index("git_memory_values_by_update", _C.updated)
Index(
    "git_memory_values_by_expiry",
    _C.expires,
    sqlite_where=_C.expires.is_not(None),
    postgresql_where=_C.expires.is_not(None),
)


class Statements(NamedTuple):
    """Each with the parameters it takes. Rows of items: key, value, created, updated, expires."""

    get: Executable  # digest, now
    get_many: Executable  # digests (see ``digests``), now
    locked: Executable  # digest; what stands there, expired or not, kept from other writers
    many_locked: Executable  # digests; kept from other writers, in an order that all have
    put: Executable  # a row; gives created, updated
    put_new: Executable  # a row; gives created, updated, and nothing where the key has a row
    put_many: Executable  # rows
    remove: Executable  # digest; gives expires
    remove_many: Executable  # rows of digest
    touch: Executable  # digest_is, expiry, now
    scan: Executable  # low, low_head, beyond, now, most
    scan_below: Executable  # high, high_head, too
    written: Executable  # low, low_head, beyond, now, since, until
    written_below: Executable  # high, high_head, too
    remove_live: Executable  # low, low_head, beyond, now
    remove_live_below: Executable  # high, high_head, too
    remove_dead: Executable  # low, low_head, beyond, now
    remove_dead_below: Executable  # high, high_head, too
    remove_expired: Executable  # now


@cache
def statements(dialect: str) -> Statements:
    """The statements for "sqlite" or "postgresql"."""
    now: ColumnElement[int] = bindparam("now", type_=BigInteger)
    live = or_(_C.expires.is_(None), _C.expires > now)
    this = _C.digest == bindparam("digest", type_=LargeBinary)
    items: Select[Any] = select(_C.key, _C.value, _C.created, _C.updated, _C.expires)
    from_low = and_(
        bindparam("low_head", type_=Text) <= _HEAD_OF_KEY,
        _C.key >= bindparam("low", type_=Text),
        _C.key > bindparam("beyond", type_=Text),
    )
    below = and_(bindparam("high_head", type_=Text) >= _HEAD_OF_KEY, _C.key < bindparam("high", type_=Text))
    scan = (
        items.where(from_low, live).order_by(_HEAD_OF_KEY, _C.key).limit(bindparam("most", type_=BigInteger))
    )
    written = items.where(
        from_low,
        live,
        _C.updated >= bindparam("since", type_=BigInteger),
        _C.updated < bindparam("until", type_=BigInteger),
    ).order_by(_C.updated, _C.key)
    remove: Delete = delete(ITEMS)
    dead = and_(_C.expires.is_not(None), _C.expires <= now)
    # Each dialect has an `insert` of its own, of one shape.
    insert: Any = (postgresql if dialect == "postgresql" else sqlite).insert(ITEMS)
    new = insert.excluded
    put = insert.on_conflict_do_update(
        index_elements=[_C.digest],
        set_={
            "value": new.value,
            # A key that had expired begins anew.
            "created": case((_C.expires <= new.updated, new.created), else_=_C.created),
            # Another machine's clock may be ahead: what is written later never looks older.
            "updated": case((_C.updated > new.updated, _C.updated), else_=new.updated),
            "expires": new.expires,
        },
    )
    return Statements(
        get=items.where(this, live),
        get_many=items.where(_one_of_many(dialect), live),
        locked=items.where(this).with_for_update(),
        many_locked=select(_C.digest).where(_one_of_many(dialect)).order_by(_C.digest).with_for_update(),
        put=put.returning(_C.created, _C.updated),
        put_new=insert.on_conflict_do_nothing().returning(_C.created, _C.updated),
        put_many=put,
        remove=remove.where(this).returning(_C.expires),
        remove_many=remove.where(this),
        touch=update(ITEMS)
        .where(_C.digest == bindparam("digest_is", type_=LargeBinary), live)
        .values(expires=bindparam("expiry", type_=BigInteger)),
        scan=scan,
        scan_below=scan.where(below),
        written=written,
        written_below=written.where(below),
        remove_live=remove.where(from_low, live),
        remove_live_below=remove.where(from_low, live, below),
        remove_dead=remove.where(from_low, dead),
        remove_dead_below=remove.where(from_low, dead, below),
        remove_expired=remove.where(dead),
    )


def _one_of_many(dialect: str) -> ColumnElement[bool]:
    """The rows of many digests, however many: a statement has only so many parameters."""
    if dialect == "postgresql":
        many = bindparam("digests", type_=postgresql.ARRAY(LargeBinary))
        return _C.digest == any_(many)
    # SQLite has no arrays: all digests are one text of bytes, cut by a count that goes up to its end.
    joined = bindparam("digests", type_=LargeBinary)
    counted = select(literal_column("0", Integer).label("number")).cte("counted", recursive=True)
    counted = counted.union_all(
        select(counted.c.number + 1).where((counted.c.number + 2) * 32 <= func.length(joined))
    )
    each = func.substr(joined, counted.c.number * 32 + 1, 32)
    return _C.digest.in_(select(type_coerce(cast(each, LargeBinary), LargeBinary)))
