"""Ports on loopback for servers that keep theirs.

What the system picks by itself it also hands to any program's outgoing connection: a server that is stopped for a moment might not get
such a port back. These lie below what Linux, macOS and Windows hand out.
"""

import secrets
import socket

KEPT = range(20000, 32768)
TRIES = 50


def free_port() -> int:
    """A port that nobody listens at."""
    found = (port for port in secrets.SystemRandom().sample(KEPT, TRIES) if is_free(port))
    return next(found, None) or _any()


def is_free(port: int) -> bool:
    """Whether a server could take it now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _any() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
