"""Tokens that name a session: signed, and good for a limited time."""

from __future__ import annotations

import hashlib

from itsdangerous import BadData, URLSafeSerializer

from server.errors import RequestError

SCHEME = "Bearer "


class Tokens:
    """Makes tokens and reads them."""

    def __init__(self, secret: bytes) -> None:
        """`secret` is what signs them: who knows it can make tokens."""
        self._signed = URLSafeSerializer(
            secret, salt="treasure hunt", signer_kwargs={"digest_method": hashlib.sha256}
        )

    def token(self, session: str, expires_at: float) -> str:
        """A token for a session; `expires_at` is in seconds since the epoch."""
        return str(self._signed.dumps([session, expires_at]))

    def session(self, header: str | None, now: float) -> str:
        """The session that an `Authorization` header names; a 401 where it names none that still holds."""
        if header is None or not header.startswith(SCHEME):
            raise RequestError(401, "the header 'authorization: Bearer TOKEN' is missing")
        try:
            session, expires_at = self._signed.loads(header.removeprefix(SCHEME))
        except BadData:
            raise RequestError(401, "the token is not one of ours") from None
        if now >= expires_at:
            raise RequestError(401, "the token has expired; open a new session")
        return str(session)
