"""Where calls are kept: SQLite or PostgreSQL through SQLAlchemy Core."""

from db.engine import SqlDatabase, open_database

__all__ = ["SqlDatabase", "open_database"]
