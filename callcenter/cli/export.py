"""Packages: made of a stored study, checked wherever they lie."""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from callcenter import clock, wiring
from callcenter.cli.mistakes import progress_wanted
from callcenter.db.engine import transaction
from callcenter.errors import InvalidInput, Refused
from callcenter.exports import package
from callcenter.exports.actions.identities import grant, record_taken, revoke, take_identities
from callcenter.exports.actions.packages import check_formats
from callcenter.exports.formats import FORMATS
from callcenter.exports.queries import drawn_populations
from callcenter.exports.queries.packages import one_snapshot
from callcenter.operations.actions import record
from callcenter.settings import Settings
from callcenter.studies.phases import FIELD_ZONE
from callcenter.studies.queries import study_by_name

app = typer.Typer(no_args_is_help=True, help="Packages with a manifest. Example: callcenter export verify out/package")

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


@app.command()
def make(  # noqa: PLR0917  # Typer hands over options by name
    study: Annotated[str, typer.Argument(help="The study's name.")],
    out: Annotated[Path, typer.Option(help="The folder to write; new or empty.")],
    formats: Annotated[str, typer.Option("--format", help=f"Comma-separated: {', '.join(FORMATS)}.")] = ",".join(FORMATS),
    for_auditor: Annotated[bool, typer.Option(help="With the frame, for redrawing; never for anybody else.")] = False,
    identities_for: Annotated[str, typer.Option(help="With identities, for this user, who must have been granted them.")] = "",
    reason: Annotated[str, typer.Option(help="What the identities are needed for; kept in the audit trail and in the package.")] = "",
    as_json: Json = False,
) -> None:
    """Write the package of every drawn population; with several, one folder each.

    Example: callcenter export make tianjin-2022 --format csv,xlsx --out out/package
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Refused("folder_not_empty", "目录 {folder} 不是空的：请换一个目录。", folder=out)
    wanted = [name.strip() for name in formats.split(",") if name.strip()]
    check_formats(wanted)
    wiring.start(Settings())
    with transaction() as session:
        found = study_by_name(session, study)
        populations = drawn_populations(session, found.id or 0)
        if not populations:
            raise Refused("nothing_drawn", "研究 {study} 还没有抽样：抽样并释放之后才能导出。", study=study)
        if for_auditor:  # its keys of units are credit codes or names
            record(session, None, "auditor_package_made", "study", found.id, detail={"populations": [code for _, code in populations]})
        about = take_identities(session, found.id or 0, identities_for, reason) if identities_for else None
    for population_id, code in populations:
        _write(out / code if len(populations) > 1 else out, population_id, wanted, for_auditor=for_auditor, identities=about)
    if len(populations) > 1:
        package.index_folder(out)
    _say({"out": str(out), "populations": [code for _, code in populations]}, f"已写入 {out}。", as_json=as_json)


@app.command("grant")
def grant_identities(  # noqa: PLR0917  # Typer hands over options by name
    study: Annotated[str, typer.Argument(help="The study's name.")],
    username: Annotated[str, typer.Argument(help="The evaluator who may export identities.")],
    by: Annotated[str, typer.Option(help="The administrator who grants it.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    days: Annotated[int, typer.Option(help="For how long.")] = 7,
    as_json: Json = False,
) -> None:
    """Let an evaluator export identities of a study for some days.

    Example: callcenter export grant tianjin-2022 li --by admin --reason 现场核验 --days 7
    """
    wiring.start(Settings())
    with transaction() as session:
        until = clock.now() + timedelta(days=days)
        made = grant(session, study_by_name(session, study).id or 0, username, by, until=until, reason=reason)
    _say(
        {"user": username, "until": (until := made.until.astimezone(FIELD_ZONE)).isoformat(timespec="seconds")},
        f"{username} 在 {until:%Y-%m-%d %H:%M}（东八区）之前可以导出身份信息。",
        as_json=as_json,
    )


@app.command("revoke")
def revoke_identities(
    study: Annotated[str, typer.Argument(help="The study's name.")],
    username: Annotated[str, typer.Argument(help="The evaluator who may not export identities any longer.")],
    by: Annotated[str, typer.Option(help="The administrator who takes the right back.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    as_json: Json = False,
) -> None:
    """Take the right to export identities of a study back, at once.

    Example: callcenter export revoke tianjin-2022 li --by admin --reason 核验已完成
    """
    wiring.start(Settings())
    with transaction() as session:
        ended = revoke(session, study_by_name(session, study).id or 0, username, by, reason=reason)
    told = f"{username} 不能再导出身份信息（收回 {ended} 项授权）。" if ended else f"{username} 没有可以收回的身份导出权。"
    _say({"user": username, "revoked": ended}, told, as_json=as_json)


@app.command()
def verify(
    place: Annotated[Path, typer.Argument(metavar="DIR", help="A package's folder or zip, or a folder of packages and files out of them.")],
    seal: Annotated[str, typer.Option(help="The manifest's seal as the house told it: nobody can make another package with it.")] = "",
    as_json: Json = False,
) -> None:
    """Compare every file with the manifest; exit 1 naming the first that was changed, added or lost.

    Beside packages also their zips and copies of their files are compared; what stands in no manifest is named as not checked.

    Example: callcenter export verify out/package
    """
    if not place.exists():
        raise InvalidInput("missing_file", "找不到 {file}：请检查路径。", file=place)
    checked = package.check_at(place, seal.strip().lower())
    told = f"全部 {checked.files} 个文件与清单一致。"
    if checked.not_checked:
        told += f"没有核对（不在任何导出包的清单里）：{'、'.join(checked.not_checked)}。"
    beside = {"not_checked": list(checked.not_checked)} if checked.not_checked else {}
    _say({"ok": True, "files": checked.files, **beside}, told, as_json=as_json)


def _write(folder: Path, population_id: int, formats: list[str], **asked: Any) -> None:
    """One population's package; nothing half-written stays behind."""
    from callcenter.exports import making  # noqa: PLC0415  # loads heavy libraries that `verify` can do without
    from callcenter.exports.queries.gathering import gather  # noqa: PLC0415  # as above

    folder.absolute().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.absolute().parent) as place, _bar() as told:
        made = Path(place) / "package"
        made.mkdir()
        with transaction() as session:
            one_snapshot(session)
            gathered = gather(session, population_id, Path(place), lambda done, of: told(done, 2 * of), stage="report" in formats, **asked)
        with gathered.data:
            manifest = making.write(gathered, made, formats, progress=lambda done, of: told(of + done, 2 * of))
        if gathered.identities:
            with transaction() as session:
                record_taken(session, population_id, manifest)
        if folder.exists():
            folder.rmdir()
        made.rename(folder)


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """Tells how far it is, on stderr, where somebody looks."""
    with Progress(console=Console(stderr=True), disable=not progress_wanted(), transient=True) as progress:
        bar = progress.add_task("export", total=None)
        yield lambda done, of: progress.update(bar, completed=done, total=of)


def _say(document: dict[str, object], sentence: str, *, as_json: bool) -> None:
    print(json.dumps(document, ensure_ascii=False) if as_json else sentence)
