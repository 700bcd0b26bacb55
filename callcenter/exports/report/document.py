"""The report put together: title, sections in the order of the layout, every figure with base and interval."""

import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from docx.document import Document

from callcenter.exports.package import NO_MOMENT
from callcenter.exports.report import sections
from callcenter.exports.report.page import Page
from callcenter.exports.triple_s import written
from callcenter.studies.report_layout import SECTIONS, read_layout

WRITERS: dict[str, Callable[[Page, Mapping[str, Any]], None]] = {
    "method": sections.method,
    "dates": sections.dates,
    "lines": sections.lines,
    "dispositions": sections.dispositions,
    "rates": sections.rates,
    "eligibility": sections.eligibility,
    "verification": sections.verification,
    "conclusions": sections.conclusions,
    "topics": sections.topics,
    "open_answers": sections.open_answers,
}


def write(state: Mapping[str, Any], file: Path) -> None:
    """The report of a stage; the same bytes for the same state."""
    layout = read_layout(state["layout"])
    page = Page()
    page.document.add_heading(written(layout.title or f"{state['study']['title']}：{state['stage']['title']}报告"), 0)
    page.say(f"{state['study']['commissioner']}　{state['study']['evaluator']}　数据截至 {(state['as_of'] or '')[:10] or '（尚无访问）'}")
    for number, (name, title) in enumerate(layout.sections, start=1):
        page.heading(f"{number}. {title or SECTIONS[name]}")
        WRITERS[name](page, state)
    page.heading(f"{len(layout.sections) + 1}. 来源与核对")
    sections.source(page, state)
    _fix_moments(page.document, state["as_of"])
    made = io.BytesIO()
    page.document.save(made)
    _without_moments(made, file)


def _fix_moments(document: Document, as_of: str | None) -> None:
    about = document.core_properties
    moment = datetime.fromisoformat(as_of).replace(tzinfo=None, microsecond=0) if as_of else datetime(2000, 1, 1)  # noqa: DTZ001  # a header
    about.created = about.modified = moment
    about.author = about.last_modified_by = "callcenter"
    about.language = "zh-CN"


def _without_moments(made: io.BytesIO, file: Path) -> None:
    with zipfile.ZipFile(made) as read, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
        for name in read.namelist():
            entry = zipfile.ZipInfo(name, NO_MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            opened.writestr(entry, read.read(name))
