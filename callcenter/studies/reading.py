"""Read a study folder, given as file names and texts, into plain values; every problem is told at once."""

import csv
import io
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import PurePath
from typing import Any, TypeVar

import yaml

from callcenter.studies.content import (
    ItemContent,
    PopulationContent,
    StageContent,
    StandardContent,
    StudyContent,
    TopicContent,
)
from callcenter.studies.phases import KINDS, PhaseSpan
from callcenter.studies.problems import FolderProblem, FolderProblems
from callcenter.studies.promises import measure_of, read_promises, read_value
from callcenter.studies.settings_check import settings_of
from callcenter.studies.yaml_texts import read_yaml

STUDY_FILE = "study.yaml"
Row = dict[str, str]
Read = TypeVar("Read")


def read_study(files: Mapping[str, str]) -> StudyContent:
    """The content of a folder whose files are `name: text`; FolderProblems where anything cannot be used."""
    return _Reader(files).study()


def _units(cell: str) -> list[str]:
    return [unit for unit in (part.strip() for part in cell.split(";")) if unit]


def _spread(cell: str, count: int) -> list[str | None]:
    """One period value holds for all lists; otherwise one a list, `-` where not stated."""
    parts: list[str | None] = [None if part in {"", "-"} else part for part in cell.split(";")]
    return parts * count if len(parts) == 1 else (parts + [None] * count)[:count]


