"""Settings from the environment (or `.env`), checked all at once.

Vendors' own settings live with their adapters in `providers/`; the composition
root reads them. Below the composition root there are only values.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from dotenv import load_dotenv
from pydantic import (
    AliasChoices,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from receptionist.domain.contacts import is_e164
from receptionist.domain.rates import Rate, read_rate
from receptionist.errors import ConfigurationError
from receptionist.limits.addresses import Network, read_networks

Names = Annotated[tuple[str, ...], NoDecode]


def _rate(value: object) -> object:
    return read_rate(value) if isinstance(value, str) else value


def _networks(value: object) -> object:
    return read_networks(value) if isinstance(value, str) else value


HowOften = Annotated[Rate | None, NoDecode, BeforeValidator(_rate)]
""" "20/10m": so many times within so long; None for "off"."""
Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_networks)]
SECRET_WORDS = ("KEY", "TOKEN", "PASSWORD", "SECRET", "DATABASE_URL", "REDIS_URL")


def _setting(name: str, default: Any) -> Any:
    return Field(default=default, validation_alias=AliasChoices(name))


class Settings(BaseSettings):
    """All settings but the adapters' own."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    host: str = _setting("HOST", "127.0.0.1")
    port: int = Field(default=8000, ge=0, le=65535, validation_alias=AliasChoices("PORT"))
    public_url: str | None = _setting("PUBLIC_URL", None)
    var_directory: Path = _setting("VAR_DIRECTORY", Path("var"))
    # Both may hold a password: they are in no representation of the settings.
    database_url: str | None = Field(
        default=None, repr=False, validation_alias=AliasChoices("DATABASE_URL")
    )
    redis_url: str | None = Field(
        default=None, repr=False, validation_alias=AliasChoices("REDIS_URL")
    )
    database_pool_size: int = Field(
        default=10, ge=1, validation_alias=AliasChoices("DATABASE_POOL_SIZE")
    )
    database_pool_overflow: int = Field(
        default=10, ge=0, validation_alias=AliasChoices("DATABASE_POOL_OVERFLOW")
    )
    database_pool_wait_seconds: float = Field(
        default=10, gt=0, validation_alias=AliasChoices("DATABASE_POOL_WAIT_SECONDS")
    )
    otel_exporter_otlp_endpoint: str | None = Field(
        default=None, validation_alias=AliasChoices("OTEL_EXPORTER_OTLP_ENDPOINT")
    )
    """Where traces go; the other `OTEL_…` variables are OpenTelemetry's own."""
    twilio_auth_token: SecretStr | None = _setting("TWILIO_AUTH_TOKEN", None)
    twilio_account_sid: str | None = _setting("TWILIO_ACCOUNT_SID", None)
    stt_provider: Names = _setting("STT_PROVIDER", ())
    llm_provider: Names = _setting("LLM_PROVIDER", ())
    tts_provider: Names = _setting("TTS_PROVIDER", ())
    calendar_provider: Names = _setting("CALENDAR_PROVIDER", ())
    messaging_provider: Names = _setting("MESSAGING_PROVIDER", ())
    mail_provider: Names = _setting("MAIL_PROVIDER", ())
    vad_provider: Names = _setting("VAD_PROVIDER", ())
    admin_username: str = _setting("ADMIN_USERNAME", "admin")
    admin_password: SecretStr | None = _setting("ADMIN_PASSWORD", None)
    practice_file: Path | None = _setting("PRACTICE_FILE", None)
    prices_file: Path | None = _setting("PRICES_FILE", None)
    webhook_private_addresses: bool = _setting("WEBHOOK_PRIVATE_ADDRESSES", False)
    """Whether outgoing webhooks may go to addresses that the internet cannot reach."""
    phone_page: Literal["auto", "on", "off"] = _setting("PHONE_PAGE", "auto")
    phone_calls: int = Field(default=20, ge=1, validation_alias=AliasChoices("PHONE_CALLS"))
    """Most softphone calls at once in one process."""
    stream_calls: int | None = Field(
        default=None, ge=1, validation_alias=AliasChoices("STREAM_CALLS")
    )
    """Most calls on media streams at once in one process; more are taken in plain mode."""
    stream_server: Literal["auto", "picows", "uvicorn"] = _setting("STREAM_SERVER", "auto")
    """Who carries media streams; `auto` is picows where it is installed."""
    stt_budget_seconds: float = Field(
        default=1.5, gt=0, validation_alias=AliasChoices("STT_BUDGET_SECONDS")
    )
    llm_budget_seconds: float = Field(
        default=2.5, gt=0, validation_alias=AliasChoices("LLM_BUDGET_SECONDS")
    )
    tts_budget_seconds: float = Field(
        default=1.5, gt=0, validation_alias=AliasChoices("TTS_BUDGET_SECONDS")
    )
    """How long a caller waits for a connection, the first word, the first sound; then the next
    adapter is asked."""
    operations_number: str | None = _setting("OPERATIONS_NUMBER", None)
    """Who is told by text when an adapter's breaker opens."""
    llm_preemptive: bool = _setting("LLM_PREEMPTIVE", True)
    """Whether the model is asked in a pause that may turn out not to be the end of the turn."""
    llm_hedging: bool = _setting("LLM_HEDGING", False)
    """Whether a model that is slower than usual is asked a second time."""
    drain_seconds: float = Field(default=300, ge=0, validation_alias=AliasChoices("DRAIN_SECONDS"))
    """How long calls on the line may go on after SIGTERM."""
    calls_per_caller: HowOften = _setting("CALLS_PER_CALLER", Rate(30, 600))
    calls_per_number: HowOften = _setting("CALLS_PER_NUMBER", Rate(600, 60))
    requests_per_address: HowOften = _setting("REQUESTS_PER_ADDRESS", Rate(600, 60))
    texts_per_sender: HowOften = _setting("TEXTS_PER_SENDER", Rate(30, 3600))
    trusted_proxies: Networks = _setting("TRUSTED_PROXIES", ())
    log_format: Literal["console", "json"] | None = _setting("LOG_FORMAT", None)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = _setting("LOG_LEVEL", "INFO")

    @field_validator(
        "stt_provider",
        "llm_provider",
        "tts_provider",
        "calendar_provider",
        "messaging_provider",
        "mail_provider",
        "vad_provider",
        mode="before",
    )
    @classmethod
    def _split_names(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(name.strip().lower() for name in value.split(",") if name.strip())
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("public_url")
    @classmethod
    def _public_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
            raise ValueError("expected an address such as https://reception.example.com")
        return value.rstrip("/")

    @field_validator("operations_number")
    @classmethod
    def _operations_number(cls, value: str | None) -> str | None:
        if value is not None and not is_e164(value):
            raise ValueError("expected a number such as +15550100")
        return value

    @field_validator("otel_exporter_otlp_endpoint")
    @classmethod
    def _otlp_endpoint(cls, value: str | None) -> str | None:
        if value is not None and urlsplit(value).scheme not in ("http", "https"):
            raise ValueError("expected an address such as http://collector:4318")
        return value

    @field_validator("practice_file", "prices_file")
    @classmethod
    def _practice_file(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError("expected the path of a readable YAML file")
        return value

    @property
    def public_base(self) -> str:
        """The address Twilio knows us by, without a trailing slash."""
        return self.public_url or f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> str:
        """The database's URL, by default an SQLite file in the var directory."""
        return self.database_url or f"sqlite:///{self.var_directory / 'receptionist.db'}"


def load_environment(directory: Path | None = None) -> None:
    """Let `.env` fill what the environment does not set."""
    load_dotenv((directory or Path.cwd()) / ".env", override=False)


def read_settings() -> Settings:
    """The settings, or `ConfigurationError` with a sentence for every wrong one."""
    problems: list[str] = []
    settings = settings_or_defaults(problems)
    if problems:
        raise ConfigurationError(problems)
    return settings


def settings_or_defaults(problems: list[str]) -> Settings:
    """The settings; a wrong one is added to `problems`, and its default stands in for it."""
    try:
        return Settings()
    except ValidationError as exc:
        problems += setting_problems(exc, {})
        wrong = {str(error["loc"][0]) for error in exc.errors()}
    fields = Settings.model_fields
    return Settings(**{name: fields[name.lower()].get_default() for name in wrong})


def setting_problems(exc: ValidationError, names: Mapping[str, str]) -> list[str]:
    """One sentence per wrong setting: its name, its value unless secret, what would be right.

    `names` maps field names to environment names where they differ from upper case.
    """
    return [_problem(error, names) for error in exc.errors()]


def _problem(error: Any, names: Mapping[str, str]) -> str:
    field = str(error["loc"][0]) if error["loc"] else "?"
    name = names.get(field, field.upper())
    value = os.environ.get(name)
    shown = "" if value is None else f"={value!r}"
    if any(word in name for word in SECRET_WORDS):
        shown = ""
    reason = str(error["msg"]).removeprefix("Value error, ")
    return f"{name}{shown}: {reason[:1].lower()}{reason[1:]}"
