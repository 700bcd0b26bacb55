"""The sections of a report, each from a stage's state."""

from collections.abc import Mapping, Sequence
from typing import Any

from callcenter.exports.report.charts import bars
from callcenter.exports.report.page import Page
from callcenter.exports.stage import CONCLUSIONS, checksum, in_force, in_words, waiting

CATEGORIES = {
    "I": "完成",
    "P": "部分完成",
    "R": "拒访",
    "NC": "未接触",
    "O": "其他合格未访",
    "UH": "未知是否合格（号码）",
    "UO": "未知是否合格（企业）",
    "NE": "不合格",
}
RATES = ("回收率", "有效率", "有效回收率", "拒访率")
REASONS = {
    "incomplete": "访问没有完成",
    "wrong_enterprise": "不是该企业",
    "matter_not_confirmed": "未确认办理过该事项",
    "core_unanswered": "核心题回答不足",
    "outside_window": "不在调查期内",
    "contradiction": "回答前后矛盾",
    "too_short": "访问时间过短",
}
MOST_BARS = 24


def method(page: Page, state: Mapping[str, Any]) -> None:
    """How the survey was made: frame, design, draw, weights, error."""
    page.say(
        "总体为部门报送并核对去重后的企业全量名单；分层随机抽样，每家企业有永久随机数，种子事先承诺、公开可核。未抽到、未释放的企业不进入任何比率。"
    )
    page.say(
        "估计按企业加权：基础权数为层内总体数除以已释放数，资格未知者摊给已知者，未有效作答者摊给有效样本。"
        "标准误按分层设计并作有限总体校正，区间为 95%。"
    )
    rows = [
        (each["code"], each["title"], each["N"], each["released"], each["valid"], each["target"], _number(each["weights"].get("deff")))
        for each in state["populations"]
    ]
    page.table(("编号", "样本总体", "抽样框", "已释放", "有效样本", "目标", "权数设计效应"), rows)
    if not rows:
        page.say("这个阶段还没有抽样。")


def dates(page: Page, state: Mapping[str, Any]) -> None:
    """When what was done."""
    page.table(("活动", "开始", "结束"), [(each["title"], each["first"], each["last"]) for each in state["dates"]])


def lines(page: Page, state: Mapping[str, Any]) -> None:
    """From which numbers was called."""
    page.say(
        f"外呼号码：{'、'.join(state['study']['lines']) or '（未登记）'}。只用这些号码拨打。评估机构联系电话：{state['study']['contact']}。"
    )


def dispositions(page: Page, state: Mapping[str, Any]) -> None:
    """What became of the released cases."""
    header = ("样本总体", *(f"{name} {CATEGORIES[name]}" for name in CATEGORIES), "合计")
    rows = [
        (each["code"], *(each["categories"].get(name, 0) for name in CATEGORIES), sum(each["categories"].values()))
        for each in state["populations"]
    ]
    page.table(header, rows)
    waiting = [f"{each['code']} 有 {each['not_final']} 个" for each in state["populations"] if each["not_final"]]
    if waiting:
        page.say(f"还有个案没有最终处置代码（{'、'.join(waiting)}）：比率、权数和估计还会变。")


def rates(page: Page, state: Mapping[str, Any]) -> None:
    """Rates with their formulas and bases."""
    found = state["populations"]
    if not found:
        page.say("还没有释放样本，没有比率。")
        return
    page.points([f"{name} = {found[0]['rates'][name]['formula']}" for name in RATES if name in found[0]["rates"]])
    page.table(("样本总体", *RATES), [(each["code"], *(_share(each["rates"].get(name)) for name in RATES)) for each in found])
    shown = [(each["code"], _ratio(each["rates"].get("有效回收率"))) for each in found if each["released"]]
    if shown:
        bars(page.document, "有效回收率（有效样本/已释放）", [(name, value or 0.0) for name, value in shown[:MOST_BARS]])


def eligibility(page: Page, state: Mapping[str, Any]) -> None:
    """What is assumed of those whose eligibility is unknown."""
    page.say("e 是资格未知者中合格者的比例，按比例法由已知者估计：e = 合格 /（合格 + 不合格），各层分别计算后相加。RR3 用它折算未知者。")
    page.table(
        ("样本总体", "e", "RR1", "RR3"),
        [
            (each["code"], _number(each["e"], 3), *(_percent(each["aapor"].get(name)) for name in ("RR1", "RR3")))
            for each in state["populations"]
        ],
    )


def verification(page: Page, state: Mapping[str, Any]) -> None:
    """How interviews were judged valid."""
    complete, valid = (sum(each[word] for each in state["populations"]) for word in ("complete", "valid"))
    page.say(f"完成 {complete} 份访问，经核验有效 {valid} 份。")
    if state["invalid"]:
        page.table(("不算有效的原因", "访问"), [(REASONS.get(reason, reason), n) for reason, n in state["invalid"].items()])


