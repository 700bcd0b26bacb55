"""The demo's lists: invented, messy, and always the same."""

from callcenter.lists.verdicts import check
from callcenter.simulation.demo_lists import DEPARTMENTS, make, organisation_check


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    first, again, other = (make(seed, per_district=20) for seed in (7, 7, 8))
    assert first == again
    assert [made.data for made in first] != [made.data for made in other]


def test_every_department_sends_one_list_of_the_same_population() -> None:
    lists = make(7, per_district=20)
    assert [made.department for made in lists] == list(DEPARTMENTS)
    assert all("-4-电子印章申领企业" in made.file_name for made in lists)


def test_the_lists_are_as_messy_as_real_ones() -> None:
    checks = [check(made.data) for made in make(2022, per_district=150)]
    reasons = {reason for checked in checks for reason in checked.totals["reasons"]}
    assert {
        "duplicate_enterprise",
        "phone_missing",
        "phone_invalid",
        "phone_masked",
        "phone_shared",
        "uscc_missing",
        "uscc_invalid",
    } <= reasons
    accepted = [row for checked in checks for row in checked.rows if row.verdict == "accepted"]
    keys = {row.uscc or (row.name, row.district) for row in accepted}
    assert 0.9 * 8 * 150 < len(keys) < 1.1 * 8 * 150
    assert len(accepted) > 1.15 * len(keys)  # many an enterprise is reported by several departments


def test_an_organisation_code_ends_in_its_check_character() -> None:
    assert organisation_check("MA05X3JX") in "0123456789X"
    assert organisation_check("D2143569") == "X"  # the example of GB 11714
