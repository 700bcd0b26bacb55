"""What in the words of a data set tells who somebody is: looked for, counted and warned of, so that it is not handed on unseen."""

from callcenter.exports.dataset import Dataset

NAMES = {"case_id": "BIGINT", "name": "VARCHAR", "contact": "VARCHAR"}
FULL_WIDTH, PLAIN = "０１２３４５６７８９－＠", "0123456789-@"
NUMBERS = (
    r"(^|[^0-9])1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}([^0-9]|$)",
    r"(^|[^0-9])0[0-9]{2,3}[- ]?[2-9][0-9]{6,7}([^0-9]|$)",
    r"(^|[^0-9A-Z])[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}([^0-9A-Z]|$)",
    r"(^|[^0-9])[1-9][0-9]{16}[0-9X]([^0-9]|$)",
    r"[A-Z0-9._+-]+@[A-Z0-9-]+\.[A-Z]",
)
"""Mobile and fixed telephones, credit codes, numbers of identity cards, addresses of mail; in capitals."""
SHORTEST_NAME, SHORTEST_CONTACT = 4, 2

_TEXTS = """SELECT a.place, a.question AS told, a.value AS words, q.no FROM answers a JOIN asked q ON q.name = a.question
    WHERE q.kind = 'text' AND a.value IS NOT NULL
    UNION ALL SELECT c.place, 'dispositions.reason', d.reason, 1000000 FROM dispositions d JOIN cases c USING (case_id)
    WHERE d.reason IS NOT NULL"""


def numbers_told(data: Dataset) -> list[str]:
    """Questions in whose answers a telephone number, a code or an address seems to stand."""
    words = f"upper(translate(words, '{FULL_WIDTH}', '{PLAIN}'))"
    either = " OR ".join(f"regexp_matches({words}, '{each}')" for each in NUMBERS)
    return _warned(
        data, f"SELECT told, count(*) FROM ({_TEXTS}) WHERE {either} GROUP BY told, no ORDER BY no", "像是有电话、证件号码、信用代码或邮箱"
    )


def names_told(data: Dataset) -> list[str]:
    """Questions in whose answers the name or the contact of the case's own enterprise stands; these are forgotten afterwards."""
    named = f"""length(n.name) >= {SHORTEST_NAME} AND contains(words, n.name)
        OR length(n.contact) >= {SHORTEST_CONTACT} AND contains(words, n.contact)"""
    joined = f"({_TEXTS}) JOIN cases c USING (place) JOIN names n USING (case_id)"
    told = _warned(data, f"SELECT told, count(*) FROM {joined} WHERE {named} GROUP BY told, no ORDER BY no", "有该企业的名称或联系人")
    data.run("DROP TABLE names")
    return told


def _warned(data: Dataset, sql: str, what: str) -> list[str]:
    return [f"{told}：有 {count} 处文字里{what}，转交前请先看过并遮去。" for told, count in data.run(sql).fetchall()]
