"""The whole house, started and stopped by its own command."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
READY_WITHIN = 150.0


class House:
    """A running `callcenter run`, and what it wrote about itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        environment = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "TWILIO_BASE_URL")}
        environment["PYTHONPATH"] = str(ROOT)
        with (folder / "run.out").open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "callcenter", "run", "--data", str(folder / "data")],
                stdout=out,
                stderr=out,
                env=environment,
                cwd=ROOT,
            )
        self.about = self._wait()

    def _wait(self) -> dict[str, Any]:
        file, give_up = self.folder / "data" / "run.json", time.monotonic() + READY_WITHIN
        while time.monotonic() < give_up and self.process.poll() is None:
            if file.exists():
                about: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
                return about
            time.sleep(0.2)
        raise AssertionError((self.folder / "run.out").read_text(encoding="utf-8"))

    @property
    def web(self) -> str:
        return str(self.about["addresses"]["web"])

    @property
    def boards(self) -> str:
        return str(self.about["addresses"]["boards"])

    def log_in_of(self, role: str) -> tuple[str, str]:
        found = next(one for one in self.about["log_ins"] if one["role"] == role)
        return found["username"], found["password"]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)
