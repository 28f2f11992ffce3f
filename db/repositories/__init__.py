"""The repositories of one unit of work, over SQLAlchemy Core."""
