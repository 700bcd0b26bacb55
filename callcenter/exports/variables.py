"""The variables of a data set: what each column means, from every version of the questionnaire that was read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from callcenter.questionnaire.definition import NONANSWERS, Definition, Question
from callcenter.questionnaire.texts import without_case

SAYS_NOTHING = frozenset({"note", "hidden", "acknowledge"})
NUMBERS = frozenset({"integer", "decimal", "range", "calculate"})
CHOOSING = frozenset({"select_one", "select_multiple", "rank"})


@dataclass(frozen=True)
class Asked:
    """A question as all its versions together describe it."""

    name: str
    kind: str
    label: str
    choices: tuple[tuple[str, str], ...] = ()
    said: str = ""
    """What the operator reads aloud; the label where the questionnaire has no other words."""
    nonanswers: tuple[str, ...] = ()
    unit: str = ""
    items: tuple[int, ...] = ()
    repeated: bool = False
    core: bool = False
    differs: tuple[str, ...] = ()
    """What older versions said otherwise: `label`, `say`, `choices`, `type`."""


@dataclass(frozen=True)
class Found:
    """What the answers to a question are like: how many, which instances, whether all of them are numbers."""

    instances: tuple[str, ...] = ("",)
    answers: int = 0
    nonanswers: tuple[str, ...] = ()
    not_numbers: int = 0
    fractions: int = 0
    lists: int = 0
    longest: int = 0
    most_ranked: int = 0
    codes: tuple[str, ...] = ()
    """Codes given that no version of the questionnaire knows."""


@dataclass(frozen=True)
class Variable:
    """One column of the wide table."""

    name: str
    question: str
    instance: str
    kind: str
    """category, chosen (0 or 1), number or text."""
    label: str
    values: tuple[tuple[str, str], ...] = ()
    option: str = ""
    """The code that a column `chosen` stands for; the place (from 1) of a column of a rank."""
    nonanswers: tuple[str, ...] = ()
    whole: bool = False
    measure: str = "nominal"
    unit: str = ""

    @property
    def number_of(self) -> dict[str, int]:
        """The number that stands for each code in statistical files: the code itself where all are small whole numbers."""
        codes = [code for code, _ in self.values]
        if codes and all(code.isascii() and code.isdigit() and len(code) <= 4 and str(int(code)) == code for code in codes):
            return {code: int(code) for code in codes}
        return {code: place for place, code in enumerate(codes, start=1)}


@dataclass
class _Together:
    newest: Question
    choices: dict[str, str] = field(default_factory=dict)
    nonanswers: dict[str, None] = field(default_factory=dict)
    differs: dict[str, None] = field(default_factory=dict)


def asked_in(definitions: Sequence[Definition], known: Mapping[str, Mapping[str, str]] | None = None) -> list[Asked]:
    """The questions that have answers, from all versions, the newest first: its words count, the others add what they alone have.

    In the words read aloud the fields of a case that are `known` (such as the study's) are filled in, the others named in brackets.
    """
    found: dict[str, _Together] = {}
    for definition in definitions:
        for question in definition.questions:
            if question.type not in SAYS_NOTHING:
                _add(found.setdefault(question.name, _Together(question)), question)
    return [_asked(each, known or {}) for each in found.values()]


def _add(to: _Together, question: Question) -> None:
    if to.newest.text("label") != question.text("label"):
        to.differs["label"] = None
    if to.newest.text("say") != question.text("say"):
        to.differs["say"] = None
    if to.newest.type != question.type:
        to.differs["type"] = None
    if to.newest is not question and [c.value for c in to.newest.choices] != [c.value for c in question.choices]:
        to.differs["choices"] = None
    for choice in question.choices:
        label = choice.label.get("") or next(iter(choice.label.values()), choice.value)
        if to.choices.setdefault(choice.value, label) != label:
            to.differs["choices"] = None
    to.nonanswers |= dict.fromkeys(question.nonanswers)


def _asked(of: _Together, known: Mapping[str, Mapping[str, str]]) -> Asked:
    question = of.newest
    return Asked(
        name=question.name,
        kind=question.type,
        label=without_case(question.text("label") or question.text("say") or question.name, known),
        choices=tuple((code, without_case(label, known)) for code, label in of.choices.items()),
        said=without_case(question.text("say") or question.text("label"), known),
        nonanswers=tuple(code for code in NONANSWERS if code in of.nonanswers),
        unit=question.unit,
        items=question.items,
        repeated=bool(question.repeats),
        core=question.core,
        differs=tuple(of.differs),
    )


def variables(asked: Iterable[Asked], found: Mapping[str, Found]) -> list[Variable]:
    """The columns of the wide table, in the order of the questionnaire; a repeat has one for each instance that was answered."""
    made = [column for question in asked for column in _of_question(question, found.get(question.name, Found()))]
    taken: dict[str, int] = {}
    return [replace(each, name=_free(each.name, taken)) for each in made]


def _free(name: str, taken: dict[str, int]) -> str:
    """Names that differ in nothing but case would be one column elsewhere."""
    key = name.casefold()
    taken[key] = taken.get(key, 0) + 1
    return name if taken[key] == 1 else _free(f"{name}_{taken[key]}", taken)


def instance_name(question: str, instance: str) -> str:
    """A question in its repeat: `q[2]`, or `q[2/1]` where repeats lie in each other."""
    return f"{question}[{instance}]" if instance else question


def _of_question(asked: Asked, found: Found) -> list[Variable]:
    instances = found.instances or (("1",) if asked.repeated else ("",))
    return [column for instance in instances for column in _columns(asked, found, instance)]


def _columns(asked: Asked, found: Found, instance: str) -> list[Variable]:
    name, label = instance_name(asked.name, instance), asked.label + (f"（第 {instance} 次）" if instance else "")
    nonanswers = tuple(code for code in NONANSWERS if code in {*asked.nonanswers, *found.nonanswers})
    values = (*asked.choices, *((code, code) for code in found.codes))
    base = Variable(name, asked.name, instance, "text", label, nonanswers=nonanswers, unit=asked.unit)
    if asked.kind == "select_multiple":
        return [
            replace(
                base, name=f"{name}__{code}", kind="chosen", option=code, label=f"{label}：{said}", values=(("0", "未选"), ("1", "选中"))
            )
            for code, said in values
        ]
    if asked.kind == "rank":
        places = range(1, max(found.most_ranked, len(asked.choices)) + 1)
        return [
            replace(base, name=f"{name}__{at}", kind="category", option=str(at), label=f"{label}：第 {at} 位", values=values)
            for at in places
        ]
    if asked.kind == "select_one" and values:
        return [replace(base, kind="category", values=values)]
    if asked.kind in NUMBERS and not found.not_numbers and not (asked.kind == "calculate" and not found.answers):
        return [replace(base, kind="number", whole=asked.kind == "integer" and not found.fractions, measure="scale")]
    return [base]


def warnings_of(asked: Iterable[Asked], found: Mapping[str, Found]) -> list[str]:
    """What a reader of the data must know of its columns."""
    told = []
    for question in asked:
        seen = found.get(question.name, Found())
        if question.kind in NUMBERS and question.kind != "calculate" and seen.not_numbers:
            told.append(f"{question.name}：有 {seen.not_numbers} 个回答不是数，整列按文字导出。")
        if question.differs:
            told.append(f"{question.name}：各版问卷的{_said(question.differs)}不同，以最新版为准，旧版独有的选项排在后面。")
        if seen.codes and question.kind in CHOOSING:
            told.append(f"{question.name}：有 {len(seen.codes)} 个代码不在任何一版问卷里，按原样列出。")
    return told


def _said(differs: tuple[str, ...]) -> str:
    return "、".join({"label": "题目文字", "say": "读出的文字", "choices": "选项", "type": "题型"}[each] for each in differs)
