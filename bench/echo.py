"""A server that does nothing: answers each request at once, both of the size that a point select has.

Usage: python -m bench.echo. Prints its port; ends when its only client leaves.
"""

import socket

__all__ = ["REPLY", "REQUEST", "main"]

REQUEST = bytes(66)
REPLY = bytes(76)


def main() -> None:
    """Serve one connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        client, _ = listener.accept()
    with client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while client.recv(1 << 16):
            client.sendall(REPLY)


if __name__ == "__main__":
    main()
