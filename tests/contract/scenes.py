"""What has to have happened before an act can succeed: the other side's part, played through the contract itself.

Requests drawn from schemas hardly ever meet a bid that was just awarded or an upload that waits for exactly these
bytes. A scene makes one and says where it is; what the fuzzer drew stays as it is in all other places.
"""

from __future__ import annotations

import base64
import itertools
import uuid
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

import requests

from market import ROLES
from sign_in import CLIENT_ID, SignIn

TEXT = "Bonjour, voici comment je m’y prendrais et ce que je livrerais à la fin de chaque étape."
PRICE = {"amount_minor": 300_000, "currency": "EUR"}
CONTENT = b"Bonjour"
# A field that must not be said for the scene.
LEFT_OUT = object()
FROM_THE_START = {"Upload-Offset": "0", "Upload-Checksum": LEFT_OUT}


@dataclass
class Stage:
    """What of a request must fit the scene; everything else stays as it was drawn."""

    path: dict[str, str] = field(default_factory=dict)
    fields: dict = field(default_factory=dict)
    headers: dict = field(default_factory=dict)
    # The whole body, where it is no object.
    body: bytes | None = None

    def set(self, case) -> None:
        case.path_parameters.update(self.path)
        for values, into in ((self.headers, case.headers), (self.fields, case.body)):
            if isinstance(into, MutableMapping):
                into.update({name: value for name, value in values.items() if value is not LEFT_OUT})
                for name in [name for name, value in values.items() if value is LEFT_OUT]:
                    into.pop(name, None)
        if self.body is not None:
            case.body = self.body


class Refused(RuntimeError):
    """A scene could not be played."""


