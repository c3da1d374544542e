"""Conversations: the client side of the protocol as generators, without I/O (sqli.md 5).

A shell steps them (see `core`); a driver strings them together. From the outside in:

* `login`, `setup`, `pam`: from the first byte to an open database, and goodbye.
* `statement`, `fetch`, `batch`, `insert_cursor`, `transaction`, `xa`: SQL.
* `large_object`, `routine`, `files`: BYTE and TEXT, smart large objects, fast path, client files.
* `interrupt`: cancelling, and healing after a conversation was abandoned.

Underneath: `exchange` sends groups and puts what is owed in order, `reply` reads a reply group by its table of
legal messages, `block` reads rows, `core` holds the generator contract and keeps the session's state true.
"""
