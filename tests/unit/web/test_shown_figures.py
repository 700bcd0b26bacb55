"""What tables and charts say of figures that they are handed."""

from datetime import UTC, datetime

from callcenter.calls.lines.health import Point
from callcenter.response_rates.cohorts import Cohort
from callcenter.response_rates.queries import PopulationCounts
from callcenter.web.pages.supervisor.line_figure import figure
from dashboards.progress import of_population

NOW = datetime(2022, 6, 2, tzinfo=UTC)


def test_a_sum_has_reached_its_target_only_where_every_stratum_has() -> None:
    rich, short = (Cohort(name, 40, 5, released=20, valid=valid) for name, valid in (("和平区", 30), ("河西区", 2)))
    told = of_population(PopulationCounts(1, 1, "1-1", "某类企业", [rich, short])).total
    assert told is not None
    assert (told[-1].text, told[-1].kind) == ("1 / 2 层已达目标", "quiet")
    told = of_population(PopulationCounts(1, 1, "1-1", "某类企业", [rich, rich])).total
    assert told is not None
    assert told[-1].kind == "done"


def test_a_stratum_that_fell_short_is_not_under_way_once_the_calling_window_has_closed() -> None:
    short, done = (Cohort(name, 40, 8, released=20, valid=valid, open=3) for name, valid in (("武清区", 7), ("津南区", 8)))
    counts = PopulationCounts(1, 1, "1-1", "某类企业", [short, done])
    assert [row[-1].text for row in of_population(counts).rows] == ["进行中", "已达目标"]
    assert [row[-1].text for row in of_population(counts, over=True).rows] == ["已结束，比目标少 1", "已达目标"]


def test_a_line_without_points_has_no_empty_axes() -> None:
    one = Point("96599966", NOW, NOW, 100, 40, 0.4, 0.3, 0.5)
    drawn = figure({"96599965": [], "96599966": [one]})
    assert drawn["layout"]["grid"]["rows"] == 1
    assert drawn["layout"]["yaxis"]["title"]["text"] == "96599966"
