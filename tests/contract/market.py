"""A reference platform as a process, and a person signed in to it through its real pages."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
import secrets
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import requests

CLIENT_ID = "prestataires-desktop"
# Nobody listens here: the answer is read off the redirect.
CALLBACK = "http://127.0.0.1:1/callback"
# An access token is good for 900 s.
RENEW_AFTER_S = 600

ROLES = {
    "freelancer": ("camille.demo", "demo-camille"),
    "client": ("nadia.demo", "demo-nadia"),
    "both": ("sam.demo", "demo-sam"),
}


class Market:
    """A platform with a demo market of its own, gone with its data when the block ends."""

    def __init__(self, binary: Path, log: Path, seed_value: int = 1) -> None:
        self._data = tempfile.TemporaryDirectory(prefix="presta-contract-")
        self._log = log.open("wb")
        command = [str(binary), "serve", "--listen", "127.0.0.1:0", "--data", self._data.name]
        command += ["--seed", "130", "--seed-value", str(seed_value), "--requests-per-minute", "4000000000"]
        # Quotas have tests of their own; here they would be all that most bids meet.
        command += ["--bids-per-month", "1000000"]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self._log, env={**os.environ, "RUST_LOG": "warn"}
        )
        assert self._process.stdout is not None
        ready = self._process.stdout.readline()
        if not ready:
            raise RuntimeError(f"the platform did not start: {log}")
        self.url: str = json.loads(ready)["url"]

    def __enter__(self) -> Market:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)
        self._log.close()
        self._data.cleanup()

    def is_up(self) -> bool:
        """Whether the process lives: a fuzzer must not bring it down."""
        return self._process.poll() is None


class SignIn:
    """Authorization code with PKCE through the sign-in pages, then rotation (contract/README.md, "Sign-in")."""

    def __init__(self, base: str, login: str, password: str) -> None:
        self.base, self._login, self._password = base, login, password
        self._access, self._refresh, self._renew_at = "", "", 0.0

    def token(self) -> str:
        """An access token that is good for minutes to come."""
        if time.monotonic() >= self._renew_at:
            self._renew()
        return self._access

    def forget(self) -> None:
        """The access token was refused: the next one comes from the pages again."""
        self._refresh, self._renew_at = "", 0.0

    def _renew(self) -> None:
        form = {"grant_type": "refresh_token", "refresh_token": self._refresh} if self._refresh else self.code()
        answer = requests.post(f"{self.base}/oauth/token", data={"client_id": CLIENT_ID, **form}, timeout=30)
        if answer.status_code != 200 and self._refresh:
            self.forget()
            return self._renew()
        answer.raise_for_status()
        tokens = answer.json()
        self._access, self._refresh = tokens["access_token"], tokens["refresh_token"]
        self._renew_at = time.monotonic() + RENEW_AFTER_S
        return None

    def code(self) -> dict[str, str]:
        """Signs in through the pages; the form that takes the code."""
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
        form = {**hidden(page.text), "login": self._login, "password": self._password}
        page = browser.post(f"{self.base}/oauth/login", data=form, timeout=30)
        form = {**hidden(page.text), "decision": "allow"}
        back = browser.post(f"{self.base}/oauth/consent", data=form, timeout=30, allow_redirects=False)
        answer = parse_qs(urlsplit(back.headers["Location"]).query)
        if answer.get("state") != [state] or answer.get("iss") != [self.base]:
            raise RuntimeError(f"the sign-in came back as {answer}")
        return {
            "grant_type": "authorization_code",
            "code": answer["code"][0],
            "redirect_uri": CALLBACK,
            "code_verifier": verifier,
        }


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page's form."""
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in fields}
