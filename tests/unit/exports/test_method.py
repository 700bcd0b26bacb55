"""What a package says of how its weights came about."""

from callcenter.estimates.weights import INELIGIBLE, NONRESPONSE, VALID, Attribute, Stratum, weigh
from callcenter.exports.method import denials, unsettled, weighing

STRATA = [Stratum("甲", 90, 12), Stratum("乙", 35, 7)]
KINDS = {"甲": [VALID] * 9 + [NONRESPONSE] * 3, "乙": [VALID] * 4 + [NONRESPONSE] * 2 + [INELIGIBLE]}
CASES = dict(enumerate((name, kind) for name, kinds in KINDS.items() for kind in kinds))


def test_plain_weights_are_told_as_such_with_the_strata_that_were_adjusted_together() -> None:
    first, second = weighing(weigh(STRATA, CASES))
    assert first.startswith("权数：基础权数")
    assert "合并调整：甲+乙" in second


def test_raking_and_trimming_are_told_where_they_were_done() -> None:
    sizes = Attribute(
        "district", {case: "大" if case % 4 == 0 else f"小{case % 3}" for case in CASES}, {"大": 60, "小0": 30, "小1": 20, "小2": 15}
    )
    made = weigh(STRATA, CASES, rake_by=[sizes], trim_at=1.5)
    told = "".join(weighing(made))
    assert made.raked
    assert made.trimmed
    for part in ("随后按样本总体中区的单位数校准", "合并的类：", f"{made.trimmed.cut} 个权数截到", "weight 不等于"):
        assert part in told
    assert unsettled(made) == []


def test_margins_that_cannot_be_met_together_are_warned_of() -> None:
    first = {case: "ab"[case % 2] for case in CASES}
    one = Attribute("district", first, {"a": 100, "b": 25})
    other = Attribute("department", first, {"a": 25, "b": 100})
    assert "没有收敛" in unsettled(weigh(STRATA, CASES, rake_by=[one, other]))[0]


def test_questions_that_a_denial_answers_are_named_where_they_are_asked() -> None:
    assert denials({"handled": "no", "other": "x"}, ["days"]) == []
    assert "handled（作 no 计）" in denials({"handled": "no", "other": "x"}, ["handled", "days"])[0]
