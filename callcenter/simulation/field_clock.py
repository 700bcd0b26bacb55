"""Field time in a demo: a file that every process reads; the driver alone sets it, forward only."""

from datetime import datetime
from pathlib import Path


class FieldClock:
    """Writes field time so that a reader sees the old moment or the new one, never half of one."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.now = datetime.fromisoformat(file.read_text(encoding="ascii").strip())

    def jump(self, moment: datetime) -> None:
        """Set field time to `moment`; an earlier one changes nothing."""
        if moment <= self.now:
            return
        part = self.file.with_suffix(".next")
        part.write_text(moment.isoformat(), encoding="ascii")
        part.replace(self.file)
        self.now = moment
