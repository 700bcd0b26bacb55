"""YAML as Chinese text needs it: where a text goes on over several lines, no space stays between two Chinese characters."""

import re
from typing import Any

import yaml

_CHINESE = r"[\u2014\u2018-\u201d\u2026\u3000-\u303f\u3400-\u9fff\uff00-\uffef]"
_STRAY = re.compile(f"(?<={_CHINESE}) +(?={_CHINESE})")


class _Loader(yaml.SafeLoader):
    """The safe loader; folding joins lines with a space, which Chinese does not know."""

    def construct_scalar(self, node: Any) -> Any:
        value = super().construct_scalar(node)
        over_lines = node.style != "|" and node.end_mark.line > node.start_mark.line
        return _STRAY.sub("", value) if over_lines and isinstance(value, str) else value


def read_yaml(text: str) -> Any:
    """The document in the text; `yaml.YAMLError` where there is none."""
    loader = _Loader(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()
