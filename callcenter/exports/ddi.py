"""DDI-Codebook 2.5: study, sampling, response and variables of a package as XML (ddialliance.org/Specification/DDI-Codebook/2.5)."""

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree as ET

from callcenter.exports.codebook import FIXED, Described, Weighted, exact, weighted
from callcenter.exports.dataset import CASE_COLUMNS, Column
from callcenter.exports.gathered import Gathered
from callcenter.exports.names import SPSS, fitting
from callcenter.exports.statistical import MISSING
from callcenter.exports.triple_s import as_document, written
from callcenter.exports.variables import Variable
from callcenter.questionnaire.nonanswers import NONANSWERS
from callcenter.response_rates.cohorts import named_rates, together
from callcenter.sampling.certificate import SOFTWARE
from callcenter.studies.phases import FIELD_ZONE

NAMESPACE = "ddi:codebook:2_5"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
FILE_ID = "F1"
BY_WEIGHT = {"wgtd": "wgtd", "wgt-var": "V_weight"}
"""What marks a statistic as weighted, beside the same one without weights."""


def document(of: Gathered, described: Sequence[Described]) -> bytes:
    """The whole codebook."""
    root = ET.Element("codeBook", {"xmlns": NAMESPACE, "version": "2.5", XML_LANG: "zh"})
    _document(root, of)
    _study(root, of)
    _file(root, of)
    _variables(root, of, described)
    return as_document(root)


def _add(to: ET.Element, tag: str, text: Any = None, **attributes: str) -> ET.Element:
    made = ET.SubElement(to, tag, attributes)
    if text is not None:
        made.text = written(text)
    return made


def _day(of: Gathered) -> str:
    return of.as_of.astimezone(FIELD_ZONE).date().isoformat() if of.as_of else ""


def _citation(to: ET.Element, of: Gathered, title: str) -> None:
    citation = _add(to, "citation")
    statement = _add(citation, "titlStmt")
    _add(statement, "titl", title)
    _add(statement, "IDNo", f"{of.subject.study}/{of.subject.stage}/{of.subject.population}/{of.subject.draw_no}")
    produced = _add(citation, "prodStmt")
    if of.as_of:
        _add(produced, "prodDate", _day(of), date=_day(of))
    _add(produced, "software", SOFTWARE)


def _document(root: ET.Element, of: Gathered) -> None:
    _citation(_add(root, "docDscr"), of, f"{of.subject.title}：编码簿")


def _study(root: ET.Element, of: Gathered) -> None:
    study = _add(root, "stdyDscr")
    _citation(study, of, of.subject.title)
    info = _add(study, "stdyInfo")
    _add(info, "abstract", "用电话向办理过有关业务的企业核实清单任务的落实情况；企业从部门报送的全量名单中分层随机抽取。")
    about = _add(info, "sumDscr")
    if of.as_of:
        _add(about, "collDate", _day(of), date=_day(of), event="end")
    _add(about, "nation", "中国", abbr="CN")
    _add(about, "anlyUnit", "企业")
    _add(about, "universe", f"{of.subject.population_title}（{of.subject.population}）")
    _add(about, "dataKind", "抽样调查数据")
    method = _add(study, "method")
    collection = _add(method, "dataColl")
    sizes = "；".join(f"{stratum.name} {stratum.released}/{stratum.size}" for stratum in of.strata)
    _add(
        collection,
        "sampProc",
        f"分层等概率抽样，永久随机数，种子事先承诺；各层已释放/总体：{sizes}。抽样框 SHA-256：{of.subject.frame_sha256}",
    )
    _add(collection, "collMode", "电话访问")
    _add(collection, "weight", "weight：基础权数（总体数/已释放数）按资格未知和未作答调整；0 表示没有作答。见 strata_and_weights.csv。")
    analysis = _add(method, "anlyInfo")
    for rate in named_rates(together(of.cohorts, "")):
        value = "–" if rate.value is None else f"{rate.value:.4f}"
        _add(analysis, "respRate", f"{rate.name}：{value}（{rate.formula}）")
    access = _add(_add(study, "dataAccs"), "useStmt")
    _add(access, "confDec", "数据只含研究代号，不含企业名称、信用代码和电话；请勿尝试还原身份。", required="yes")


def _file(root: ET.Element, of: Gathered) -> None:
    text = _add(_add(root, "fileDscr", ID=FILE_ID, URI="answers_wide.csv"), "fileTxt")
    _add(text, "fileName", "answers_wide.csv")
    _add(text, "fileCont", "每个已释放的个案一行")
    size = _add(text, "dimensns")
    _add(size, "caseQnty", str(of.data.one("SELECT count(*) FROM cases")))
    _add(size, "varQnty", str(len(of.data.wide_columns())))
    _add(text, "fileType", "CSV, UTF-8")


