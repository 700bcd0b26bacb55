"""Studies: load a folder, show what a study holds, look at and extend its phases."""

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session

from callcenter import clock, wiring
from callcenter.calls import actions as calls
from callcenter.db.engine import transaction
from callcenter.errors import InvalidInput
from callcenter.follow_up import recall_rules
from callcenter.questionnaire import actions as questionnaires
from callcenter.questionnaire import queries as questionnaire_queries
from callcenter.settings import Settings
from callcenter.studies import actions, queries
from callcenter.studies.phases import field_day

app = typer.Typer(no_args_is_help=True, help="Studies. Example: callcenter study load questionnaires/tianjin-2022")
phase_app = typer.Typer(no_args_is_help=True, help="Phases. Example: callcenter study phase list tianjin-2022")
app.add_typer(phase_app, name="phase")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def load_folder(session: Session, folder: Path, *, trial_from: date | None = None, user_id: int | None = None) -> int:
    """The id of a study with everything of its folder: stages, lists, questionnaires, lines; each room checks its part."""
    study = actions.load(session, folder, trial_from=trial_from, user_id=user_id)
    assert study.id is not None  # noqa: S101  # numbered by the flush
    wrong = recall_rules.problems(study.settings)
    if wrong:
        told = "\n".join(str(problem) for problem in wrong)
        raise InvalidInput("study_folder", "研究文件夹有 {count} 处不能使用：\n{problems}", count=len(wrong), problems=told)
    questionnaires.load(session, study.id, folder, user_id=user_id)
    calls.load_lines(session, study.id, study.settings.get("lines") or [], study.settings)
    return study.id


@app.command()
def load(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that holds study.yaml.")],
    trial: Annotated[bool, typer.Option("--trial", help="For trying out: open from today for 90 days, at any hour.")] = False,
    as_json: AsJson = False,
) -> None:
    """Load a study, or bring it up to date; all of the folder or, where anything is wrong in it, nothing.

    Example: callcenter study load questionnaires/tianjin-2022
    """
    if not folder.is_dir():
        raise InvalidInput("missing_file", "找不到文件夹 {folder}：请检查路径。", folder=folder)
    wiring.start(Settings())
    with transaction() as session:
        found = _summary(session, load_folder(session, folder, trial_from=field_day(clock.now()) if trial else None))
    _say(found, as_json)


@app.command()
def show(
    name: Annotated[str | None, typer.Argument(metavar="[STUDY]", help="The study's name; all studies where it is left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print what a study holds.

    Example: callcenter study show tianjin-2022
    """
    wiring.start(Settings())
    with transaction() as session:
        wanted = [queries.study_by_name(session, name)] if name else queries.studies(session)
        found = [_summary(session, study.id or 0) for study in wanted]
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    if not found:
        print("还没有载入任何研究：请用 callcenter study load 文件夹。")
    for each in found:
        _say(each, as_json=False)


@phase_app.command("list")
def list_phases(name: Annotated[str, typer.Argument(metavar="STUDY")], as_json: AsJson = False) -> None:
    """Print the phases of a study with their numbers, days and whether they are open today.

    Example: callcenter study phase list tianjin-2022
    """
    wiring.start(Settings())
    today = field_day(clock.now())
    with transaction() as session:
        study = queries.study_by_name(session, name)
        rows = [
            {
                "id": phase.id,
                "stage": stage.name,
                "kind": phase.kind,
                "title": phase.title,
                "first_day": phase.first_day.isoformat(),
                "last_day": phase.last_day.isoformat(),
                "scheduled_last_day": phase.scheduled_last_day.isoformat(),
                "open": phase.first_day <= today <= phase.last_day,
            }
            for stage in queries.stages(session, study.id or 0)
            for phase in queries.phases(session, stage.id or 0)
        ]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        print(f"{row['id']}\t{row['stage']}\t{row['first_day']} 至 {row['last_day']}\t{'进行中' if row['open'] else ''}\t{row['title']}")


@phase_app.command()
def extend(
    phase: Annotated[int, typer.Argument(help="The phase's number, as `study phase list` prints it.")],
    last_day: Annotated[str, typer.Argument(help="Its new last day, such as 2022-06-20.")],
    why: Annotated[str, typer.Option(help="The reason, kept on record.")],
    unit: Annotated[str, typer.Option(help="For this unit alone (intake phases).")] = "",
    as_json: AsJson = False,
) -> None:
    """Give a phase another last day: a later one extends it, yesterday closes it.

    Example: callcenter study phase extend 11 2022-06-20 --why 回收率不足
    """
    try:
        day = date.fromisoformat(last_day)
    except ValueError as bad:
        raise InvalidInput("wrong_use", "日期 {day} 读不懂，请写成 2022-06-20 的样子。", day=last_day) from bad
    wiring.start(Settings())
    with transaction() as session:
        changed = actions.extend_phase(session, phase, day, why, None, unit=unit or None)
        row = {"id": changed.id, "title": changed.title, "first_day": str(changed.first_day), "last_day": str(day)}
        row |= {"unit": unit} if unit else {}
    print(json.dumps(row, ensure_ascii=False) if as_json else f"{row['title']}：{row['first_day']} 至 {row['last_day']}")


def _summary(session: Session, study_id: int) -> dict[str, Any]:
    study, stages = queries.study(session, study_id), queries.stages(session, study_id)
    return {
        "name": study.name,
        "title": study.title,
        "trial": study.is_demo,
        "folder_sha256": study.folder_sha256,
        "lines": [line["number"] for line in study.settings.get("lines") or []],
        "topics": len(queries.topics(session, study_id)),
        "standards": len(queries.standards(session, study_id)),
        "stages": [_stage(session, stage.id or 0, stage.name, stage.title) for stage in stages],
        "questionnaires": [
            {"name": each.name, "version": each.version, "title": each.title, "released": each.released_at is not None}
            for each in questionnaire_queries.versions(session, study_id)
        ],
    }


def _stage(session: Session, stage_id: int, name: str, title: str) -> dict[str, Any]:
    window = queries.calling_window(session, stage_id)
    return {
        "name": name,
        "title": title,
        "phases": len(queries.phases(session, stage_id)),
        "items": len(queries.items(session, stage_id)),
        "populations": len(queries.populations(session, stage_id)),
        "calling": [day.isoformat() for day in window] if window else None,
    }


def _say(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    print(f"{found['name']}  {found['title']}")
    print(f"  外呼号码 {'、'.join(found['lines'])}；主题 {found['topics']}；承诺标准 {found['standards']}")
    for stage in found["stages"]:
        window = " 至 ".join(stage["calling"]) if stage["calling"] else "未定"
        counts = f"阶段活动 {stage['phases']}，任务 {stage['items']}，总体 {stage['populations']}"
        print(f"  {stage['name']}  {stage['title']}：{counts}，电话调查 {window}")
    for each in found["questionnaires"]:
        print(f"  问卷 {each['name']} 第 {each['version']} 版 {each['title']}{'（已发布）' if each['released'] else ''}")
