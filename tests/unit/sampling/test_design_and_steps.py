"""What a design promises, and the order of a draw."""

import itertools
import json
import math
from datetime import UTC, datetime, timedelta

import pytest

from callcenter.errors import CallcenterError
from callcenter.sampling.certificate import Origin, document_sha256, make_certificate, sealed
from callcenter.sampling.coordination import Neighbour, seed_used
from callcenter.sampling.design import frame_part, full_document, make_plan, merge_sizes, place_of, read_wishes
from callcenter.sampling.draw import commitment, places, seed_of, take
from callcenter.sampling.steps import Steps, check_commitment, check_draw, check_freeze, check_public_value

DUE = datetime(2022, 6, 3, 13, 15, tzinfo=UTC)
BEFORE, AFTER = DUE - timedelta(hours=1), DUE + timedelta(minutes=1)
COMMITTED = DUE - timedelta(days=1)


def test_a_plan_tells_sizes_and_precision_before_the_draw() -> None:
    wishes = read_wishes({"total": 100, "rates": {"response": 0.5, "eligible": 0.8, "valid": 1}, "minimum": 10})
    plan = make_plan({"和平区": 900, "河西区": 100}, wishes)
    assert [(s.name, s.size, s.target, s.main_size) for s in plan.strata] == [("和平区", 900, 90, 225), ("河西区", 100, 10, 25)]
    assert (plan.size, plan.target, plan.main_size, plan.expected) == (1000, 100, 250, pytest.approx(100))
    assert plan.strata[0].standard_error == pytest.approx(math.sqrt(0.25 / 90 * 810 / 899))
    assert plan.margin == pytest.approx(1.959964 * (plan.standard_error or 0))
    assert plan.deff == pytest.approx(1, abs=0.01)  # proportional: as good as simple


def test_a_stratum_too_small_for_its_target_expects_less() -> None:
    plan = make_plan({"a": 10, "b": 990}, read_wishes({"total": 20, "method": "equal", "rates": {"response": 0.5}}))
    assert (plan.strata[0].target, plan.strata[0].main_size, plan.strata[0].expected) == (10, 10, 5)
    assert plan.deff and plan.deff > 1


def test_merged_strata_add_up() -> None:
    assert merge_sizes({"a": 1, "b": 2, "c": 3}, {"小区": ["a", "b"]}) == {"c": 3, "小区": 3}
    assert merge_sizes({"a": 1, "b": 2, "c": 3}, {"a": ["a", "b"]}) == {"a": 3, "c": 3}
    for merges in ({"x": ["a"], "y": ["a"]}, {"x": ["z"]}, {"c": ["a", "b"]}):
        with pytest.raises(CallcenterError):
            merge_sizes({"a": 1, "b": 2, "c": 3}, merges)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"total": 0},
        {"total": 10, "rates": {"response": 0}},
        {"total": "many"},
        {"total": 10, "surprise": 1},
        {"total": 10, "release": {"mode": "never"}},
        {"total": 10, "coordination": "sideways"},
    ],
)
def test_a_design_that_cannot_be_names_the_field(document: dict[str, object]) -> None:
    with pytest.raises(CallcenterError) as refusal:
        read_wishes(document)
    assert refusal.value.code == "bad_design"
    assert "“" in str(refusal.value)


def test_the_frozen_document_holds_frame_sizes_release_rule_and_starts() -> None:
    wishes = read_wishes({"total": 4, "coordination": "negative", "earlier_shares": {"2021/1-2": 0.25}})
    plan = make_plan({"a": 10}, wishes)
    placed = place_of(wishes, plan, [Neighbour("2021/1-1", 0.5), Neighbour("2021/1-2", None)])
    whole = full_document(wishes, plan, frame={"number": 2, "sha256": "f", "screening": {"version": 1}}, placed=placed)
    assert whole["sizes"] == [{"stratum": "a", "N": 10, "t": 4, "n": 4}]
    assert whole["frame"] == {"number": 2, "sha256": "f", "screening": {"version": 1}}
    assert whole["release"]["step"] == 1
    assert whole["planned_share"] == 0.4
    assert whole["starts"] == [{"population": "2021/1-1", "share": 0.5}, {"population": "2021/1-2", "share": 0.25}]
    assert whole["rotation"] == "c000000000000000"


def test_the_design_names_the_rules_that_its_frame_was_screened_by() -> None:
    wishes = read_wishes({"total": 4})
    plan, rules = make_plan({"a": 10}, wishes), {"version": 2, "sha256": "r", "rules": [{"kind": "code"}]}
    parts = [frame_part(2, "f", screening=screening, reporting_order=["市局", "区局"]) for screening in (rules, {})]
    assert parts[0] == {**parts[1], "screening": {"version": 2, "sha256": "r"}}
    assert parts[1]["duplicates"]["reporting_order"] == ["市局", "区局"]
    screened, plain = (document_sha256(full_document(wishes, plan, frame=part, placed=place_of(wishes, plan, []))) for part in parts)
    assert screened != plain


