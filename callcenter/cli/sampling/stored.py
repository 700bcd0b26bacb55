"""The commands that work on a stored study: freeze, draw-study, release, top-up, certificate."""

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session

from callcenter import wiring
from callcenter.cli.sampling.files import AsJson, check_place, replace
from callcenter.db.engine import transaction
from callcenter.errors import Conflict, InvalidInput, NotFound, Refused
from callcenter.follow_up import actions as follow_up
from callcenter.frame import actions as frames
from callcenter.people import queries as people
from callcenter.sampling import actions, queries
from callcenter.settings import Settings
from callcenter.studies import queries as studies
from callcenter.studies.phases import FIELD_ZONE

StudyName = Annotated[str, typer.Option("--study", help="The study's name.")]
Code = Annotated[str, typer.Option("--population", help="The population: 4-1, or 2021/4-1 where stages share codes.")]
By = Annotated[str | None, typer.Option("--by", help="User name of who does it, for the audit trail.")]

FROM_STUDY = ("total", "minimum", "take_all", "method", "power", "coordination", "planned_share", "earlier_shares")


def freeze(
    *,
    study: StudyName,
    population: Code,
    source: Annotated[str | None, typer.Option(help="Public source of the number; begins the draw.")] = None,
    due: Annotated[str | None, typer.Option(help="Its moment in field time: 2022-06-03T21:15.")] = None,
    word: Annotated[str | None, typer.Option(help="The commissioning office's word, for a second draw.")] = None,
    with_population: Annotated[str | None, typer.Option(help="Share the open commitment of this population: one seed for both.")] = None,
    coordination: Annotated[str | None, typer.Option(help="independent, positive or negative; else as the study says.")] = None,
    total: Annotated[int | None, typer.Option(help="Valid completes wanted; else as the study says.")] = None,
    method: Annotated[str | None, typer.Option(help="Allocation; else as the study says.")] = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Record the commitment (with --source and --due), freeze the frame as the lists stand, and the study's design.

    Example: callcenter sampling freeze --study tianjin-2022 --population 4-1 --source 双色球2022063期 --due 2022-06-03T21:15
    """
    with _study(study, population, by) as (session, population_id, user_id):
        if with_population is not None or source is not None or due is not None:
            actions.commit(
                session,
                population_id=population_id,
                public_source=source or "",
                public_due=_moment(due) if with_population is None else None,
                user_id=user_id,
                word=word,
                with_population_id=None if with_population is None else _population(session, study, with_population),
            )
        try:
            with session.begin_nested():
                frame_id = frames.freeze(session, population_id, user_id).id
        except Conflict:  # the lists have not changed since the newest frame
            frame_id = queries.frames(session, population_id)[0].id
        document = _document(studies.study_of_population(session, population_id).settings, total, method, coordination)
        design = actions.fix_design(session, frame_id=frame_id or 0, document=document, user_id=user_id)
        draw = queries.draws(session, population_id)[-1]
        told = {
            "draw_no": draw.draw_no,
            "seed_commitment": draw.seed_commitment,
            "public_due": draw.public_due.isoformat(),
            "frame_sha256": design.document["frame"]["sha256"],
            "design_sha256": design.sha256,
            "strata": design.document["sizes"],
        }
    _say(
        told,
        as_json,
        f"第 {told['draw_no']} 次抽样：密值摘要 {told['seed_commitment']}，抽样框 {told['frame_sha256']}，方案 {told['design_sha256']}。",
    )


def draw_study(
    *,
    study: StudyName,
    population: Code,
    public_value: Annotated[str | None, typer.Option(help="The published number, exactly as published.")] = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Enter the public value and draw with the frozen design.

    Example: callcenter sampling draw-study --study tianjin-2022 --population 4-1 --public-value "07 11 12 20 27 31 08"
    """
    with _study(study, population, by) as (session, population_id, user_id):
        draw = queries.open_draw(session, population_id)
        if draw is None or draw.id is None:
            raise Refused("commit_first", "请先登记抽样承诺（密值摘要、公开值来源和公布时间），再冻结方案。")
        if public_value is not None:
            actions.enter_public_value(session, draw.id, public_value, user_id)
        drawn = actions.draw(session, draw_id=draw.id, design_id=draw.design_id or 0, user_id=user_id)
        made = drawn.certificate or {}
        told = {
            "draw_no": drawn.draw_no,
            "frame_size": made["frame_size"],
            "strata": made["strata"],
            "sample_sha256": made["sample_sha256"],
        }
    main = sum(row["n"] for row in told["strata"])
    _say(told, as_json, f"第 {told['draw_no']} 次抽样完成：{told['frame_size']} 个单位，主样本 {main} 个。")


def release(
    *, study: StudyName, population: Code, why: Annotated[str, typer.Option()] = "释放主样本", by: By = None, as_json: AsJson = False
) -> None:
    """Release the main sample into the call queue.

    Example: callcenter sampling release --study tianjin-2022 --population 4-1
    """
    with _study(study, population, by) as (session, population_id, user_id):
        made, cases = follow_up.release_main(session, draw_id=_drawn(session, population_id), why=why, user_id=user_id)
    _say({"releases": len(made), "cases": cases}, as_json, f"已释放 {cases} 个个案，分布在 {len(made)} 层。")


def top_up(
    *,
    study: StudyName,
    population: Code,
    stratum: Annotated[str, typer.Option(help="Name of the stratum.")],
    count: Annotated[int, typer.Option(help="How many reserves.")],
    why: Annotated[str, typer.Option(help="The reason, which shows in the report.")],
    word: Annotated[str | None, typer.Option(help="The commissioning office's word, for a step before its time.")] = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Release reserves of one stratum, from where its last release stopped.

    A next step waits until every case of the last has had its attempts and most of it is final, as the design says.

    Example: callcenter sampling top-up --study tianjin-2022 --population 4-1 --stratum 和平区 --count 10 --why 有效样本不足
    """
    with _study(study, population, by) as (session, population_id, user_id):
        draw_id = _drawn(session, population_id)
        ids = {one.name: one.id for one in queries.strata(session, draw_id)}
        if (stratum_id := ids.get(stratum)) is None:
            raise NotFound("unknown_stratum", "这次抽样没有层“{stratum}”：有 {strata}。", stratum=stratum, strata="、".join(ids))
        made = follow_up.release_by_hand(session, draw_id=draw_id, stratum_id=stratum_id, count=count, why=why, user_id=user_id, word=word)
        told = {"stratum": stratum, "first_position": made.first_position, "count": made.count, "cases": made.count}
    _say(told, as_json, f"层“{stratum}”补充释放 {told['count']} 个个案，从第 {told['first_position']} 位起。")


def certificate(
    *,
    study: StudyName,
    population: Code,
    out: Annotated[Path, typer.Option("--certificate", metavar="OUT.json", help="Where the opened certificate goes.")],
    frame: Annotated[Path | None, typer.Option(metavar="OUT.csv", help="Where the frame for verify_draw.py goes.")] = None,
    design: Annotated[Path | None, typer.Option(metavar="OUT.json", help="Where the frozen design goes, for verify_draw.py too.")] = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Write the opened certificate of the newest draw, and the frame to verify it with. For auditors only.

    The stored order is computed again from the seed; units that were moved after the draw are named, with exit code 1.

    Example: callcenter sampling certificate --study tianjin-2022 --population 4-1 --certificate c.json --frame frame.csv
    """
    for place in filter(None, (out, frame, design)):
        check_place(place)
    with _study(study, population, by) as (session, population_id, user_id):
        draw_id = _drawn(session, population_id)
        made = actions.open_certificate(session, draw_id, user_id)
        units = queries.frame_of_draw(session, draw_id)
        document = queries.design(session, queries.draw(session, draw_id).design_id or 0).document
        moved = queries.misplaced(session, draw_id, made["rotation"])
    replace(out, json.dumps(made, ensure_ascii=False, indent=1) + "\n")
    if frame is not None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([("unit_key", "stratum"), *units])
        replace(frame, text.getvalue())
    if design is not None:
        replace(design, json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    if moved:
        text_ = "证书已写出，但数据库里有 {count} 个单位的次序与种子不符（第一个：{unit_key}）：抽样后被改动过，请查操作记录。"
        raise Refused("order_changed", text_, count=len(moved), unit_key=moved[0])
    _say(
        {"certificate": str(out), "frame": str(frame) if frame else None, "design": str(design) if design else None},
        as_json,
        f"证书 {out}。",
    )


COMMANDS = (freeze, draw_study, release, top_up, certificate)


@contextmanager
def _study(study: str, population: str, by: str | None) -> Iterator[tuple[Session, int, int | None]]:
    """One transaction on the named population, with the id of who does it."""
    wiring.start(Settings())
    with transaction() as session:
        yield session, _population(session, study, population), _user(session, by)


def _population(session: Session, study: str, population: str) -> int:
    found = studies.study_by_name(session, study)
    stage_name, _, code = population.rpartition("/")
    stages = [stage for stage in studies.stages(session, found.id or 0) if stage.name == stage_name or not stage_name]
    matching = [one for stage in stages for one in studies.populations(session, stage.id or 0) if one.code == code]
    if len(matching) != 1 or matching[0].id is None:
        raise NotFound(
            "no_population_code", "没有编号为 {population} 的样本总体，请写成“阶段/任务号-序号”，如 2021/4-1。", population=population
        )
    return matching[0].id


def _user(session: Session, by: str | None) -> int | None:
    if by is None:
        return None
    user = people.user_by_name(session, by)
    if user is None:
        raise NotFound("no_user", "没有用户 {username}：请检查 --by。", username=by)
    return user.id


def _drawn(session: Session, population_id: int) -> int:
    draw = queries.latest_draw(session, population_id)
    if draw is None or draw.id is None:
        raise Refused("not_drawn", "还没有抽样，不能释放样本。")
    return draw.id


def _moment(typed: str | None) -> datetime:
    try:
        return datetime.fromisoformat(typed or "").replace(tzinfo=FIELD_ZONE)
    except ValueError:
        raise InvalidInput("wrong_use", "--due 应写成 2022-06-03T21:15 这样的时间。") from None


def _document(settings: dict[str, Any], total: int | None, method: str | None, coordination: str | None) -> dict[str, Any]:
    """The study's own design, with what the command line says instead."""
    design, top_up_rule = settings.get("design", {}), settings.get("top_up", {})
    rates = {name: design[f"expected_{name}"] for name in ("response", "eligible", "valid") if f"expected_{name}" in design}
    wishes = {name: design[name] for name in FROM_STUDY if name in design}
    if total is not None:
        wishes["total"] = total
    if method is not None:
        wishes["method"] = method
    if coordination is not None:
        wishes["coordination"] = coordination
    return {**wishes, "rates": rates, "release": {name: top_up_rule[name] for name in ("step", "mode", "chance") if name in top_up_rule}}


def _say(told: dict[str, Any], as_json: bool, sentence: str) -> None:
    print(json.dumps(told, ensure_ascii=False) if as_json else sentence)
