"""What the fuzzer does beside its own checks: signs in, holds refusals to the contract."""

from __future__ import annotations

import json
import os
import uuid
from collections import Counter

import requests
import schemathesis
from schemathesis.generation.meta import TestPhase
from schemathesis.transport.serialization import serialize_binary

from market import ROLES
from scenes import Scenes, ahead
from sign_in import CLIENT_ID, SignIn

BASE, ROLE = os.environ["PRESTA_URL"], os.environ["PRESTA_ROLE"]
SIGN_IN = SignIn(BASE, *ROLES[ROLE])
SCENES = Scenes(BASE, ROLE, SIGN_IN)
# More of the same would prove nothing more.
SCENES_OF_EACH = 25

# What a schema can say, and so must say: a request it allows is never refused with one of these.
SHAPE = {
    "invalid-json",
    "invalid-type",
    "out-of-range",
    "required",
    "too-few",
    "too-long",
    "too-many",
    "too-short",
    "unknown-field",
}

# What no schema can say, because it hangs on what is stored: where, the code, and why.
RULES = {
    ("POST /v1/threads/{id}:read", "/up_to", "out-of-range"): "one reads no further than the last message",
    ("POST /v1/threads", "/recipient_id", "required"): "the project's client names whom they write to",
    ("POST /v1/projects", "/bids_close_at", "out-of-range"): "counted from now",
    ("PATCH /v1/projects/{id}", "/bids_close_at", "out-of-range"): "counted from now",
    ("POST /v1/contests", "/entries_close_at", "out-of-range"): "counted from now",
    ("PATCH /v1/contests/{id}", "/entries_close_at", "out-of-range"): "counted from now",
    ("PATCH /v1/preferences/communications", "/text_version", "required"): "what is no consent needs none",
}

# How often each was asked of an operation.
asked: Counter[tuple[str, str]] = Counter()
# How many scenes an operation had.
played: Counter[str] = Counter()
# Tokens the platform does not take any more.
refused: set[str] = set()


@schemathesis.serializer("application/offset+octet-stream")
def piece_of_a_file(ctx, value):
    """Bytes as they are; what is not bytes, as its text."""
    return {"data": serialize_binary(value)}


@schemathesis.auth(refresh_interval=60)
class Bearer:
    """The person of this run. A token that is refused (a request may revoke it) is replaced by a new sign-in."""

    def get(self, case, context):
        token = SIGN_IN.token()
        if token in refused:
            SIGN_IN.forget()
            token = SIGN_IN.token()
        return token

    def set(self, case, data, context):
        if context.operation.definition.raw.get("security"):
            case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.check
def valid_requests_are_refused_by_rules_alone(ctx, response, case):
    """A request the schema allows may be refused for what is stored or for a rule of the market, never for its shape."""
    meta = case.meta
    if meta is None or not meta.generation.mode.is_positive or response.status_code != 422:
        return None
    problem = response.json()
    wrong = [
        error
        for error in problem.get("errors", [])
        if error["code"] in SHAPE and (case.operation.label, error["pointer"], error["code"]) not in RULES
    ]
    assert not wrong, f"the schema allows what is refused: {json.dumps(wrong, ensure_ascii=False)}"
    return None


@schemathesis.check
def refusals_are_problems(ctx, response, case):
    """Every 4xx of `/v1` is problem+json whose status is that of the answer; nothing is ever a 5xx."""
    if not case.operation.path.startswith("/v1/") or response.status_code < 400:
        return None
    if case.method.upper() == "HEAD":
        return None
    kind = response.headers.get("content-type", [""])[0]
    assert kind == "application/problem+json", f"{response.status_code} as {kind or 'nothing'}"
    problem = response.json()
    assert problem["status"] == response.status_code, f"status {problem['status']} in a {response.status_code}"
    assert problem["request_id"] == response.headers["x-request-id"][0], "request_id is not X-Request-Id"
    return None


@schemathesis.hook
def before_call(context, case, kwargs):
    """What no schema can say: most edits that are right name the revision of now, and most syncs the state of now;
    some of what is right gets its scene. A right `wait` is cut to a second, for waiting longer proves nothing more and
    takes the time of the run."""
    wait = (case.query or {}).get("wait")
    if case.operation.path == "/v1/changes" and str(wait).isdigit() and 1 < int(wait) <= 30:
        case.query["wait"] = 1
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    # Ids met elsewhere are tried wherever a name fits, even where the contract knows one value alone.
    if "client_id" in (case.query or {}):
        case.query["client_id"] = CLIENT_ID
    name = case.operation.definition.raw["operationId"]
    # A chain of links keeps the things it made; the corners of a schema keep their values.
    if case.meta.phase.name in (TestPhase.EXAMPLES, TestPhase.FUZZING):
        if isinstance(case.body, dict) and mostly(name, "likely", 4):
            likely(case.body)
        if played[name] < SCENES_OF_EACH and mostly(name, "scene", 2):
            played[name] += 1
            if stage := SCENES.of(name):
                stage.set(case)
                # The key of the examples is one for all of them, and what is played is an intent of its own.
                if "Idempotency-Key" in (case.headers or {}):
                    case.headers["Idempotency-Key"] = str(uuid.uuid4())
    if case.method.upper() == "PATCH" and "If-Match" in (case.headers or {}) and mostly(name, "revision", 4):
        case.headers["If-Match"] = now(case.formatted_path).headers.get("ETag", case.headers["If-Match"])
    if case.operation.path == "/v1/changes" and "since" in (case.query or {}) and mostly(name, "state", 4):
        case.query["since"] = now("/v1/snapshot?type=me").json()["state"]


def mostly(operation, what, nth):
    """Yes from the first time on, but not every `nth` time."""
    asked[operation, what] += 1
    return asked[operation, what] % nth != 0


def likely(body):
    """Gives a body that fits its schema what hangs on the catalogue and the day: it is to be judged by other rules."""
    for name, value in list(body.items()):
        if isinstance(value, dict):
            likely(value)
        elif name == "category" and value:
            body[name] = CATALOG["categories"][:1] if isinstance(value, list) else CATALOG["categories"][0]
        elif name == "skills" and value:
            body[name] = CATALOG["skills"][: len(value)]
        elif name in ("bids_close_at", "entries_close_at"):
            body[name] = ahead(1 + len(str(body)) % 89)
        elif name == "title":
            body[name] = "".join(letter if letter.isprintable() else "é" for letter in value)
    least, most = body.get("budget_min"), body.get("budget_max")
    if isinstance(least, dict) and isinstance(most, dict):
        least["currency"] = most["currency"]
        prices = sorted((least["amount_minor"], most["amount_minor"]))
        least["amount_minor"], most["amount_minor"] = prices
    elif least is not None and most is not None:
        body["budget_min"], body["budget_max"] = sorted((least, most))


def now(path):
    """What the person of this run reads there at this moment."""
    authorization = {"Authorization": f"Bearer {SIGN_IN.token()}"}
    return requests.get(SIGN_IN.base + path, headers=authorization, timeout=30)


# Ids of the catalogue.
CATALOG = {name: [item["id"] for item in now("/v1/catalog").json()[name]] for name in ("categories", "skills")}


@schemathesis.hook
def after_call(context, case, response):
    if response.status_code == 401:
        sent = response.request.headers.get("Authorization", "")
        refused.add(sent.removeprefix("Bearer "))
