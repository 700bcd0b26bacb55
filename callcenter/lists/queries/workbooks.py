"""The receipt workbook of a stored submission."""

from collections.abc import Callable
from typing import IO

from sqlmodel import Session

from callcenter.lists import receipts
from callcenter.lists.periods import Span
from callcenter.lists.queries.rows import judgements
from callcenter.lists.queries.submissions import file_of, receipt
from callcenter.studies import queries as studies


def write_receipt(
    session: Session, out: IO[bytes], submission_id: int, within: Span, *, progress: Callable[[int], None] | None = None
) -> None:
    """Write the sender's rows with what became of them; dates are held against `within`. Rows are read as they are written."""
    found = receipt(session, submission_id)
    population = studies.population(session, found.population_id)
    about = [
        ("文件", found.file_name),
        ("文件指纹（SHA-256）", found.file_sha256),
        ("报送单位", found.department),
        ("样本总体", f"{population.code} {population.title}"),
        *[("没有要求填写的列", name) for name in found.findings.get("lacking", [])],
    ]
    judged = judgements(session, submission_id, within)
    persons = population.respondents == "persons"
    own = found.findings.get("own_sheets", [])
    skipped = [name for name in found.totals.get("skipped_sheet_names", []) if name not in own]
    totals = found.totals | {"skipped_sheet_names": skipped}
    receipts.write(out, file_of(session, submission_id), judged, totals, persons=persons, about=about, progress=progress)
