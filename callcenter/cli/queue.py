"""The queue: why a case is (not) callable, and how far the operators will get."""

import json
from datetime import datetime
from typing import Annotated

import typer

from callcenter import clock, wiring
from callcenter.call_queue import queries
from callcenter.db.engine import transaction
from callcenter.errors import InvalidInput, Refused
from callcenter.follow_up import forecast
from callcenter.follow_up import queries as follow_up
from callcenter.settings import Settings
from callcenter.studies.phases import FIELD_ZONE
from callcenter.studies.queries import study_by_name

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
    typer.echo(f"个案 {case}：{'可以拨打' if found.is_callable else '不能拨打'}（{_shown(found.at)}，{found.standing}）")
    for reason in found.reasons:
        typer.echo(f"  - {reason}" + (f"，到 {_shown(reason.until)}" if reason.until else ""))
    if not found.is_callable:
        typer.echo(f"  下次可以拨打：{_shown(found.next_at)}" if found.next_at else "  时间过去也不会自行变为可拨打。")


@app.command()
def simulate(
    study: Annotated[str, typer.Option(help="The study.")],
    operators: Annotated[int | None, typer.Option(min=0, help="Operators a day; as many as on the last day of calls unless told.")] = None,
    calls_a_day: Annotated[
        float | None, typer.Option(min=1, help="Calls of one operator in a day; the study's own pace unless told.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same forecast.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Forecast valid samples by day with a band, the end, and how many operators it takes. Releases nothing, changes nothing.

    Example: callcenter queue simulate --study tianjin-2022 --operators 6
    """
    wiring.start(Settings(), pool_size=2)
    with transaction() as session:
        now = follow_up.standing(session, study_by_name(session, study).id or 0, clock.now())
    if not now.strata or not now.days:
        raise Refused("not_in_field", "研究 {study} 现在没有在电话调查期内的样本，没有可预测的。", study=study)
    pace = calls_a_day or now.calls_a_day
    people, left = now.operators if operators is None else operators, now.left_today
    found = forecast.forecast(now.strata, now.days, operators=people, calls_a_day=pace, first_share=left, seed=seed)
    if found is None:
        raise Refused("not_enough_data", "研究 {study} 还没有拨打过电话，数据不足，不能预测。", study=study)
    needed = forecast.operators_needed(now.strata, now.days, calls_a_day=pace, first_share=left, seed=seed)
    if as_json:
        typer.echo(json.dumps({**forecast.as_document(found), "operators_needed": needed, "own_pace": now.own_pace}, ensure_ascii=False))
        return
    _show(found, needed)


def _show(found: forecast.Forecast, needed: int | None) -> None:
    typer.echo(f"{found.operators} 名话务员，每人每天 {found.calls_a_day:.0f} 次。区间为第 10 到第 90 百分位。")
    for day in found.days:
        typer.echo(f"  {day.day.isoformat()}  拨打 {day.calls:6.0f}  有效样本 {day.middle:.0f}（{day.low:.0f}–{day.high:.0f}）")
    for one in found.strata:
        outlook = (
            "数据不足" if one.chance is None else f"期末 {one.middle:.0f}（{one.low:.0f}–{one.high:.0f}），达到目标的把握 {one.chance:.0%}"
        )
        typer.echo(f"  {one.population} {one.name}：有效 {one.valid}，目标 {one.target}；{outlook}")
    typer.echo(f"全部个案拨打到底：{_span(found.worked)}（期内完成的把握 {found.worked.chance:.0%}）")
    reached = "数据不足" if found.targets is None else f"{_span(found.targets)}（期内达到的把握 {found.targets.chance:.0%}）"
    typer.echo(f"各层全部达到目标：{reached}")
    enough = f"以九成把握在期内拨打到底需要 {needed} 名话务员。" if needed is not None else "期内再多话务员也拨打不完。"
    typer.echo(enough)


def _span(end: forecast.End) -> str:
    if end.middle is None:
        return "期内不能完成"
    late = end.late.isoformat() if end.late else "期外"
    return f"{end.middle.isoformat()}（{end.early.isoformat() if end.early else late} 至 {late}）"


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
        "in_queue": found.state in {"ready", "leased"},
        "due_at": found.due_at.isoformat(),
        "reasons": [
            {"code": reason.code, "text": str(reason), "until": reason.until.isoformat() if reason.until else None}
            for reason in found.reasons
        ],
        "next_at": found.next_at.isoformat() if found.next_at else None,
    }
