from datetime import UTC, datetime, timedelta

from callcenter.people.operator_states import Spell, extended, mode_of, modes_allowed, time_in_states

NINE = datetime(2022, 6, 2, 1, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def test_time_in_states_counts_what_lies_inside_and_the_open_one_up_to_now() -> None:
    spells = [
        Spell("ready", at(-30), at(10)),  # begun the day before, so to say
        Spell("call", at(10), at(14)),
        Spell("break", at(14), at(14), "rest"),  # no time at all
        Spell("ready", at(14), None),
    ]
    assert time_in_states(spells, at(0), at(20)) == {"ready": timedelta(minutes=16), "call": timedelta(minutes=4)}


def test_a_wrap_up_can_be_extended_but_not_for_ever() -> None:
    spell = Spell("wrap_up", at(0), ends_at=at(1))
    assert extended(spell, timedelta(minutes=1), at(0.5)) == at(2)
    assert extended(Spell("wrap_up", at(0)), timedelta(minutes=1), at(3)) == at(4)  # nothing told yet
    assert extended(Spell("wrap_up", at(0), ends_at=at(14.5)), timedelta(minutes=1), at(14)) == at(15)


def test_the_operators_dialling_mode_holds_where_the_study_allows_it() -> None:
    assert modes_allowed({}) == ("preview",)
    study = {"dialling": {"mode": "progressive", "allowed": ["preview", "progressive"]}}
    assert modes_allowed(study) == ("progressive", "preview")
    assert [mode_of(study, chosen) for chosen in (None, "preview", "manual")] == ["progressive", "preview", "progressive"]
