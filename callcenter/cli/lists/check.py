"""Judging a list: no database, and no import that the judging does not need."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from callcenter.cli.mistakes import progress_wanted
from callcenter.cli.places import check_place, read_list
from callcenter.lists import rows_table
from callcenter.lists.reasons import REASONS
from callcenter.lists.verdicts import ListCheck, check


def check_file(
    file: Annotated[Path, typer.Argument(help="xlsx, xls, ods or delimited text; told by content.")],
    rows: Annotated[Path | None, typer.Option(help="Write one CSV line for each data row.")] = None,
    receipt: Annotated[Path | None, typer.Option(help="Write the rows back with verdict and reasons, as a workbook.")] = None,
    persons: Annotated[bool, typer.Option("--persons", help="The list is of persons: name and mobile tell them apart.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Judge every row of a list; needs no database. Exit 0 where it could be judged, whatever the verdicts.

    Example: callcenter lists check 名单.xlsx --rows verdicts.csv --receipt 回执.xlsx
    """
    for out in (rows, receipt):
        check_place(out)
    data = read_list(file)
    with _row_counter(file.name) as progress:
        judged = check(data, file_name=file.name, persons=persons, progress=progress)
    if rows:
        with rows.open("w", encoding="utf-8", newline="") as table:
            rows_table.write(judged, table)
    if receipt:
        from callcenter.lists import receipts  # noqa: PLC0415  # only who asks for a workbook waits for what writes it

        receipts.write(str(receipt), data, receipts.judgements(judged), judged.totals, persons=persons)
    print(json.dumps(judged.totals, ensure_ascii=False, indent=1) if as_json else _summary(judged))


@contextmanager
def _row_counter(name: str) -> Iterator[Callable[[int], None]]:
    """Rows done, on stderr, where somebody would see it."""
    if not progress_wanted():
        yield lambda _rows: None
        return
    from rich.console import Console  # noqa: PLC0415  # as above
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415  # as above

    shown = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,} 行"), TimeElapsedColumn())
    with Progress(*shown, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(name, total=None)
        yield lambda rows: progress.update(task, completed=rows)


def _summary(judged: ListCheck) -> str:
    totals = judged.totals
    lines = [
        f"共 {totals['rows']:,} 行：采用 {totals['accepted']:,}（其中 {totals['warned']:,} 行有提醒），"
        f"重复 {totals['duplicate']:,}，退回 {totals['rejected']:,}。"
    ]
    lines += [f"  {count:>8,}  {REASONS[reason]}（{reason}）" for reason, count in totals["reasons"].items()]
    if totals["skipped_sheets"]:
        lines.append(f"没有名单的工作表：{'、'.join(totals['skipped_sheet_names'])}")
    return "\n".join(lines)