def _variables(root: ET.Element, of: Gathered, described: Sequence[Described]) -> None:
    part = _add(root, "dataDscr")
    columns = of.data.wide_columns()
    names = fitting([column.name for column in columns], SPSS)
    for name, kind in CASE_COLUMNS.items():
        wanted = {"wgt": "wgt"} if name in ("weight", "base_weight") else {}
        interval = "discrete" if kind in ("VARCHAR", "TINYINT") else "contin"
        made = _add(part, "var", ID=f"V_{names[name]}", name=name, files=FILE_ID, intrvl=interval, **wanted)
        _add(made, "labl", FIXED[name])
        _add(made, "varFormat", type="character" if kind == "VARCHAR" else "numeric", schema="other")
    spots = {spot: each for each in described for spot in {(column.question, column.instance) for column in each.columns}}
    weighing = weighted(of.data)
    last: Described | None = None
    weight = Weighted()
    for column in columns[len(CASE_COLUMNS) :]:
        if column.variable is None and last is not None:
            part.append(_nonanswers(last, weight, column, names[column.name]))
        elif column.variable is not None:
            spot = column.variable.question, column.variable.instance
            last, weight = spots[spot], weighing.get(spot, Weighted())
            part.append(_variable(last, weight, column.variable, names[column.name], refused=of.data.refused(column.variable)))


def _nonanswers(each: Described, weight: Weighted, column: Column, name: str) -> ET.Element:
    """The column that says why a question was not answered."""
    made = ET.Element("var", {"ID": f"V_{name}", "name": column.name, "files": FILE_ID, "intrvl": "discrete", "wgt-var": "V_weight"})
    _add(made, "labl", f"{each.label}：没有回答的原因")
    for code, n in each.refused.items():
        category = _add(made, "catgry")
        _add(category, "catValu", code)
        _add(category, "labl", NONANSWERS[code][1])
        _frequency(category, n, weight.counts.get(code, 0.0))
    _add(made, "varFormat", type="character", schema="other")
    return made


def _frequency(category: ET.Element, n: int, by_weight: float) -> None:
    _add(category, "catStat", str(n), type="freq")
    _add(category, "catStat", f"{by_weight:.10g}", type="freq", **BY_WEIGHT)


def _variable(each: Described, weight: Weighted, variable: Variable, name: str, *, refused: bool) -> ET.Element:
    number = variable.kind == "number"
    made = ET.Element("var", {"ID": f"V_{name}", "name": variable.name, "files": FILE_ID, "intrvl": "contin" if number else "discrete"})
    made.set("wgt-var", "V_weight")
    _add(made, "labl", variable.label)
    _add(_add(made, "qstn"), "qstnLit", each.said or each.label)
    if number and each.low is not None and each.high is not None:
        _add(_add(made, "valrng"), "range", min=exact(each.low), max=exact(each.high))
    if refused and variable.kind != "text":
        _add(_add(made, "invalrng"), "range", min=str(min(MISSING.values())), max=str(max(MISSING.values())))
    _add(made, "sumStat", str(each.answered), type="vald")
    _add(made, "sumStat", str(each.missing), type="invd")
    if number and each.mean is not None and each.low is not None and each.high is not None:
        for kind, value in (("min", exact(each.low)), ("max", exact(each.high)), ("mean", f"{each.mean:.6g}")):
            _add(made, "sumStat", value, type=kind)
        if weight.mean is not None:
            _add(made, "sumStat", f"{weight.mean:.10g}", type="mean", **BY_WEIGHT)
    for code, label, n, by_weight, missing in _categories(each, weight, variable):
        category = _add(made, "catgry", **({"missing": "Y"} if missing else {}))
        _add(category, "catValu", code)
        _add(category, "labl", label)
        _frequency(category, n, by_weight)
    _add(made, "varFormat", type="character" if variable.kind in ("text", "category") else "numeric", schema="other")
    return made


def _categories(each: Described, weight: Weighted, variable: Variable) -> list[tuple[str, str, int, float, bool]]:
    """Code, label, how many, how many in weights, and whether it is a non-answer."""
    weighs = weight.counts
    if variable.kind == "chosen":
        chosen, heavy = each.counts.get(variable.option, 0), weighs.get(variable.option, 0.0)
        found = [("0", "未选", each.answered - chosen, max(weight.answered - heavy, 0.0), False), ("1", "选中", chosen, heavy, False)]
    elif variable.option:
        found = []
    else:
        found = [(code, label, each.counts.get(code, 0), weighs.get(code, 0.0), False) for code, label in variable.values]
    return found + [(code, NONANSWERS[code][1], n, weighs.get(code, 0.0), True) for code, n in each.refused.items()]
