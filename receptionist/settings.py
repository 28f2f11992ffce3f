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
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from receptionist.errors import ConfigurationError

Names = Annotated[tuple[str, ...], NoDecode]
SECRET_WORDS = ("KEY", "TOKEN", "PASSWORD", "SECRET", "DATABASE_URL", "REDIS_URL")


def _setting(name: str, default: Any) -> Any:
    return Field(default=default, validation_alias=AliasChoices(name))


class Settings(BaseSettings):
    """What INTERFACE calls settings, apart from the adapters' own."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    host: str = _setting("HOST", "127.0.0.1")
    port: int = Field(default=8000, ge=0, le=65535, validation_alias=AliasChoices("PORT"))
    public_url: str | None = _setting("PUBLIC_URL", None)
    var_directory: Path = _setting("VAR_DIRECTORY", Path("var"))
    database_url: str | None = _setting("DATABASE_URL", None)
    redis_url: str | None = _setting("REDIS_URL", None)
    twilio_auth_token: SecretStr | None = _setting("TWILIO_AUTH_TOKEN", None)
    twilio_account_sid: str | None = _setting("TWILIO_ACCOUNT_SID", None)
    stt_provider: Names = _setting("STT_PROVIDER", ())
    llm_provider: Names = _setting("LLM_PROVIDER", ())
    tts_provider: Names = _setting("TTS_PROVIDER", ())
    calendar_provider: Names = _setting("CALENDAR_PROVIDER", ())
    vad_provider: Names = _setting("VAD_PROVIDER", ())
    admin_username: str = _setting("ADMIN_USERNAME", "admin")
    admin_password: SecretStr | None = _setting("ADMIN_PASSWORD", None)
    practice_file: Path | None = _setting("PRACTICE_FILE", None)
    phone_page: Literal["auto", "on", "off"] = _setting("PHONE_PAGE", "auto")
    log_format: Literal["console", "json"] | None = _setting("LOG_FORMAT", None)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = _setting("LOG_LEVEL", "INFO")

    @field_validator(
        "stt_provider",
        "llm_provider",
        "tts_provider",
        "calendar_provider",
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

    @field_validator("practice_file")
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
    try:
        return Settings()
    except ValidationError as exc:
        raise ConfigurationError(setting_problems(exc, {})) from exc


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
