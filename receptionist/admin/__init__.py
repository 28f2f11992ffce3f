"""The staff's pages, and who may open them."""

from receptionist.admin.routes import create_admin

__all__ = ["create_admin"]
