"""What the fuzzer does beside its own checks: signs in, holds refusals to the contract."""

from __future__ import annotations

import itertools
import json
import os

import requests
import schemathesis

from market import SignIn

SIGN_IN = SignIn(os.environ["PRESTA_URL"], os.environ["PRESTA_LOGIN"], os.environ["PRESTA_PASSWORD"])

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
}

# Every fourth keeps the revision or the state it was given.
turns = itertools.count()
# Tokens the platform does not take any more.
refused: set[str] = set()


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
    """What no schema can say: most edits that are right name the revision of now, and most syncs the state of now. A
    right `wait` is cut to a second, for waiting longer proves nothing more and takes the time of the run."""
    wait = (case.query or {}).get("wait")
    if case.operation.path == "/v1/changes" and str(wait).isdigit() and 1 < int(wait) <= 30:
        case.query["wait"] = 1
    right = case.meta is not None and case.meta.generation.mode.is_positive
    if case.method.upper() == "PATCH" and right and "If-Match" in (case.headers or {}) and next(turns) % 4:
        case.headers["If-Match"] = now(case.formatted_path).headers.get("ETag", case.headers["If-Match"])
    if case.operation.path == "/v1/changes" and right and "since" in (case.query or {}) and next(turns) % 4:
        case.query["since"] = now("/v1/snapshot?type=me").json()["state"]


def now(path):
    """What the person of this run reads there at this moment."""
    authorization = {"Authorization": f"Bearer {SIGN_IN.token()}"}
    return requests.get(SIGN_IN.base + path, headers=authorization, timeout=30)


@schemathesis.hook
def after_call(context, case, response):
    if response.status_code == 401:
        sent = response.request.headers.get("Authorization", "")
        refused.add(sent.removeprefix("Bearer "))
