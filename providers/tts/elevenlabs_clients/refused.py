"""What either client raises when ElevenLabs answers with no audio."""


class Refused(Exception):
    """An HTTP status that is no answer, and the reason ElevenLabs gives to programs."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.reason = reason
