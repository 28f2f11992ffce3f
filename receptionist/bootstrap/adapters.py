"""Which adapters serve: the files of `providers/`, chosen and ordered by settings."""

import pkgutil
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from pydantic import ValidationError

from receptionist.call.warm import Vendors
from receptionist.ports.adapter import Adapter
from receptionist.ports.audio_store import AudioStore
from receptionist.ports.calendar import Calendar
from receptionist.ports.mail import Mail
from receptionist.ports.messaging import Messaging
from receptionist.ports.telephony import TelephonyControl
from receptionist.settings import Settings, setting_problems

LAST_RESORT = "embedded"
LAST = (LAST_RESORT, "energy", "file", "off")
"""Those that need nothing outside come after those whose key is set."""
REDIS_FORM = "REDIS_URL: expected an address such as redis://localhost:6379/0"
REDIS_MISSING = "REDIS_URL: needs the redis package; install receptionist[redis]"


def adapter_names(kind: str) -> list[str]:
    """The adapters of a kind: the files of its folder."""
    package = import_module(f"providers.{kind}")
    return sorted(m.name for m in pkgutil.iter_modules(package.__path__) if not m.ispkg)


def build_adapters(kind: str, wanted: Sequence[str], problems: list[str]) -> list[Any]:
    """The adapters of a kind in their order of failover; what is wrong is added to `problems`.

    Without a setting: those whose key is set, then the embedded one.
    """
    names = adapter_names(kind)
    setting = f"{kind.upper()}_PROVIDER"
    unknown = [name for name in wanted if name not in names]
    problems += [
        f"{setting}={name!r}: is not an adapter; choose from: {', '.join(names)}"
        for name in unknown
    ]
    built: list[Any] = []
    for name in wanted or _default_order(names):
        if name in unknown:
            continue
        adapter: Adapter[Any, Any] = import_module(f"providers.{kind}.{name}").ADAPTER
        try:
            values = adapter.settings()
        except ValidationError as exc:
            problems += setting_problems(exc, _environment_names(adapter))
            continue
        if adapter.configured(values):
            built.append(adapter.build(values))
        elif wanted:
            problems.append(f"{setting}={name!r}: its key is not set; see .env.example")
    return built


def build_on_redis(kind: str, problems: list[str]) -> list[Any]:
    """Those of a kind that Redis may be among; none when it cannot be reached as it is set."""
    try:
        return build_adapters(kind, [], problems)
    except ImportError:
        problems.append(REDIS_MISSING)
    except ValueError:
        problems.append(REDIS_FORM)
    return []


def _default_order(names: Sequence[str]) -> list[str]:
    return sorted(names, key=lambda name: (name in LAST, name))


def _environment_names(adapter: Adapter[Any, Any]) -> dict[str, str]:
    prefix = adapter.settings.model_config.get("env_prefix", "")
    return {field: f"{prefix}{field}".upper() for field in adapter.settings.model_fields}


def _with_last_resort(kind: str, adapters: list[Any], problems: list[str]) -> list[Any]:
    if any(adapter.name == LAST_RESORT for adapter in adapters):
        return adapters
    return [*adapters, *build_adapters(kind, [LAST_RESORT], problems)]


def build_vendors(settings: Settings, problems: list[str]) -> Vendors:
    """Recognisers, models and voices; the last of each list is embedded and cannot be down."""
    wanted = {
        "stt": settings.stt_provider,
        "llm": settings.llm_provider,
        "tts": settings.tts_provider,
    }
    built = {
        kind: _with_last_resort(kind, build_adapters(kind, names, problems), problems)
        for kind, names in wanted.items()
    }
    return Vendors(built["stt"], built["llm"], built["tts"])


def build_telephony(problems: list[str]) -> TelephonyControl | None:
    """The phone company's REST API, or the embedded stand-in; None when a setting is wrong."""
    chosen: list[TelephonyControl] = build_adapters("telephony", [], problems)
    return chosen[0] if chosen else None


def build_calendar(settings: Settings, problems: list[str]) -> Calendar | None:
    """The practice's calendars; None when a setting is wrong."""
    built: list[Calendar] = build_adapters("calendar", settings.calendar_provider, problems)
    return built[0] if built else None


def build_messaging(settings: Settings, problems: list[str]) -> Messaging | None:
    """What sends texts; None when a setting is wrong."""
    built: list[Messaging] = build_adapters("messaging", settings.messaging_provider, problems)
    return built[0] if built else None


def build_mail(settings: Settings, problems: list[str]) -> Mail | None:
    """What sends e-mails; None when a setting is wrong."""
    built: list[Mail] = build_adapters("mail", settings.mail_provider, problems)
    return built[0] if built else None


def build_audio_store() -> AudioStore | None:
    """Where processes share rendered speech; None where there is no such place."""
    try:
        stores: list[AudioStore] = build_adapters("audio", [], [])
    except (ImportError, ValueError):
        return None  # the rates need the same address, and have said what is wrong with it
    return stores[0] if stores else None
