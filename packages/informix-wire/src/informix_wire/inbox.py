"""The inbox: received bytes that no conversation has consumed yet."""

__all__ = ["Inbox"]


class Inbox:
    """Received bytes and the position of the first unread one.

    `data` is immutable `bytes`; `feed` replaces it. A reader may keep a reference to `data` and decode from it
    at leisure: what arrives later never changes it.
    """

    __slots__ = ("data", "pos")

    def __init__(self) -> None:
        self.data = b""
        self.pos = 0

    def feed(self, chunk: bytes) -> None:
        """Append received bytes, dropping what was consumed."""
        if self.pos >= len(self.data):
            self.data = chunk
        else:
            self.data = self.data[self.pos :] + chunk
        self.pos = 0

    def __len__(self) -> int:
        """Return the number of unread bytes."""
        return len(self.data) - self.pos
