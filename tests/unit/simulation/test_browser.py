import pytest

from callcenter.simulation.browser import Unplayable, read_page

PAGE = """<html><head><meta name="csrf-token" content="t0ken"></head><body><a href="/cases/1">a</a><a href="/cases/1">b</a>
<form method="post" action="/upload?p=3"><input type="hidden" name="csrf_token" value="x"><input type="file" name="file">
<select name="kind"><option value="a">A</option><option value="b" selected>B</option></select>
<textarea name="why">for
good</textarea><input type="checkbox" name="sure" value="1" checked><input type="radio" name="r" value="u">
<button name="go" value="1">Go</button></form>
<form method="post" action="/several"><input type="checkbox" name="of" value="a" checked><input type="checkbox" name="of" value="b">
<input type="checkbox" name="of" value="c" checked></form>
<form hx-post="/live"><input name="n" value="2"></form></body></html>"""


def test_forms_are_read_with_the_values_they_were_shown_with():
    form = read_page("http://h/x", 200, PAGE).form(r"/upload")
    assert (form.action, form.method, form.files) == ("http://h/upload?p=3", "post", {"file"})
    assert form.fields == {"csrf_token": "x", "kind": "b", "why": "for\ngood", "sure": "1"}
    assert form.choices == {"kind": ["a", "b"], "sure": ["1"], "r": ["u"], "go": ["1"]}


def test_all_ticked_boxes_of_a_name_are_sent():
    assert read_page("http://h/x", 200, PAGE).form(r"/several").ticked == {"of": ["a", "c"]}


def test_a_form_is_found_by_its_action_and_its_values():
    page = read_page("http://h/x", 200, PAGE)
    assert page.form("", n="2").action == "http://h/live"
    assert page.form("/live").method == "post"
    assert not page.has_form("/nothing")
    with pytest.raises(Unplayable, match="no form for /nothing"):
        page.form("/nothing")


def test_links_and_token_are_found_once():
    page = read_page("http://h/x", 200, PAGE)
    assert page.links_to(r"/cases/\d+$") == ["http://h/cases/1"]
    assert page.csrf == "t0ken"


def test_words_are_what_a_person_would_read():
    assert read_page("http://h/", 200, "<style>x</style><h1>到期</h1>\n <p>三个</p>").words() == "到期 三个"
