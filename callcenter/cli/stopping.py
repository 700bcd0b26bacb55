"""How a process without a web server learns that it shall stop."""

import signal
import socket
import threading

ASKS = frozenset({signal.SIGTERM, signal.SIGINT})


def asked_to_stop() -> threading.Event:
    """Set after SIGTERM or SIGINT.

    Not by the handler itself: it runs in the main thread, in the middle of whatever that does, so setting the event there waits
    forever for the lock of the very wait that it interrupted. A thread of its own hears of the signal and sets it.
    """
    stop = threading.Event()
    heard, told = socket.socketpair()
    told.setblocking(False)
    signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
    for number in ASKS:
        signal.signal(number, lambda _number, _frame: None)
    threading.Thread(target=_listen, args=(heard, told, stop), name="asked-to-stop", daemon=True).start()
    return stop


def _listen(heard: socket.socket, told: socket.socket, stop: threading.Event) -> None:
    """`told` is held here so that it stays open as long as the process lives."""
    with heard, told:
        while True:
            if ASKS.intersection(heard.recv(64)):
                stop.set()
