"""The pure commands on people's own files."""

import json
from pathlib import Path

import pytest

from callcenter.cli import main

API = Path(__file__).parents[1] / "golden" / "estimates" / "apistrat.csv"


def written(folder: Path, text: str, encoding: str = "utf-8") -> str:
    file = folder / "in.csv"
    file.write_text(text, encoding=encoding)
    return str(file)


def test_rates_of_counts_with_a_given_e(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, "category,n\nI,4\nP,2\nR,1\nNC,1\nO,1\nUH,1\nUO,1\nNE,1\n")
    assert main(["rates", file, "--e", "0.9"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["e"] == {"value": 0.9, "method": "given"}
    assert found["rates"]["RR3"] == pytest.approx(0.370370, abs=5e-7)
    assert "weighted" not in found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_rates_of_cases_by_district_end_with_the_total(tmp_path: Path, capsys: pytest.CaptureFixture[str], encoding: str) -> None:
    file = written(tmp_path, "code,weight,区\n1.1,2,和平区\n4.1,1,和平区\n\n3.2,1,南开区\n", encoding)
    assert main(["rates", file, "--by", "区", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["by"] for row in found] == ["和平区", "南开区", None]
    assert found[0]["weighted"]["counts"] == {"I": 2, "P": 0, "R": 0, "NC": 0, "O": 0, "UH": 0, "UO": 0, "NE": 1}
    assert found[1]["rates"]["RR5"] is None


@pytest.mark.parametrize(
    ("text", "options", "exit_code"),
    [
        ("code\n9.9\n", [], 1),
        ("category,n\nI,-3\n", [], 1),
        ("category\nI\n", [], 2),
        ("outcome\n1.1\n", [], 2),
        ("code,结果代码\n1.1,2.111\n", [], 2),
        ("code,区,区\n1.1,a,b\n", ["--by", "区"], 2),
        ("code\n1.1\n\x00\n", [], 1),
        ("", [], 2),
        ("code\n1.1\n", ["--by", "district"], 2),
        ("code\n1.1\n", ["--e", "1.5"], 2),
        ("code\n1.1\n", ["--e", "nan"], 2),
        ("code\n", [], 1),
        ("category,n\nI,9007199254740993\n", [], 1),
        ("code,weight\n1.1,1e308\n1.1,1e308\n", [], 1),
    ],
)
def test_bad_input_of_rates_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, options: list[str], exit_code: int
) -> None:
    assert main(["rates", written(tmp_path, text), *options]) == exit_code
    said = capsys.readouterr()
    assert json.loads(said.out)["refused"] is True
    assert "Traceback" not in said.err
    assert any(letter > "一" for letter in said.err), "in Chinese"


def test_everything_that_is_missing_is_told_at_once_and_other_delimiters_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rates", written(tmp_path, "outcome,x\n1.1,2\n"), "--by", "district"]) == 2
    told = capsys.readouterr().err
    assert all(word in told for word in ("“code”、“district”", "category", "outcome、x"))
    for text in ("code;weight\n1.1;2\n", "code\tweight\n1.1\t2\n"):
        assert main(["rates", written(tmp_path, text)]) == 0
        assert json.loads(capsys.readouterr().out)["weighted"]["counts"]["I"] == 2
    assert main(["rates", written(tmp_path, "code\n1.1\n", "utf-16")]) == 0


def test_a_file_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    assert main(["rates", str(tmp_path / "none.csv")]) == 2
    assert main(["estimate", str(tmp_path / "none.csv"), "--mean", "x"]) == 2


def test_estimate_prints_the_published_mean_of_the_api_data(capsys: pytest.CaptureFixture[str]) -> None:
    """R: svymean(~api00, svydesign(id=~1, strata=~stype, fpc=~fpc, data=apistrat), deff=TRUE) is 662.29 (9.4089), deff 1.2045."""
    assert main(["estimate", str(API), "--strata", "stype", "--fpc", "fpc", "--mean", "api00", "--prop", "awards"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found[0]) == ["statistic", "variable", "level", "by", "estimate", "se", "low", "high", "deff", "n"]
    assert (round(found[0]["estimate"], 2), round(found[0]["se"], 4), round(found[0]["deff"], 4)) == (662.29, 9.4089, 1.2045)
    assert [row["level"] for row in found[1:]] == ["No", "Yes"]


@pytest.mark.parametrize(
    ("options", "exit_code"),
    [
        (["--strata", "stype", "--fpc", "fpc"], 2),
        (["--strata", "none", "--fpc", "fpc", "--mean", "api00"], 2),
        (["--strata", "stype", "--mean", "api00"], 2),
        (["--strata", "stype", "--fpc", "fpc", "--ratio", "api00"], 2),
        (["--strata", "stype", "--fpc", "fpc", "--mean", "awards"], 1),
        (["--strata", "stype", "--fpc", "fpc", "--mean", ""], 2),
        (["--strata", "", "--fpc", "fpc", "--mean", "api00"], 2),
        (["--strata", "stype", "--strata", "awards", "--fpc", "fpc", "--mean", "api00"], 2),
        (["--cluster", "dnum", "--cluster", "snum", "--fpc", "fpc", "--mean", "api00"], 2),
    ],
)
def test_bad_use_of_estimate_is_refused(options: list[str], exit_code: int) -> None:
    assert main(["estimate", str(API), *options]) == exit_code


ROWS = [("a", 1, 4, 2.0, "x"), ("a", 2, 4, 2.0, "y"), ("b", 5, 10, 5.0, "x"), ("b", 9, 10, 5.0, "NA")]


def laid_out(separator: str = ",", *, fpc: bool = False, before: str = "", head: str = "s,y,N,w,k") -> str:
    """Two strata of two; by hand: mean (2*3 + 5*14) / 14, variance sum of (1 - f) n^2/(n - 1) s^2 w^2 / 14^2."""
    cells = [(s, y, 2 / n if fpc else n, w, k) for s, y, n, w, k in ROWS]
    return before + "\n".join(separator.join(map(str, row)) for row in (tuple(head.split(",")), *cells)) + "\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (laid_out(), "utf-8"),
        (laid_out(), "utf-8-sig"),
        (laid_out(";"), "utf-8-sig"),
        (laid_out("\t"), "utf-16"),
        (laid_out(";", before="sep=;\n"), "gb18030"),
        (laid_out().replace("\n", "\r\n"), "utf-8"),
        (laid_out(fpc=True), "utf-8"),
        (laid_out().replace("y", '"y"', 1).replace(",x", ', "x" '), "utf-8"),
    ],
)
def test_files_as_others_save_them_give_the_figure_of_the_hand_formula(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, encoding: str
) -> None:
    file = written(tmp_path, text, encoding)
    mean = (2 * 3 + 5 * 14) / 14
    variance = (
        sum((1 - 2 / n) * 2 * sum((w * (y - sum(ys) / 2)) ** 2 for y in ys) for n, w, ys in ((4, 2, (1, 2)), (10, 5, (5, 9)))) / 14**2
    )
    for options in (["--strata", "s", "--fpc", "N"], ["--strata", "s", "--fpc", "N", "--weights", "w"]):
        assert main(["estimate", file, *options, "--mean", "y", "--total", "w", "--prop", "k", "--by", "s"]) == 0
        capsys.readouterr()
        assert main(["estimate", file, *options, "--mean", "y", "--prop", "k"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found[0]["estimate"] == pytest.approx(mean, rel=1e-12)
        assert found[0]["se"] == pytest.approx(variance**0.5, rel=1e-12)
        assert [(row["level"], row["n"]) for row in found[1:]] == [("x", 3), ("y", 3)]


@pytest.mark.parametrize(
    ("text", "options", "told"),
    [
        (laid_out(head="s,y,N,w,y"), ["--fpc", "N", "--strata", "s"], "y"),
        (laid_out().replace("b,9", "b,9,7"), ["--fpc", "N", "--strata", "s"], "5"),
        (laid_out().replace("2.0,x", ",x"), ["--weights", "w"], "w"),
        (laid_out().replace("2.0,x", "-1,x"), ["--weights", "w"], "w"),
        (laid_out().replace("a,1", 'a,"1,5"'), ["--weights", "w"], "1,5"),
        (laid_out().replace("a,1", "a,12%"), ["--weights", "w"], "12%"),
        (laid_out().replace("10,5", "0.2,5"), ["--fpc", "N", "--strata", "s"], "抽样比"),
        (laid_out().replace("a,1,4", "a,1,"), ["--fpc", "N", "--strata", "s"], "N"),
        (laid_out().replace("a,1,4", "a,1,5"), ["--fpc", "N", "--strata", "s"], "N"),
        (laid_out().replace("a,1,4", "NA,1,4"), ["--fpc", "N", "--strata", "s"], "s"),
        (laid_out(fpc=True).replace("0.2", "0"), ["--fpc", "N", "--strata", "s"], "N"),
        ("s,y,N,w,k\n", ["--weights", "w"], "没有数据行"),
        ("s,y,w\na,3,2\n", ["--weights", "w"], "只有一个抽样单位"),
    ],
)
def test_what_cannot_be_estimated_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, options: list[str], told: str
) -> None:
    assert main(["estimate", written(tmp_path, text), *options, "--mean", "y"]) in (1, 2)
    said = capsys.readouterr()
    assert json.loads(said.out)["refused"] is True
    assert told in said.err + said.out
    assert "Traceback" not in said.err


def test_a_stratum_with_one_unit_is_told_and_may_be_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """R: options(survey.lonely.psu="adjust") gives a standard error of 0.447; its default is to fail."""
    file = written(tmp_path, "s,N,x\na,10,1\nb,20,2\nb,20,3\nc,1,2\n")
    asked = ["estimate", file, "--strata", "s", "--fpc", "N", "--mean", "x"]
    assert main(asked) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)[0]["se"] == pytest.approx(0.4327, abs=1e-4)
    # c is certain: all of it was asked.
    assert all("1 个层只有一个单位（a）" in told for told in (said.err, json.loads(said.out)[0]["warning"]))
    assert main([*asked, "--lonely-psu", "fail"]) == 1
    assert json.loads(capsys.readouterr().out)["why"] == "lonely_stratum"
    assert main([*asked, "--lonely-psu", "certainty"]) == 2


def test_what_is_taken_for_granted_of_a_file_is_noted_in_both_languages_and_the_document_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """R refuses such clusters unless nest=TRUE is given; rows without a domain stay in its sample too."""
    rows = ["s,c,w,x,d,r", "a,1,2,1,u,", "a,2,2,2,u,", "b,1,3,4,,", "b,2,3,8", "b,3,3,9,v"]
    asked = ["estimate", written(tmp_path, "\n".join(rows) + "\n"), "--strata", "s", "--cluster", "c", "--weights", "w", "--mean", "x"]
    assert main([*asked, "--by", "d"]) == 0
    said = capsys.readouterr()
    assert [(row["by"], row["n"]) for row in json.loads(said.out)] == [("u", 2), ("v", 1)]
    assert [line for line in said.err.splitlines() if line.startswith("Note: ")] == [
        "Note: rows with fewer cells than the header: 1 (lines 5). What they lack is taken as missing.",
        "Note: clusters that stand in several strata under one name: 2 (1, 2). Each stratum's is taken as another cluster, as R does with "
        "nest=TRUE (without it R refuses).",
        "Note: rows without d: 2 (lines 4, 5). They are in no domain and stay in the sample.",
    ]
    assert said.err.count("注意：") == 3
    assert main(asked) == 0
    assert capsys.readouterr().err.count("注意：") == 1, "what no figure needs is not told of"


@pytest.mark.parametrize("statistic", ["--mean", "--total", "--ratio", "--median", "--prop"])
def test_numbers_without_a_finite_error_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], statistic: str) -> None:
    """Infinity and NaN are not JSON."""
    file = written(tmp_path, "N,x,y\n1e308,1e308,1\n1e308,-1e308,2\n1e308,1e308,3\n")
    assert main(["estimate", file, "--fpc", "N", statistic, "x/y" if statistic == "--ratio" else "x"]) in {0, 1}
    told = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert statistic in {"--median", "--prop"} or told["why"] == "number_too_large"
