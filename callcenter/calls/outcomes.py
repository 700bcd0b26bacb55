"""What an attempt can end in: the codes, their Chinese labels, and what each counts as."""

from dataclasses import dataclass
from typing import Literal

Reached = Literal["nobody", "device", "person", "informant"]


@dataclass(frozen=True)
class Outcome:
    """One code. `reached`: the highest person spoken with; `contact`: the named enterprise was spoken with or named itself."""

    code: str
    label: str
    reached: Reached = "nobody"
    contact: bool = False
    counts_as_attempt: bool = True
    by_operator: bool = True
    """Offered to the operator; the others are written by the program."""


ALL = (
    Outcome("complete", "完成访问", "informant", contact=True),
    Outcome("partial", "部分完成", "informant", contact=True),
    Outcome("no_answer", "无人接听"),
    Outcome("switched_off", "关机"),
    Outcome("unreachable", "无法接通"),
    Outcome("declined_ring", "响铃后被挂断"),
    Outcome("busy", "占线"),
    Outcome("answering_machine", "语音信箱或自动应答", "device"),
    Outcome("gatekeeper", "前台或他人接听，未转接", "person", contact=True),
    Outcome("informant_absent", "经办人不在", "person", contact=True),
    Outcome("wrong_number", "号码不属于该企业", "person"),
    Outcome("dead_number", "空号"),
    Outcome("suspended", "停机"),
    Outcome("soft_refusal", "婉拒", "informant", contact=True),
    Outcome("hard_refusal", "明确拒绝", "informant", contact=True),
    Outcome("opt_out", "要求不再致电", "informant", contact=True),
    Outcome("appointment_hard", "已约定时间", "informant", contact=True),
    Outcome("appointment_soft", "改日再打", "informant", contact=True),
    Outcome("broken_off", "中途中断，可继续", "informant", contact=True),
    Outcome("matter_denied", "否认办理过该事项", "informant", contact=True),
    Outcome("closed_business", "企业已停业", "person", contact=True),
    Outcome("unable", "受访者无法作答", "informant", contact=True),
    Outcome("language", "语言不通", "person", contact=True),
    Outcome("carrier_failure", "线路故障，未拨通", counts_as_attempt=False, by_operator=False),
    Outcome("blocked", "被对方拦截"),
    Outcome("not_eligible", "不符合访问条件", "informant", contact=True),
    Outcome("do_not_call", "在免打扰名单中", counts_as_attempt=False, by_operator=False),
)

BY_CODE = {outcome.code: outcome for outcome in ALL}
ATTEMPTS = frozenset(outcome.code for outcome in ALL if outcome.counts_as_attempt)
CONTACTS = frozenset(outcome.code for outcome in ALL if outcome.contact)
SILENT = frozenset(outcome.code for outcome in ALL if outcome.by_operator and outcome.reached in {"nobody", "device"})
"""Nobody spoke."""
REACHED = frozenset(outcome.code for outcome in ALL if outcome.reached in {"person", "informant"})
"""A person spoke, of the enterprise or not."""

WITHOUT_SPEECH = (
    "no_answer",
    "switched_off",
    "unreachable",
    "declined_ring",
    "busy",
    "answering_machine",
    "dead_number",
    "suspended",
    "blocked",
)
"""What may be said of a call that nobody answered."""
ANNOUNCED = ("dead_number", "suspended", "switched_off", "unreachable", "busy")
"""What the network says before anybody answers: heard by the operator while it rings."""
WITH_AN_ANSWER = (
    "complete", "partial", "answering_machine", "gatekeeper", "informant_absent", "wrong_number", "dead_number", "suspended",
    "switched_off", "unreachable", "soft_refusal", "hard_refusal", "opt_out", "appointment_hard", "appointment_soft", "broken_off",
    "matter_denied", "closed_business", "unable", "language", "not_eligible",
)  # fmt: skip
"""What may be said of a call that was answered: networks in China also answer with an announcement."""

SUGGESTED = {"busy": "busy", "no_answer": "no_answer", "failed": "unreachable", "canceled": "no_answer"}
"""By the state in which a call ended unanswered: the outcome offered first."""
SUGGESTED_BY_SIP = {
    404: "dead_number",
    480: "switched_off",
    486: "busy",
    487: "no_answer",
    503: "unreachable",
    603: "declined_ring",
    607: "blocked",
}
"""The network's own cause says more than the state."""


def label(code: str) -> str:
    """The Chinese label of `code`; the code itself where it is unknown."""
    known = BY_CODE.get(code)
    return known.label if known else code


def offered(state: str, *, answered: bool, was_dialled: bool = True) -> tuple[str, ...]:
    """The outcomes an operator may choose for an attempt in `state`."""
    if not was_dialled:
        return ()
    if answered:
        return WITH_AN_ANSWER
    if state in {"queued", "ringing"}:
        return ANNOUNCED
    return WITHOUT_SPEECH if state in {"busy", "no_answer", "failed", "canceled", "completed"} else ()


def contradiction(code: str, *, talked: bool, announced: bool) -> Literal["answered", "talked", "unsure"] | None:
    """Why `code` cannot be told of a call that was answered; none where it can. `talked`: questions were answered in it.

    An announcement that the network answered with says the same as silence: it is told where the operator says so (`announced`).
    """
    if code not in SILENT:
        return None
    if code not in WITH_AN_ANSWER:
        return "answered"
    if BY_CODE[code].reached == "device":
        return "unsure" if talked and not announced else None
    return "talked" if talked else None if announced else "unsure"


def suggested(state: str, sip_code: int | None) -> str | None:
    """The outcome that the carrier's last word speaks for, of a call that was not answered."""
    return SUGGESTED_BY_SIP.get(sip_code or 0) or SUGGESTED.get(state)
