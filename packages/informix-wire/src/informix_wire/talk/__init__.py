"""Conversations: the client side of the protocol as generators, without I/O."""
