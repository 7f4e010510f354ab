"""The steps from one form of the tables to the next, for Alembic; each is one file in ``versions``.

A step is never changed after it was released: databases have it behind them. A new one gets the next number,
and ``sql_schema.LATEST`` with it.
"""
