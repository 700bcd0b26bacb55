"""What stands on the paper beside the questionnaire's own texts, in both languages."""

from collections.abc import Mapping

from callcenter.questionnaire.languages import ENGLISH, code_of

TYPES: dict[str, tuple[str, str]] = {
    "note": ("只念，不答", "read only, no answer"),
    "select_one": ("单选", "one answer"),
    "select_multiple": ("可多选", "several answers"),
    "rank": ("全部排序", "put all in order"),
    "integer": ("填整数", "whole number"),
    "decimal": ("填数", "number"),
    "range": ("打分", "scale"),
    "text": ("记原话", "in their own words"),
    "date": ("填日期", "date"),
    "time": ("填时间", "time"),
    "datetime": ("填日期和时间", "date and time"),
    "acknowledge": ("确认", "confirm"),
}
"""How each type is answered."""

WORDS: dict[str, tuple[str, str]] = {
    "version": ("第 {version} 版", "Version {version}"),
    "sha256": ("内容指纹（SHA-256）{sha256}", "SHA-256 of the content: {sha256}"),
    "sizes": (
        "共 {asked} 题，全部念完约 {minutes:.0f} 分钟。选项前的编码只供记录，不念出来。",
        "{asked} questions, about {minutes:.0f} minutes when all are read. Codes before the answers are for the record and not read aloud.",
    ),
    "entered_if": ("只在以下情况进入：{0}", "Only entered if: {0}"),
    "asked_if": ("只在以下情况问：{0}", "Only asked if: {0}"),
    "hint": ("提示：{0}", "Hint: {0}"),
    "allowed": ("可接受的回答：{0}", "Accepted answers: {0}"),
    "never_read": ("不念出来：{0}", "Never read aloud: {0}"),
    "answer": ("回答：", "Answer: "),
    "repeat": ("重复：{0} 次", "repeated: {0} times"),
    "end": ("以上重复部分到此结束", "end of the repeated part"),
    "shuffled": ("次序随个案变化", "the order differs from case to case"),
    "from_to": ("{0:g} 到 {1:g}", "{0:g} to {1:g}"),
    "random": ("选项次序随机", "answers in random order"),
    "required": ("必答", "required"),
    "item": ("任务", "item"),
    "measure": ("计量", "measure"),
    "standard": ("承诺", "promise"),
    "keeps": ("算兑现的选项", "answers that keep it"),
    "breaks": ("算未兑现的选项", "answers that break it"),
    "filter": ("选项筛选", "answers offered if"),
    "core": ("核心题", "core question"),
    "recheck": ("复核时再问", "asked again in re-checks"),
    "yes": ("是", "yes"),
    "approval": ("审定", "Approval"),
    "sign": ("签字：", "Signature: "),
    "day": ("日期：", "Date: "),
    "opinion": ("意见：□ 同意　□ 修改后再送", "Opinion: □ approved　□ to be changed and sent again"),
    "dont_know": ("不知道", "don't know"),
    "dont_remember": ("记不清", "don't remember"),
    "refused": ("拒答", "refused"),
    "not_applicable": ("不适用", "not applicable"),
}
SIGNERS = (("委托单位", "Commissioning office"), ("评估机构", "Evaluator"), ("话务中心", "Call centre"))


class Wording:
    """The words in one language: English where that is the questionnaire's language, else Chinese."""

    def __init__(self, language: str) -> None:
        self.at = int(code_of(language) == ENGLISH)
        self.language = ENGLISH if self.at else "zh"
        self.colon, self.joint, self.comma = (("：", "；", "，"), (": ", "; ", ", "))[self.at]
        self.signers = tuple(each[self.at] for each in SIGNERS)

    def __call__(self, name: str, *parts: object, **about: object) -> str:
        """The words called `name`, with their details."""
        return WORDS[name][self.at].format(*parts, **about)

    def type(self, name: str) -> str:
        """How a type is answered."""
        return TYPES[name][self.at] if name in TYPES else name

    def bracketed(self, text: str) -> str:
        """In brackets, behind something."""
        return f" ({text})" if self.at else f"（{text}）"

    def columns(self, columns: Mapping[str, str]) -> str:
        """Columns of a choice with their values."""
        return self.comma.join(f"{name}{self.colon}{value}" for name, value in columns.items())
