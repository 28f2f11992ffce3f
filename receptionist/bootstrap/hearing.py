"""The voice detector alone, for a command."""

from pathlib import Path

from receptionist.bootstrap.adapters import build_adapters
from receptionist.errors import ConfigurationError, UnreadableFile
from receptionist.ports.voice_detector import hear
from receptionist.settings import read_settings


def hear_file(file: Path) -> dict[str, list[list[int]]]:
    """What the first detector makes of a raw 8 kHz μ-law recording.

    Raises `UnreadableFile`.
    """
    problems: list[str] = []
    detectors = build_adapters("vad", read_settings().vad_provider, problems)
    if problems:
        raise ConfigurationError(problems)
    try:
        return hear(file.read_bytes(), detectors[0].listen_offline())
    except OSError as exc:
        raise UnreadableFile(f"{file}: cannot be read") from exc
