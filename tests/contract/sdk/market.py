"""A platform of its own, and sessions of the SDK on it."""

import json
import os
import subprocess
import tempfile
import unittest

import requests
from freelancersdk.resources.projects import projects
from freelancersdk.resources.projects.helpers import (
    create_budget_object,
    create_currency_object,
    create_get_projects_object,
    create_job_object,
)
from freelancersdk.resources.users import users
from freelancersdk.session import Session

from sign_in import SignIn

TEXT = "Bonjour, j'ai mené trois reprises de ce genre cette année et je peux commencer dès lundi prochain."
BRIEF = "Notre import nocturne perd des lignes depuis la migration : il faut trouver pourquoi, corriger et tester."
EURO = 8


class Market:
    """`presta-platform serve --compat` over a fresh demo market, until it is left."""

    def __init__(self, *arguments: str) -> None:
        self._data = tempfile.TemporaryDirectory(prefix="presta-sdk-")
        command = [os.environ["PRESTA_PLATFORM"], "serve", "--seed", "130", "--data", self._data.name, *arguments]
        environment = {**os.environ, "RUST_LOG": "error"}
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        line = self._process.stdout.readline()
        self.base = json.loads(line)["url"]
        self._accounts = {account["login"]: account["password"] for account in json.loads(line)["accounts"]}

    def leave(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)
        self._process.stdout.close()
        self._data.cleanup()

    def token(self, login: str) -> str:
        return SignIn(self.base, login, self._accounts[login]).token()

    def session(self, login: str) -> Session:
        """A session of the SDK; it joins paths to the base, which needs its last slash."""
        return Session(oauth_token=self.token(login), url=f"{self.base}/compat/")

    def get(self, session: Session, path: str) -> dict:
        """What the contract answers at `/v1/` where the SDK cannot look."""
        return self.read(session, path).json()

    def read(self, session: Session, path: str) -> requests.Response:
        token = session.session.headers["Freelancer-OAuth-V1"]
        answer = requests.get(f"{self.base}/v1/{path}", headers={"Authorization": f"Bearer {token}"}, timeout=30)
        answer.raise_for_status()
        return answer


class MarketTest(unittest.TestCase):
    """One platform for all tests of a class: each takes a project of its own."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.market = Market("--compat")
        cls.addClassCleanup(cls.market.leave)
        cls.camille = cls.market.session("camille.demo")
        cls.nadia = cls.market.session("nadia.demo")
        cls.camille_id = users.get_self_user_id(cls.camille)
        cls.nadia_id = users.get_self_user_id(cls.nadia)
        query = create_get_projects_object(owner_ids=[cls.nadia_id], frontend_statuses=["open"], limit=50)
        cls.nadias = [project["id"] for project in projects.get_projects(cls.nadia, query)["projects"]]
        assert len(cls.nadias) > 3, cls.nadias

    def fresh(self) -> int:
        """An open project of Nadia that no other test has used; others have bid on it."""
        return self.nadias.pop()

    def posted(self) -> int:
        """A project that Nadia has just posted."""
        terms = {"currency": create_currency_object(EURO), "budget": create_budget_object(2000, 6000)}
        jobs = [create_job_object(1)]
        return projects.create_project(self.nadia, "Import nocturne à réparer", BRIEF, jobs=jobs, **terms).id

    def bid(self, project_id: int, amount: float = 4200.5):
        return projects.place_project_bid(self.camille, project_id, self.camille_id, TEXT, amount, 12, 50)

    def contract(self):
        """A bid of Camille, half now and half later, that Nadia awarded and Camille accepted."""
        bid = self.bid(self.posted(), 4000)
        projects.award_project_bid(self.nadia, bid.id)
        projects.accept_project_bid(self.camille, bid.id)
        return bid

    def refused(self, code: str, exception: type[Exception], function, *arguments) -> None:
        with self.assertRaises(exception) as caught:
            function(*arguments)
        self.assertEqual(caught.exception.error_code, f"RestExceptionCodes.{code}")
        self.assertTrue(caught.exception.request_id)
