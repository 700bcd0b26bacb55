"""What operators are doing, why they pause, and how their calls are begun."""

from callcenter.web.translations import noted

OPERATOR_STATES = {
    "ready": noted("就绪"),
    "preview": noted("看个案"),
    "call": noted("通话"),
    "wrap_up": noted("话后整理"),
    "break": noted("休息"),
    "training": noted("培训"),
    "off": noted("下班"),
}
BREAKS = {
    "rest": noted("小休"),
    "meal": noted("用餐"),
    "meeting": noted("开会"),
    "technical": noted("设备问题"),
    "other": noted("其他原因"),
}
MODES = {"preview": noted("预览拨号"), "progressive": noted("自动拨号"), "manual": noted("手工拨号")}
