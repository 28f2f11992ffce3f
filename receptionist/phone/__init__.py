"""The softphone: a page and a socket on which a browser is the telephone."""

from receptionist.phone.routes import create_phone
from receptionist.phone.socket import PhoneConversation, PhoneConversations

__all__ = ["PhoneConversation", "PhoneConversations", "create_phone"]
