"""The factory makes what the tables take."""

from callcenter.db import engine
from tests.factories.sampling import make_drawn_sample


def test_a_drawn_sample_with_its_main_release(database_url: str) -> None:
    with engine.transaction() as session:
        drawn = make_drawn_sample(session, release_main=True)
    units = engine.statement("SELECT count(*) AS n FROM draw_units WHERE draw_id = %(draw)s", {"draw": drawn.draw_id})
    assert units == [{"n": 20}]
    assert set(drawn.releases) == {"和平区", "河西区"}
