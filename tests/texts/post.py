"""A messaging service that hands every text over at once, unless told otherwise."""

from collections import defaultdict
from datetime import datetime
from uuid import uuid4

from receptionist.errors import NumberRefused, ProviderUnavailable


class Post:
    """Fulfil `Messaging`. `phones` is what lies on each phone."""

    name = "post"
    external = True

    def __init__(self) -> None:
        self.phones: dict[str, list[str]] = defaultdict(list)
        self.sids: dict[str, str] = {}
        self.senders: set[str] = set()
        self.refusing: set[str] = set()
        self.is_down = False
        self.lost_answers = 0

    async def send(
        self,
        to: str,
        body: str,
        *,
        sender: str,
        status_url: str | None = None,
        unless_sent_since: datetime | None = None,
    ) -> str:
        if self.is_down:
            raise ProviderUnavailable(self.name, "down")
        if to in self.refusing:
            raise NumberRefused(self.name, "cannot be texted")
        if unless_sent_since is None or body not in self.phones[to]:
            self.phones[to].append(body)
            self.sids[body] = uuid4().hex
            self.senders.add(sender)
        if self.lost_answers > 0:
            self.lost_answers -= 1
            raise ProviderUnavailable(self.name, "no answer")
        return self.sids[body]

    async def check(self) -> None:
        """Always well."""

    async def close(self) -> None:
        """Nothing to release."""
