"""The units of a frame or of a preview, page by page: who differs, who shares a number, who is kept out, who said what."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from callcenter.errors import NotFound
from callcenter.frame.conflicts import KINDS as CONFLICTS
from callcenter.frame.tables import Frame, FramePreview, FrameUnit, PreviewUnit
from callcenter.lists.asks import written_dates

PAGE = 50
NUMBERS_A_PAGE = 20
ENTERPRISES_A_NUMBER = 60

_BARRED = """(EXISTS (SELECT FROM do_not_call d WHERE d.scope = 'enterprise' AND d.value = u.unit_key) OR (jsonb_array_length(u.phones) > 0
  AND NOT EXISTS (SELECT FROM jsonb_array_elements(u.phones) p
                  WHERE NOT EXISTS (SELECT FROM do_not_call d WHERE d.scope = 'number' AND d.value = p->>'number'))))"""
_KINDS = {
    "": "true",
    "conflicts": "cardinality(u.conflicts) > 0",
    **{kind: f"u.conflicts @> ARRAY['{kind}']" for kind in CONFLICTS},
    "several": "cardinality(u.reported_by) > 1",
    "shared": """u.phones @> '[{"shared": true}]'""",
    "without_code": "u.uscc = ''",
    "do_not_call": _BARRED,
}
KINDS = tuple(_KINDS)
_UNIT = "u.id, u.unit_key, u.name, u.uscc, u.district, u.sub_area, u.contact, u.phones, u.matters, u.reported_by, u.conflicts, u.resolution"


@dataclass(frozen=True)
class Source:
    """Where units are listed from: a frozen frame (`number`), or the preview of a population (none)."""

    population_id: int
    id: int
    number: int | None

    @property
    def units(self) -> str:
        """FROM and WHERE of its units, those that stay."""
        if self.number is None:
            return "preview_units u WHERE u.preview_id = :source AND u.removed_by = 0"
        return "frame_units u WHERE u.frame_id = :source"

    @property
    def removed(self) -> str:
        """FROM and WHERE of those that a rule keeps out."""
        if self.number is None:
            return "(SELECT *, removed_by AS rule FROM preview_units) u WHERE u.preview_id = :source AND u.rule > 0"
        return "screened_units u WHERE u.frame_id = :source"


@dataclass(frozen=True)
class UnitLine:
    """A unit as a list shows it."""

    id: int
    unit_key: str
    name: str
    uscc: str
    district: str
    sub_area: str
    contact: str
    phones: list[dict[str, Any]]
    matters: list[dict[str, Any]]
    reported_by: list[str]
    conflicts: list[str]
    resolution: dict[str, Any]


@dataclass(frozen=True)
class UnitsWanted:
    """Which units to show: a kind of `KINDS`, a district, those that also stand in another population."""

    kind: str = ""
    district: str = ""
    also_in: int = 0
    offset: int = 0


@dataclass(frozen=True)
class ReportedFrom:
    """A report of a unit, with its place in the file and what it said."""

    submission_row_id: int
    department: str
    submission_id: int
    file_name: str
    sheet: str
    source_row: int
    received_at: datetime
    name: str
    uscc: str
    district: str
    sub_area: str
    contact: str
    phones: list[dict[str, Any]]
    matter: str
    happened_on: str
    """All dates of its matter as written."""


@dataclass(frozen=True)
class SharedNumber:
    """A number that serves three or more enterprises, some of them, and the units that reported it."""

    number: str
    size: int
    enterprises: list[tuple[int, str, str, list[str]]]
    """Unit id, name, district, the departments that told this number."""

    @property
    def departments(self) -> list[str]:
        """Who told it."""
        return sorted({department for *_, told in self.enterprises for department in told})


def stored_preview(session: Session, population_id: int) -> FramePreview | None:
    """The preview that was kept of a population."""
    return session.exec(select(FramePreview).where(FramePreview.population_id == population_id)).first()


def numbered_frame(session: Session, population_id: int, number: int) -> Frame:
    """A population's frame by its number."""
    found = session.exec(select(Frame).where(Frame.population_id == population_id, col(Frame.number) == number)).first()
    if found is None:
        raise NotFound("no_frame", "没有这个抽样框，请从名单与抽样框页面重新选择。")
    return found


def frame_source(frame: Frame) -> Source:
    """The units of a frozen frame."""
    assert frame.id is not None  # noqa: S101  # read from the database
    return Source(frame.population_id, frame.id, frame.number)


def preview_source(session: Session, population_id: int) -> Source:
    """The units of the kept preview."""
    found = stored_preview(session, population_id)
    if found is None or found.id is None:
        raise NotFound("no_preview", "还没有合并这个总体的名单：请从名单与抽样框页面打开它。")
    return Source(population_id, found.id, None)


def of_source(session: Session, source: Source, unit_id: int) -> FrameUnit | PreviewUnit:
    """One unit of a source."""
    found: FrameUnit | PreviewUnit | None
    found = session.get(PreviewUnit, unit_id) if source.number is None else session.get(FrameUnit, unit_id)
    if found is None or (found.preview_id if isinstance(found, PreviewUnit) else found.frame_id) != source.id:
        raise NotFound("no_such_unit", "名录中没有这个单位：可能地址有误，请重新查询。")
    return found


