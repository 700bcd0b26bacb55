import pytest

from callcenter.web.rendering import here
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


def test_the_menu_marks_the_closest_entry() -> None:
    menu = ["/supervisor", "/supervisor/sampling", "/cases"]
    assert here("/supervisor/sampling/3", menu) == "/supervisor/sampling"
    assert here("/supervisor/lists", menu) == "/supervisor"
    assert here("/cases", menu) == "/cases"
    assert here("/account", menu) is None
