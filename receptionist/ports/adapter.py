"""How an adapter file declares itself.

`providers/<kind>/<name>.py` ends with `ADAPTER = Adapter(Settings, Class)`.
The file name is the setting's value, so there is no list to edit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic_settings import BaseSettings

Port = TypeVar("Port")
Settings = TypeVar("Settings", bound=BaseSettings)


@dataclass(frozen=True, slots=True)
class Adapter(Generic[Port, Settings]):
    """`settings` reads the environment; `build(settings)` makes the adapter, importing its SDK."""

    settings: type[Settings]
    build: Callable[[Settings], Port]
    configured: Callable[[Settings], bool] = lambda _settings: True
    """Whether the settings hold what is needed (a key); such adapters are the default."""
