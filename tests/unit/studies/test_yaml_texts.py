import pytest
import yaml

from callcenter.studies.yaml_texts import read_yaml


@pytest.mark.parametrize("style", [">-\n  ", "", '"'])
def test_a_text_over_several_lines_has_no_space_between_chinese(style: str) -> None:
    end = '"' if style == '"' else ""
    read = read_yaml(f"say: {style}实际感受。\n  您单位，\n  大约 8 分钟 and\n  more 的{end}\n")
    assert read == {"say": "实际感受。您单位，大约 8 分钟 and more 的"}


def test_what_is_written_on_one_line_or_kept_as_it_stands_is_not_touched() -> None:
    assert read_yaml("a: 甲 乙\nb: |\n  甲 乙\n  丙\n") == {"a": "甲 乙", "b": "甲 乙\n丙\n"}
    assert read_yaml("") is None


def test_nothing_but_plain_values_is_built() -> None:
    with pytest.raises(yaml.YAMLError):
        read_yaml("!!python/object/apply:os.system [x]")


@pytest.mark.parametrize("text", ["[" * 200_000 + "]" * 200_000, "- " * 200_000, "{a: " * 200_000])
def test_a_text_nested_without_end_is_refused_and_ends_nothing_else(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        read_yaml(text)