def test_a_commitment_looks_ahead() -> None:
    check_commitment(BEFORE, DUE, "双色球", 0, None)
    check_commitment(BEFORE, DUE, "双色球", 1, "委办函〔2022〕3号")
    for due, source, earlier, why in [
        (BEFORE, "双色球", 0, "public_due_passed"),
        (DUE, " ", 0, "no_public_source"),
        (DUE, "双色球", 1, "second_draw_without_word"),
    ]:
        with pytest.raises(CallcenterError) as refusal:
            check_commitment(BEFORE, due, source, earlier, None)
        assert refusal.value.code == why


@pytest.mark.parametrize(
    ("now", "steps", "why"),
    [
        (BEFORE, None, "commit_first"),
        (DUE, Steps(COMMITTED, DUE), "freeze_too_late"),
        (BEFORE, Steps(COMMITTED, DUE, BEFORE, BEFORE, BEFORE), "already_drawn"),
        (BEFORE, Steps(COMMITTED, DUE), None),
    ],
)
def test_a_freeze_comes_between_commitment_and_public_moment(now: datetime, steps: Steps | None, why: str | None) -> None:
    if why is None:
        check_freeze(now, steps)
        return
    with pytest.raises(CallcenterError) as refusal:
        check_freeze(now, steps)
    assert refusal.value.code == why


@pytest.mark.parametrize(
    ("now", "steps", "value", "why"),
    [
        (AFTER, Steps(COMMITTED, DUE), "123", "freeze_first"),
        (BEFORE, Steps(COMMITTED, DUE, BEFORE), "123", "public_value_too_early"),
        (AFTER, Steps(COMMITTED, DUE, BEFORE), "  ", "no_public_value"),
        (AFTER, Steps(COMMITTED, DUE, BEFORE, DUE), "123", "public_value_entered"),
    ],
)
def test_a_public_value_out_of_order_is_refused(now: datetime, steps: Steps, value: str, why: str) -> None:
    with pytest.raises(CallcenterError) as refusal:
        check_public_value(now, steps, value)
    assert refusal.value.code == why


def test_a_draw_comes_once_and_after_the_public_value() -> None:
    check_draw(Steps(COMMITTED, DUE, BEFORE, AFTER))
    for steps in (Steps(COMMITTED, DUE, BEFORE), Steps(COMMITTED, DUE, BEFORE, AFTER, AFTER)):
        with pytest.raises(CallcenterError):
            check_draw(steps)


def test_what_comes_next_is_told() -> None:
    told = [
        Steps(COMMITTED, DUE).next(BEFORE),
        Steps(COMMITTED, DUE).next(AFTER),
        Steps(COMMITTED, DUE, BEFORE).next(BEFORE),
        Steps(COMMITTED, DUE, BEFORE).next(AFTER),
        Steps(COMMITTED, DUE, BEFORE, AFTER).next(AFTER),
        Steps(COMMITTED, DUE, BEFORE, AFTER, AFTER).next(AFTER),
    ]
    assert told == ["freeze", "expired", "wait", "public_value", "draw", "done"]


def test_a_sealed_certificate_tells_no_unit() -> None:
    placed = places([(f"E{i}", "a") for i in range(20)], "seed")
    made = make_certificate(
        Origin("seed", secret="s", public_value="v"), placed, take(placed, {"a": 5}), design_sha256="d", drawn_at=DUE, drawn_by=None
    )
    shown = sealed(made)
    assert shown["strata"] == [{"stratum": "a", "N": 20, "n": 5}]
    assert "seed_commitment" in shown
    assert not {"seed", "secret", "public_value", "sample_sha256"} & set(shown)
    assert not any(place.prn in str(shown) or place.unit_key in str(shown) for place in placed)


def test_a_department_cannot_learn_from_the_sealed_certificate_which_of_its_units_were_drawn() -> None:
    """It knows its units, the whole frame, the public value and all that is sealed; it tries every one of these as seed or secret."""
    units = [(f"E{i:03}", "和平区" if i % 3 else "河西区") for i in range(60)]
    secret, public_value = "5f" * 32, "07 11 12 20 27 31 08"
    seed = seed_used(seed_of(secret, public_value), "independent", "2021/4-1")
    placed = places(units, seed)
    drawn = {place.unit_key for place in placed if place.order <= 8}
    origin = Origin(seed, "trial", "2021/4-1", 1, secret, commitment(secret), "双色球第2022063期", public_value, coordination="independent")
    opened = make_certificate(origin, placed, take(placed, {"和平区": 8, "河西区": 8}), design_sha256="d", drawn_at=DUE, drawn_by="s")
    shown = json.dumps(sealed(opened), ensure_ascii=False)
    assert all(place.prn not in shown and place.unit_key not in shown for place in placed)
    assert not any(opened[name] in shown for name in ("seed", "secret", "public_value", "sample_sha256"))
    words = [str(value) for value in sealed(opened).values()] + [public_value, ""]
    for one, other in itertools.product(words, repeat=2):
        for guess in (one, seed_of(one, other), seed_used(seed_of(one, other), "independent", "2021/4-1")):
            tried = {place.unit_key for place in places(units, guess) if place.order <= 8}
            assert len(tried & drawn) < 13, "two blind samples of 16 out of 60 meet in 4 units on average"
    assert {place.unit_key for place in places(units, seed) if place.order <= 8} == drawn  # with the secret it would be easy
