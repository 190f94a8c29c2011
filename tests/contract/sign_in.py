"""A person signed in to a platform through its real pages."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import secrets
import time
from urllib.parse import parse_qs, urlsplit

import requests

CLIENT_ID = "prestataires-desktop"
# Nobody listens here: the answer is read off the redirect.
CALLBACK = "http://127.0.0.1:1/callback"
# An access token is good for 900 s.
RENEW_AFTER_S = 600


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
