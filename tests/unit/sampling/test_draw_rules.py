"""Permanent random numbers, orders and samples."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.errors import CallcenterError
from callcenter.sampling.base_weights import base_weights
from callcenter.sampling.certificate import document_sha256, units_sha256
from callcenter.sampling.draw import arrange, commitment, places, prn, seed_of, take
from callcenter.sampling.releases import Pointer, next_step

keys = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
frames = st.dictionaries(keys, st.sampled_from(["和平区", "河西区", "未知"]), min_size=1, max_size=40)


@pytest.mark.parametrize(("key", "shown"), [("E0001", "0.5081801432"), ("E0002", "0.3824566764"), ("E0003", "0.1073935632")])
def test_numbers_are_those_of_the_specification(key: str, shown: str) -> None:
    assert f"{prn('2026-Q3', key) / 2**64:.10f}" == shown


def test_order_is_by_number_within_the_stratum() -> None:
    placed = places([("E0001", "b"), ("E0002", "a"), ("E0003", "b")], "2026-Q3")
    assert [(p.unit_key, p.stratum, p.order) for p in placed] == [("E0002", "a", 1), ("E0003", "b", 1), ("E0001", "b", 2)]
    assert placed[0].prn == f"{prn('2026-Q3', 'E0002'):016x}"


def test_equal_numbers_stand_by_key(monkeypatch: pytest.MonkeyPatch) -> None:
    from callcenter.sampling import draw

    monkeypatch.setattr(draw, "prns", lambda seed, listed, rotation=0: np.zeros(len(listed), dtype=np.uint64))
    assert [p.unit_key for p in draw.places([("é", "a"), ("z", "a"), ("Z", "a"), ("z", "a2")][:3], "s")] == ["Z", "z", "é"]


@given(frames, st.text(max_size=8), st.randoms())
def test_the_sample_does_not_depend_on_row_order(frame: dict[str, str], seed: str, shuffler: random.Random) -> None:
    units = list(frame.items())
    shuffled = units.copy()
    shuffler.shuffle(shuffled)
    assert [p[:4] for p in places(units, seed)] == [p[:4] for p in places(shuffled, seed)]


@given(frames, keys)
def test_a_unit_keeps_its_number_when_others_come(frame: dict[str, str], other: str) -> None:
    before = {p.unit_key: p.prn for p in places(list(frame.items()), "s")}
    after = {p.unit_key: p.prn for p in places(list({other: "河西区", **frame}.items()), "s")}
    assert before.items() <= after.items()


@given(st.integers(1, 60), st.lists(st.integers(1, 20), max_size=8))
def test_any_sequence_of_releases_gives_the_first_of_the_order(size: int, steps: list[int]) -> None:
    order = [p.unit_key for p in places([(f"U{i}", "s") for i in range(size)], "seed")]
    released: list[str] = []
    for count in steps:
        if count <= size - len(released):
            step = next_step(Pointer("s", size, 0, len(released)), count, "top_up")
            released += [order[position - 1] for position in step]
    assert released == order[: len(released)]


@given(frames, st.text(max_size=8), st.data())
def test_base_weights_of_the_released_add_up_to_the_frame(frame: dict[str, str], seed: str, data: st.DataObject) -> None:
    placed = places(list(frame.items()), seed)
    sizes = {s.stratum: s.size for s in take(placed, dict.fromkeys(frame.values(), 0))}
    released = {name: data.draw(st.integers(1, size)) for name, size in sizes.items()}
    weights = base_weights({name: (size, released[name]) for name, size in sizes.items()})
    assert sum(weights[p.stratum] for p in placed if p.order <= released[p.stratum]) == pytest.approx(len(frame))


@given(frames, st.text(max_size=8), st.text(max_size=8))
def test_equal_seeds_give_equal_orders_and_other_seeds_other_numbers(frame: dict[str, str], seed: str, other: str) -> None:
    units = list(frame.items())
    assert places(units, seed) == places(units, seed)
    numbers = [{p.unit_key: p.prn for p in places(units, one)} for one in (seed, other)]
    assert (numbers[0] == numbers[1]) == (seed == other)


@given(frames, st.text(max_size=8), st.integers(0, 2**64 - 1), st.data())
def test_the_sample_is_the_first_of_the_order_also_when_rotated(
    frame: dict[str, str], seed: str, rotation: int, data: st.DataObject
) -> None:
    keys, names = list(frame), sorted(set(frame.values()))
    strata = np.array([names.index(frame[key]) for key in keys])
    sizes = np.array([data.draw(st.integers(0, list(frame.values()).count(name))) for name in names])
    taken = {keys[at] for at in arrange(keys, strata, seed, rotation).released(sizes)}
    by_hand = {
        key
        for name, size in zip(names, sizes, strict=True)
        for key in sorted((key for key in keys if frame[key] == name), key=lambda key: ((prn(seed, key) - rotation) % 2**64, key.encode()))[
            :size
        ]
    }
    assert taken == by_hand


@given(frames, st.data())
def test_the_frame_hash_changes_with_any_change(frame: dict[str, str], data: st.DataObject) -> None:
    changed = dict(frame)
    key = data.draw(st.sampled_from(sorted(frame)))
    match data.draw(st.sampled_from(["stratum", "key", "drop", "add"])):
        case "stratum":
            changed[key] += "2"
        case "key":
            changed[key + "\u0301"] = changed.pop(key)
        case "drop":
            del changed[key]
        case _:
            changed[key + "+" * 20] = "和平区"
    assert (units_sha256(changed.items()) == units_sha256(frame.items())) == (changed == frame)
    assert units_sha256(reversed(list(frame.items()))) == units_sha256(frame.items())


def test_rotation_starts_the_order_elsewhere_and_wraps() -> None:
    units = [(f"U{i}", "s") for i in range(50)]
    start = 1 << 63
    plain, rotated = places(units, "s"), places(units, "s", start)
    first = next(i for i, p in enumerate(plain) if int(p.prn, 16) >= start)
    assert [p.unit_key for p in rotated] == [p.unit_key for p in plain[first:] + plain[:first]]
    assert rotated[0].prn == f"{int(plain[first].prn, 16) - start:016x}"


def test_seed_binds_the_secret_and_the_public_value() -> None:
    assert commitment("s") != commitment("t")
    assert seed_of("a", "b") != seed_of("b", "a")


def test_taking_names_last_number_and_refuses_what_cannot_be() -> None:
    placed = places([("E0001", "b"), ("E0002", "a"), ("E0003", "b")], "2026-Q3")
    strata = take(placed, {"a": 0, "b": 1})
    assert [(s.stratum, s.size, s.taken, s.last_prn) for s in strata] == [("a", 1, 0, None), ("b", 2, 1, placed[1].prn)]
    for sizes, why in [({"a": 2, "b": 0}, "infeasible"), ({"a": 0}, "stratum_without_size"), ({"a": 0, "b": 0, "c": 1}, "unknown_stratum"),
                       ({"a": -1, "b": 0}, "absurd_number")]:  # fmt: skip
        with pytest.raises(CallcenterError) as refusal:
            take(placed, sizes)
        assert refusal.value.code == why


def test_a_unit_that_stands_twice_is_refused() -> None:
    with pytest.raises(CallcenterError, match="U1") as refusal:
        places([("U1", "a"), ("U1", "b")], "s")
    assert refusal.value.code == "duplicate_unit"


@pytest.mark.parametrize(
    ("pointer", "count", "kind", "step", "why"),
    [
        (Pointer("s", 10, 4, 0), 0, "main", 1, "absurd_number"),
        (Pointer("s", 10, 4, 0), 5, "main", 1, "beyond_main"),  # the main sample is the first 4
        (Pointer("s", 10, 4, 2), 3, "top_up", 1, "main_first"),
        (Pointer("s", 10, 4, 4), 7, "top_up", 1, "beyond_stratum"),  # 6 are left
        (Pointer("s", 10, 4, 10), 1, "top_up", 1, "stratum_exhausted"),
        (Pointer("s", 10, 4, 4), 4, "top_up", 5, "not_whole_steps"),
    ],
)
def test_a_release_against_the_rules_is_refused(pointer: Pointer, count: int, kind: str, step: int, why: str) -> None:
    with pytest.raises(CallcenterError) as refusal:
        next_step(pointer, count, kind, step=step)
    assert refusal.value.code == why
    assert str(refusal.value)


def test_the_last_step_may_be_what_is_left() -> None:
    assert next_step(Pointer("s", 10, 4, 4), 6, "top_up", step=5) == range(5, 11)


def test_a_documents_hash_does_not_depend_on_the_order_of_its_keys() -> None:
    assert document_sha256({"b": 1, "a": "层"}) == document_sha256({"a": "层", "b": 1}) != document_sha256({"a": "层", "b": 2})
