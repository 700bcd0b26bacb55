"""What XLSForm knows and this program does not: named where it is met, with what to do instead."""

from callcenter.questionnaire.reading.columns import COLUMNS, TEXT_COLUMNS
from callcenter.questionnaire.said import Said

INTO_CHOICES = Said("请把选项逐行写进 choices 表", "Write the choices into the sheet choices, row by row")
ONE_BY_ONE = Said("请逐题改写为 select_one 或 integer", "Ask question by question with select_one or integer")
FROM_FILE = (Said("从文件取选项", "choices from a file"), INTO_CHOICES)
FROM_REPEAT = (Said("从重复组取选项", "choices out of a repeat"), Said("请改成固定的选项表", "Use a fixed list of choices"))
FILE_ENDINGS = (".csv", ".xml", ".geojson")
TYPES: dict[str, tuple[Said, Said]] = {
    **dict.fromkeys(
        ("geopoint", "geotrace", "geoshape", "location", "gps"),
        (
            Said("定位", "a place on the map"),
            Said("电话中不能定位：请删去，或改用 text 问地址", "A call cannot locate anybody: take it out, or ask the address as text"),
        ),
    ),
    **dict.fromkeys(
        ("image", "photo", "audio", "video", "file", "signature", "draw", "annotate"),
        (
            Said("拍摄、录制或上传文件", "a picture, recording or file"),
            Said("电话中不能收文件：请删去", "A call cannot take files: take it out"),
        ),
    ),
    "barcode": (Said("扫码", "a barcode"), Said("请改用 text 记下号码", "Write the number down as text")),
    **dict.fromkeys(("select_one_from_file", "select_multiple_from_file", "rank_from_file", "select_one_external"), FROM_FILE),
    **dict.fromkeys(
        ("xml-external", "csv-external"),
        (
            Said("外部数据文件", "a data file beside the form"),
            Said("请把用到的数据写成选项或个案字段", "Write the data that is used as choices or as fields of the case"),
        ),
    ),
    **dict.fromkeys(("osm", "bluetooth"), (Said("专用采集插件", "a plug-in of another tool"), Said("请删去", "Take it out"))),
    **dict.fromkeys(
        ("begin_score", "score__row", "end_score", "begin_rank", "rank__level", "end_rank", "begin_kobomatrix", "end_kobomatrix"),
        (Said("KoBo 的评分、排序或矩阵题", "KoBo's ratings, rankings and matrices"), ONE_BY_ONE),
    ),
    **dict.fromkeys(("begin_loop", "end_loop"), (Said("循环（loop）", "a loop"), Said("请改用 begin_repeat", "Use begin_repeat"))),
    "include": (Said("嵌入别的表单", "another form put in"), Said("请把那份表单的行写进来", "Write the rows of that form here")),
    "cascading_select": (Said("旧式级联题", "a cascading select of the old kind"), Said("请改用 choice_filter", "Use choice_filter")),
}
"""Type: what it is, and what to do."""

COLLECTED_ELSEWHERE = frozenset(
    {"audit", "background-audio", "background-geopoint", "deviceid", "end", "imei", "username", "phonenumber", "phone_number",
     "subscriberid", "simserial", "simid", "devicephonenum",
     "email", "caseid", "enumerator", "comments", "start-geopoint", "text_audit", "audio_audit", "speed_violations_count",
     "speed_violations_list", "speed_violations_audit", "sensor_statistic", "sensor_stream"}
)  # fmt: skip
"""Types of what the programme keeps by itself (times, operator, recording) or cannot know on the telephone; they hold nothing here."""

WITHOUT_EFFECT = frozenset(
    {"media", "image", "big-image", "audio", "video", "guidance_hint", "autoplay", "body", "bind", "instance", "save_to", "intent",
     "minimum_seconds", "publishable", "response_note", "query", "sms_field", "repeat_parameters", "parent", "control"}
)  # fmt: skip

SHEETS_OF_CHOICES = frozenset({"external_choices", "osm"})
SHEETS_WITHOUT_EFFECT = frozenset({"entities"})


GUIDE = "docs/how-to/write-a-questionnaire.md"
"""Where every function is listed."""


def other_functions(meant: tuple[str, ...]) -> Said:
    """What to do about functions that there are not; `meant` are those that somebody perhaps meant."""
    chinese, english = "、".join(meant), ", ".join(meant)
    return Said(
        f"{f'是不是要写 {chinese}？' if meant else ''}请改用支持的函数（{GUIDE} 列出了全部），或把要查的数据写成选项或个案字段",
        f"{f'Perhaps {english} is meant. ' if meant else ''}Use functions that are supported ({GUIDE} lists them), "
        "or write the data that is looked up as choices or as fields of the case",
    )


def column_problem(column: str) -> tuple[str, dict[str, str]] | None:
    """Number and details of what is wrong with a filled column; None where nothing is."""
    base = column.split("::", maxsplit=1)[0]
    if base == "trigger":
        what = Said("触发计算（trigger）", "a calculation that is triggered (trigger)")
        todo = Said("计算随所引用的回答更新，请删去 trigger", "Calculations follow the answers that they refer to: take trigger out")
        return "Q020", {"what": what, "todo": todo}
    if base in WITHOUT_EFFECT:
        return "Q031", {"what": column}
    if base in COLUMNS or base in TEXT_COLUMNS or base.startswith("("):
        return None
    return "Q017", {"what": column}


def appearance_problem(appearance: str) -> tuple[str, dict[str, str]] | None:
    """search() fetches choices from a file; a plug-in of another tool draws nothing here."""
    if "search(" in appearance.replace(" ", ""):
        what = Said("按文件查找选项（search()）", "choices looked up in a file (search())")
        return "Q020", {"what": what, "todo": INTO_CHOICES}
    drawn = sorted({"signature", "draw", "annotate"} & set(appearance.lower().split()))
    if drawn:
        return "Q031", {"what": f"appearance {drawn[0]}"}
    if "custom-" in appearance:
        return "Q031", {"what": f"appearance {appearance.split('(', maxsplit=1)[0].strip()}"}
    return None