class Person:
    """Someone who acts by the contract."""

    def __init__(self, sign_in: SignIn) -> None:
        self.sign_in = sign_in
        self._session = requests.Session()
        self._id = ""

    @property
    def id(self) -> str:
        """The person's user id."""
        if not self._id:
            self._id = self.send("GET", "/v1/me").json()["id"]
        return self._id

    def act(self, path: str, **body) -> dict:
        """A `POST` with an intent of its own; the answer's body."""
        answer = self.send("POST", path, json=body, headers={"Idempotency-Key": str(uuid.uuid4())})
        return answer.json() if answer.content else {}

    def send(self, method: str, path: str, headers: dict | None = None, **request) -> requests.Response:
        """One request; once more when the sign-in was ended meanwhile, for the fuzzer revokes what it meets."""
        for last in (False, True):
            bearer = {"Authorization": f"Bearer {self.sign_in.token()}", **(headers or {})}
            answer = self._session.request(method, self.sign_in.base + path, headers=bearer, timeout=30, **request)
            if answer.status_code != 401 or last:
                break
            self.sign_in.forget()
        if answer.status_code >= 400:
            raise Refused(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer


class Scenes:
    """Sets the stage for the operations of one person; the others are played by people of the demo market."""

    def __init__(self, base: str, role: str, me: SignIn) -> None:
        self._me = Person(me)
        # Freelancer and client, by the side this run's person is on.
        self._casts = {
            "freelancer": (self._me, Person(SignIn(base, *ROLES["client"]))),
            "client": (Person(SignIn(base, *ROLES["freelancer"])), self._me),
        }
        self._sides = list(self._casts) if role == "both" else [role]
        self._turns = itertools.cycle(self._sides)
        self._freelancer, self._client = self._casts[self._sides[0]]

    def of(self, operation_id: str) -> Stage | None:
        """The stage for this operation, or `None` where requests reach it by themselves or are another side's."""
        side, play = SCENES.get(operation_id, ("nobody", None))
        if play is None or side not in (None, *self._sides):
            return None
        self._freelancer, self._client = self._casts[side or next(self._turns)]
        return play(self)

    def freelancer_to_invite(self) -> str:
        """The user id of who bids in this cast."""
        return self._freelancer.id

    # Things of the market, each made by who makes it there.

    def project(self, **more) -> str:
        body = {
            "title": "Reprise d’un service en Rust",
            "description": TEXT,
            "category": "backend",
            "skills": ["rust"],
            "type": "fixed",
            "budget_min": {**PRICE, "amount_minor": 100_000},
            "budget_max": {**PRICE, "amount_minor": 900_000},
            "country": "FR",
            "remote": True,
            "language": "fr",
            "bids_close_at": ahead(30),
            **more,
        }
        return self._client.act("/v1/projects", **body)["id"]

    def bid(self) -> str:
        path = f"/v1/projects/{self.project()}/bids"
        return self._freelancer.act(path, amount=PRICE, period_days=20, text=TEXT)["id"]

    def awarded(self) -> str:
        bid = self.bid()
        self._client.act(f"/v1/bids/{bid}:award")
        return bid

    def accepted(self) -> str:
        bid = self.awarded()
        self._freelancer.act(f"/v1/bids/{bid}:accept")
        return bid

    def milestone(self) -> str:
        """The one planned milestone of a bid that was just accepted."""
        bid = self.accepted()
        items = self._client.send("GET", "/v1/milestones").json()["items"]
        return next(item["id"] for item in items if item["bid_id"] == bid)

    def funded(self) -> str:
        milestone = self.milestone()
        self._client.act(f"/v1/milestones/{milestone}:fund")
        return milestone

    def done(self) -> str:
        milestone = self.funded()
        return self._client.act(f"/v1/milestones/{milestone}:release")["bid_id"]

    def wish(self) -> str:
        amount = {**PRICE, "amount_minor": 50_000}
        body = {"bid_id": self.accepted(), "title": "Recette", "amount": amount, "reason": "Une étape de plus."}
        return self._freelancer.act("/v1/milestone-requests", **body)["id"]

    def amendment(self) -> str:
        """Proposed by the other side."""
        bid = self.accepted()
        other = self._client if self._freelancer is self._me else self._freelancer
        return other.act(f"/v1/bids/{bid}/amendments", period_days=40, reason="Plus de temps.")["id"]

    def invitation(self) -> str:
        project = self.project(visibility="invited")
        return self._client.act(f"/v1/projects/{project}:invite", freelancer_id=self._freelancer.id)["id"]

    def contest(self) -> str:
        body = {
            "title": "Un logo pour un musée de la mine",
            "brief": TEXT,
            "category": "design",
            "skills": ["figma"],
            "prize": PRICE,
            "entries_close_at": ahead(30),
        }
        return self._client.act("/v1/contests", **body)["id"]

    def entry(self) -> str:
        return self._freelancer.act(f"/v1/contests/{self.contest()}/entries", text=TEXT)["id"]

    def message(self) -> str:
        project = self.project()
        self._freelancer.act(f"/v1/projects/{project}/bids", amount=PRICE, period_days=20, text=TEXT)
        thread = self._freelancer.act("/v1/threads", project_id=project, text=TEXT, client_message_id=str(uuid.uuid4()))
        body = {"text": TEXT, "client_message_id": str(uuid.uuid4())}
        return self._me.act(f"/v1/threads/{thread['thread']['id']}/messages", **body)["id"]

    def request_of_privacy(self) -> str:
        """A new one, after the one that is open was taken back: only one of a type may be."""
        for request in self._me.send("GET", "/v1/privacy-requests?limit=500").json()["items"]:
            if request["type"] == "restriction" and request["status"] in ("received", "acknowledged", "extended"):
                self._me.act(f"/v1/privacy-requests/{request['id']}:withdraw")
        return self._me.act("/v1/privacy-requests", type="restriction", statement=TEXT)["id"]

    def export(self) -> dict:
        """A new one; those that are still made are ended, for there is a limit."""
        for export in self._me.send("GET", "/v1/exports?limit=500").json()["items"]:
            if export["state"] in ("queued", "running"):
                self._try(f"/v1/exports/{export['id']}:cancel")
        return self._me.act("/v1/exports", profile="portability", resources=["saved_search"], formats=["json"])

    def exported(self) -> str:
        """One whose archive is there."""
        export = self.export()
        for _ in range(600):
            if export["state"] == "ready":
                return export["id"]
            # Waits for the change that the export becomes ready with.
            state = self._me.send("GET", "/v1/snapshot?type=me").json()["state"]
            export = self._me.send("GET", f"/v1/exports/{export['id']}").json()
            if export["state"] != "ready":
                self._me.send("GET", "/v1/changes", params={"since": state, "wait": 5})
        raise Refused(f"an export stays {export['state']}")

    def cancelled(self) -> str:
        """One that was quicker than the cancelling is left, and the next one tried."""
        for _ in range(20):
            export = self.export()["id"]
            if self._try(f"/v1/exports/{export}:cancel"):
                return export
        raise Refused("no export could be cancelled in time")

    def code(self) -> dict:
        """The form that takes a code which the pages just gave."""
        return {"client_id": CLIENT_ID, **self._me.sign_in.code()}

    def _try(self, act: str) -> bool:
        """An act that may come too late."""
        try:
            self._me.act(act)
        except Refused:
            return False
        return True

    def upload(self) -> str:
        name = base64.b64encode(b"devis.txt").decode()
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(CONTENT)), "Upload-Metadata": f"filename {name}"}
        return self._me.send("POST", "/v1/uploads", headers=headers).json()["id"]

    def piece(self) -> Stage | None:
        """The bytes an upload waits for; none when the fuzzer began as many uploads as one may have."""
        try:
            return Stage(path={"id": self.upload()}, headers=FROM_THE_START, body=CONTENT)
        except Refused as refused:
            if "limit-reached" in str(refused):
                return None
            raise


