"""Google's token endpoint: service accounts prove themselves with a signed assertion.

An RS256 JWT whose audience is Google's own address even when the
key file's `token_uri` is a local one.
"""

import json
import secrets
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.emulators.google_calendar import ApiError

AUDIENCE = "https://oauth2.googleapis.com/token"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SCOPE_PREFIX = "https://www.googleapis.com/auth/"
SERVICE_ACCOUNT = "front-desk@maple-street.iam.gserviceaccount.com"


class TokenRefused(Exception):
    """An answer of the token endpoint; `error` is its code."""

    def __init__(self, error: str, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.status = error, status


@dataclass(frozen=True)
class Grant:
    """Who a token speaks for, and what it may be used for."""

    who: str
    scopes: frozenset[str]
    expires: float


def new_key() -> rsa.RSAPrivateKey:
    """A fresh key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def _shared_key() -> rsa.RSAPrivateKey:
    # Making one takes a tenth of a second; emulators of one process can share it.
    return new_key()


@dataclass
class ServiceAccounts:
    """One service account, its key, and the tokens given out."""

    email: str = SERVICE_ACCOUNT
    delegates: set[str] = field(default_factory=set)
    """Users this account may act for (domain-wide delegation)."""
    lifetime_s: int = 3600
    issued: int = 0
    key: rsa.RSAPrivateKey = field(default_factory=_shared_key)
    _grants: dict[str, Grant] = field(default_factory=dict)

    def write_key_file(self, path: Path, token_uri: str) -> Path:
        """The service account's JSON file, as the cloud console hands it out."""
        pem = self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        account = {
            "type": "service_account",
            "project_id": "maple-street",
            "private_key_id": "k1",
            "private_key": pem.decode(),
            "client_email": self.email,
            "client_id": "100000000000000000001",
            "token_uri": token_uri,
        }
        path.write_text(json.dumps(account), encoding="utf-8")
        return path

    def token(self, form: dict[str, str]) -> dict[str, object]:
        """Exchange an assertion for a bearer token."""
        if form.get("grant_type") != GRANT:
            raise TokenRefused("unsupported_grant_type")
        try:
            claims = jwt.decode(
                form.get("assertion", ""),
                self.key.public_key(),
                algorithms=["RS256"],
                audience=AUDIENCE,
                issuer=self.email,
                options={"require": ["iat", "exp", "iss", "scope", "aud"]},
            )
        except jwt.PyJWTError as exc:
            raise TokenRefused("invalid_grant") from exc
        if claims["exp"] - claims["iat"] > 3600:
            raise TokenRefused("invalid_grant")
        who = claims.get("sub") or self.email
        if who != self.email and who not in self.delegates:
            raise TokenRefused("unauthorized_client", 401)
        return self._grant(who, claims["scope"])

    def _grant(self, who: str, scope: str) -> dict[str, object]:
        self.issued += 1
        token = f"ya29.{secrets.token_urlsafe(24)}"
        scopes = frozenset(item.removeprefix(SCOPE_PREFIX) for item in scope.split())
        self._grants[token] = Grant(who, scopes, time.time() + self.lifetime_s)
        return {"access_token": token, "expires_in": self.lifetime_s, "token_type": "Bearer"}

    def revoke_tokens(self) -> None:
        """Forget every token; the next request with one is 401."""
        self._grants.clear()

    def who(self, authorization: str, accepted: frozenset[str]) -> str:
        """Who a request is from; 401 or 403 otherwise."""
        grant = self._grants.get(authorization.removeprefix("Bearer "))
        if grant is None or grant.expires < time.time():
            raise ApiError(401, "authError", "Invalid Credentials")
        if not grant.scopes & accepted:
            message = "Request had insufficient authentication scopes."
            raise ApiError(403, "insufficientPermissions", message)
        return grant.who