class _Reader:
    """Collects problems while it reads, so that an editor sees all of them."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files
        self.problems: list[FolderProblem] = []

    def problem(self, where: str, what: str, fix: str) -> None:
        self.problems.append(FolderProblem(where, what, fix))

    def study(self) -> StudyContent:
        document = self._document()
        settings = self._settings(document)
        topics = self._rows(document.get("topics"), "topics", self._topic)
        stages = self._stages(document, {topic.number for topic in topics})
        self._codes_of_questionnaires(document, stages)
        content = StudyContent(
            name=str(document.get("name") or ""),
            title=str(document.get("title") or ""),
            settings=settings,
            topics=topics,
            stages=stages,
            standards=self._standards(document),
        )
        for word in ("name", "title", "stages"):
            if not document.get(word):
                self.problem(f"{STUDY_FILE} {word}", "没有填写", f"请补上 {word}")
        if self.problems:
            raise FolderProblems(self.problems)
        return content

    def _document(self) -> dict[str, Any]:
        text = self.files.get(STUDY_FILE)
        if text is None:
            raise FolderProblems([FolderProblem(STUDY_FILE, "文件夹中没有这个文件", "请指定研究所在的文件夹，里面要有 study.yaml")])
        try:
            document = read_yaml(text)
        except yaml.YAMLError as failure:
            mark = getattr(failure, "problem_mark", None)
            where = f"{STUDY_FILE} 第 {mark.line + 1} 行" if mark else STUDY_FILE
            raise FolderProblems([FolderProblem(where, "不是有效的 YAML", "请检查缩进、冒号和引号")]) from failure
        if not isinstance(document, dict):
            raise FolderProblems([FolderProblem(STUDY_FILE, "最外层不是“名称: 值”", "请按样例填写")])
        return document

    def _settings(self, document: Mapping[str, Any]) -> dict[str, Any]:
        settings, problems = settings_of(document)
        self.problems.extend(problems)
        settings["districts"] = self._rows(document.get("districts"), "districts", lambda _where, row: dict(row))
        return settings

    def _rows(self, name: object, word: str, read: Callable[[str, Row], Read]) -> list[Read]:
        """Each data row of the CSV file `name`, read; rows that cannot be are told and left out."""
        if name is None:
            return []
        text = self.files.get(str(name))
        if text is None:
            self.problem(f"{STUDY_FILE} {word}", f"没有文件 {name}", "请把文件放进同一文件夹，或改正文件名")
            return []
        done = []
        for line, row in enumerate(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))), start=2):
            where = f"{name} 第 {line} 行"
            try:
                done.append(read(where, row))
            except KeyError as missing:
                self.problem(where, f"缺少列 {missing.args[0]}", "请对照样例补上这一列")
                break
            except (ValueError, TypeError, AttributeError) as bad:
                self.problem(where, f"读不懂“{bad}”", "请改正这一行")
        return done

    @staticmethod
    def _topic(_where: str, row: Row) -> TopicContent:
        return TopicContent(int(row["topic_no"]), row["topic"], row["hotline"])

    def _stages(self, document: Mapping[str, Any], topics: set[int]) -> list[StageContent]:
        phases = self._phases(document)
        stages = []
        for entry in document.get("stages") or []:
            name = str(entry.get("name", ""))
            if name not in phases:
                self.problem(f"{STUDY_FILE} stages {name}", "时间表中没有这个阶段", "请在时间表里补上，或改正阶段名称")
            items = self._rows(entry.get("checklist"), f"stages {name} checklist", self._item_reader(document, topics))
            stages.append(
                StageContent(
                    name=name,
                    title=str(entry.get("title", name)),
                    period_start=entry.get("period_start"),
                    period_end=entry.get("period_end"),
                    phases=phases.get(name, []),
                    items=items,
                )
            )
        return stages

    def _codes_of_questionnaires(self, document: Mapping[str, Any], stages: list[StageContent]) -> None:
        """A population that a questionnaire names must be in some stage."""
        known = {population.code for stage in stages for item in stage.items for population in item.populations}
        for entry in document.get("questionnaires") or []:
            for code in [*(entry.get("populations") or []), *(entry.get("except") or [])]:
                if str(code) not in known:
                    where = f"{STUDY_FILE} questionnaires {entry.get('file')}"
                    self.problem(where, f"清单中没有总体 {code}", "请写成“任务号-序号”，如 39-1")

    def _phases(self, document: Mapping[str, Any]) -> dict[str, list[PhaseSpan]]:
        schedule = document.get("schedule") or {}
        kinds = schedule.get("kinds") or {}
        by_stage: dict[str, list[PhaseSpan]] = {}

        def read(where: str, row: Row) -> None:
            kind = kinds.get(row["activity"])
            if kind not in KINDS:
                self.problem(where, f"活动“{row['activity']}”没有种类", f"请在 schedule.kinds 中写明，可用：{'、'.join(KINDS)}")
                return
            span = PhaseSpan(
                kind, row["activity"], date.fromisoformat(row["start"]), date.fromisoformat(row["end"]), row.get("description") or ""
            )
            if span.last_day < span.first_day:
                self.problem(where, "结束早于开始", "请改正日期")
            by_stage.setdefault(row["stage"], []).append(span)

        self._rows(schedule.get("file"), "schedule", read)
        return by_stage

    def _item_reader(self, document: Mapping[str, Any], topics: set[int]) -> Callable[[str, Row], ItemContent]:
        populations = document.get("populations") or {}
        questionnaire = _questionnaires(document.get("questionnaires") or [])

        def read(where: str, row: Row) -> ItemContent:
            number, topic = int(row["item_no"]), int(row["topic_no"])
            if topic not in topics:
                self.problem(where, f"没有第 {topic} 个主题", "请改正 topic_no，或在主题表中补上")
            needs_list = row["needs_enterprise_list"] == "yes"
            return ItemContent(
                number=number,
                topic_number=topic,
                title=row["title"],
                lead_departments=_units(row["lead_departments"]),
                responsible_units=_units(row["responsible_units"]),
                needs_list=needs_list,
                needs_work_orders=row["needs_work_orders"] == "yes",
                evidence_kinds=_units(row["evidence_kinds"]),
                populations=_populations(number, row, populations, lambda code: questionnaire(topic, code)),
            )

        return read

    def _standards(self, document: Mapping[str, Any]) -> list[StandardContent]:
        standards = [
            standard
            for entry in document.get("stages") or []
            for several in self._rows(entry.get("checklist"), "checklist", self._promise_reader(entry))
            for standard in several
        ]
        return standards + self._rows(document.get("standards"), "standards", self._standard)

    @staticmethod
    def _promise_reader(stage: Mapping[str, Any]) -> Callable[[str, Row], list[StandardContent]]:
        def read(_where: str, row: Row) -> list[StandardContent]:
            return [
                StandardContent(
                    document=str(stage.get("document", stage.get("title", ""))),
                    year=int(stage.get("year", stage["name"])),
                    area=str(stage.get("area", "")),
                    item_number=int(row["item_no"]),
                    topic_number=int(row["topic_no"]),
                    subject=promise.subject,
                    measure=promise.measure,
                    operator=promise.operator,
                    value=promise.value,
                    unit=promise.unit,
                    condition=promise.condition,
                    stage=str(stage["name"]),
                )
                for promise in read_promises(row["declared_standard"])
            ]

        return read

    @staticmethod
    def _standard(_where: str, row: Row) -> StandardContent:
        operator, value = read_value(row["value"])
        measure = "steps" if row["measure"] == "process_count" else measure_of("", row["unit"])
        return StandardContent(
            document=row["document"],
            year=int(row["year"]),
            area=row["area"],
            item_number=None,
            topic_number=int(row["topic_no"]),
            subject=f"{row['indicator']}：{row['sub_indicator']}",
            measure=measure if row["measure"] in {"process_count", "time", "cost"} else row["measure"],
            operator=operator,
            value=value,
            unit=row["unit"],
            condition=row["condition"],
        )


def _populations(number: int, row: Row, declared: Mapping[str, Any], questionnaire: Callable[[str], str | None]) -> list[PopulationContent]:
    titles = [(title, "list") for title in _units(row["list_population"])]
    titles += [(entry["title"], "work_orders") for entry in declared.get("from_work_orders") or [] if entry["item"] == number]
    starts, ends = _spread(row["list_period_start"], len(titles)), _spread(row["list_period_end"], len(titles))
    return [
        PopulationContent(
            code=f"{number}-{position}",
            position=position,
            title=title,
            respondents=_respondents(f"{number}-{position}", declared),
            period_start=start,
            period_end=end,
            questionnaire=questionnaire(f"{number}-{position}"),
            settings={"source": source} | _list_rules(number, f"{number}-{position}", declared),
        )
        for position, ((title, source), start, end) in enumerate(zip(titles, starts, ends, strict=False), start=1)
    ]


def _questionnaires(entries: list[Mapping[str, Any]]) -> Callable[[int, str], str | None]:
    """Which questionnaire a population is asked: one that names it, else one for its topic that does not leave it out."""
    named = {str(code): _stem(entry) for entry in entries for code in entry.get("populations") or []}
    topics = {topic: entry for entry in entries for topic in entry.get("topics") or []}

    def questionnaire(topic: int, code: str) -> str | None:
        entry = topics.get(topic)
        fits = entry is not None and code not in map(str, entry.get("except") or [])
        return named.get(code) or (_stem(entry) if entry is not None and fits else None)

    return questionnaire


def _stem(entry: Mapping[str, Any]) -> str:
    return PurePath(str(entry["file"])).stem


def _respondents(code: str, declared: Mapping[str, Any]) -> str:
    return next((kind for kind in ("persons", "institutions") if code in (declared.get(kind) or [])), "enterprises")


def _list_rules(number: int, code: str, declared: Mapping[str, Any]) -> dict[str, Any]:
    """What a population's lists must hold besides the form, named by population or by item: as `lists.asks` reads it."""
    columns = declared.get("extra_columns") or {}
    extra = columns.get(code, columns.get(number))
    about = {name: rule for name, rule in (declared.get("about_columns") or {}).items() if name in (extra or [])}
    rules: dict[str, Any] = {"extra_columns": list(extra)} if extra else {}
    rules |= {"about_columns": about} if about else {}
    rules |= {"stock": True} if code in (declared.get("stock") or []) else {}
    rules |= {"whole": False} if code in (declared.get("not_whole") or []) else {}
    group = (declared.get("groups") or {}).get(code)
    return rules | ({"group": dict(group)} if group else {})
