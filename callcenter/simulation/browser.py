"""A person's browser without a screen: logs in, opens pages, fills in their forms, sends their tokens. Real HTTP only."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from callcenter.errors import Unavailable

Upload = tuple[str, bytes]


@dataclass
class Form:
    """A form of a page, with the values it was shown with. `choices`: the values of each select."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    ticked: dict[str, list[str]] = field(default_factory=dict)
    """The values of check boxes that share a name."""


@dataclass
class Page:
    """An answer of the server."""

    address: str
    status: int
    text: str
    forms: list[Form]
    links: list[str]
    csrf: str | None

    def form(self, action: str, **values: str) -> Form:
        """The form whose action matches the pattern `action` and that was shown with these values."""
        for one in self.forms:
            if re.search(action, one.action) and values.items() <= one.fields.items():
                return one
        raise Unplayable(self, f"no form for {action}")

    def has_form(self, action: str) -> bool:
        """Whether there is such a form."""
        return any(re.search(action, one.action) for one in self.forms)

    def links_to(self, pattern: str) -> list[str]:
        """Addresses of the page's links that match, each once."""
        return list(dict.fromkeys(link for link in self.links if re.search(pattern, link)))

    def words(self) -> str:
        """What a person would read, in one line."""
        plain = re.sub(r"(?s)<(script|style|nav|header|head)\b.*?</\1>|<[^>]+>", " ", self.text)
        return re.sub(r"\s+", " ", plain).strip()


class Unplayable(Unavailable):
    """A page was not as the simulation needs it."""

    def __init__(self, page: Page, what: str) -> None:
        about = {"what": what, "address": urlsplit(page.address).path, "status": page.status, "words": page.words()[:300]}
        super().__init__("unplayable", "演示无法继续：{what}（页面 {address}，状态 {status}）。页面内容：{words}", **about)


class Browser:
    """One person's session with the web process."""

    def __init__(self, web: str, username: str, password: str) -> None:
        self.web, self.username, self._password = web, username, password
        self._client = httpx.Client(base_url=web, timeout=120, trust_env=False, follow_redirects=True)
        self._csrf = ""

    def log_in(self) -> Page:
        """Through the log-in form."""
        form = self.get("/log-in").form(r"/log-in")
        page = self.submit(form, username=self.username, password=self._password)
        if page.has_form(r"/log-in$"):
            raise Unplayable(page, f"{self.username} cannot log in")
        return page

    def get(self, address: str) -> Page:
        """Open a page."""
        return self._page(self._client.get(address))

    def submit(self, form: Form, files: Mapping[str, Upload] | None = None, **values: object) -> Page:
        """Send a form as it was shown, with `values` filled in."""
        filled: dict[str, str | list[str]] = {**form.fields, **form.ticked, **{name: str(value) for name, value in values.items()}}
        if form.method == "get":
            return self._page(self._client.get(form.action, params=filled))
        headers = {"X-CSRF-Token": self._csrf, "Referer": form.action}
        return self._page(self._client.post(form.action, data=filled, files=dict(files) if files else None, headers=headers))

    def api(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
        """Call the operators' JSON interface: status and document."""
        response = self._client.request(method, f"/operator/api/{path}", json=body, headers={"X-CSRF-Token": self._csrf})
        try:
            document = response.json()
        except ValueError:
            document = {}
        return response.status_code, document if isinstance(document, dict) else {}

    def download(self, address: str) -> bytes:
        """A file."""
        response = self._client.get(address)
        if response.is_error:
            raise Unplayable(self._page(response), f"no file at {urlsplit(address).path}")
        return response.content

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _page(self, response: httpx.Response) -> Page:
        page = read_page(str(response.url), response.status_code, response.text)
        self._csrf = page.csrf or self._csrf
        if response.status_code >= 400 and response.request.method != "GET":
            raise Unplayable(page, "the server refused")
        return page


def read_page(address: str, status: int, text: str) -> Page:
    """Forms, links and token of a page's HTML."""
    reader = _Reader(address)
    reader.feed(text)
    return Page(address, status, text, reader.forms, reader.links, reader.csrf)


class _Reader(HTMLParser):
    """Collects forms (with their hidden, typed and chosen values), links and the CSRF token."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.csrf: str | None = None
        self._form: Form | None = None
        self._select: str | None = None
        self._textarea: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what matters of a tag."""
        given = {name: value or "" for name, value in attrs}
        if tag == "meta" and given.get("name") == "csrf-token":
            self.csrf = given.get("content")
        elif tag == "a" and "href" in given:
            self.links.append(urljoin(self.address, given["href"]))
        elif tag == "form":
            self._form = Form(urljoin(self.address, given.get("action") or given.get("hx-post") or ""), given.get("method", "get").lower())
            if "hx-post" in given:
                self._form.method = "post"
            self.forms.append(self._form)
        elif self._form is not None and given.get("name"):
            self._field(tag, given, self._form)
        elif tag == "option" and self._form is not None and self._select is not None:
            self._option(given, self._form, self._select)

    def handle_endtag(self, tag: str) -> None:
        """Leave a form, a select or a text area."""
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._textarea = None

    def handle_data(self, data: str) -> None:
        """The text of a text area is its value."""
        if self._textarea is not None and self._form is not None:
            self._form.fields[self._textarea] += data

    def _field(self, tag: str, given: dict[str, str], form: Form) -> None:
        name, kind = given["name"], given.get("type", "text")
        if "formaction" in given:  # another way to send the same fields
            action = urljoin(self.address, given["formaction"])
            self.forms.append(Form(action, given.get("formmethod", form.method), form.fields, form.choices, ticked=form.ticked))
        if tag == "select":
            self._select = name
            form.choices[name] = []
        elif tag == "textarea":
            self._textarea = name
            form.fields[name] = ""
        elif tag == "input" and kind == "file":
            form.files.add(name)
        elif tag == "input" and kind in {"checkbox", "radio"}:
            form.choices.setdefault(name, []).append(given.get("value", "on"))
            if "checked" in given:
                form.fields[name] = given.get("value", "on")
                form.ticked.setdefault(name, []).append(given.get("value", "on"))
        elif tag == "input":
            form.fields[name] = given.get("value", "")
        elif tag == "button":
            form.choices.setdefault(name, []).append(given.get("value", ""))

    def _option(self, given: dict[str, str], form: Form, name: str) -> None:
        value = given.get("value", "")
        form.choices[name].append(value)
        if "selected" in given or len(form.choices[name]) == 1:
            form.fields[name] = value
