"""What XLSForm knows and this program does not: named where it is met, with what to do instead."""

from callcenter.questionnaire.reading.columns import COLUMNS, TEXT_COLUMNS

FROM_FILE = "请把选项逐行写进 choices 表"
TYPES: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("geopoint", "geotrace", "geoshape", "location"), ("定位", "电话中不能定位：请删去，或改用 text 问地址")),
    **dict.fromkeys(
        ("image", "photo", "audio", "video", "file", "signature", "draw", "annotate"), ("拍摄、录制或上传文件", "电话中不能收文件：请删去")
    ),
    "barcode": ("扫码", "请改用 text 记下号码"),
    **dict.fromkeys(("select_one_from_file", "select_multiple_from_file", "rank_from_file"), ("从文件取选项", FROM_FILE)),
    "select_one_external": ("从外部文件取选项", FROM_FILE),
    **dict.fromkeys(("xml-external", "csv-external"), ("外部数据文件", "请把用到的数据写成选项或个案字段")),
    **dict.fromkeys(("osm", "bluetooth"), ("专用采集插件", "请删去")),
}
"""Type: what it is, and what to do."""

COLLECTED_ELSEWHERE = frozenset(
    {"audit", "background-audio", "deviceid", "end", "username", "phonenumber", "phone_number", "subscriberid", "simserial",
     "simid", "devicephonenum",
     "email", "caseid", "enumerator", "comments", "start-geopoint", "text_audit", "audio_audit", "speed_violations_count",
     "speed_violations_list", "speed_violations_audit", "sensor_statistic", "sensor_stream"}
)  # fmt: skip
"""Types of what the programme keeps by itself (times, operator, recording) or cannot know on the telephone; they hold nothing here."""

WITHOUT_EFFECT = frozenset(
    {"media", "image", "big-image", "audio", "video", "guidance_hint", "autoplay", "body", "bind", "instance", "save_to", "intent",
     "minimum_seconds", "publishable", "response_note", "query", "sms_field", "repeat_parameters", "parent", "control"}
)  # fmt: skip


def column_problem(column: str) -> tuple[str, dict[str, str]] | None:
    """Number and details of what is wrong with a filled column; None where nothing is."""
    base = column.split("::", maxsplit=1)[0]
    if base == "trigger":
        return "Q020", {"what": "触发计算（trigger）", "todo": "计算随所引用的回答更新，请删去 trigger"}
    if base in WITHOUT_EFFECT:
        return "Q031", {"what": column}
    if base in COLUMNS or base in TEXT_COLUMNS or base.startswith("("):
        return None
    return "Q017", {"what": column}


def appearance_problem(appearance: str) -> tuple[str, dict[str, str]] | None:
    """search() fetches choices from a file; a plug-in of another tool draws nothing here."""
    if "search(" in appearance.replace(" ", ""):
        return "Q020", {"what": "按文件查找选项（search()）", "todo": FROM_FILE}
    if "custom-" in appearance:
        return "Q031", {"what": f"appearance {appearance.split('(', maxsplit=1)[0].strip()}"}
    return None
