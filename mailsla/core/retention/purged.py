"""What an end of personal data comes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass
class Purged:
    """What was sealed, or would be.

    Attributes:
        through: The last day whose data is kept no more; None where one person asked for it.
        conversations: How many conversations.
        requests: How many requests and follow-ups they have.
        messages: How many messages.
        waiting: How many conversations of that time stay for now: their mails came too lately, a request of theirs
            falls due later, or what stays rests on them.
        internal: How many messages of the office's own, tied to nothing.
        agents: In how many messages the agents' addresses are the office's alone from now on.
        words: In how many places of people's words the person's address stood.
    """

    through: date | None
    conversations: int = 0
    requests: int = 0
    messages: int = 0
    waiting: int = 0
    words: int = 0
    internal: int = 0
    agents: int = 0

    @property
    def is_nothing(self) -> bool:
        """Tell whether nothing is, or would be, erased."""
        return not (self.messages or self.words or self.internal or self.agents)
