"""The variables of a data set: what each column means, from every version of the questionnaire that was read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from callcenter.estimates.codes import KIND, InFrame, choices_of, coded_label, coded_name
from callcenter.questionnaire.definition import Definition, Question
from callcenter.questionnaire.keeping import decided
from callcenter.questionnaire.nonanswers import NONANSWERS
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
    written_before: bool = False
    """Whether an older version took a text for an answer where this one has choices."""
    codes_of: str = ""
    """The question in words whose answers were coded by hand into these."""
    standard: str = ""
    """The promise that it is held against."""
    keeps: tuple[str, ...] = ()
    """The codes that keep it."""
    breaks: tuple[str, ...] = ()
    """The codes that break it; the others decide nothing."""


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
    inexact: int = 0
    """Numbers of more digits than a column of numbers holds."""
    like_missing: int = 0
    """Numbers that statistical files have for non-answers."""
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
    stem: str = ""
    """The name that all columns of the question (in this instance) begin with."""
    asks: str = ""
    """The label of the question, without that of a choice."""
    nonanswer_name: str = ""
    """The column that holds why it was not answered; none where everybody answered."""
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
    written_before: bool = False
    choices: dict[str, str] = field(default_factory=dict)
    nonanswers: dict[str, None] = field(default_factory=dict)
    differs: dict[str, None] = field(default_factory=dict)
    keeps: list[str] = field(default_factory=list)
    breaks: list[str] = field(default_factory=list)


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


def with_codes(asked: Sequence[Asked], frames: Mapping[str, Iterable[InFrame]]) -> list[Asked]:
    """The questions, and behind each in words that has a code frame one of several choices: what its answers were coded into."""
    found: list[Asked] = []
    for each in asked:
        found.append(each)
        if each.kind == "text" and each.name in frames:
            name, choices = coded_name(each.name, [one.name for one in (*asked, *found)]), choices_of(frames[each.name])
            coded = Asked(name, KIND, coded_label(each.label), choices, items=each.items, repeated=each.repeated, codes_of=each.name)
            found.append(coded)
    return found


def _add(to: _Together, question: Question) -> None:
    if to.newest.text("label") != question.text("label"):
        to.differs["label"] = None
    if to.newest.text("say") != question.text("say"):
        to.differs["say"] = None
    if to.newest.type != question.type:
        to.differs["type"] = None
        to.written_before |= question.type not in (*CHOOSING, *NUMBERS)
    if to.newest is not question and [c.value for c in to.newest.choices] != [c.value for c in question.choices]:
        to.differs["choices"] = None
    keeps, breaks = decided(question.keeps, question.breaks, [choice.value for choice in question.choices])
    to.keeps += [code for code in keeps if code not in to.choices]
    to.breaks += [code for code in breaks if code not in to.choices]
    for choice in question.choices:
        label = next((text for text in (choice.label.get(""), *choice.label.values()) if text and text.strip()), choice.value)
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
        written_before=of.written_before,
        standard=question.standard,
        keeps=tuple(of.keeps) if question.keeps else (),
        breaks=tuple(of.breaks) if question.keeps else (),
    )


def variables(asked: Iterable[Asked], found: Mapping[str, Found], taken: Iterable[str] = ()) -> list[Variable]:
    """The columns of the wide table, in the order of the questionnaire; a repeat has one for each instance that was answered.

    Where names clash, also with those that are `taken`, questions keep theirs before columns of choices, these before non-answers.
    """
    used = {name.casefold(): 1 for name in taken}
    groups = [(each, found.get(each.name, Found()), instance) for each in asked for instance in _instances(each, found)]
    stems = [_free(instance_name(each.name, instance), used) for each, _, instance in groups]
    made = [column for stem, of in zip(stems, groups, strict=True) for column in _columns(*of, stem)]
    made = [replace(each, name=_free(each.name, used)) if each.option else each for each in made]
    refused = {stem: _free(f"{stem}__nonanswer", used) for stem, (_, seen, _) in zip(stems, groups, strict=True) if seen.nonanswers}
    return [replace(each, nonanswer_name=refused.get(each.stem, "")) for each in made]


def _free(name: str, used: dict[str, int]) -> str:
    """Names that differ in nothing but case would be one column elsewhere."""
    key = name.casefold()
    used[key] = used.get(key, 0) + 1
    return name if used[key] == 1 else _free(f"{name}_{used[key]}", used)


def instance_name(question: str, instance: str) -> str:
    """A question in its repeat: `q[2]`, or `q[2/1]` where repeats lie in each other."""
    return f"{question}[{instance}]" if instance else question


def _instances(asked: Asked, found: Mapping[str, Found]) -> tuple[str, ...]:
    seen = found[asked.name].instances if asked.name in found else ()
    return seen or (("1",) if asked.repeated else ("",))


def _columns(asked: Asked, found: Found, instance: str, stem: str) -> list[Variable]:
    label = asked.label + (f"（第 {instance} 次）" if instance else "")
    nonanswers = tuple(code for code in NONANSWERS if code in {*asked.nonanswers, *found.nonanswers})
    values = (*asked.choices, *((code, code) for code in found.codes))
    base = Variable(stem, asked.name, instance, "text", label, nonanswers=nonanswers, unit=asked.unit, stem=stem, asks=label)
    if as_text(asked, found):
        return [base]
    if asked.kind == "select_multiple":
        either = (("0", "未选"), ("1", "选中"))
        return [
            replace(base, name=f"{stem}__{code}", kind="chosen", option=code, label=f"{label}：{said}", values=either)
            for code, said in values
        ]
    if asked.kind == "rank":
        places = range(1, max(found.most_ranked, len(asked.choices)) + 1)
        return [
            replace(base, name=f"{stem}__{at}", kind="category", option=str(at), label=f"{label}：第 {at} 位", values=values)
            for at in places
        ]
    if asked.kind == "select_one" and values:
        return [replace(base, kind="category", values=values)]
    if asked.kind in NUMBERS and not found.not_numbers and not (asked.kind == "calculate" and not found.answers):
        return [replace(base, kind="number", whole=asked.kind == "integer" and not found.fractions, measure="scale")]
    return [base]


def as_text(asked: Asked, found: Found) -> bool:
    """Whether it has choices now, and answers in words from an older version that asked for a text."""
    return asked.kind in CHOOSING and asked.written_before and bool(found.codes)


def warnings_of(asked: Iterable[Asked], found: Mapping[str, Found]) -> list[str]:
    """What a reader of the data must know of its columns."""
    told: list[str] = []
    for question in asked:
        seen = found.get(question.name, Found())
        told += _of_numbers(question.name, seen) if question.kind in NUMBERS else ()
        if question.kind in NUMBERS and question.kind != "calculate" and seen.not_numbers:
            told.append(f"{question.name}：有 {seen.not_numbers} 个回答不是数，整列按文字导出。")
        if question.differs:
            told.append(f"{question.name}：各版问卷的{_said(question.differs)}不同，以最新版为准，旧版独有的选项排在后面。")
        if as_text(question, seen):
            told.append(f"{question.name}：旧版问卷要的是文字，有 {len(seen.codes)} 种回答不在选项里，整列按文字导出。")
        elif seen.codes and question.kind in CHOOSING:
            told.append(f"{question.name}：有 {len(seen.codes)} 个代码不在任何一版问卷里，按原样列出。")
    return told


def _of_numbers(name: str, seen: Found) -> list[str]:
    told = []
    if seen.inexact:
        told.append(f"{name}：有 {seen.inexact} 个数的位数超过双精度，数值列里是最接近的数；原样见长表。")
    if seen.like_missing and seen.nonanswers:
        told.append(
            f"{name}：有 {seen.like_missing} 个回答在 -9994 到 -9991 之间，SPSS、Stata、Triple-S 文件里与非回答分不开；其他格式不受影响。"
        )
    return told


def renamed(made: Iterable[Variable]) -> list[str]:
    """Questions whose columns have another name, because theirs was taken."""
    named = {(each.question, each.instance): each.stem for each in made}
    clashing = [(instance_name(*spot), stem) for spot, stem in named.items() if instance_name(*spot) != stem]
    return [f"{name}：与别的列重名，列名是 {stem}。" for name, stem in clashing]


def _said(differs: tuple[str, ...]) -> str:
    return "、".join({"label": "题目文字", "say": "读出的文字", "choices": "选项", "type": "题型"}[each] for each in differs)
