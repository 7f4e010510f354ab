"""A real PostgreSQL for what is kept in databases."""

from databases import _postgresql_database, postgresql, postgresql_server, postgresql_used_before

__all__ = ["_postgresql_database", "postgresql", "postgresql_server", "postgresql_used_before"]
