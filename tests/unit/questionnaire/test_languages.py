import pytest

from callcenter.questionnaire.languages import code_of, in_language, named


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("中文 (zh)", "zh"), ("中文", "zh"), ("Chinese", "zh"), ("zh-CN", "zh"), ("中文（zh-Hans）", "zh"), ("English", "en"),
        ("English (en)", "en"), ("en", "en"), ("EN_gb", "en"), ("Français (fr)", "fr"), ("Français", "français"), ("", ""),
    ],
)  # fmt: skip
def test_a_language_is_known_by_its_names_and_codes(name: str, code: str) -> None:
    assert code_of(name) == code


def test_a_text_is_told_in_the_language_wanted_else_in_the_forms_own() -> None:
    texts = {"English": "ask", "中文": "问"}
    assert (in_language(texts, "zh"), in_language(texts, "en"), in_language(texts, "fr")) == ("问", "ask", "ask")
    assert in_language({"": "问", "English": "ask"}, "zh") == "问"
    assert in_language({"中文 (zh-Hans)": "们", "中文 (zh-Hant)": "們"}, "中文 (zh-Hant)") == "們"


def test_a_language_is_found_by_its_name_or_code() -> None:
    listed = ("中文 (zh)", "English (en)", "Français (fr)")
    assert [named(listed, each) for each in ("en", "english", "français", "中文", "de")] == [
        "English (en)", "English (en)", "Français (fr)", "中文 (zh)", None
    ]  # fmt: skip
