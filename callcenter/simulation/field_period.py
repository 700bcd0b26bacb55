"""A whole field period at high speed, through the real parts: lists, draw, calls, top-ups, package."""

import csv
import io
import json
import secrets
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from callcenter.call_queue import calling_hours
from callcenter.db.engine import transaction
from callcenter.frame import queries as frames
from callcenter.people import actions as people
from callcenter.people import queries as people_queries
from callcenter.sampling import queries as sampling
from callcenter.settings import Settings
from callcenter.simulation import demo_lists, report
from callcenter.simulation.browser import Browser
from callcenter.simulation.desk import Departments, Evaluator, Supervisor
from callcenter.simulation.field_clock import FieldClock
from callcenter.simulation.field_days import Carrier, FieldDays
from callcenter.simulation.operators import Operator, World
from callcenter.simulation.summary import Summary
from callcenter.simulation.ticks import Scheduler
from callcenter.simulation.truth import compare
from callcenter.studies import queries as studies
from callcenter.telephony.carrier.respondents import ZONE

STUDY, STAGE, POPULATION = "tianjin-2022", "2021", "4-1"
DISTRICTS = 8
HOPEFUL_RESPONSE = 0.8
"""Rather more than will come: some strata fall short, and are topped up."""
RESULTS = ("response_rates.json", "detail_table.xlsx", "report.docx")
"""What most readers want of a package; it lies beside it too."""
HOPED_FOR = HOPEFUL_RESPONSE * 0.98 * 0.97


def at(day: int, hour: int, minute: int = 0, month: int = 6) -> datetime:
    """A moment of the field period in Tianjin."""
    return datetime(2022, month, day, hour, minute, tzinfo=ZONE)


def play(run: dict[str, Any], clock_file: Path, cases: int, out: Path, seed: int) -> Summary:
    """Play the field period of the demo study on what `run.json` describes; the results lie in `out`, the board on stdout."""
    with _Stage(run, FieldClock(clock_file), seed) as stage, _progress() as told:
        told("部门报送名单")
        stage.collect_lists(cases)
        told("冻结抽样框、抽样、释放主样本")
        stage.draw(cases)
        stage.call(told)
        told("导出数据包")
        stage.export(out)
        stage.compare()
    report.show(stage.summary, out)
    return stage.summary


