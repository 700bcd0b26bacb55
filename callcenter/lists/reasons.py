"""Verdicts and reasons in words, for receipts and pages."""

from callcenter.lists import columns

VERDICTS = {"accepted": "采用", "duplicate": "重复", "rejected": "退回"}
REASONS = {
    "name_missing": "没有企业名称",
    "phone_missing": "没有联系电话",
    "phone_masked": "电话号码被打了星号，无法拨打",
    "phone_invalid": "电话号码无法拨打（位数不对、空号段或服务热线）",
    "duplicate_enterprise": "与前面的一行是同一家企业，号码已并入那一行",
    "uscc_missing": "没有统一社会信用代码",
    "uscc_invalid": "统一社会信用代码有误（位数、字符或校验位）",
    "district_missing": "没有填写区域",
    "district_unknown": "区域不是天津市的 16 个区之一",
    "contact_missing": "没有联系人",
    "phone_shared": "同一号码登记给三家及以上企业，请补充企业自己的号码",
    "stage_total_mismatch": "累计总时长与各环节之和不一致或未填写",
}
FAULTY_COLUMNS = {
    "name_missing": columns.NAME,
    "phone_missing": columns.PHONE,
    "phone_masked": columns.PHONE,
    "phone_invalid": columns.PHONE,
    "phone_shared": columns.PHONE,
    "uscc_missing": columns.USCC,
    "uscc_invalid": columns.USCC,
    "district_missing": columns.DISTRICT,
    "district_unknown": columns.DISTRICT,
    "contact_missing": columns.CONTACT,
    "stage_total_mismatch": columns.TOTAL,
}
"""Which column of the row the sender must look at."""


def reason_texts(reasons: list[str]) -> str:
    """The reasons of a row as one sentence."""
    return "；".join(REASONS[reason] for reason in reasons)
