"""Whom figures are about: one population, or several of a stage together; and what of it people outside the house are shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from callcenter.errors import NotFound
from callcenter.estimates import queries
from callcenter.estimates.questions import Question
from callcenter.estimates.respondents import Respondents
from callcenter.estimates.results import QuestionTable, question_table
from callcenter.estimates.suppression import hidden, hidden_of_pool, tells_few
from callcenter.questionnaire.definition import Definition
from callcenter.questionnaire.queries import definition
from callcenter.questionnaire.words import asked_if
from callcenter.studies import queries as studies
from callcenter.web.translations import gettext as _
from callcenter.web.translations import language


@dataclass(frozen=True)
class Subject:
    """Whom figures are about: one population, or several together."""

    title: str
    address: str
    respondents: Respondents
    questions: list[Question]
    small_base: int
    main: Respondents | None = None
    nonanswers: Mapping[tuple[str, str], int] | None = None
    differing: Sequence[str] = ()
    parts: Sequence[Any] = ()
    """The populations of a pool."""
    file_name: str = "figures"
    """What a file of its figures is called."""
    questionnaire: Definition | None = None
    """As the newest interviews were held, where they are of one population."""

    def question(self, name: str) -> Question:
        """The question of that name."""
        found = next((question for question in self.questions if question.name == name), None)
        if found is None:
            raise NotFound("no_question", "这里没有题目 {name}：请回到结果页重新选择。", name=name)
        return found

    def spoken(self, name: str) -> str:
        """The words that are read aloud, where they are known."""
        asked = self.questionnaire.by_name.get(name) if self.questionnaire else None
        return (asked.text("say", language()) or asked.text("label", language())) if asked else ""

    def asked_if(self, name: str) -> str:
        """Who is asked a question, in words; empty where everybody is."""
        asked = self.questionnaire.by_name.get(name) if self.questionnaire else None
        return asked_if(asked, self.questionnaire, language()) if asked and self.questionnaire else ""

    def not_asked(self, question: Question, answered: int) -> int | None:
        """Valid interviews that did not come to a question, where that can be told by counting."""
        if question.repeated or question.denies or self.nonanswers is None:
            return None
        refused = sum(n for (name, _code), n in self.nonanswers.items() if name == question.name)
        return max(int(self.respondents.valid.sum()) - answered - refused, 0)

    @property
    def districts(self) -> list[str]:
        """The district of each responding case."""
        return [case.district for case in self.respondents.cases]

    def hidden(self, question: Question, table: QuestionTable) -> frozenset[str] | None:
        """Districts of a question that people outside the house are not shown; none: they are shown nothing of it."""
        if table.figure().n < self.small_base:
            return None
        if not self.parts:
            return hidden({district: table.figure(district).n for district in table.domains}, self.small_base)
        cells = [f"{case.population_id} {case.district}" for case in self.respondents.cases]
        told = question_table(self.respondents, question, cells) or table
        bases = {(cell.split(" ", 1)[0], cell.split(" ", 1)[1]): told.figure(cell).n for cell in told.domains}
        return hidden_of_pool(bases, self.small_base)

    def tells_few(self, question: Question, table: QuestionTable) -> bool:
        """Whether the main sample beside all of it tells of too few: of itself, or of the top-ups."""
        alone = question_table(self.main, question) if self.main else None
        return alone is not None and tells_few(table.figure().n, alone.figure().n, self.small_base)


def population_subject(session: Session, population_id: int, name: str) -> Subject:
    """One population with its answers to one question."""
    population = studies.population(session, population_id)
    data = queries.released(session, population_id, [name])
    if data is None:
        raise NotFound("not_drawn", "这个样本总体还没有抽样，没有结果可看。")
    counts: dict[tuple[str, str], int] = {}
    valid = {case.id for case, is_valid in zip(data.respondents.cases, data.respondents.valid, strict=True) if is_valid}
    for answer in data.answers:
        if answer.nonanswer and answer.case_id in valid:  # the base is of valid interviews, and so is this
            counts[answer.question, answer.nonanswer] = counts.get((answer.question, answer.nonanswer), 0) + 1
    newest = max((case.questionnaire_id for case in data.cases), default=0)
    topped_up = any(case.release != "main" for case in data.cases)
    return Subject(
        f"{population.code} {population.title}",
        f"/evaluator/populations/{population_id}",
        data.respondents,
        data.questions,
        data.wishes.small_base,
        data.main_alone().respondents if topped_up else None,
        counts,
        file_name=population.code,
        questionnaire=definition(session, newest) if newest else None,
    )


def pool_subject(session: Session, stage_id: int, scope: str, name: str = "") -> Subject:
    """Several populations of a stage with their answers, to one question where it is named."""
    stage = studies.stage(session, stage_id)
    populations = _in_scope(session, stage_id, scope)
    found = queries.pool(session, [population.id or 0 for population in populations], [name] if name else None)
    if found is None:
        raise NotFound("nothing_to_pool", "这个范围里抽过样的样本总体不到两个，不能合并：请直接看各样本总体的结果。")
    parts = [population for population in populations if population.id in found.population_ids]
    address = f"/evaluator/pools/{stage_id}/{scope}"
    of_stage = stage.title if scope == "all" else f"{stage.title} · {_scope_title(session, stage_id, scope)}"
    return Subject(
        of_stage,
        address,
        found.respondents,
        found.questions,
        found.small_base,
        differing=found.asked_differently,
        parts=parts,
        file_name=f"{stage.name}-{scope}",
    )


def _in_scope(session: Session, stage_id: int, scope: str) -> list[Any]:
    kind, _dash, wanted = scope.partition("-")
    items = {item.id: item for item in studies.items(session, stage_id)}
    everything = studies.populations(session, stage_id)
    if scope == "all":
        return everything
    if kind not in ("item", "topic") or not wanted.isdecimal():
        raise NotFound("no_scope", "没有这样的范围：请从结果页选择任务、主题或整个阶段。")
    told = {each.id: (items[each.item_id].number if kind == "item" else items[each.item_id].topic_number) for each in everything}
    return [each for each in everything if told[each.id] == int(wanted)]


def _scope_title(session: Session, stage_id: int, scope: str) -> str:
    kind, _dash, wanted = scope.partition("-")
    if kind == "item":
        title = next((item.title for item in studies.items(session, stage_id) if item.number == int(wanted)), "")
        return _("任务{n} {title}", n=wanted, title=title)
    named = studies.topics(session, studies.stage(session, stage_id).study_id)
    return _("主题{n} {title}", n=wanted, title=next((topic.title for topic in named if topic.number == int(wanted)), ""))
