"""Released cases in a test's database, with operators who may call them (for the tests of later stages)."""

from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session, select

from callcenter.call_queue import actions
from callcenter.call_queue.tables import Case
from callcenter.calls.actions import load_lines
from callcenter.people.tables import User
from callcenter.sampling.tables import Stratum
from tests.factories.sampling import MOMENT, DrawnSample, draw_frame, insert, make_drawn_sample, make_second_population, make_user

LINES = [{"number": number, "dialled_form": f"+8622{number}"} for number in ("96599966", "96599977", "96599988")]
SETTINGS = {
    "lines": LINES,
    "calling": {},
    "leases": {"seconds": 300},
    "interview_minutes": 8,
}


@dataclass
class MadeCases:
    """A drawn and released sample: `cases` in calling order."""

    drawn: DrawnSample
    case_ids: list[int]
    operators: list[int] = field(default_factory=list)

    @property
    def study_id(self) -> int:
        return self.drawn.frame.study_id


def make_cases(
    session: Session,
    count: int = 8,
    *,
    operators: int = 1,
    window: tuple[date, date] = (date(2022, 6, 1), date(2022, 6, 17)),
    settings: dict[str, object] | None = None,
    reserves: int = 4,
    target: int = 2,
) -> MadeCases:
    """`count` fresh cases over two strata of one population, callable in the first calling window, and trained operators."""
    first = count - count // 2
    sizes = {name: size for name, size in {"和平区": first, "河西区": count - first}.items() if size}
    whole = {name: size + reserves for name, size in sizes.items()}
    drawn = make_drawn_sample(session, whole, main=sizes, target=target, release_main=True)
    _set_up(session, drawn, window, {**SETTINGS, **(settings or {})})
    for release_id in drawn.releases.values():
        actions.release_units(session, release_id)
    made = MadeCases(drawn, _in_calling_order(session, drawn))
    load_lines(session, made.study_id, LINES)
    made.operators = [make_operator(session, f"operator{number}") for number in range(1, operators + 1)]
    return made


def make_twins(session: Session, made: MadeCases) -> dict[int, int]:
    """A second matter of every made case's enterprise: released cases of a second population. First case to second."""
    sizes = {name: _size(session, stratum) for name, stratum in made.drawn.strata.items()}
    frame = make_second_population(session, made.drawn.frame, sizes)
    first = {case.unit_key: case.id for case in session.exec(select(Case).where(Case.study_id == made.study_id))}
    drawn = draw_frame(
        session, frame, sizes, main={name: _released(session, stratum) for name, stratum in made.drawn.strata.items()}, release_main=True
    )
    for release_id in drawn.releases.values():
        actions.release_units(session, release_id)
    twins = session.exec(select(Case).where(Case.population_id == frame.population_id))
    return {first[case.unit_key]: case.id for case in twins if case.unit_key in first and case.id is not None}


def _size(session: Session, stratum_id: int) -> int:
    return session.get_one(Stratum, stratum_id).size


def _released(session: Session, stratum_id: int) -> int:
    return session.get_one(Stratum, stratum_id).released


def make_operator(session: Session, username: str, *, converts_refusals: bool = False, trained: bool = True) -> int:
    """An operator, released for the questionnaire of the made cases."""
    user_id = make_user(session, "operator", username)
    if converts_refusals:
        session.get_one(User, user_id).converts_refusals = True
        session.flush()
    if trained:
        insert(session, "trainings", user_id=user_id, questionnaire="opening_business", released_at=MOMENT)
    return user_id


def _set_up(session: Session, drawn: DrawnSample, window: tuple[date, date], settings: dict[str, object]) -> None:
    from callcenter.studies.tables import Phase, Study

    session.add(
        Phase(
            stage_id=drawn.frame.stage_id,
            kind="calling",
            title="企业电话调查",
            first_day=window[0],
            last_day=window[1],
            scheduled_last_day=window[1],
        )
    )
    session.get_one(Study, drawn.frame.study_id).settings = settings
    session.flush()


def _in_calling_order(session: Session, drawn: DrawnSample) -> list[int]:
    of_study = select(Case).where(Case.study_id == drawn.frame.study_id)
    return [case.id for case in sorted(session.exec(of_study), key=lambda case: case.order_key) if case.id is not None]
