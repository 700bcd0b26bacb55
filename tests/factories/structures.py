"""What DDI-Codebook 2.5 and Triple-S 2.0 ask of a file, from their published definitions: order of elements, attributes, references."""

import csv
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence

DDI = "{ddi:codebook:2_5}"
DDI_ORDER: dict[str, Sequence[str]] = {
    "codeBook": ["docDscr", "stdyDscr", "fileDscr", "dataDscr", "otherMat"],
    "docDscr": ["citation", "guide", "docStatus", "docSrc", "notes"],
    "citation": ["titlStmt", "rspStmt", "prodStmt", "distStmt", "serStmt", "verStmt", "biblCit", "holdings", "notes"],
    "titlStmt": ["titl", "subTitl", "altTitl", "parTitl", "IDNo"],
    "prodStmt": ["producer", "copyright", "prodDate", "prodPlac", "software", "fundAg", "grantNo"],
    "stdyDscr": ["citation", "studyAuthorization", "stdyInfo", "studyDevelopment", "method", "dataAccs", "othrStdyMat", "notes"],
    "stdyInfo": ["studyBudget", "subject", "abstract", "sumDscr", "qualityStatement", "notes", "exPostEvaluation"],
    "sumDscr": ["timePrd", "collDate", "nation", "geogCover", "geogUnit", "geoBndBox", "boundPoly", "anlyUnit", "universe", "dataKind"],
    "method": ["dataColl", "notes", "anlyInfo", "stdyClas", "dataProcessing", "codingInstructions"],
    "dataColl": [
        "timeMeth",
        "dataCollector",
        "collectorTraining",
        "frequenc",
        "sampProc",
        "sampleFrame",
        "targetSampleSize",
        "deviat",
        "collMode",
        "resInstru",
        "instrumentDevelopment",
        "sources",
        "collSitu",
        "actMin",
        "ConOps",
        "weight",
        "cleanOps",
    ],
    "anlyInfo": ["respRate", "EstSmpErr", "dataAppr"],
    "dataAccs": ["setAvail", "useStmt", "notes"],
    "useStmt": ["confDec", "specPerm", "restrctn", "contact", "citReq", "deposReq", "conditions", "disclaimer"],
    "fileDscr": ["fileTxt", "locMap", "notes"],
    "fileTxt": [
        "fileName",
        "fileCitation",
        "dataFingerprint",
        "fileCont",
        "fileStrc",
        "dimensns",
        "fileType",
        "format",
        "filePlac",
        "dataChck",
        "ProcStat",
        "dataMsng",
        "software",
        "verStmt",
    ],
    "dimensns": ["caseQnty", "varQnty", "logRecL", "recPrCas", "recNumTot"],
    "dataDscr": ["varGrp", "nCubeGrp", "var", "nCube", "notes"],
    "var": [
        "location",
        "labl",
        "imputation",
        "security",
        "embargo",
        "respUnit",
        "anlysUnit",
        "qstn",
        "valrng",
        "invalrng",
        "undocCod",
        "universe",
        "TotlResp",
        "sumStat",
        "txt",
        "stdCatgry",
        "catgryGrp",
        "catgry",
        "codInstr",
        "verStmt",
        "concept",
        "derivation",
        "varFormat",
        "geoMap",
        "catLevel",
        "notes",
    ],
    "catgry": ["catValu", "labl", "txt", "catStat", "mrow"],
    "qstn": ["preQTxt", "qstnLit", "postQTxt", "forward", "backward", "ivuInstr"],
    "valrng": ["item", "range", "key", "notes"],
    "invalrng": ["item", "range", "key", "notes"],
}
DDI_VALUES = {
    ("var", "intrvl"): {"contin", "discrete"},
    ("var", "wgt"): {"wgt", "not-wgt"},
    ("catgry", "missing"): {"Y", "N"},
    ("sumStat", "wgtd"): {"wgtd", "not-wgtd"},
    ("catStat", "wgtd"): {"wgtd", "not-wgtd"},
    ("catStat", "type"): {"freq", "percent", "crosstab", "other"},
    ("sumStat", "type"): {"mean", "medn", "mode", "vald", "invd", "min", "max", "stdev", "other"},
    ("varFormat", "type"): {"numeric", "character"},
    ("varFormat", "schema"): {"SAS", "SPSS", "IBM", "ANSI", "ISO", "XML-Data", "other"},
}
DDI_NEEDED = {"codeBook": ["stdyDscr"], "stdyDscr": ["citation"], "citation": ["titlStmt"], "titlStmt": ["titl"]}


