"""One TLS context for all connections to vendors' web addresses.

To make one is to read some 150 certificates: 25 to 50 ms in which every call waits. Left alone,
clients make one each, and WebSocket libraries one for each connection, so for each call.
"""

import os
import ssl
from functools import cache

import httpx


@cache
def tls() -> ssl.SSLContext:
    """Trusts certifi's authorities and the system's, or those of SSL_CERT_FILE or SSL_CERT_DIR."""
    context = httpx.create_ssl_context()
    if not (os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")):
        context.load_default_certs()
    return context


def tls_for(url: str) -> ssl.SSLContext | None:
    """None where the address is without TLS."""
    return tls() if url.startswith(("https:", "wss:")) else None
