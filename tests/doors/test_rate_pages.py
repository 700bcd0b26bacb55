"""The page of rates: every cut opens, each number leads to its cases, readers without that right see numbers alone."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from callcenter.db.engine import statement, transaction
from callcenter.web.pages.supervisor import rates
from callcenter.web.pages.supervisor.rates import CUTS
from tests.factories.field_work import make_worked_sample, top_up
from tests.factories.people import Browser


def test_every_cut_opens_and_each_number_leads_to_its_cases(client_for: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch) -> None:
    supervisor, commissioner = client_for("supervisor"), client_for("commissioner")
    assert "还没有载入调查" in supervisor.get("/rates").text
    with transaction() as session:
        made = make_worked_sample(session, {"和平区": ["1.1", "1.1", "2.112", "3.13", ""], "河西区": ["4.70", "3.20"]})
        top_up(session, made, "和平区", ["1.1"])
    text = supervisor.get("/rates").text
    for shown in ("回收率", "完成/(E+U)，即 RR1", "拒访率", "42.9 %", "REF3", "加权 RR1"):
        assert shown in text
    links = {unescape(link) for link in re.findall(r'href="(/rates/cases[^"]*)"', text)}
    assert len(links) > 10
    for link in sorted(links)[:4]:
        assert "数字背后的个案" in supervisor.get(link).text
    listed = supervisor.get("/rates/cases?count=I&by=kind&key=top_up").text
    assert listed.count('href="/cases/') == 1
    assert len(statement("SELECT 1 FROM audit_trail WHERE action = 'cases_listed'")) == 5
    monkeypatch.setattr(rates, "PAGE", 2)
    pages = ["/rates/cases?count=released&by=district&key=和平区"]
    while forward := re.findall(r'href="([^"]*)" rel="next"', supervisor.get(pages[-1]).text):
        pages.append("/rates/cases" + unescape(forward[0]))
    opened = [re.findall(r'href="(/cases/\d+)"', supervisor.get(link).text) for link in pages]
    assert [len(page) for page in opened] == [2, 2, 2] and len({case for page in opened for case in page}) == 6
    for cut in CUTS:
        assert supervisor.get(f"/rates?by={cut}").status_code == 200, cut
    assert "2/4" not in supervisor.get("/rates?kind=main&until=2021-01-01T00:00").text
    assert supervisor.get("/rates?e=2").status_code == supervisor.get("/rates?until=soon").status_code == 422
    assert supervisor.get("/rates/cases?count=DROP").status_code == 422

    seen = commissioner.get("/rates?by=district").text
    assert "42.9 %" in seen and "/rates/cases" not in seen
    assert commissioner.get("/rates/cases?count=I").status_code == 403
