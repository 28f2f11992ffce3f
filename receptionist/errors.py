"""Everything that can go wrong, in one tree.

ReceptionistError
├── ConfigurationError      a setting or practice file is wrong; the start stops
├── ProviderError           an outside service failed
│   ├── ProviderUnavailable   cannot be reached, 5xx, cut, timed out; another adapter may work
│   ├── ProviderRefused       401, 403, bad request; trying again will not help
│   │   └── NumberRefused       this number cannot or must not be texted; others can
│   ├── ProviderLimited       429 or a quota; later, or another adapter
│   └── CalendarUnavailable   whether some calendars are free is not known
├── InvalidArguments        the model called a function with arguments that do not hold
├── SlotTaken               the database refused an overlapping appointment
├── DatabaseAway            the database cannot be reached just now
├── NotFound                no such row
├── ChangedMeanwhile        somebody else has changed the row since it was looked at
└── ProtocolError           a peer broke a wire protocol

`code` is stable and safe to log. Messages may name settings, never what a
caller said, a name, a number or a date of birth.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime


class ReceptionistError(Exception):
    """Base of all our errors."""

    code = "error"
    retryable = False


class ConfigurationError(ReceptionistError):
    """One or more settings are wrong; `problems` has one sentence for each."""

    code = "configuration"

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class ProviderError(ReceptionistError):
    """An outside service failed.

    `provider` is the adapter's name, `status` the HTTP status if there was one.
    """

    code = "provider"

    def __init__(self, provider: str, reason: str, *, status: int | None = None) -> None:
        self.provider = provider
        self.reason = reason
        self.status = status
        super().__init__(f"{provider}: {reason}")


class ProviderUnavailable(ProviderError):
    """The service cannot be reached, broke off or took too long."""

    code = "provider_unavailable"
    retryable = True


class ProviderRefused(ProviderError):
    """The service said no: bad key, no permission, bad request."""

    code = "provider_refused"


class NumberRefused(ProviderRefused):
    """This number cannot be texted, or has asked for no more texts; it will stay so."""

    code = "number_refused"


class ProviderLimited(ProviderError):
    """Rate limit, concurrency limit or quota."""

    code = "provider_limited"
    retryable = True


class CalendarUnavailable(ProviderError):
    """Free or busy is not known for some calendars; `reasons` has the vendor's code by id.

    `retryable` when asking again may help: no calendar is missing or closed to us.
    """

    code = "calendar_unavailable"

    def __init__(self, provider: str, reasons: Mapping[str, str], *, retryable: bool) -> None:
        self.reasons = dict(reasons)
        self.retryable = retryable
        known = ", ".join(f"{calendar} ({reason})" for calendar, reason in self.reasons.items())
        super().__init__(provider, f"free/busy is not known of {known}")


class InvalidArguments(ReceptionistError):
    """A function was called with arguments that do not hold; the message is for the model."""

    code = "invalid_arguments"


class UnreadableFile(ReceptionistError):
    """A file that a command was given is not there, or not what it should be."""

    code = "unreadable_file"


class SlotTaken(ReceptionistError):
    """The database refused an appointment because the practitioner's time is taken."""

    code = "slot_taken"


class DatabaseAway(ReceptionistError):
    """The database cannot be reached, or is going down or coming up.

    What was being written is not there, unless only the answer to its commit was lost.
    """

    code = "database_away"
    retryable = True

    def __init__(self) -> None:
        super().__init__("the records cannot be reached just now")


class NotFound(ReceptionistError):
    """No such row."""

    code = "not_found"


class ChangedMeanwhile(ReceptionistError):
    """Somebody else has changed the row since; `by` is their account, `at` when."""

    code = "changed_meanwhile"

    def __init__(self, by: str, at: datetime) -> None:
        self.by = by
        self.at = at
        super().__init__("the row was changed meanwhile")


class ProtocolError(ReceptionistError):
    """A peer sent what its protocol does not allow."""

    code = "protocol"
