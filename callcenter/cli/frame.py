"""Frames: what freezing would make of the lists that came in, the screening rules, freezing."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session

from callcenter import clock, wiring
from callcenter.cli.populations import population_named
from callcenter.db.engine import transaction
from callcenter.errors import InvalidInput, NotFound
from callcenter.frame import actions, queries
from callcenter.frame.screening import Rules, read_rules
from callcenter.people import queries as people
from callcenter.sampling.queries import rules_stand
from callcenter.settings import Settings

app = typer.Typer(
    no_args_is_help=True, help="Frames of populations. Example: callcenter frame preview --study tianjin-2022 --population 4-1"
)

StudyName = Annotated[str, typer.Option("--study", help="The study's name.")]
Code = Annotated[str, typer.Option("--population", help="The population: 4-1, or 2021/4-1 where stages share codes.")]
By = Annotated[str | None, typer.Option("--by", help="User name of who does it, for the audit trail.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
RulesFile = Annotated[Path | None, typer.Option("--rules", metavar="RULES.json", help="A document of screening rules.")]


@app.command()
def preview(study: StudyName, population: Code, *, rules: RulesFile = None, as_json: AsJson = False) -> None:
    """Merge and screen the lists as they stand, and say what freezing would give; nothing is kept. With --rules by these rules.

    Example: callcenter frame preview --study tianjin-2022 --population 4-1 --rules rules.json
    """
    tried = _read(rules) if rules else None
    wiring.start(Settings())
    with transaction() as session:
        population_id = population_named(session, study, population).id
        made = queries.preview(session, population_id, supplement=_stands(session, population_id) == "drawn", rules=tried)
    told = {**made.counts, "submissions": made.submissions, "by_department": made.by_department, "screening": made.screening}
    _say(told, as_json, "\n".join(_lines(made.counts)))


@app.command()
def screening(
    study: StudyName,
    population: Code,
    *,
    rules: RulesFile = None,
    why: Annotated[str, typer.Option(help="The reason for the new version.")] = "",
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Show the versions of a population's screening rules; with --rules and --why make the next one.

    Kinds: period (from, to, undated), matter, department, district, sub_area (any, none), code, column (column, any, none).
    Example: callcenter frame screening --study tianjin-2022 --population 4-1 --rules rules.json --why 与委托单位约定
    """
    given = _read(rules) if rules else None
    wiring.start(Settings())
    with transaction() as session:
        population_id = population_named(session, study, population).id
        if given is not None:
            stands = _stands(session, population_id)
            actions.set_rules(session, population_id, given.document, why=why, user_id=_user(session, by), stands=stands)
        found = queries.screenings(session, population_id)
        told = [
            {**queries.screening_document(each), "supplement": each.supplement, "at": each.at.isoformat(), "why": each.why}
            for each in found
        ]
    lines = [f"第 {each['version']} 版，{len(each.get('rules', []))} 条规则，{each['why']}（{each['sha256'][:16]}）" for each in told]
    _say(told, as_json, "\n".join(lines) or "还没有筛选规则。")


@app.command()
def freeze(study: StudyName, population: Code, *, by: By = None, as_json: AsJson = False) -> None:
    """Freeze the frame under the next number, screened by the rules that count; after a draw only units of no earlier frame.

    Example: callcenter frame freeze --study tianjin-2022 --population 4-1 --by wang
    """
    wiring.start(Settings())
    with transaction() as session:
        population_id = population_named(session, study, population).id
        supplement = _stands(session, population_id) == "drawn"
        made = actions.freeze(session, population_id, _user(session, by), supplement=supplement)
        told = {
            "number": made.number,
            "size": made.size,
            "sha256": made.sha256,
            "screening": made.screening,
            "reporting_order": made.reporting_order,
            **made.counts,
        }
    _say(told, as_json, f"第 {told['number']} 号抽样框已冻结：{told['size']} 家，校验值 {told['sha256']}。")


def _stands(session: Session, population_id: int) -> str:
    return rules_stand(session, population_id, clock.now())


def _user(session: Session, by: str | None) -> int | None:
    if by is None:
        return None
    user = people.user_by_name(session, by)
    if user is None:
        raise NotFound("no_user", "没有用户 {username}：请检查 --by。", username=by)
    return user.id


def _read(file: Path) -> Rules:
    try:
        document = json.loads(file.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        raise InvalidInput("not_json", "{file} 不是 JSON 文件：请写成 {example}。", file=file, example=_EXAMPLE) from None
    if not isinstance(document, dict):
        raise InvalidInput("not_json", "{file} 不是 JSON 文件：请写成 {example}。", file=file, example=_EXAMPLE)
    return read_rules(document)


_EXAMPLE = '{"rules": [{"kind": "matter", "none": ["注销"]}]}'


def _lines(counts: Mapping[str, Any]) -> list[str]:
    told = [f"{counts['rows']} 行，合并为 {counts['merged_units']} 家"]
    for number, effect in enumerate(counts["screened"], 1):
        told.append(f"规则 {number}（{json.dumps(effect['rule'], ensure_ascii=False)}）去掉 {effect['units']} 家")
    districts = "、".join(f"{district} {size}" for district, size in counts["by_district"].items())
    told.append(f"冻结会得到 {counts['units']} 家：{districts or '–'}")
    remarkable = {"conflicts": "信息有出入", "phone_shared": "共用号码", "without_code": "没有信用代码", "do_not_call": "免打扰"}
    told.append("，".join(f"{label} {counts[key]}" for key, label in remarkable.items()))
    return told


def _say(told: object, as_json: bool, sentence: str) -> None:
    print(json.dumps(told, ensure_ascii=False, indent=1) if as_json else sentence)