def conclusions(page: Page, state: Mapping[str, Any]) -> None:
    """What was concluded of the items, once two persons have signed; what waits for the second stands beside it."""
    versions = [item["history"] for item in state["items"]]
    signed = [said for each in versions if (said := in_force(each))]
    only_waiting = sum(1 for each in versions if each and not in_force(each))
    renewed = sum(1 for each in versions if in_force(each) and waiting(each))
    counts = [(label, sum(1 for each in signed if each["conclusion"] == code)) for code, label in CONCLUSIONS.items()]
    page.say(
        f"清单共 {len(versions)} 项：已有两人签字的结论 {len(signed)} 项（其中 {renewed} 项另有新的一版待复核），"
        f"只有待复核的结论 {only_waiting} 项，尚无结论 {sum(1 for each in versions if not each)} 项。"
    )
    if signed:
        bars(page.document, "各项任务的结论（项）", [(label, float(n)) for label, n in counts], percent=False)
    page.table(("序号", "任务", "结论", "理由", "待复核"), [_concluded(item) for item in state["items"]])


def _concluded(item: Mapping[str, Any]) -> tuple[Any, ...]:
    said, newer = in_force(item["history"]), waiting(item["history"])
    told = (said["label"], said["reason"]) if said else (None, None)
    return item["number"], item["title"], *told, f"第 {newer['version']} 版 {newer['label']}：{newer['reason']}" if newer else None


def topics(page: Page, state: Mapping[str, Any]) -> None:
    """Figures by topic and population, a chart of shares for each."""
    items = {item["id"]: item for item in state["items"]}
    known = {topic["number"]: topic for topic in state["topics"]}
    unlisted = sorted({item["topic"] for item in state["items"]} - set(known))
    for topic in [*state["topics"], *({"number": number, "title": ""} for number in unlisted)]:
        mine = [each for each in state["populations"] if each["figures"] and items[each["item_id"]]["topic"] == topic["number"]]
        if mine:
            page.heading(f"{topic['number']} {topic['title']}", 2)
        for each in mine:
            _population(page, each)
    if not any(each["figures"] for each in state["populations"]):
        page.say("还没有可以估计的回答。")


def _population(page: Page, of: Mapping[str, Any]) -> None:
    page.heading(f"{of['code']} {of['title']}", 3)
    page.say(
        f"有效样本 {of['valid']}，有效样本量 {_number(of['weights'].get('effective_n'), 1)}，"
        f"权数设计效应 {_number(of['weights'].get('deff'))}。"
    )
    _figures(page, of["figures"])


def _figures(page: Page, rows: Sequence[Mapping[str, Any]]) -> None:
    """Figures as a list, then a chart of each question's shares."""
    page.points([in_words(row) for row in rows if row["estimate"] is not None])
    few = {row["label"]: row["few"] for row in rows if row.get("few")}
    if few:
        page.say(f"回答不足 {max(few.values())} 家的题目不列数字：{'、'.join(few)}。")
    shares = [row for row in rows if row["statistic"] == "prop" and row["estimate"] is not None]
    for question in dict.fromkeys(row["question"] for row in shares):
        told = [row for row in shares if row["question"] == question]
        if len(told) > 1:
            bars(
                page.document,
                f"{told[0]['label']}（n={told[0]['n']}）",
                [(row["level_label"], float(row["estimate"])) for row in told[:MOST_BARS]],
            )


def open_answers(page: Page, state: Mapping[str, Any]) -> None:
    """How many gave an answer in their own words, and what these were coded into; the words are in the package."""
    told = [(each["code"], asked) for each in state["populations"] for asked in each["open"]]
    page.say("原话见数据包的长表；引用前请去掉能认出企业的内容。")
    page.table(("样本总体", "题目", "回答", "编码"), [(code, asked["label"], asked["n"], _coded(asked)) for code, asked in told])
    for code, asked in told:
        shares = asked.get("shares") or []
        if shares:
            page.heading(f"{code} {asked['label']}", 3)
            _figures(page, shares)


def _coded(asked: Mapping[str, Any]) -> str | None:
    if "coded" not in asked:
        return None
    of, coded = asked["answers"], asked["coded"]
    return f"有效样本的 {of} 个全部编码" if 0 < of == coded else f"有效样本的 {of} 个里编码了 {coded} 个，还没有比例"


def source(page: Page, state: Mapping[str, Any]) -> None:
    """What the document was made from, so that each figure can be traced: draws, hashes, versions, and a checksum over all of it."""
    rows = []
    for each in state["populations"]:
        of = each["source"]
        read = "；".join(f"{one['name']} v{one['version']}（{one['sha256'][:16]}）" for one in of["questionnaires"])
        rows.append((each["code"], of["draw_no"], each["drawn_at"][:10], of["frame_sha256"], of["design_sha256"], read))
    if rows:
        page.table(("样本总体", "第几次抽样", "抽取日期", "抽样框 SHA-256", "抽样设计 SHA-256", "问卷版本"), rows)
    page.say(
        f"本文件所依据的阶段状态的校验值（SHA-256）：{checksum(state)}。冻结的状态可以在“结论与报告”页下载，用 sha256sum 核对。"
        "逐个案的数据、权数和处置历史见各样本总体的数据包；审计用的包里的 sample.csv 把研究代号与抽样次序连起来。"
        f"软件：{state['software']}。"
    )


def _ratio(rate: Mapping[str, Any] | None) -> float | None:
    return rate["n"] / rate["of"] if rate and rate["of"] else None


def _share(rate: Mapping[str, Any] | None) -> str | None:
    value = _ratio(rate)
    return None if rate is None or value is None else f"{value:.1%}，{rate['n']}/{rate['of']}"


def _percent(value: float | None) -> str | None:
    return None if value is None else f"{value:.1%}"


def _number(value: float | None, digits: int = 2) -> str | None:
    return None if value is None else f"{value:.{digits}f}"
