"""Wishes not to be called, across studies and at once."""

from typing import Annotated

import typer

from callcenter import wiring
from callcenter.db.engine import transaction
from callcenter.errors import InvalidInput
from callcenter.frame.actions import add_do_not_call
from callcenter.settings import Settings

app = typer.Typer(
    no_args_is_help=True, help="Wishes not to be called. Example: callcenter do-not-call add --number 13800001111 --reason 本人来电"
)


@app.callback()
def _group() -> None:
    """Keeps `add` a command of its own."""


@app.command()
def add(
    reason: Annotated[str, typer.Option(help="Who asked for it, and why.")],
    number: Annotated[str, typer.Option(help="A telephone number.")] = "",
    enterprise: Annotated[str, typer.Option(help="A credit code, or a unit key of a frame.")] = "",
) -> None:
    """Bar a number or an enterprise; the same wish again changes nothing.

    Example: callcenter do-not-call add --number 022-24532093 --reason 本人来电要求
    """
    if bool(number) == bool(enterprise):
        raise InvalidInput("wrong_use", "请给出 --number 或 --enterprise 中的一个。")
    wiring.start(Settings())
    with transaction() as session:
        add_do_not_call(session, "number" if number else "enterprise", number or enterprise, reason, None)
    print("已登记免打扰。")