def check_ddi(document: bytes) -> ET.Element:
    """The root of a codebook in which everything stands where it may."""
    root = ET.fromstring(document)  # noqa: S314  # we wrote it
    assert root.tag == f"{DDI}codeBook"
    assert root.get("version") == "2.5"
    ids: list[str] = []
    for element in root.iter():
        tag = element.tag.removeprefix(DDI)
        children = [child.tag.removeprefix(DDI) for child in element]
        if children:
            places = [DDI_ORDER[tag].index(child) for child in children]
            assert places == sorted(places), (tag, children)
        assert set(DDI_NEEDED.get(tag, [])) <= set(children), tag
        for name, value in element.attrib.items():
            if (tag, name) in DDI_VALUES:
                assert value in DDI_VALUES[tag, name]
        ids += [element.attrib["ID"]] if "ID" in element.attrib else []
        if tag == "var":
            assert element.get("name")
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[^\W\d][\w.\-]*", each) for each in ids)
    counted = root.findtext(f"{DDI}fileDscr/{DDI}fileTxt/{DDI}dimensns/{DDI}varQnty")
    assert counted == str(len(root.findall(f"{DDI}dataDscr/{DDI}var")))
    references = [value for element in root.iter() for name in ("files", "wgt-var") for value in element.get(name, "").split()]
    assert set(references) <= set(ids)
    return root


SSS_ORDER: dict[str, Sequence[str]] = {
    "sss": ["date", "time", "origin", "user", "survey"],
    "survey": ["name", "version", "title", "record"],
    "record": ["variable"],
    "variable": ["name", "label", "position", "filter", "spread", "values", "size"],
    "values": ["range", "value"],
    "label": ["text"],
}
SSS_NEEDED = {"sss": ["survey"], "survey": ["record"], "record": ["variable"], "variable": ["name", "label", "position"]}
SSS_TYPES = {"single": "values", "multiple": "values", "quantity": "values", "character": "size", "logical": "", "date": "", "time": ""}


def check_triple_s(document: bytes, data: bytes) -> ET.Element:
    """The root of a definition in which everything stands where it may, and which every row of the data keeps to."""
    root = ET.fromstring(document)  # noqa: S314  # we wrote it
    assert root.attrib["version"] == "2.0"
    for element in root.iter():
        children = [child.tag for child in element]
        if children:
            places = [SSS_ORDER[element.tag].index(child) for child in children]
            assert places == sorted(places), (element.tag, children)
        assert set(SSS_NEEDED.get(element.tag, [])) <= set(children), element.tag
    record = root.find("survey/record")
    assert record is not None
    assert re.fullmatch("[A-Za-z]", record.attrib["ident"])
    assert (record.attrib["format"], record.attrib["skip"]) == ("csv", "1")
    variables = record.findall("variable")
    idents = [each.attrib["ident"] for each in variables]
    names = [each.findtext("name", "") for each in variables]
    assert len(set(idents)) == len(idents)
    assert len({name.casefold() for name in names}) == len(names)
    assert [each.find("position").get("start") for each in variables] == [str(place + 1) for place in range(len(variables))]  # type: ignore[union-attr]  # checked above
    assert sum(each.get("use") == "serial" for each in variables) == 1
    header, *rows = csv.reader(io.StringIO(data.decode("utf-8"), newline=""))
    assert header == names
    for variable, cells in zip(variables, zip(*rows, strict=True) if rows else [()] * len(variables), strict=True):
        _check_variable(variable, cells)
    return root


def _check_variable(variable: ET.Element, cells: Sequence[str]) -> None:
    kind = variable.attrib["type"]
    needed = SSS_TYPES[kind]
    assert not needed or variable.find(needed) is not None
    listed = [each.attrib["code"] for each in variable.iterfind("values/value")]
    codes = set(listed)
    assert len(codes) == len(listed)
    assert all((each.text or "").strip() for each in variable.iterfind("values/value"))
    if kind in ("single", "multiple"):
        assert all(re.fullmatch(r"\d+", code) for code in codes)
        assert kind == "single" or listed == [str(place + 1) for place in range(len(listed))]
    for cell in filter(None, cells):
        if kind == "single":
            assert cell in codes
        elif kind == "multiple":
            assert re.fullmatch(f"[01]{{{max(map(int, codes))}}}", cell)
        elif kind == "quantity":
            span = variable.find("values/range")
            assert span is not None
            decimals = {len(end.partition(".")[2]) for end in (span.attrib["from"], span.attrib["to"])}
            assert len(decimals) == 1, "both ends tell how many decimals the data have"
            assert re.fullmatch(rf"-?\d+(\.\d{{0,{max(decimals)}}})?", cell), "no exponent, no more decimals"
            inside = float(span.attrib["from"]) <= float(cell) <= float(span.attrib["to"])
            assert inside or float(cell) in {float(code) for code in codes}
        elif kind == "character":
            assert len(cell) <= int(variable.findtext("size", "0"))
