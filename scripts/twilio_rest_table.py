"""Make the small table of Twilio's REST API for calls that our tests hold requests and answers against.

Twilio publishes a description of its API (OpenAPI); the npm package @twilio/cli-core carries it. Anywhere outside the project:

    npm pack @twilio/cli-core && tar xzf twilio-cli-core-*.tgz package/src/services/twilio-api/twilio_api_v2010.json
    python scripts/twilio_rest_table.py package/src/services/twilio-api/twilio_api_v2010.json

Only names, types and allowed words are taken; the set-up needs neither npm nor the description.
"""

import json
import sys
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parents[1] / "tests" / "unit" / "telephony" / "twilio_rest_api.json"
PREFIX = "/2010-04-01/Accounts/{AccountSid}"
CHOSEN = (
    "/Calls.json",
    "/Calls/{Sid}.json",
    "/Calls/{CallSid}/Recordings.json",
    "/Calls/{CallSid}/Recordings/{Sid}.json",
    "/Conferences.json",
    "/Conferences/{Sid}.json",
    "/Conferences/{ConferenceSid}/Participants.json",
    "/Conferences/{ConferenceSid}/Participants/{CallSid}.json",
    "/Recordings.json",
    "/Recordings/{Sid}.json",
)
Table = dict[str, Any]


def main(description: Path) -> None:
    """Write the table of the chosen operations."""
    whole = json.loads(description.read_text(encoding="utf-8"))
    operations = {
        f"{method.upper()} {path}": _operation(whole, whole["paths"][PREFIX + path][method])
        for path in CHOSEN
        for method in ("get", "post", "delete")
        if method in whole["paths"][PREFIX + path]
    }
    table = {"version": whole["info"]["version"], "prefix": PREFIX, "operations": operations}
    TABLE.write_text(json.dumps(table, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _operation(whole: Table, operation: Table) -> Table:
    form = operation.get("requestBody", {}).get("content", {}).get("application/x-www-form-urlencoded", {}).get("schema", {})
    asked = [one for one in operation.get("parameters", []) if one["in"] == "query"]
    status, answer = next((status, answer) for status, answer in operation["responses"].items() if status.startswith("2"))
    gives = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return {
        "sends": {name: _kind(whole, schema) for name, schema in form.get("properties", {}).items()},
        "required": sorted(form.get("required", [])),
        "asks": {one["name"]: _kind(whole, one["schema"]) for one in asked},
        "status": int(status),
        "gives": {name: _kind(whole, schema) for name, schema in _resolved(whole, gives).get("properties", {}).items()},
    }


def _resolved(whole: Table, schema: Table) -> Table:
    if "$ref" not in schema:
        return schema
    found: Table = whole["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return found


def _kind(whole: Table, schema: Table) -> Table:
    schema = _resolved(whole, schema)
    kind: Table = {"type": schema.get("type", "any")}
    if "enum" in schema:
        kind["words"] = schema["enum"]
    if "items" in schema:
        kind["of"] = _kind(whole, schema["items"]) if schema["items"].get("type") != "object" and "$ref" not in schema["items"] else {}
    return kind


if __name__ == "__main__":
    main(Path(sys.argv[1]))
