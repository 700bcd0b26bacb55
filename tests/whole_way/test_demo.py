"""`callcenter run --demo` as a user starts it: all processes, real ports, real callbacks, from the lists to the package."""

import csv
import json
import os
import subprocess
import sys
from collections import Counter

import pytest

pytestmark = [pytest.mark.whole_way, pytest.mark.timeout(1200)]
STARTED_BY = {
    name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_URL", "BOARDS_", "TWILIO_", "PYTEST_", "COV_"))
}


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """A field period of 24 cases in a folder whose path has a space and Chinese characters."""
    place = tmp_path_factory.mktemp("一次 演示")
    command = [
        sys.executable,
        "-m",
        "callcenter",
        "run",
        "--demo",
        "--cases",
        "24",
        "--data",
        str(place / "data"),
        "--out",
        str(place / "out"),
    ]
    done = subprocess.run(command, env=STARTED_BY, capture_output=True, text=True, timeout=1100, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return place, done


def rows(place, name):
    (found,) = (place / "out" / "package").rglob(name)
    with found.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def test_the_board_says_what_was_drawn_called_completed_and_how_near_the_truth_the_estimates_are(played):
    place, done = played
    for words in ("各层进度", "主样本", "拨打", "完成", "补充", "估计与真值", "总体满意度"):
        assert words in done.stdout
    assert (place / "out" / "summary.txt").read_text(encoding="utf-8").strip() in done.stdout
    assert "被系统拒绝的操作" not in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_rates_detail_table_and_report_lie_beside_the_package(played):
    place, _ = played
    for name in ("response_rates.json", "detail_table.xlsx", "report.docx"):
        assert (place / "out" / name).read_bytes() == (place / "out" / "package" / name).read_bytes()


def test_every_call_went_out_from_a_published_line_and_has_an_end_and_an_outcome(played):
    place, _ = played
    attempts = rows(place, "attempts.csv")
    assert len(attempts) >= 24
    assert {attempt["line"] for attempt in attempts} <= {"96599966", "96599977", "96599988"}
    assert all(attempt["outcome"] and attempt["ended_at"] for attempt in attempts)
    assert {attempt["state"] for attempt in attempts if attempt["answered_at"]} == {"completed"}


def test_every_case_called_has_a_code_and_every_complete_its_answers(played):
    place, _ = played
    answers = rows(place, "answers_wide.csv")
    assert all(row["code"] for row in answers)
    complete = [row for row in answers if row["category"] == "I"]
    assert complete
    assert all(row["satisfaction"] or row.get("satisfaction__nonanswer") for row in complete)


def test_the_certificate_counts_what_was_released_in_eight_strata_or_more(played):
    place, _ = played
    (certificate,) = (place / "out" / "package").rglob("draw_certificate.json")
    strata = json.loads(certificate.read_text(encoding="utf-8"))["strata"]
    assert len(strata) >= 8
    released = Counter(row["stratum"] for row in rows(place, "answers_wide.csv"))
    assert all(released[stratum["stratum"]] >= stratum["n"] for stratum in strata)


def test_no_name_and_no_number_of_an_enterprise_leaves_in_the_package(played):
    place, _ = played
    texts = [
        file.read_text(encoding="utf-8-sig") for file in (place / "out" / "package").rglob("*") if file.suffix in {".csv", ".json", ".txt"}
    ]
    assert not any("有限公司" in text or "+861" in text for text in texts)