def units_page(session: Session, source: Source, wanted: UnitsWanted) -> tuple[list[UnitLine], int]:
    """A page of units as filtered, in the order of the reports, and how many there are."""
    where = f"{source.units} AND {_KINDS.get(wanted.kind, 'true')}"
    values: dict[str, Any] = {"source": source.id}
    if wanted.district:
        where, values["district"] = f"{where} AND u.district = :district", wanted.district
    if wanted.also_in:
        values["other"] = wanted.also_in
        where += f""" AND u.unit_key IN (SELECT unit_key FROM {KEYS} WHERE population_id = :other)"""
    count = session.connection().execute(text(f"SELECT count(*) FROM {where}"), values).scalar_one()
    values |= {"offset": wanted.offset, "page": PAGE}
    rows = session.connection().execute(text(f"SELECT {_UNIT} FROM {where} ORDER BY u.id OFFSET :offset LIMIT :page"), values)
    return [UnitLine(*row) for row in rows], count


KEYS = """(
  SELECT f.population_id, u.unit_key FROM frame_units u JOIN frames f ON f.id = u.frame_id
  UNION ALL
  SELECT v.population_id, u.unit_key FROM preview_units u JOIN frame_previews v ON v.id = u.preview_id
  WHERE u.removed_by = 0 AND NOT EXISTS (SELECT FROM frames f WHERE f.population_id = v.population_id)) keys"""
"""The keys of every population: those of its frozen frames, else of its preview."""


def still_barred(session: Session, source: Source) -> int:
    """How many units are on the do-not-call list as it stands now."""
    if session.connection().execute(text("SELECT NOT EXISTS (SELECT FROM do_not_call)")).scalar_one():
        return 0
    return int(session.connection().execute(text(f"SELECT count(*) FROM {source.units} AND {_BARRED}"), {"source": source.id}).scalar_one())


def removed_page(session: Session, source: Source, rule: int, offset: int) -> tuple[list[dict[str, Any]], int]:
    """A page of the units that a rule keeps out (0: any rule), and how many there are."""
    where = f"{source.removed} AND (:rule = 0 OR u.rule = :rule)"
    values = {"source": source.id, "rule": rule}
    count = session.connection().execute(text(f"SELECT count(*) FROM {where}"), values).scalar_one()
    columns = "u.rule, u.unit_key, u.district, u.name, u.reported_by, u.matters"
    ordered = f"SELECT {columns} FROM {where} ORDER BY u.rule, u.id OFFSET :offset LIMIT :page"
    rows = session.connection().execute(text(ordered), values | {"offset": offset, "page": PAGE})
    return [dict(row) for row in rows.mappings()], count


def provenance(session: Session, matters: list[dict[str, Any]]) -> list[ReportedFrom]:
    """The reports behind a unit's matters, in their order."""
    ids = [int(matter["submission_row_id"]) for matter in matters if matter.get("submission_row_id")]
    rows = session.connection().execute(
        text("""SELECT r.id, s.department, s.id, s.file_name, r.sheet, r.source_row, s.received_at, r.enterprise_name, r.uscc, r.district,
                       r.sub_area, r.contact, r.phones, r.matter, r.happened_on
                FROM submission_rows r JOIN submissions s ON s.id = r.submission_id
                WHERE r.id = ANY(:rows) ORDER BY array_position(CAST(:rows AS bigint[]), r.id)"""),
        {"rows": ids},
    )
    beside = {matter.get("submission_row_id"): matter.get("beside") for matter in matters}
    reports = (ReportedFrom(*row) for row in rows)
    return [replace(one, happened_on=written_dates(one.happened_on, beside.get(one.submission_row_id))) for one in reports]


def shared_numbers(session: Session, source: Source, offset: int) -> tuple[list[SharedNumber], int]:
    """A page of the numbers that serve three or more enterprises, the most used first, and how many such numbers there are."""
    served = f"""WITH served AS (
        SELECT p->>'number' AS number, u.id FROM (SELECT * FROM {source.units}) u, jsonb_array_elements(u.phones) p
        WHERE u.phones @> '[{{"shared": true}}]' AND (p->>'shared')::boolean)"""
    counted = (
        f"{served} SELECT number, count(*), count(*) OVER () FROM served GROUP BY number ORDER BY 2 DESC, 1 OFFSET :offset LIMIT :page"
    )
    values = {"source": source.id, "offset": offset, "page": NUMBERS_A_PAGE}
    numbers = session.connection().execute(text(counted), values).all()
    return [SharedNumber(row[0], row[1], _sharers(session, source, row[0])) for row in numbers], numbers[0][2] if numbers else 0


def _sharers(session: Session, source: Source, number: str) -> list[tuple[int, str, str, list[str]]]:
    """Some of the enterprises at a number, with the departments whose rows hold it."""
    rows = session.connection().execute(
        text(f"""SELECT u.id, u.name, u.district, ARRAY(
                   SELECT DISTINCT s.department FROM jsonb_array_elements(u.matters) m
                   JOIN submission_rows r ON r.id = (m->>'submission_row_id')::bigint JOIN submissions s ON s.id = r.submission_id
                   WHERE r.phones @> CAST(:phone AS jsonb) ORDER BY 1)
                 FROM {source.units} AND u.phones @> CAST(:phone AS jsonb) ORDER BY u.id LIMIT :most"""),
        {"source": source.id, "phone": f'[{{"number": "{number}"}}]', "most": ENTERPRISES_A_NUMBER},
    )
    return [(row[0], row[1], row[2], list(row[3])) for row in rows]
