"""From commitment to released units, on a real database."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from callcenter import clock
from callcenter.db import engine
from callcenter.errors import CallcenterError, Conflict, Refused
from callcenter.sampling import actions, queries
from callcenter.sampling.certificate import units_sha256
from callcenter.sampling.draw import places
from scripts.verify_draw import check_design, check_frame, check_sample, check_seed
from scripts.verify_draw import draw as draw_again
from tests.conftest import FieldTime
from tests.factories.sampling import MadeFrame, make_drawn_sample, make_frame, make_second_population

DOCUMENT = {"total": 6, "method": "proportional", "rates": {"response": 0.5}}


@pytest.fixture
def frame(database_url: str, field_time: FieldTime) -> MadeFrame:
    with engine.transaction() as session:
        return make_frame(session)


def commit(frame: MadeFrame, **more: Any) -> int:
    with engine.transaction() as session:
        due = clock.now() + timedelta(days=1)
        values = {
            "population_id": frame.population_id,
            "public_source": "双色球第2022063期",
            "public_due": due,
            "user_id": frame.supervisor_id,
            **more,
        }
        found = actions.commit(session, **values)
        assert found.id is not None
        return found.id


def fix(frame: MadeFrame, **more: Any) -> int:
    with engine.transaction() as session:
        found = actions.fix_design(session, frame_id=frame.frame_id, document={**DOCUMENT, **more}, user_id=frame.supervisor_id)
        assert found.id is not None
        return found.id


def enter(draw_id: int, value: str = "07 11 12 20 27 31 + 08") -> None:
    with engine.transaction() as session:
        actions.enter_public_value(session, draw_id, value, None)


def draw(frame: MadeFrame, draw_id: int, design_id: int) -> None:
    with engine.transaction() as session:
        actions.draw(session, draw_id=draw_id, design_id=design_id, user_id=frame.supervisor_id)


def drawn(frame: MadeFrame, field_time: FieldTime, **more: Any) -> int:
    draw_id = commit(frame)
    design_id = fix(frame, **more)
    field_time.set(field_time() + timedelta(days=2))
    enter(draw_id)
    draw(frame, draw_id, design_id)
    return draw_id


def refusal(call: Any) -> str:
    with pytest.raises(CallcenterError) as caught:
        call()
    assert str(caught.value)
    return caught.value.code


def test_the_whole_order_and_an_auditors_second_draw(frame: MadeFrame, field_time: FieldTime) -> None:
    draw_id = drawn(frame, field_time)
    with engine.transaction() as session:
        made, units = queries.certificate(session, draw_id), queries.frame_of_draw(session, draw_id)
        strata = {stratum.name: stratum for stratum in queries.strata(session, draw_id)}
    assert {name: (s.size, s.target, s.main_size) for name, s in strata.items()} == {"和平区": (12, 4, 8), "河西区": (8, 2, 4)}
    assert (made["study"], made["population"], made["draw_no"], made["drawn_by"]) == ("trial", "2021/4-1", 1, "supervisor")
    assert "committed" in check_seed(made)
    check_frame(made, units)
    assert check_sample(made, draw_again(made, units)) == 12
    rows = engine.statement(
        "SELECT unit_key, prn, position FROM draw_units WHERE stratum_id = %(id)s ORDER BY position", {"id": strata["河西区"].id}
    )
    assert [(row["unit_key"], row["prn"]) for row in rows] == [(key, f"{n:016x}") for n, key in draw_again(made, units)["河西区"]]
    actions_told = [row["action"] for row in engine.statement("SELECT action FROM audit_trail ORDER BY id")]
    assert actions_told == ["draw_committed", "design_fixed", "public_value_entered", "drawn"]


def test_postgresql_computes_the_same_order_and_finds_who_was_moved(frame: MadeFrame, field_time: FieldTime) -> None:
    draw_id = drawn(frame, field_time)
    with engine.transaction() as session:
        made, units = queries.certificate(session, draw_id), queries.frame_of_draw(session, draw_id)
        names = {stratum.id: stratum.name for stratum in queries.strata(session, draw_id)}
        start = 0xA000000000000000
        for rotation in (0, start):
            found = queries.recomputed(session, draw_id, f"{rotation:016x}")
            ours = places(units, made["seed"], rotation)
            shown = [(names[row.stratum_id], row.unit_key, f"{(int(row.number, 16) - rotation) % 2**64:016x}", row.place) for row in found]
            assert sorted(shown) == sorted((place.stratum, place.unit_key, place.prn, place.order) for place in ours)
        assert queries.misplaced(session, draw_id) == []
    engine.statement("UPDATE draw_units SET position = 1000 - position WHERE unit_key IN ('E0001', 'E0002')")
    with engine.transaction() as session:
        assert {"E0001", "E0002"} <= set(queries.misplaced(session, draw_id))


def test_populations_of_one_commitment_are_drawn_apart(frame: MadeFrame, field_time: FieldTime) -> None:
    with engine.transaction() as session:
        second = make_second_population(session, frame)
        other_study = make_frame(session, supervisor_id=frame.supervisor_id, named="another")
    first_draw = commit(frame)
    second_draw = commit(second, with_population_id=frame.population_id)
    assert refusal(lambda: commit(other_study, with_population_id=frame.population_id)) == "no_commitment_to_share"
    assert refusal(lambda: commit(frame, with_population_id=second.population_id, word="委办函")) == "commitment_used"
    assert refusal(lambda: fix(second, coordination="negative")) == "earlier_share_unknown"
    assert refusal(lambda: fix(frame, coordination="negative", planned_share=0.1)) == "share_too_small"
    designs = [fix(one, coordination="negative", planned_share=0.7) for one in (frame, second)]
    field_time.set(field_time() + timedelta(days=2))
    enter(first_draw)
    assert refusal(lambda: enter(second_draw, "other")) == "public_value_differs"
    enter(second_draw)
    for one, draw_id, design_id in zip((frame, second), (first_draw, second_draw), designs, strict=True):
        draw(one, draw_id, design_id)
    with engine.transaction() as session:
        for draw_id, design_id in zip((first_draw, second_draw), designs, strict=True):
            made, units = queries.certificate(session, draw_id), queries.frame_of_draw(session, draw_id)
            check_seed(made)
            check_design(made, queries.design(session, design_id).document)
            check_sample(made, draw_again(made, units))
            assert queries.misplaced(session, draw_id, made["rotation"]) == []
        one, other = (queries.certificate(session, draw_id) for draw_id in (first_draw, second_draw))
    assert (one["seed"], one["rotation"]) == (other["seed"], "0" * 16)
    assert int(other["rotation"], 16) == int(0.7 * 10) * 2**64 // 10


def test_merged_strata_are_drawn_as_one(frame: MadeFrame, field_time: FieldTime) -> None:
    draw_id = drawn(frame, field_time, merges={"两区": ["和平区", "河西区"]})
    with engine.transaction() as session:
        made, units = queries.certificate(session, draw_id), queries.frame_of_draw(session, draw_id)
    assert [(row["stratum"], row["N"]) for row in made["strata"]] == [("两区", 20)]
    check_frame(made, units)


def test_steps_out_of_order_are_refused(frame: MadeFrame, field_time: FieldTime) -> None:
    assert refusal(lambda: fix(frame)) == "commit_first"
    assert refusal(lambda: commit(frame, public_due=clock.now())) == "public_due_passed"
    draw_id = commit(frame)
    assert refusal(lambda: commit(frame)) == "second_draw_without_word"
    assert refusal(lambda: enter(draw_id)) == "freeze_first"
    design_id = fix(frame)
    assert refusal(lambda: enter(draw_id)) == "public_value_too_early"
    assert refusal(lambda: draw(frame, draw_id, design_id)) == "public_value_first"
    field_time.set(field_time() + timedelta(days=2))
    assert refusal(lambda: fix(frame)) == "freeze_too_late"
    enter(draw_id)
    assert refusal(lambda: enter(draw_id, "another")) == "public_value_entered"
    assert refusal(lambda: draw(frame, draw_id, design_id + 1)) == "other_design"
    draw(frame, draw_id, design_id)
    assert refusal(lambda: draw(frame, draw_id, design_id)) == "already_drawn"
    assert commit(frame, word="委办函〔2022〕3号") == draw_id + 1


def test_only_the_last_fixed_design_can_be_drawn(frame: MadeFrame, field_time: FieldTime) -> None:
    draw_id = commit(frame)
    first, second = fix(frame), fix(frame, total=7)
    field_time.set(field_time() + timedelta(days=2))
    enter(draw_id)
    assert refusal(lambda: draw(frame, draw_id, first)) == "other_design"
    draw(frame, draw_id, second)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("UPDATE frame_units SET district = '河西区' WHERE unit_key = 'E0001'", "frame_changed"),
        ("UPDATE frame_units SET unit_key = 'E9999' WHERE unit_key = 'E0001'", "frame_changed"),
        ("DELETE FROM frame_units WHERE unit_key = 'E0001'", "frame_changed"),
        ("UPDATE designs SET document = jsonb_set(document, '{total}', '7')", "design_changed"),
    ],
)
def test_what_was_changed_after_the_freeze_is_not_drawn(frame: MadeFrame, field_time: FieldTime, change: str, why: str) -> None:
    draw_id = commit(frame)
    design_id = fix(frame)
    field_time.set(field_time() + timedelta(days=2))
    enter(draw_id)
    engine.statement(change)
    assert refusal(lambda: draw(frame, draw_id, design_id)) == why
    assert engine.statement("SELECT count(*) AS n FROM draw_units") == [{"n": 0}]


def test_two_supervisors_do_not_draw_at_once(frame: MadeFrame, field_time: FieldTime) -> None:
    draw_id = commit(frame)
    design_id = fix(frame)
    field_time.set(field_time() + timedelta(days=2))
    enter(draw_id)
    with engine.transaction() as session:
        actions.draw(session, draw_id=draw_id, design_id=design_id, user_id=frame.supervisor_id)
        with pytest.raises(Conflict) as caught:
            draw(frame, draw_id, design_id)
        assert caught.value.code == "draw_in_progress"
    assert refusal(lambda: draw(frame, draw_id, design_id)) == "already_drawn"
    assert engine.statement("SELECT count(*) AS n FROM draw_units") == [{"n": 20}]


def test_releases_follow_the_order_and_end_at_n(database_url: str, field_time: FieldTime) -> None:
    with engine.transaction() as session:
        made = make_drawn_sample(session, {"a": 6}, main=3)
    stratum = made.strata["a"]

    def move(count: int, kind: str) -> list[str]:
        with engine.transaction() as session:
            release = actions.move_pointer(
                session, draw_id=made.draw_id, stratum_id=stratum, count=count, kind=kind, why="补充", user_id=made.frame.supervisor_id
            )
            assert release.id is not None
            return [unit.unit_key for unit in queries.released_units(session, release.id)]

    assert refusal(lambda: move(1, "top_up")) == "main_first"
    assert refusal(lambda: move(4, "main")) == "beyond_main"
    released = move(3, "main") + move(2, "top_up")
    assert engine.statement("SELECT 1 FROM alerts") == []
    assert refusal(lambda: move(2, "top_up")) == "beyond_stratum"
    released += move(1, "top_up")
    (alert,) = engine.statement("SELECT a.kind, a.text, p.code || ' ' || p.title AS population FROM alerts a, populations p WHERE p.id = 1")
    assert alert["kind"] == "stratum_exhausted" and alert["population"] in alert["text"]
    assert refusal(lambda: move(1, "top_up")) == "stratum_exhausted"
    order = engine.statement("SELECT unit_key FROM draw_units ORDER BY position")
    assert released == [row["unit_key"] for row in order]
    with engine.transaction() as session:
        assert queries.base_weights(session, made.draw_id) == {"a": 1.0}
        assert queries.released_counts(session, made.draw_id) == {"a": {"main": 3, "top_up": 3}}


def test_two_releases_at_once_take_different_units(database_url: str, field_time: FieldTime) -> None:
    with engine.transaction() as session:
        made = make_drawn_sample(session, {"a": 40}, main=2, release_main=True)

    def move() -> None:
        with engine.transaction() as session:
            actions.move_pointer(
                session, draw_id=made.draw_id, stratum_id=made.strata["a"], count=3, kind="top_up", why="补充", user_id=None
            )

    threads = [threading.Thread(target=move) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    starts = engine.statement("SELECT first_position FROM releases WHERE kind = 'top_up' ORDER BY 1")
    assert [row["first_position"] for row in starts] == [3, 6, 9, 12, 15, 18]
    with engine.transaction() as session:
        assert queries.base_weights(session, made.draw_id) == {"a": 2.0}


def test_the_main_sample_is_released_in_one_go(frame: MadeFrame, field_time: FieldTime) -> None:
    draw_id = drawn(frame, field_time)
    with engine.transaction() as session:
        releases = actions.release_main(session, draw_id=draw_id, why="主样本", user_id=frame.supervisor_id)
        assert sorted(release.count for release in releases) == [4, 8]
        listed = [unit for release in releases for unit in queries.released_units(session, release.id or 0)]
        made = queries.certificate(session, draw_id)
    assert units_sha256((unit.unit_key, unit.stratum) for unit in listed) == made["sample_sha256"]
    with engine.transaction() as session, pytest.raises(Refused, match="全部释放"):
        actions.release_main(session, draw_id=draw_id, why="主样本", user_id=frame.supervisor_id)
