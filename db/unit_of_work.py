"""One transaction with all its repositories."""

from sqlalchemy.ext.asyncio import AsyncConnection

from db.repositories.bookings import SqlAppointments, SqlMessages
from db.repositories.calls import SqlActions, SqlCalls, SqlTurns
from db.repositories.practices import SqlPractices
from db.repositories.security import SqlAccounts, SqlAudit, SqlStreamTokens
from receptionist.ports import records


class SqlUnitOfWork:
    """Fulfil `UnitOfWork` over one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.practices: records.Practices = SqlPractices(connection)
        self.calls: records.Calls = SqlCalls(connection)
        self.turns: records.Turns = SqlTurns(connection)
        self.actions: records.Actions = SqlActions(connection)
        self.appointments: records.Appointments = SqlAppointments(connection)
        self.messages: records.Messages = SqlMessages(connection)
        self.audit: records.Audit = SqlAudit(connection)
        self.accounts: records.Accounts = SqlAccounts(connection)
        self.stream_tokens: records.StreamTokens = SqlStreamTokens(connection)
