"""Ids that are in the market, so that requests reach more than 404: lines for the fuzzer's configuration."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import requests

ID = re.compile(r'"([a-z]{3})_([0-9a-hj-kmnp-tv-z]{12})"')
# What a field that holds an id holds the id of, by its name without `_id`.
FIELDS = {
    "project": "prj",
    "bid": "bid",
    "thread": "thr",
    "recipient": "usr",
    "freelancer": "usr",
    "user": "usr",
    "client": "usr",
    "contest": "ctt",
    "entry": "ent",
    "milestone": "mil",
    "decision": "dec",
    "attachment": "att",
    "saved_search": "sea",
    "invitation": "inv",
}
# How often a real id is taken where one fits. The rest is made up, and answers 404.
OFTEN = 0.9
MOST = 40


def collect(contract: dict, base: str, token: str) -> dict[str, list[str]]:
    """Every id this person meets in the lists, the snapshots and the change feed, by prefix."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {token}"
    addresses = [f"/v1/snapshot?type={kind}" for kind in contract["components"]["schemas"]["Type"]["enum"]]
    addresses += [
        path
        for path, item in contract["paths"].items()
        if path.startswith("/v1/") and "{" not in path and "get" in item and not streams(item["get"])
    ]
    ids: dict[str, list[str]] = {}
    for address in addresses:
        for prefix, digits in ID.findall(session.get(base + address, timeout=30).text):
            known = ids.setdefault(prefix, [])
            if f"{prefix}_{digits}" not in known:
                known.append(f"{prefix}_{digits}")
    return ids


def streams(operation: dict) -> bool:
    """Whether the answer is a stream of events."""
    return any("text/event-stream" in answer.get("content", {}) for answer in operation["responses"].values())


def configuration(contract: dict, base: str, token: str) -> str:
    """TOML that tells the fuzzer which ids to use where."""
    ids = collect(contract, base, token)
    lines = ["", "[dictionaries]"]
    for prefix, values in sorted(ids.items()):
        lines.append(f"{prefix} = {{ values = {json.dumps(values[:MOST])} }}")
    for operation_id, parameter, dictionary in bindings(contract):
        if dictionary in ids:
            lines += ["", "[[operations]]", f"include-operation-id = {json.dumps(operation_id)}"]
            lines.append(f'parameters = {{ "{parameter}" = {{ dictionary = "{dictionary}", probability = {OFTEN} }} }}')
    return "\n".join(lines) + "\n"


def bindings(contract: dict) -> Iterator[tuple[str, str, str]]:
    """`(operation, parameter, dictionary)` for every place that takes an id."""
    for item in contract["paths"].values():
        for operation in item.values():
            name = operation["operationId"]
            for parameter in operation.get("parameters", []):
                parameter = resolve(contract, parameter)
                place, label, example = parameter["in"], parameter["name"], str(parameter.get("example", ""))
                if place in ("path", "query") and ID.fullmatch(f'"{example}"'):
                    yield name, f"{place}.{label}", example[:3]
            for media in operation.get("requestBody", {}).get("content", {}).values():
                for field, schema in resolve(contract, media.get("schema", {})).get("properties", {}).items():
                    if "const" in schema:
                        continue
                    prefix = FIELDS.get(field.removesuffix("_ids").removesuffix("_id"))
                    if prefix and field.endswith("_id"):
                        yield name, f"body.{field}", prefix
                    elif prefix and field.endswith("_ids"):
                        yield name, f"body.{field}.[*]", prefix


def resolve(contract: dict, node: dict) -> dict:
    """What a `$ref` leads to."""
    while "$ref" in node:
        target: dict = contract
        for name in node["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        node = target
    return node


def write(base_file: Path, into: Path, contract: dict, base: str, token: str) -> None:
    """The committed configuration with the market's ids after it."""
    hooks = base_file.parent / "hooks.py"
    text = base_file.read_text().replace('hooks = "hooks.py"', f"hooks = {json.dumps(str(hooks))}")
    into.write_text(text + configuration(contract, base, token))
