"""Serving an ASGI app in this process, on an address or on a socket that `run` holds open for it."""

import os
import socket
from typing import Any

import uvicorn

STOP_WITHIN = 3
"""Seconds that open requests get at the end; live pages never end by themselves."""


def serve(app: Any, host: str, port: int, fd: int | None = None) -> None:
    """Serve until SIGTERM or SIGINT. No access log: addresses hold what people looked for."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=STOP_WITHIN,
        # Only a proxy that is named may say who the browser is.
        proxy_headers=bool(os.environ.get("FORWARDED_ALLOW_IPS")),
    )
    server = uvicorn.Server(config)
    if fd is None:
        server.run()
    else:
        server.run(sockets=[socket.socket(fileno=fd)])
