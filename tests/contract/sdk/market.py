"""A platform of its own, and sign-ins through the pages a person would see."""

import base64
import hashlib
import html
import json
import os
import re
import secrets
import subprocess
import tempfile
from urllib.parse import parse_qs, urlsplit

import requests
from freelancersdk.session import Session

CLIENT_ID = "prestataires-desktop"
CALLBACK = "http://127.0.0.1:1/callback"


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
        browser, state, verifier = requests.Session(), secrets.token_urlsafe(12), secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": CALLBACK,
            "state": state,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        page = browser.get(f"{self.base}/oauth/authorize", params=asked, timeout=30)
        form = {**hidden(page.text), "login": login, "password": self._accounts[login]}
        page = browser.post(f"{self.base}/oauth/login", data=form, timeout=30)
        form = {**hidden(page.text), "decision": "allow"}
        back = browser.post(f"{self.base}/oauth/consent", data=form, timeout=30, allow_redirects=False)
        answer = parse_qs(urlsplit(back.headers["Location"]).query)
        if answer.get("state") != [state]:
            raise RuntimeError(f"the sign-in came back as {answer}")
        exchange = {
            "grant_type": "authorization_code",
            "client_id": CLIENT_ID,
            "code": answer["code"][0],
            "redirect_uri": CALLBACK,
            "code_verifier": verifier,
        }
        answer = requests.post(f"{self.base}/oauth/token", data=exchange, timeout=30)
        answer.raise_for_status()
        return answer.json()["access_token"]

    def session(self, login: str) -> Session:
        """A session of the SDK; it joins paths to the base, which needs its last slash."""
        return Session(oauth_token=self.token(login), url=f"{self.base}/compat/")


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page's form."""
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in fields}
