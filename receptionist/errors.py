"""Everything that can go wrong, in one tree.

ReceptionistError
├── ConfigurationError      a setting or practice file is wrong; the start stops
├── ProviderError           an outside service failed
│   ├── ProviderUnavailable   cannot be reached, 5xx, cut, timed out; another adapter may work
│   ├── ProviderRefused       401, 403, bad request; trying again will not help
│   └── ProviderLimited       429 or a quota; later, or another adapter
├── InvalidArguments        the model called a function with arguments that do not hold
├── SlotTaken               the database refused an overlapping appointment
├── NotFound                no such row
└── ProtocolError           a peer broke a wire protocol

`code` is stable and safe to log. Messages may name settings, never what a
caller said, a name, a number or a date of birth.
"""

from collections.abc import Sequence


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


class ProviderLimited(ProviderError):
    """Rate limit, concurrency limit or quota."""

    code = "provider_limited"
    retryable = True


class InvalidArguments(ReceptionistError):
    """A function was called with arguments that do not hold; the message is for the model."""

    code = "invalid_arguments"


class SlotTaken(ReceptionistError):
    """The database refused an appointment because the practitioner's time is taken."""

    code = "slot_taken"


class NotFound(ReceptionistError):
    """No such row."""

    code = "not_found"


class ProtocolError(ReceptionistError):
    """A peer sent what its protocol does not allow."""

    code = "protocol"
