"""Where calls are kept: SQLite or PostgreSQL through SQLAlchemy Core."""

from db.engine import Pool, SqlDatabase, open_database

__all__ = ["Pool", "SqlDatabase", "open_database"]
