import pytest

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
