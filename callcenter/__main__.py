"""`python -m callcenter` is the command line."""

import ctypes
import os
import signal
import sys
import threading
import time

PARENT = "CALLCENTER_PARENT"
"""Set by `run` for the processes it starts: they end with it, however it ends."""
PR_SET_PDEATHSIG = 1


def end_with(parent: int) -> None:
    """End this process when `parent` is gone: told by the kernel (Linux), looked up elsewhere."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:
        sys.exit(1)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    if given := os.environ.get(PARENT):
        end_with(int(given))
    # Imported after that: the imports take longer than a parent may live.
    from callcenter.cli import main

    sys.exit(main())
