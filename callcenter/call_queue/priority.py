"""What comes first: the ranks by which cases are handed out, smaller first, then due time, then the drawn order."""

HARD_APPOINTMENT = 0
PROMISED = 10
"""A call-back that was promised, an interview to resume, the next number of a case."""
SOFT_APPOINTMENT = 20
RECALL = 30
FRESH = 40

APPOINTMENTS = frozenset({HARD_APPOINTMENT, SOFT_APPOINTMENT})
"""These may be called in the wider hours and on days off."""
ORDER = (HARD_APPOINTMENT, PROMISED, SOFT_APPOINTMENT, RECALL, FRESH)


def label(rank: int) -> str:
    """The Chinese word for a rank."""
    words = {HARD_APPOINTMENT: "定时预约", PROMISED: "承诺回拨", SOFT_APPOINTMENT: "大致时间", RECALL: "再次拨打", FRESH: "首次拨打"}
    return words.get(rank, str(rank))


def standing(rank: int, state: str, *, dialled: bool) -> str:
    """Where a case stands in the queue: what has ended or has no number stands in none, whatever rank it had last.

    Its rank is kept where it is closed, so that of a case closed after its first call still says that it was never called.
    """
    if state == "closed":
        return "已结束，不在队列中"
    if state == "tracing":
        return "查找号码，不在队列中"
    if rank == FRESH and dialled:
        return "已拨打过，仍按首次拨打的次序"
    return label(rank)
