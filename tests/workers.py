"""Which tests stay on one worker because what they share is made once: a house, a demo, a cluster."""

from xdist.remote import Producer
from xdist.scheduler import LoadGroupScheduling

SHARING = (
    "tests/browser/",
    "tests/whole_way/test_demo.py",
    "tests/whole_way/test_when_things_go_wrong.py",
    "tests/integration/db/test_local_server.py",
    "tests/questionnaires/test_opening_business.py",
)


class OneHouse(LoadGroupScheduling):
    """Hands out tests one by one, those that share something together.

    Told by where they lie: pytest 9.2 no longer hears the names of groups that pytest-xdist 3.8 gives, so that marks would do nothing.
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in SHARING if nodeid.startswith(place)), nodeid)


def scheduler(how: str, config: object, log: Producer | None) -> LoadGroupScheduling | None:
    """For `--dist loadgroup`; any other way of handing out is pytest-xdist's own."""
    return OneHouse(config, log) if how == "loadgroup" else None  # type: ignore[arg-type]
