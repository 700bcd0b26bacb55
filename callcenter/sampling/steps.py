"""The order in which a draw is made, so that nobody can choose its seed.

1 commitment: hash of a secret, public source and its future moment · 2 freeze: frame and design, before that moment · 3 public value,
at or after it · 4 draw. A frame may have been frozen before the commitment: what counts is that frame and design stand together, under
one hash, after it and before the public value can be known.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from callcenter.errors import Conflict, InvalidInput, Refused
from callcenter.studies.phases import FIELD_ZONE


@dataclass(frozen=True)
class Steps:
    """When each step of a draw was made; None where it is still to come."""

    committed_at: datetime
    public_due: datetime
    fixed_at: datetime | None = None
    public_entered_at: datetime | None = None
    drawn_at: datetime | None = None

    def next(self, now: datetime) -> str:
        """What comes next: freeze, wait, public_value, draw, done, or expired (never frozen before the public moment)."""
        if self.drawn_at is not None:
            return "done"
        if self.public_entered_at is not None:
            return "draw"
        if self.fixed_at is None:
            return "freeze" if now < self.public_due else "expired"
        return "wait" if now < self.public_due else "public_value"


def check_commitment(now: datetime, public_due: datetime, public_source: str, earlier_draws: int, word: str | None) -> None:
    """Refuse a public moment that is not ahead, and a second draw without the commissioning office's recorded word."""
    if not public_source.strip():
        raise InvalidInput("no_public_source", "请写明公开随机数的来源，例如某期福利彩票的开奖号码。")
    if public_due <= now:
        raise Refused("public_due_passed", "公开值的公布时间必须在将来：已经公布的数可以被挑选。")
    if earlier_draws and not (word or "").strip():
        text = "这个总体已有 {count} 次抽样：再抽一次需要写明委托单位的书面意见，以前的抽样仍然保留。"
        raise Refused("second_draw_without_word", text, count=earlier_draws)


def check_freeze(now: datetime, steps: Steps | None) -> None:
    """Refuse a design before the commitment, after the public moment, or after the draw."""
    if steps is None:
        raise Refused("commit_first", "请先登记抽样承诺（密值摘要、公开值来源和公布时间），再冻结方案。")
    if steps.drawn_at is not None:
        raise Refused("already_drawn", "这次抽样已经完成，方案不能再改：需要时另立一次抽样。")
    if steps.public_entered_at is not None or now >= steps.public_due:
        raise Refused("freeze_too_late", "公开值已经可以知道，不能再冻结方案：请另立一次抽样，登记新的公布时间。")


def check_public_value(now: datetime, steps: Steps, value: str) -> None:
    """Refuse a public value before the freeze, before its moment, twice, or empty."""
    if steps.public_entered_at is not None:
        raise Conflict("public_value_entered", "公开值已经登记过，不能更改。")
    if steps.fixed_at is None:
        raise Refused("freeze_first", "抽样框和方案还没有冻结，不能登记公开值。")
    if now < steps.public_due:
        raise Refused(
            "public_value_too_early",
            "公开值要到 {due} 才公布，现在不能登记。",
            due=f"{steps.public_due.astimezone(FIELD_ZONE):%Y-%m-%d %H:%M}",
        )
    if not value.strip():
        raise InvalidInput("no_public_value", "请填写公布的随机数。")


def check_same_value(value: str, others: Iterable[str]) -> None:
    """Refuse a public value that differs from what was entered for another draw of the same commitment."""
    for other in others:
        if other != value.strip():
            text = "共用同一承诺的另一次抽样登记的公开值是“{other}”：两处必须一致，请核对公布的号码。"
            raise Refused("public_value_differs", text, other=other)


def check_draw(steps: Steps) -> None:
    """Refuse a draw before its public value, and a second one under the same number."""
    if steps.drawn_at is not None:
        raise Conflict("already_drawn", "这次抽样已经完成，不能重抽。")
    if steps.public_entered_at is None:
        raise Refused("public_value_first", "还没有登记公开值，不能抽样。")
