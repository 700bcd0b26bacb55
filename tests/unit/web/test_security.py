import pytest

from callcenter.web.navigation import Group, alone, here
from callcenter.web.security import safe_next


@pytest.mark.parametrize("path", ["/operator", "/cases", "/administrator/people?sort=name", "/a/b"])
def test_paths_of_this_site_may_follow_a_log_in(path: str) -> None:
    assert safe_next(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        None,
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil",
        "javascript:alert(1)",
        "operator",
        "/log-out",
        "/a\nb",
        "/a\\b",
    ],
)
def test_nothing_else_may(path: str | None) -> None:
    assert safe_next(path) is None


def test_the_menu_marks_the_closest_entry_and_its_group() -> None:
    start, sampling = alone("总览", "/supervisor"), Group("抽样", (("框", "/lists"), ("抽样", "/supervisor/sampling")))
    menu = [start, sampling]
    assert here("/supervisor/sampling/3", menu) == (sampling, "/supervisor/sampling")
    assert here("/supervisor/lists", menu) == (start, "/supervisor")
    assert here("/lists", menu) == (sampling, "/lists")
    assert here("/account", menu) == (None, "")
