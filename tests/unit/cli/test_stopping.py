"""A process is told to stop at any moment, also while it looks whether it was."""

import subprocess
import sys

# The lock of the event is held while the signal comes, as it is now and then inside a wait.
TOLD_INSIDE_A_WAIT = """
import signal
from callcenter.cli.stopping import asked_to_stop
stop = asked_to_stop()
with stop._cond:
    signal.raise_signal(signal.{name})
assert stop.wait(60)
"""


def test_a_signal_inside_the_very_wait_for_it_does_not_hang() -> None:
    for name in ("SIGTERM", "SIGINT"):
        subprocess.run([sys.executable, "-c", TOLD_INSIDE_A_WAIT.format(name=name)], check=True, timeout=120)
