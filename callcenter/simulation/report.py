"""The end of a played field period, for the terminal and kept beside the package."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from callcenter.calls.outcomes import label
from callcenter.simulation.summary import Summary

SHOWN_RATES = ("RR1", "RR3", "COOP1", "REF1", "CON1")
FILE = "summary.txt"


def show(summary: Summary, out: Path) -> None:
    """Print what was drawn, called, completed, topped up, and the estimates beside the truth; the same text goes to `out`."""
    kept = Console(record=True, width=110)
    kept.print(_board(summary))
    kept.print(_sentences(summary, out))
    kept.print(_comparisons(summary))
    (out / FILE).write_text(kept.export_text(), encoding="utf-8")


def _board(summary: Summary) -> Table:
    table = Table(title="各层进度", title_justify="left")
    for head in ("层", "总体 N", "释放", "其中补充", "有效", "目标", "达到", "权重 N/n"):
        table.add_column(head, justify="left" if head == "层" else "right")
    for row in summary.strata:
        target = summary.targets.get(row["stratum"])
        valid = int(row["valid"])
        reached = "–" if target is None else ("是" if valid >= target else f"差 {target - valid}")
        more = summary.topped_up.get(row["stratum"], 0)
        table.add_row(
            row["stratum"], row["N"], row["released"], str(more or ""), str(valid), str(target or "–"), reached, _short(row["base_weight"])
        )
    return table


def _short(number: str) -> str:
    return f"{float(number):.2f}" if number else "–"


def _sentences(summary: Summary, out: Path) -> str:
    order = sorted(summary.outcomes.items(), key=lambda one: -one[1])
    told = "、".join(f"{label(code)} {count}" for code, count in order)
    rates = "  ".join(f"{name} {summary.rates[name]:.1%}" for name in SHOWN_RATES if name in summary.rates)
    more = "、".join(f"{stratum} {count}" for stratum, count in summary.topped_up.items()) or "无"
    lines = [
        f"抽样框 {summary.enterprises} 家，主样本 {summary.drawn} 家，共释放 {summary.released} 家。",
        f"补充 {sum(summary.topped_up.values())} 家：{more}。",
        f"拨打 {summary.calls} 次：{told}。",
        f"完成 {summary.outcomes.get('complete', 0)} 份，有效 {summary.valid} 份。{rates}",
        f"数据包在 {out}。",
    ]
    if summary.refusals:
        lines.append("被系统拒绝的操作：" + "、".join(f"{why} × {count}" for why, count in sorted(summary.refusals.items())))
    return "\n".join(lines)


def _comparisons(summary: Summary) -> Table:
    table = Table(title="估计与真值（真值只有模拟程序知道）", title_justify="left")
    for head in ("问题", "真值", "估计", "95% 区间", "n", "区间含真值"):
        table.add_column(head, justify="left" if head == "问题" else "right")
    for one in summary.comparisons:
        interval = f"{one.low:.2f} – {one.high:.2f}"
        table.add_row(one.label, f"{one.truth:.2f}", f"{one.estimate:.2f}", interval, str(one.n), "是" if one.covers else "否")
    return table
