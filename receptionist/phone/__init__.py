"""The softphone: a page and a socket on which a browser is the telephone."""

from receptionist.phone.conversation import PhoneConversation, PhoneConversations
from receptionist.phone.routes import create_phone

__all__ = ["PhoneConversation", "PhoneConversations", "create_phone"]
