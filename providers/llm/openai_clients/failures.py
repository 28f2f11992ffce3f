"""OpenAI's refusals as ours."""

from receptionist.errors import (
    ProviderError,
    ProviderLimited,
    ProviderRefused,
    ProviderUnavailable,
)

NAME = "openai"
CONNECT_S = 1.5
KEPT_S = 60.0
"""An idle connection, for the next turn."""
WAIT_S = 8.0
"""For each read; the router's own patience is shorter and decides who answers."""


def by_status(status: int) -> ProviderError:
    """For an HTTP status that is no answer."""
    reason = f"HTTP {status}"
    if status == 429:
        return ProviderLimited(NAME, reason, status=status)
    if 400 <= status < 500 and status not in (408, 409):
        return ProviderRefused(NAME, reason, status=status)
    return ProviderUnavailable(NAME, reason, status=status)


def broken_answer() -> ProviderError:
    """For an error that comes where the answer should go on."""
    return ProviderUnavailable(NAME, "an error came in the middle of the answer")
