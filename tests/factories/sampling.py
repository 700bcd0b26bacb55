"""A frozen frame and a drawn sample, put straight into the tables (for the tests of later stages)."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sqlalchemy import text
from sqlmodel import Session

from callcenter.sampling.certificate import document_sha256, units_sha256
from callcenter.sampling.coordination import seed_used
from callcenter.sampling.design import read_wishes
from callcenter.sampling.draw import commitment, places, seed_of

MOMENT = datetime(2022, 6, 1, 1, 0, tzinfo=UTC)
SIZES = {"和平区": 12, "河西区": 8}


@dataclass
class MadeFrame:
    """Ids of a study with one population and its frozen frame; `units` is unit key -> (frame unit id, district)."""

    study_id: int
    stage_id: int
    population_id: int
    questionnaire_id: int
    supervisor_id: int
    frame_id: int
    units: dict[str, tuple[int, str]] = field(default_factory=dict)


@dataclass
class DrawnSample:
    """Ids of a finished draw; `strata` is name -> stratum id, `releases` name -> main release id (where released)."""

    frame: MadeFrame
    design_id: int
    draw_id: int
    strata: dict[str, int]
    releases: dict[str, int] = field(default_factory=dict)


def insert(session: Session, table: str, **values: object) -> int:
    """Insert one row; its id."""
    # A list of texts is an array; a document is JSON; a list of documents is JSON too.
    prepared = {name: json.dumps(value) if _is_document(value) else value for name, value in values.items()}
    columns = ", ".join(f'"{name}"' for name in values)
    holders = ", ".join(f"CAST(:{name} AS jsonb)" if _is_document(value) else f":{name}" for name, value in values.items())
    return int(session.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({holders}) RETURNING id"), prepared).scalar_one())


def _is_document(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and (not value or isinstance(value[0], dict)))


def make_user(session: Session, role: str = "supervisor", username: str | None = None, unit: str | None = None) -> int:
    """A person who cannot log in (the password hash fits nothing)."""
    return insert(
        session,
        "users",
        username=username or role,
        name=username or role,
        role=role,
        unit=unit,
        password_hash="!",
        must_change_password=False,
        active=True,
        language="zh",
        converts_refusals=False,
        created_at=MOMENT,
    )


def make_frame(
    session: Session, sizes: dict[str, int] | None = None, *, supervisor_id: int | None = None, named: str = "trial"
) -> MadeFrame:
    """A study "trial", stage "2021", population "4-1", a released questionnaire, and a frame of `sizes` units a district."""
    study = insert(
        session, "studies", name=named, title="试验", settings={}, salt="salt", is_demo=True, folder_sha256="0", loaded_at=MOMENT
    )
    stage = insert(session, "stages", study_id=study, name="2021", title="第一阶段")
    item = insert(
        session,
        "checklist_items",
        stage_id=stage,
        number=4,
        topic_number=1,
        title="电子印章",
        lead_departments=["市市场监管委"],
        responsible_units=["各区"],
        needs_list=True,
        needs_work_orders=False,
        evidence_kinds=["无"],
    )
    population = insert(
        session,
        "populations",
        stage_id=stage,
        item_id=item,
        code="4-1",
        position=1,
        title="申领使用电子印章的企业",
        respondents="enterprises",
        questionnaire="opening_business",
        settings={},
    )
    questionnaire = insert(
        session,
        "questionnaires",
        study_id=study,
        name="opening_business",
        version=1,
        title="企业开办",
        sha256="0",
        definition={},
        loaded_at=MOMENT,
        released_at=MOMENT,
    )
    supervisor = make_user(session) if supervisor_id is None else supervisor_id
    made = MadeFrame(study, stage, population, questionnaire, supervisor, 0)
    _fill_frame(session, made, sizes or SIZES)
    return made


def make_second_population(session: Session, first: MadeFrame, sizes: dict[str, int] | None = None) -> MadeFrame:
    """Population "5-1" of the same stage, behind the first in declared order, with a frame of the same keys."""
    item = insert(
        session,
        "checklist_items",
        stage_id=first.stage_id,
        number=5,
        topic_number=1,
        title="注销",
        lead_departments=["市市场监管委"],
        responsible_units=["各区"],
        needs_list=True,
        needs_work_orders=False,
        evidence_kinds=["无"],
    )
    population = insert(
        session,
        "populations",
        stage_id=first.stage_id,
        item_id=item,
        code="5-1",
        position=1,
        title="办理注销的企业",
        respondents="enterprises",
        questionnaire="opening_business",
        settings={},
    )
    made = replace(first, population_id=population, frame_id=0, units={})
    _fill_frame(session, made, sizes or SIZES)
    return made


def _fill_frame(session: Session, made: MadeFrame, sizes: dict[str, int]) -> None:
    """Freeze a frame of `sizes` units a district."""
    keys = [(f"E{number:04}", district) for number, district in enumerate(_districts(sizes), start=1)]
    made.frame_id = insert(
        session,
        "frames",
        population_id=made.population_id,
        number=1,
        frozen_at=MOMENT,
        frozen_by=made.supervisor_id,
        size=len(keys),
        sha256=units_sha256(keys),
        counts={},
    )
    for number, (key, district) in enumerate(keys, start=1):
        phone = {"number": f"+86138{number:08}", "extension": "", "shared": False}
        unit = insert(
            session,
            "frame_units",
            frame_id=made.frame_id,
            unit_key=key,
            district=district,
            sub_area="",
            name=f"天津第{number}企业",
            uscc="",
            contact=f"联系人{number}",
            phones=[phone],
            matters=[{"what": "电子印章", "when": "2021-06-01"}],
            reported_by=["市市场监管委"],
        )
        made.units[key] = (unit, district)


def make_drawn_sample(
    session: Session,
    sizes: dict[str, int] | None = None,
    *,
    main: dict[str, int] | int = 4,
    target: int = 2,
    release_main: bool = False,
    supervisor_id: int | None = None,
) -> DrawnSample:
    """A frame drawn with a known seed; `release_main` also moves every pointer over the main sample and makes the release rows."""
    frame = make_frame(session, sizes, supervisor_id=supervisor_id)
    return draw_frame(session, frame, sizes or SIZES, main=main, target=target, release_main=release_main)


def draw_frame(
    session: Session, frame: MadeFrame, counts: dict[str, int], *, main: dict[str, int] | int, target: int = 2, release_main: bool = False
) -> DrawnSample:
    """The same from a frame that is there; frames of the same keys are drawn in the same order."""
    mains = {name: min(main, size) if isinstance(main, int) else main[name] for name, size in counts.items()}
    document = read_wishes({"method": "fixed", "total": 1, "rates": {"response": 0.5}}).model_dump()
    design = insert(
        session,
        "designs",
        frame_id=frame.frame_id,
        number=1,
        document=document,
        sha256=document_sha256(document),
        fixed_at=MOMENT,
        fixed_by=frame.supervisor_id,
    )
    strata = {
        name: insert(
            session,
            "strata",
            design_id=design,
            name=name,
            size=size,
            target=min(target, size),
            main_size=mains[name],
            released=mains[name] if release_main else 0,
        )
        for name, size in counts.items()
    }
    seed = seed_used(seed_of("secret", "0102030405"), "independent", "2021/4-1")
    draw = insert(
        session,
        "draws",
        population_id=frame.population_id,
        design_id=design,
        draw_no=1,
        secret="secret",
        seed_commitment=commitment("secret"),
        public_source="双色球",
        public_due=MOMENT,
        committed_at=MOMENT,
        committed_by=frame.supervisor_id,
        public_value="0102030405",
        public_entered_at=MOMENT,
        seed=seed,
        drawn_at=MOMENT,
        drawn_by=frame.supervisor_id,
        certificate={"seed": seed},
    )
    for place in places([(key, district) for key, (_, district) in frame.units.items()], seed):
        insert(
            session,
            "draw_units",
            draw_id=draw,
            stratum_id=strata[place.stratum],
            frame_unit_id=frame.units[place.unit_key][0],
            unit_key=place.unit_key,
            prn=place.prn,
            position=place.order,
        )
    drawn = DrawnSample(frame, design, draw, strata)
    if release_main:
        for name, count in mains.items():
            if count:
                drawn.releases[name] = make_release(session, drawn, name, first=1, count=count)
    return drawn


def make_release(session: Session, drawn: DrawnSample, stratum: str, *, first: int, count: int, kind: str = "main") -> int:
    """A release row (the pointer is left as it is)."""
    return insert(
        session,
        "releases",
        draw_id=drawn.draw_id,
        stratum_id=drawn.strata[stratum],
        kind=kind,
        first_position=first,
        count=count,
        at=MOMENT,
        by=drawn.frame.supervisor_id,
        why="试验",
    )


def _districts(sizes: dict[str, int]) -> list[str]:
    return [district for district, size in sizes.items() for _ in range(size)]
