"""Tables name each other, so a process that uses one of them must know them all."""

import subprocess
import sys

ASKED = "import callcenter.wiring; from sqlmodel import SQLModel; print(len(SQLModel.metadata.sorted_tables))"


def test_a_command_that_was_wired_knows_every_table_whatever_else_it_imports() -> None:
    told = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=True)
    assert int(told.stdout) > 20
