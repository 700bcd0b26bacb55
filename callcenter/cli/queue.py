"""The queue: why a case is (not) callable."""

import json
from datetime import datetime
from typing import Annotated

import typer

from callcenter import clock, wiring
from callcenter.call_queue import priority, queries
from callcenter.db.engine import transaction
from callcenter.errors import InvalidInput
from callcenter.settings import Settings
from callcenter.studies.phases import FIELD_ZONE

app = typer.Typer(help="The queue. Example: callcenter queue explain 12", no_args_is_help=True)


@app.callback()
def _root() -> None:
    """The queue. Example: callcenter queue explain 12."""


@app.command()
def explain(
    case: Annotated[int, typer.Argument(help="Number of the case.")],
    at: Annotated[str | None, typer.Option(help="A moment such as 2022-06-02T14:30 (field time); now unless told.")] = None,
    operator: Annotated[int | None, typer.Option(help="Number of an operator: whether it may be handed to this one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Why the case may or may not be called at that moment, and when next. Example: callcenter queue explain 12 --at 2022-06-02T14:30."""
    wiring.start(Settings(), pool_size=2)
    with transaction() as session:
        found = queries.explain(session, case, _moment(at), operator)
    if as_json:
        typer.echo(json.dumps(_document(found), ensure_ascii=False))
        return
    typer.echo(f"个案 {case}：{'可以拨打' if found.is_callable else '不能拨打'}（{_shown(found.at)}，{priority.label(found.rank)}）")
    for reason in found.reasons:
        typer.echo(f"  - {reason}" + (f"，到 {_shown(reason.until)}" if reason.until else ""))
    if not found.is_callable:
        typer.echo(f"  下次可以拨打：{_shown(found.next_at)}" if found.next_at else "  时间过去也不会自行变为可拨打。")


def _moment(at: str | None) -> datetime:
    if at is None:
        return clock.now()
    try:
        given = datetime.fromisoformat(at)
    except ValueError:
        raise InvalidInput("time_unread", "时间“{at}”看不懂：请写成 2022-06-02T14:30。", at=at) from None
    return given if given.tzinfo else given.replace(tzinfo=FIELD_ZONE)


def _shown(moment: datetime) -> str:
    return moment.astimezone(FIELD_ZONE).strftime("%Y-%m-%d %H:%M")


def _document(found: queries.Explanation) -> dict[str, object]:
    return {
        "case": found.case_id,
        "at": found.at.isoformat(),
        "callable": found.is_callable,
        "state": found.state,
        "rank": found.rank,
        "due_at": found.due_at.isoformat(),
        "reasons": [
            {"code": reason.code, "text": str(reason), "until": reason.until.isoformat() if reason.until else None}
            for reason in found.reasons
        ],
        "next_at": found.next_at.isoformat() if found.next_at else None,
    }
