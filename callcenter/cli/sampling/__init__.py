"""Sizes, allocation and draws: on files (no database needed) and on a stored study."""

import typer

from callcenter.cli.sampling import files, stored

app = typer.Typer(no_args_is_help=True, help="Sample sizes, allocation, verifiable draws. Example: callcenter sampling size --p .5 --e .05")
for command in (*files.COMMANDS, *stored.COMMANDS):
    app.command()(command)
