"""Benchmarks of the draw: ordering a large frame, verifying it, releasing from it."""

import contextlib
import hashlib
import io
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import text
from sqlmodel import Session

from callcenter import clock
from callcenter.call_queue.actions import release_units
from callcenter.cli import main as command
from callcenter.db import engine
from callcenter.db.local_server import LocalServer
from callcenter.migrations import upgrade
from callcenter.sampling import actions, reading
from callcenter.sampling.draw import arrange, places, take
from scripts.measuring import ROUNDS, Measured, best, compared, measured
from tests.factories.sampling import insert, make_frame, make_user

UNITS, STRATA, SEED = 1_000_000, 400, "2026-Q3"
FEW, RELEASED = 10_000, 10_000
RELEASE_STRATA = 20
"""Strata of the frames that are released from: enough that a release is many steps, few enough that 10,000 units hold them all."""
VERIFY = Path(__file__).with_name("verify_draw.py")


class Undone(Exception):
    """Takes a measured release back, so that the next round starts from the same state."""


def sampling(units: int = UNITS) -> list[Measured]:
    """All of them; `units` is the size of the large frame that is released from."""
    return [*ordering(), verifying(), releasing(units)]


def ordering() -> list[Measured]:
    """Keys and strata in memory: the whole order and the sample of 25 in each stratum."""
    keys = [f"9112{number * 7919 % 10**14:014d}" for number in range(UNITS)]
    strata = np.arange(UNITS) % STRATA
    sizes = np.full(STRATA, 25)

    def ours() -> object:
        return arrange(keys, strata, SEED).released(sizes)

    def bare() -> None:
        for key in keys:
            hashlib.sha256((SEED + "|" + key).encode()).digest()

    frame = pd.DataFrame({"unit_key": keys, "stratum": strata})
    what = f"draw from {UNITS:,} units in {STRATA} strata"
    drawn, floor = best(ours), best(bare)
    other = best(lambda: frame.groupby("stratum").sample(25, random_state=1))
    return [
        compared("draw", what, "a loop of SHA-256 over the keys", drawn, floor, aim=2),
        compared("draw-pandas", what, "pandas groupby.sample, which nobody can repeat by hand", drawn, other),
    ]


