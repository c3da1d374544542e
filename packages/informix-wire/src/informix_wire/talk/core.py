"""What every conversation is made of: the generator contract, `NEED`, and reading messages from the inbox.

A conversation is a generator. It yields `bytes` (the shell sends all of them and resumes at once) or `NEED`
(the shell resumes it when `session.inbox` has grown). It returns its result. It owns no socket and no clock.
"""

from collections.abc import Generator
from enum import Enum
from typing import Final, Literal, TypeVar

__all__ = ["NEED", "Conversation", "Need", "Step"]


class Need(Enum):
    """Singleton type of `NEED`."""

    NEED = "need"


NEED: Final = Need.NEED
"""Yielded by a conversation that must see more received bytes."""

Step = bytes | Literal[Need.NEED]
"""What a conversation yields."""

T = TypeVar("T")
Conversation = Generator[Step, None, T]
"""A conversation with result `T`; parametrise it: ``Conversation[None]``."""