class _Stage:
    """Everybody who takes part, and what has come of it so far."""

    def __init__(self, run: dict[str, Any], clock: FieldClock, seed: int) -> None:
        settings = Settings()
        self.web = str(run["addresses"]["web"])
        self.clock, self.seed = clock, seed
        self.world = World(str(seed))
        self.summary = Summary()
        self.log_ins = run["log_ins"]
        self.browsers: list[Browser] = []
        self.carrier = Carrier(run["addresses"]["carrier"], settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value())
        self.scheduler = Scheduler()
        with transaction() as session:
            self.study = studies.study_by_name(session, STUDY)
            assert self.study.id is not None  # noqa: S101  # read from the database
            stage = next(one for one in studies.stages(session, self.study.id) if one.name == STAGE)
            assert stage.id is not None  # noqa: S101  # read from the database
            self.population_id = studies.population_by_code(session, stage.id, POPULATION).id or 0
            self.window = studies.calling_window(session, stage.id)
        self.supervisor = Supervisor(self._person("supervisor"), self.population_id)

    def __enter__(self) -> "_Stage":
        return self

    def __exit__(self, *_: object) -> None:
        self.carrier.close()
        for browser in self.browsers:
            browser.close()

    def collect_lists(self, cases: int) -> None:
        """Four departments send their lists, each with its own log-in."""
        self.clock.jump(at(26, 10, month=5))
        lists = demo_lists.make(self.seed, districts=DISTRICTS, per_district=max(60, cases // DISTRICTS * 4))
        departments = Departments([(self._submitter(one.department), one) for one in lists], self.population_id)
        departments.upload()

    def draw(self, cases: int) -> None:
        """Commit, freeze, wait for the public value, draw, release: in the order that makes cheating impossible."""
        desk = self.supervisor
        self.clock.jump(at(30, 9, month=5))
        desk.freeze_frame()
        desk.commit(at(31, 21, 15, month=5))
        desk.fix_design(max(round(cases * HOPED_FOR), 2 * DISTRICTS), HOPEFUL_RESPONSE)
        self.clock.jump(at(31, 21, 30, month=5))
        desk.draw()
        self.clock.jump(at(1, 8, 50))
        desk.release_main()

    def call(self, told: Any) -> None:
        """The calling window, from its first morning to its last evening or until nothing is left to call."""
        operators = self._operators()
        hours = calling_hours.read(self.study.settings.get("calling") or {})
        until = at(self.window[1].day, 17, 30) if self.window else at(17, 17, 30)
        days = FieldDays(self.clock, self.carrier, operators, hours=hours, until=until, between=self._between)

        def now() -> None:
            done = self.world.done.get("complete", 0)
            told(f"{self.clock.now.astimezone(ZONE):%m月%d日 %H:%M}  已拨 {self.world.calls}  完成 {done}")

        days.play(now)
        self.scheduler.catch_up(self.clock.now)
        self.summary.calls, self.summary.outcomes = self.world.calls, self.world.done
        self.summary.refusals = self.world.refusals

    def export(self, out: Path) -> None:
        """The evaluator has a package made and takes it; `out` has it as archive and unpacked, rates and report beside."""
        archive = Evaluator(self._person("evaluator"), self.population_id).package()
        out.mkdir(parents=True, exist_ok=True)
        (out / "package.zip").write_bytes(archive)
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            opened.extractall(out / "package")
            for name in RESULTS:
                (out / name).write_bytes(opened.read(name))
        self.files = {file.name: file for file in (out / "package").rglob("*") if file.is_file()}

    def compare(self) -> None:
        """Figures of the package beside the truth."""
        with transaction() as session:
            frame = frames.newest_frame(session, self.population_id)
            assert frame is not None and frame.id is not None  # noqa: S101  # it was drawn from
            names = [unit.name for unit in frames.units(session, frame.id)]
        self.summary.enterprises = len(names)
        self.summary.strata = self._table("strata_and_weights.csv")
        self.summary.released = sum(int(row["released"]) for row in self.summary.strata)
        self._read_strata()
        certificate = json.loads(self.files["draw_certificate.json"].read_text(encoding="utf-8"))
        self.summary.drawn = sum(stratum["n"] for stratum in certificate["strata"])
        rates = [row for row in self._table("response_rates.csv") if row["stratum"] == "合计"]
        self.summary.rates = {row["rate"]: float(row["value"]) for row in rates if row["value"]}
        self.summary.comparisons = compare(self.world.seed, names, self.world.questions, self._table("estimates.csv"))

    def _read_strata(self) -> None:
        with transaction() as session:
            draw = sampling.latest_draw(session, self.population_id)
            assert draw is not None and draw.id is not None  # noqa: S101  # drawn by this play
            self.summary.targets = {stratum.name: stratum.target for stratum in sampling.strata(session, draw.id)}
            counts = sampling.released_counts(session, draw.id)
        self.summary.topped_up = {name: steps["top_up"] for name, steps in counts.items() if steps.get("top_up")}

    def _table(self, name: str) -> list[dict[str, Any]]:
        with self.files[name].open(encoding="utf-8-sig", newline="") as opened:
            return list(csv.DictReader(opened))

    def _between(self) -> bool:
        """The scheduler catches up; the supervisor looks at what it proposes. Whether there are new cases."""
        self.scheduler.catch_up(self.clock.now)
        return self.supervisor.accept_top_ups()

    def _operators(self) -> list[Operator]:
        start = at(1, 9)
        browsers = [self._browser(one["username"], one["password"]) for one in self.log_ins if one["role"] == "operator"]
        self._name_for_refusals(browsers[-1].username)
        return [Operator(browser, self.world, start + timedelta(seconds=7 * place)) for place, browser in enumerate(browsers)]

    def _person(self, role: str) -> Browser:
        one = next(one for one in self.log_ins if one["role"] == role)
        return self._browser(one["username"], one["password"])

    def _browser(self, username: str, password: str) -> Browser:
        browser = Browser(self.web, username, password)
        self.browsers.append(browser)
        browser.log_in()
        return browser

    def _submitter(self, department: str) -> Browser:
        """The log-in of a department; one that has none yet is given one."""
        for one in self.log_ins:
            if one["role"] == "submitter" and one["unit"] == department:
                return self._browser(one["username"], one["password"])
        username, password = f"submitter{len(self.log_ins)}", secrets.token_urlsafe(16)
        with transaction() as session:
            people.add_user(
                session,
                username=username,
                name="名单联系人",
                role="submitter",
                unit=department,
                password=password,
                must_change_password=False,
            )
        self.log_ins = [*self.log_ins, {"role": "submitter", "unit": department, "username": username, "password": password}]
        return self._browser(username, password)

    def _name_for_refusals(self, username: str) -> None:
        """One operator calls those who refused softly."""
        with transaction() as session:
            user = people_queries.user_by_name(session, username)
            assert user is not None and user.id is not None  # noqa: S101  # logged in a moment ago
            people.set_converts_refusals(session, user.id, converts=True)


@contextmanager
def _progress() -> Iterator[Any]:
    """A line on stderr that says where the period stands."""
    shown = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(pulse_style="blue"), TimeElapsedColumn(), console=Console(stderr=True)
    )
    with shown:
        task = shown.add_task("开始", total=None)

        def told(sentence: str) -> None:
            shown.update(task, description=sentence)

        yield told
