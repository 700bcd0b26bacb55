"""Any board of a study: counted once, shown in each language."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from callcenter import clock
from callcenter.db.engine import transaction
from callcenter.errors import NotFound
from callcenter.operations.liveness import silent_for
from callcenter.operations.queries import latest_start
from callcenter.web import translations
from dashboards import progress, study_board
from dashboards.boards import BOARDS
from dashboards.view import Table, View


@dataclass(frozen=True)
class Counted:
    """What was counted for a board of a study, and when (field time)."""

    study_id: int
    board: str
    at: datetime
    silent: timedelta | None
    """For how long the scheduler has done nothing, where that is too long."""
    numbers: Any


def count(study_id: int, board: str) -> Counted:
    """Count a board now; the empty word is the study board."""
    now = clock.now()
    with transaction() as session:
        silent = silent_for(latest_start(session), now)
        numbers = _kind(board).count(session, study_id, now) if board else None
    return Counted(study_id, board, now, silent, numbers if board else study_board.count(study_id))


def shown(counted: Counted, language: str) -> dict[str, Any]:
    """The board's changing part: HTML, and its charts by name."""
    translations.speak(language)
    if not counted.board:
        return study_board.shown(counted.numbers, language)
    made = view(counted)
    html = study_board.environment().get_template("board_view.html").render(view=made, **vars(counted))
    return {"html": html, "charts": {chart.name: chart.figure for chart in made.charts}}


def view(counted: Counted) -> View:
    """What a board shows, in the language that is spoken."""
    made: View = _kind(counted.board).view(counted.numbers)
    return made


def table(counted: Counted, name: str) -> Table:
    """One table of a board."""
    tables = view(counted).tables if counted.board else progress.all_tables(counted.numbers)
    found = next((one for one in tables if one.name == name), None)
    if found is None:
        raise NotFound("no_page", "地址可能已经改变：请从首页重新进入。")
    return found


def _kind(board: str) -> Any:
    if board not in BOARDS:
        raise NotFound("no_page", "地址可能已经改变：请从首页重新进入。")
    return BOARDS[board]
