"""The sessions of players, in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from secrets import token_urlsafe

from server.choice import Choice
from server.errors import RequestError
from server.world import Position

MOST_SESSIONS = 100_000


@dataclass(slots=True)
class Session:
    """One player on one hunt."""

    id: str
    player: str
    choice: Choice
    started_at: float
    seen_at: float
    clue: int = 0
    score: int = 0
    coins: int = 0
    experience: int = 0
    streak: int = 0
    wrong: int = 0
    hints: int = 0
    suspicion: float = 0.0
    clue_since: float = 0.0
    last_guess_at: float | None = None
    last_position: Position | None = None
    found: list[str] = field(default_factory=list)


class Sessions:
    """All sessions that are open. A full table makes room by what has been idle for too long."""

    def __init__(self, most: int = MOST_SESSIONS) -> None:
        self._most = most
        self._by_id: dict[str, Session] = {}
        self._of_player: dict[str, deque[str]] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Session]:
        return iter(self._by_id.values())

    def open(self, player: str, choice: Choice, now: float, idle_seconds: float, per_player: int) -> Session:
        """A new session; the oldest of the same player ends where there are more than `per_player`."""
        if len(self._by_id) >= self._most:
            for idle in [one for one in self if now - one.seen_at > idle_seconds]:
                self._end(idle.id)
            if len(self._by_id) >= self._most:
                raise RequestError(503, "all sessions are taken; try again later")
        theirs = self._of_player.setdefault(player, deque())
        session = Session(token_urlsafe(12), player, choice, now, now, clue_since=now)
        self._by_id[session.id] = session
        theirs.append(session.id)
        while len(theirs) > per_player:
            self._end(theirs[0])
        return session

    def find(self, session: str) -> Session:
        """The open session of an id."""
        found = self._by_id.get(session)
        if found is None:
            raise RequestError(404, "this session has ended; open a new one")
        return found

    def _end(self, session: str) -> None:
        ended = self._by_id.pop(session)
        theirs = self._of_player[ended.player]
        theirs.remove(session)
        if not theirs:
            del self._of_player[ended.player]
