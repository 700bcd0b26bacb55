"""Who carries out a draw's top-ups: a supervisor's word, or the house by itself; changed where the study allows it, with a reason."""

from sqlmodel import Session

from callcenter import clock
from callcenter.errors import Conflict, InvalidInput, Refused
from callcenter.follow_up import queries
from callcenter.follow_up.tables import ReleaseMode
from callcenter.operations.actions import record
from callcenter.sampling import queries as drawn
from callcenter.sampling.tables import Draw
from callcenter.studies import queries as studies

MODES = ("manual", "automatic")


def switch_release_mode(session: Session, *, draw_id: int, mode: str, why: str, user_id: int) -> ReleaseMode:
    """From here on release by that mode. The frozen design stays as it is: that it was departed from is a row of its own."""
    if mode not in MODES:
        raise InvalidInput("bad_release_mode", "没有“{mode}”这种释放方式：可用 manual 或 automatic。", mode=mode[:20])
    if not why.strip():
        raise InvalidInput("no_mode_reason", "请写明改变释放方式的原因。")
    draw = drawn.draw(session, draw_id)
    settings = studies.study_of_population(session, draw.population_id).settings
    if not queries.may_switch(settings):
        raise Refused("mode_is_fixed", "这项研究不允许改变补充样本的释放方式（study.yaml 的 top_up.switchable）。")
    session.get_one(Draw, draw_id, with_for_update={"key_share": True})  # two supervisors at once: the second sees what the first has set
    if queries.release_mode(session, draw_id) == mode:
        raise Conflict("mode_already", "释放方式已经是这样了：请刷新页面查看是谁改的。")
    change = ReleaseMode(draw_id=draw_id, mode=mode, at=clock.now(), by=user_id, why=why.strip()[:500])
    session.add(change)
    session.flush()
    record(session, user_id, "release_mode_changed", "draw", draw_id, detail={"mode": mode}, reason=change.why)
    return change
