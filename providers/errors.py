"""Vendors' failures become ours, in one place. Their texts may quote a caller and are not kept."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from receptionist.errors import (
    ProviderError,
    ProviderLimited,
    ProviderRefused,
    ProviderUnavailable,
)


def refusal(provider: str, status: int, *, over_quota: bool = False) -> ProviderError:
    """Our error for an HTTP status."""
    if status == 429 or over_quota:
        return ProviderLimited(provider, "over its limit", status=status)
    if 400 <= status < 500 and status != 408:
        return ProviderRefused(provider, f"HTTP {status}", status=status)
    return ProviderUnavailable(provider, f"HTTP {status}", status=status)


@contextmanager
def connection_errors(provider: str) -> Iterator[None]:
    """Connections that fail, break or stall leave as `ProviderUnavailable`."""
    try:
        yield
    except (httpx.HTTPError, OSError, TimeoutError) as exc:
        raise ProviderUnavailable(provider, type(exc).__name__) from exc
