"""The tables, as SQLAlchemy Core knows them, a file for each thing they are about.

Whoever imports one of them has all of them in `metadata`.
"""

from db.models import booking, calls, practices, staff

__all__ = ["booking", "calls", "practices", "staff"]
