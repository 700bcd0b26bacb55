"""What whoever works the figures out again from a package must know: how weights came about, and whose answers count."""

from collections.abc import Iterable, Mapping
from itertools import starmap

from callcenter.estimates.weights import Weighting

MARGINS = {"district": "区", "sub_area": "分区域", "department": "报送单位"}
"""Attributes of the frame that weights are raked by."""


def weighing(weights: Weighting) -> list[str]:
    """How weights were made, in the order in which it was done."""
    told = [
        "权数：基础权数（总体数/释放数），未知资格者摊给已知者，未有效作答的合格者摊给有效样本；不合格与否认办理者保留权数，为该域的零值。",
        *_merged(weights),
        *_raked(weights),
        *_trimmed(weights),
    ]
    if weights.raked or weights.trimmed:
        told.append("因此 weight 不等于 base_weight × known_factor × response_factor；标准误把最后的权数当作已知。")
    return told


def unsettled(weights: Weighting) -> list[str]:
    """That raking did not reach its margins."""
    if not weights.raked or weights.raked.settled:
        return []
    return [f"权数校准没有收敛：与样本总体的数最大仍相差 {weights.raked.distance:.1%}。"]


def denials(denying: Mapping[str, str], asked: Iterable[str]) -> list[str]:
    """Whose answers count beside those of valid cases."""
    named = {name: denying[name] for name in asked if name in denying}
    counted = "、".join(starmap("{}（作 {} 计）".format, named.items()))
    return [f"估计为 valid = 1 的个案；否认办理的个案（代码 4.80、3.30）也计入询问是否办理的题：{counted}。"] if named else []


def _merged(weights: Weighting) -> list[str]:
    named = "；".join("+".join(each.strata) for each in weights.collapsed)
    return [f"有效不足 5 个或系数大于 3 的层与相邻的层合并调整：{named}。"] if named else []


def _raked(weights: Weighting) -> list[str]:
    if not weights.raked:
        return []
    margins = "、".join(MARGINS.get(each.name, each.name) for each in weights.margins)
    groups = [group for each in weights.margins for group in each.merged]
    together = "；作答不足 5 个而合并的类：" + "；".join(map("+".join, groups)) if groups else ""
    return [f"随后按样本总体中{margins}的单位数校准（raking，{weights.raked.rounds} 轮）{together}。"]


def _trimmed(weights: Weighting) -> list[str]:
    of = weights.trimmed
    if not of or of.limit is None:
        return []
    return [f"最后截尾：{of.cut} 个权数截到 {of.limit:.6g}，截下的按比例摊给其余权数，移动了全部权数的 {of.moved:.1%}。"]