def ahead(days: int) -> str:
    """An instant so many days from now."""
    return (datetime.now(timezone.utc) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def at(make: Callable[[Scenes], str], **body) -> Callable[[Scenes], Stage]:
    """A scene whose thing is named in the path."""
    return lambda scenes: Stage(path={"id": make(scenes)}, fields=body)


def told(make: Callable[[Scenes], str], name: str, **body) -> Callable[[Scenes], Stage]:
    """A scene whose thing is named in the body."""
    return lambda scenes: Stage(fields={name: make(scenes), **body})


# Who acts (`None`: both sides, or anyone), and what is there then.
SCENES: dict[str, tuple[str | None, Callable[[Scenes], Stage | None]]] = {
    "placeBid": ("freelancer", at(Scenes.project, amount=PRICE, milestones=[], attachment_ids=[])),
    "editBid": ("freelancer", at(Scenes.bid, amount=PRICE, milestones=[], attachment_ids=[])),
    "retractBid": ("freelancer", at(Scenes.bid)),
    "shortlistBid": ("client", at(Scenes.bid)),
    "awardBid": ("client", at(Scenes.bid)),
    "rejectBid": ("client", at(Scenes.bid)),
    "hideBid": ("client", at(Scenes.bid)),
    "rateBid": ("client", at(Scenes.bid)),
    "acceptAward": ("freelancer", at(Scenes.awarded)),
    "declineAward": ("freelancer", at(Scenes.awarded)),
    "revokeAward": ("client", at(Scenes.awarded)),
    "completeBid": ("client", at(Scenes.done)),
    "fundMilestone": ("client", at(Scenes.milestone)),
    "releaseMilestone": ("client", at(Scenes.funded)),
    "disputeMilestone": (None, at(Scenes.funded)),
    "requestMilestone": ("freelancer", told(Scenes.accepted, "bid_id", amount={**PRICE, "amount_minor": 50_000})),
    "approveMilestoneRequest": ("client", at(Scenes.wish)),
    "declineMilestoneRequest": ("client", at(Scenes.wish)),
    "proposeAmendment": (None, at(Scenes.accepted, amount=PRICE, milestones=None)),
    "acceptAmendment": (None, at(Scenes.amendment)),
    "declineAmendment": (None, at(Scenes.amendment)),
    "writeReview": (None, told(Scenes.accepted, "bid_id")),
    "acceptInvitation": ("freelancer", at(Scenes.invitation)),
    "declineInvitation": ("freelancer", at(Scenes.invitation)),
    "editProject": ("client", at(Scenes.project)),
    "closeProject": ("client", at(Scenes.project)),
    "inviteToProject": (
        "client",
        lambda scenes: Stage(path={"id": scenes.project()}, fields={"freelancer_id": scenes.freelancer_to_invite()}),
    ),
    "editContest": ("client", at(Scenes.contest)),
    "closeContest": ("client", at(Scenes.contest)),
    "enterContest": ("freelancer", at(Scenes.contest, attachment_ids=[], text=TEXT)),
    "rateEntry": ("client", at(Scenes.entry)),
    "awardEntry": ("client", at(Scenes.entry)),
    "rejectEntry": ("client", at(Scenes.entry)),
    "withdrawEntry": ("freelancer", at(Scenes.entry)),
    "openThread": ("freelancer", told(Scenes.project, "project_id", attachment_ids=[], recipient_id=LEFT_OUT)),
    "editMessage": (None, at(Scenes.message)),
    "deleteMessage": (None, at(Scenes.message)),
    "withdrawPrivacyRequest": (None, at(Scenes.request_of_privacy)),
    "getExport": (None, at(Scenes.exported)),
    "cancelExport": (None, at(lambda scenes: scenes.export()["id"])),
    "retryExport": (None, at(Scenes.cancelled)),
    "getExportPart": (None, lambda scenes: Stage(path={"id": scenes.exported(), "n": "1"})),
    "token": (None, lambda scenes: Stage(fields={"refresh_token": LEFT_OUT, "scope": LEFT_OUT, **scenes.code()})),
    "appendToUpload": (None, lambda scenes: scenes.piece()),
}
