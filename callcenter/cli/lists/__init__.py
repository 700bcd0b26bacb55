"""Lists: judge a file, write an empty form, send a file to a stored study, see what came in.

`check` is at hand at once; the commands that need a database are imported when one of them is asked for.
"""

import importlib
from typing import Any

import typer
import typer.core
import typer.main

from callcenter.cli.lists.check import check_file


class ListCommands(typer.core.TyperGroup):
    """`check`, then the commands of `stored`."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Every command of the group."""
        return [*super().list_commands(ctx), *self._stored().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, or none."""
        return super().get_command(ctx, cmd_name) or self._stored().get_command(ctx, cmd_name)

    @staticmethod
    def _stored() -> Any:
        return typer.main.get_command(importlib.import_module("callcenter.cli.lists.stored").app)


app = typer.Typer(cls=ListCommands, no_args_is_help=True)
app.command("check")(check_file)


@app.callback()
def _root() -> None:
    """Lists of enterprises. Example: callcenter lists check 名单.xlsx --rows verdicts.csv"""
