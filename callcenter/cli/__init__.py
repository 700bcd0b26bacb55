"""The command line: one module a command group; this file finds the groups and turns every error into one sentence and an exit code.

A group is `callcenter/cli/<module>.py` with `app = typer.Typer(...)`. Groups are imported when asked for, so a pure command starts fast.
"""

import importlib
import importlib.util
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.core
import typer.main

from callcenter.cli.installation import take_settings
from callcenter.cli.mistakes import report

COMMANDS = {
    "run": "run:app",
    "web": "processes:web",
    "boards": "processes:boards",
    "scheduler": "processes:scheduler",
    "worker": "processes:worker",
    "carrier": "processes:carrier",
    "db": "db:app",
    "study": "study:app",
    "lists": "lists:app",
    "frame": "frame:app",
    "sampling": "sampling:app",
    "questionnaire": "questionnaire:app",
    "rates": "rates:app",
    "estimate": "estimate:app",
    "export": "export:app",
    "queue": "queue:app",
    "users": "users:app",
    "do-not-call": "do_not_call:app",
}
"""Command, then the module under callcenter.cli and the name of its Typer app."""


class Commands(typer.core.TyperGroup):
    """The commands of `COMMANDS`, each imported on first use."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  # Typer's signature
        """Every command whose module is there, in the order of the manual."""
        return [name for name, place in COMMANDS.items() if importlib.util.find_spec(_module(place))]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command's own Typer app, or none."""
        if cmd_name not in self.list_commands(ctx):
            return None
        place = COMMANDS[cmd_name]
        group: typer.Typer = getattr(importlib.import_module(_module(place)), place.partition(":")[2])
        group._add_completion = False  # only the whole program could be completed
        found = typer.main.get_command(group)
        found.name = cmd_name
        return found


def _module(place: str) -> str:
    return f"callcenter.cli.{place.partition(':')[0]}"


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, help="呼叫中心：名单、抽样、拨打、回访、应答率、加权结果。")


DATA = "CALLCENTER_DATA"
Data = Annotated[Path | None, typer.Option(envvar=DATA, help="The folder of a running `callcenter run`: its database is meant.")]


English = Annotated[bool, typer.Option("--english", help="Say what is wrong in English, where there is English for it.")]


@app.callback()
def _root(context: typer.Context, data: Data = None, english: English = False) -> None:  # noqa: ARG001  # `mistakes` looks for it
    """A telephone-survey call centre. Example: callcenter --data data lists receipts --study tianjin-2022."""
    # `run` makes the settings itself, and tells its processes.
    if data is not None and context.invoked_subcommand != "run" and "CALLCENTER_PARENT" not in os.environ:
        take_settings(data)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code (0 done, 1 refused or failed, 2 wrong use)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # who reads a long run's output in a file reads it as it comes
    try:
        code = typer.main.get_command(app).main(args=given, prog_name="callcenter", standalone_mode=False)
        sys.stdout.flush()
    except BaseException as mistake:  # noqa: BLE001, RUF100  # the one place where everything ends
        return report(mistake, given)
    return code if isinstance(code, int) else 0