def verifying() -> Measured:
    """The stand-alone script beside the draw, both from the CSV."""
    with tempfile.TemporaryDirectory() as folder:
        frame, sizes, certificate = (Path(folder) / name for name in ("frame.csv", "n.csv", "certificate.json"))
        lines = [f"9112{number * 7919 % 10**14:014d},S{number % STRATA:03d}\n" for number in range(UNITS)]
        frame.write_text("unit_key,stratum\n" + "".join(lines), encoding="utf-8")
        sizes.write_text("stratum,n\n" + "".join(f"S{number:03d},25\n" for number in range(STRATA)), encoding="utf-8")
        outputs = ["--certificate", str(certificate), "--sample", str(Path(folder) / "sample.csv"), "--json"]
        with contextlib.redirect_stdout(io.StringIO()):
            command(["sampling", "draw", str(frame), "--n-by", str(sizes), "--seed", SEED, *outputs])

        def verify() -> None:
            line = [sys.executable, "-I", str(VERIFY), str(certificate), str(frame)]
            subprocess.run(line, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # our own script on our own files

        def draw() -> object:
            drawn = places(reading.read_frame("frame", frame.read_bytes()), SEED)
            return take(drawn, reading.read_sizes("sizes", sizes.read_bytes()))

        return measured("verify", f"verify_draw.py on {UNITS:,} units", "drawing them, both from the CSV", verify, draw, aim=4)


def releasing(units: int) -> Measured:
    """10,000 further cases out of a small and a large frame, through the real actions and tables."""
    settings = {"fsync": "off", "synchronous_commit": "off", "max_wal_size": "4GB", "shared_buffers": "256MB"}
    with tempfile.TemporaryDirectory() as folder, LocalServer(Path(folder), settings=settings) as server:
        upgrade(server.url())
        few, many = _release_from(server, FEW), _release_from(server, units)
    return compared("release", f"release {RELEASED:,} cases from {units:,} units", f"from {FEW:,} units", many, few, aim=1.5)


def _release_from(server: LocalServer, units: int) -> float:
    """Seconds for the release, the best of some rounds; fails where it reads much more than it releases."""
    engine.connect(server.url(), pool_size=2)
    try:
        with engine.transaction() as session:
            draw_id, strata = drawn_frame(session, units)
        engine.statement("ANALYZE")
        # Once for the case, once for its foreign key. A small table may be read through: that is quicker.
        most_read = 3 * RELEASED if units > FEW else None
        return min(_release_once(draw_id, strata, most_read) for _ in range(ROUNDS))
    finally:
        engine.disconnect()


def _release_once(draw_id: int, strata: list[int], most_read: int | None) -> float:
    took = 0.0
    with contextlib.suppress(Undone), engine.transaction() as session:
        begun = time.perf_counter()
        for stratum in strata:
            made = actions.move_pointer(
                session, draw_id=draw_id, stratum_id=stratum, count=RELEASED // RELEASE_STRATA, kind="top_up", why="bench", user_id=None
            )
            release_units(session, made.id or 0)
        took = time.perf_counter() - begun
        if most_read is not None:
            _refuse_scans(session, most_read)
        raise Undone
    return took


def _refuse_scans(session: Session, most: int) -> None:
    rows = session.execute(
        text("SELECT relname, seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname IN ('draw_units', 'frame_units')")
    )
    for table, read in rows:
        if read > most:
            raise RuntimeError(f"{table}: {read:,} rows were read to release {RELEASED:,}")


def drawn_frame(session: Session, units: int) -> tuple[int, list[int]]:
    """A drawn frame of `units`, put into the tables in bulk."""
    session.execute(text("SET LOCAL session_replication_role = replica"))  # rows that fit by construction need no check each
    supervisor = make_user(session, username=f"bench-{units}")
    made = make_frame(session, {"0": 1}, named=f"bench-{units}", supervisor_id=supervisor)
    given: dict[str, Any] = {"frame": made.frame_id, "units": units, "strata": RELEASE_STRATA}
    session.execute(
        text("""INSERT INTO frame_units (frame_id, unit_key, district, sub_area, name, uscc, contact, phones, matters, reported_by)
                SELECT :frame, 'U' || lpad(i::text, 9, '0'), (i % :strata)::text, '', 'enterprise ' || i, '', '',
                       '[{"number": "+8613812345678", "extension": "", "shared": false}]', '[]', '{bench}'
                FROM generate_series(1, :units) i"""),
        given,
    )
    design = insert(session, "designs", frame_id=made.frame_id, number=1, document={}, sha256="", fixed_at=clock.now())
    moments = {name: clock.now() for name in ("public_due", "committed_at", "drawn_at")}
    texts = {"secret": "", "seed_commitment": "", "public_source": ""}
    draw_id = insert(session, "draws", population_id=made.population_id, design_id=design, draw_no=1, seed=SEED, **moments, **texts)
    size = units // RELEASE_STRATA + 1
    strata = [
        insert(session, "strata", design_id=design, name=str(number), size=size, target=0, main_size=0, released=0)
        for number in range(RELEASE_STRATA)
    ]
    session.execute(
        text("""INSERT INTO draw_units (draw_id, stratum_id, frame_unit_id, unit_key, prn, position)
                SELECT :draw, :first + district::int, id, unit_key, substr(encode(sha256(unit_key::bytea), 'hex'), 1, 16),
                       row_number() OVER (PARTITION BY district ORDER BY id)
                FROM frame_units WHERE frame_id = :frame AND unit_key LIKE 'U%'"""),
        {"draw": draw_id, "first": strata[0], **given},
    )
    return draw_id, strata
