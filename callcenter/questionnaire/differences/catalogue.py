"""The numbered catalogue of what can differ between two versions, and what it means for answers to the old one."""

from dataclasses import dataclass

ALL, CHECKED, NONE, NEW = "all", "checked", "none", "new"
"""Old answers carry over as they are; only those that can still stand; none; there are none, as the question is new."""

WEIGHT = {ALL: 0, CHECKED: 1, NONE: 2, NEW: 2}

CATALOGUE: dict[str, tuple[str, str]] = {
    "D00": (ALL, "没有变化"),
    "D01": (ALL, "{column} 的文字改了：“{old}”改为“{new}”"),
    "D02": (ALL, "选项文字改了：{codes}"),
    "D03": (ALL, "增加了选项：{codes}；原来的受访者没有听到它"),
    "D04": (CHECKED, "删去了选项：{codes}；选过它的回答不沿用"),
    "D05": (NONE, "题型由 {old} 改为 {new}"),
    "D06": (ALL, "题型由 {old} 放宽为 {new}，原回答都能表示"),
    "D07": (CHECKED, "约束收紧：原来可以的回答 {examples} 不再成立"),
    "D08": (CHECKED, "约束改了：{old} 改为 {new}；原回答要重新核对"),
    "D09": (ALL, "约束放宽：{old} 改为 {new}"),
    "D10": (CHECKED, "提问条件改了：{old} 改为 {new}；不再问到的回答搁置"),
    "D11": (NONE, "题目删去了；原回答留在旧版本中"),
    "D12": (NEW, "新增的题目，没有原回答"),
    "D13": (NONE, "刻度由 {old} 改为 {new}，同一个数意思不同"),
    "D14": (NONE, "计量由 {old} 改为 {new}"),
    "D15": (CHECKED, "不再接受：{codes}"),
    "D16": (ALL, "另外接受：{codes}"),
    "D17": (CHECKED, "改为必答；原来留空的要补问"),
    "D18": (ALL, "不再必答"),
    "D19": (NONE, "计算改了：{old} 改为 {new}；结果重新算出"),
    "D20": (NONE, "所在的重复组由 {old} 改为 {new}，回答对不上第几次"),
    "D21": (CHECKED, "重复组的次数改了：{old} 改为 {new}"),
    "D22": (ALL, "位置变了：原在“{old}”之后，现在“{new}”之后"),
    "D23": (CHECKED, "选项筛选改了：{old} 改为 {new}；筛掉的选项不沿用"),
    "D24": (ALL, "选项次序改了"),
    "D25": (ALL, "{column} 由 {old} 改为 {new}，统计时归类不同"),
    "D26": (ALL, "默认值由 {old} 改为 {new}；已有的回答不受影响"),
    "D27": (NONE, "可能由“{old}”改名而来：文字和题型相同，但名称不同的回答不会自动沿用"),
}
"""Number: what it means for old answers, and the reason."""

ENGLISH: dict[str, str] = {
    "D00": "nothing changed",
    "D01": "{column} was reworded: “{old}” became “{new}”",
    "D02": "choices were reworded: {codes}",
    "D03": "choices were added: {codes}; earlier informants did not hear them",
    "D04": "choices were removed: {codes}; answers that chose them do not carry over",
    "D05": "the type changed from {old} to {new}",
    "D06": "the type was widened from {old} to {new}; it holds every old answer",
    "D07": "the constraint was tightened: {examples} could stand before",
    "D08": "the constraint changed from {old} to {new}; answers are judged anew",
    "D09": "the constraint was relaxed: {old} became {new}",
    "D10": "its relevant changed from {old} to {new}; answers off it are set aside",
    "D11": "the question was removed; its answers stay with the old version",
    "D12": "the question is new and has no answers yet",
    "D13": "the scale changed from {old} to {new}, so that one figure means another thing",
    "D14": "the measure changed from {old} to {new}",
    "D15": "no longer accepted: {codes}",
    "D16": "also accepted now: {codes}",
    "D17": "an answer is now required; what was left empty is asked again",
    "D18": "an answer is no longer required",
    "D19": "the calculation changed from {old} to {new}; the result is worked out anew",
    "D20": "the repeat around it changed from {old} to {new}, so that instances do not match",
    "D21": "the count of its repeat changed from {old} to {new}",
    "D22": "it moved: it stood after “{old}” and now stands after “{new}”",
    "D23": "the choice filter changed from {old} to {new}; choices it leaves out do not carry over",
    "D24": "the order of the choices changed",
    "D25": "{column} changed from {old} to {new}: it is counted elsewhere",
    "D26": "the default changed from {old} to {new}; answers that were given stay",
    "D27": "it may be “{old}” under a new name: text and type are alike, but answers carry over by name alone",
}
"""The reasons in English."""


@dataclass(frozen=True)
class Change:
    """One entry of the catalogue, met at a question."""

    number: str
    reason: str
    english: str

    @property
    def carries(self) -> str:
        """What it means for old answers."""
        return CATALOGUE[self.number][0]

    def said(self, language: str) -> str:
        """The reason in `language`."""
        return self.english if language == "en" else self.reason


@dataclass(frozen=True)
class Difference:
    """A question in both versions, or in one of them: its changes, the gravest first."""

    name: str
    title: str
    changes: tuple[Change, ...]
    old_row: int | None
    new_row: int | None

    @property
    def carries(self) -> str:
        """What all its changes together mean for old answers."""
        return max((change.carries for change in self.changes), key=WEIGHT.__getitem__)

    @property
    def same(self) -> bool:
        """Whether nothing changed."""
        return all(change.number == "D00" for change in self.changes)

    def as_json(self, language: str = "zh") -> dict[str, object]:
        """As the command line prints it."""
        said = [{"code": change.number, "carries": change.carries, "reason": change.said(language)} for change in self.changes]
        return {"name": self.name, "carries": self.carries, "changes": said, "row_before": self.old_row, "row_now": self.new_row}


def change(number: str, **about: object) -> Change:
    """The entry `number` with its details; what is empty shows as a dash."""
    shown = {name: "–" if value in ("", None) else value for name, value in about.items()}
    return Change(number, CATALOGUE[number][1].format(**shown), ENGLISH[number].format(**shown))
