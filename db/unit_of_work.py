"""One transaction with all its repositories."""

from sqlalchemy.ext.asyncio import AsyncConnection

from db.repositories.accounts import SqlAccounts
from db.repositories.appointments import SqlAppointments
from db.repositories.calendar_feeds import SqlCalendarFeeds
from db.repositories.calls import SqlActions, SqlCalls, SqlTurns
from db.repositories.live_calls import SqlStaffRequests
from db.repositories.messages import SqlMessages
from db.repositories.numbers import SqlNumbers
from db.repositories.outbox import SqlOutbox
from db.repositories.outgoing import SqlOutgoingCalls
from db.repositories.practice_history import SqlPracticeVersions, SqlQuestions
from db.repositories.practices import SqlPractices
from db.repositories.privacy import SqlErasure, SqlRecordings
from db.repositories.security import SqlAudit, SqlStreamTokens
from db.repositories.texts import SqlTexts, SqlWaitingList
from db.repositories.webhooks import SqlWebhooks
from receptionist.ports import (
    follow_up,
    live_calls,
    numbers,
    practice_history,
    records,
    spending,
    staff,
    webhooks,
)


class SqlUnitOfWork:
    """Fulfil `UnitOfWork` over one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.webhooks: webhooks.Webhooks = SqlWebhooks(connection)
        announce = self.webhooks.announce
        self.practices: records.Practices = SqlPractices(connection)
        calls = SqlCalls(connection, announce)
        self.calls: records.Calls = calls
        self.ended_calls = calls.ended
        self.turns: records.Turns = SqlTurns(connection)
        self.actions: records.Actions = SqlActions(connection)
        self.appointments: records.Appointments = SqlAppointments(connection)
        self.messages: records.Messages = SqlMessages(connection, announce)
        self.audit: records.Audit = SqlAudit(connection)
        self.accounts: records.Accounts = SqlAccounts(connection)
        self.stream_tokens: records.StreamTokens = SqlStreamTokens(connection)
        self.outbox: follow_up.Outbox = SqlOutbox(connection)
        self.calendar_feeds: follow_up.CalendarFeeds = SqlCalendarFeeds(connection)
        self.waiting_list: follow_up.WaitingList = SqlWaitingList(connection)
        self.texts: follow_up.Texts = SqlTexts(connection)
        self.outgoing_calls: spending.OutgoingCalls = SqlOutgoingCalls(connection)
        self.recordings: staff.Recordings = SqlRecordings(connection)
        self.erasure: staff.Erasure = SqlErasure(connection)
        self.versions: practice_history.PracticeVersions = SqlPracticeVersions(connection)
        self.questions: practice_history.Questions = SqlQuestions(connection)
        self.numbers: numbers.Numbers = SqlNumbers(connection)
        self.staff_requests: live_calls.StaffRequests = SqlStaffRequests(connection)
