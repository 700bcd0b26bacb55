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


def test_a_line_without_points_has_no_empty_axes() -> None:
    one = Point("96599966", NOW, NOW, 100, 40, 0.4, 0.3, 0.5)
    drawn = figure({"96599965": [], "96599966": [one]})
    assert drawn["layout"]["grid"]["rows"] == 1
    assert drawn["layout"]["yaxis"]["title"]["text"] == "96599966"
