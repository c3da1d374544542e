"""The inbox keeps every byte in order, and never changes bytes that it handed out."""

from hypothesis import given
from hypothesis import strategies as st
from informix_wire.inbox import Inbox


@given(st.lists(st.tuples(st.binary(max_size=20), st.integers(0, 20)), max_size=20))
def test_bytes_come_out_as_they_went_in(steps):
    inbox, fed, read, kept = Inbox(), b"", b"", []
    for chunk, wanted in steps:
        inbox.feed(chunk)
        fed += chunk
        taken = min(wanted, len(inbox))
        kept.append((inbox.data, bytes(inbox.data)))
        read += inbox.data[inbox.pos : inbox.pos + taken]
        inbox.pos += taken
        assert len(inbox) == len(fed) - len(read)
    assert fed == read + inbox.data[inbox.pos :]
    assert all(now == then for now, then in kept)


def test_what_was_consumed_is_dropped_by_the_next_feed():
    inbox = Inbox()
    inbox.feed(b"abcd")
    inbox.pos = 3
    inbox.feed(b"ef")
    assert (inbox.data, inbox.pos) == (b"def", 0)
    inbox.pos = 3
    inbox.feed(b"g")
    assert (inbox.data, inbox.pos) == (b"g", 0)
