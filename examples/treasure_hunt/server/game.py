"""The game: what each of its routes answers. It knows no web framework; `server/shells/` has those."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from resolvers.resolver import Resolver
from server.body import flag, number, object_of, text
from server.choice import HEADER, choice_of, overrides_of
from server.errors import RequestError
from server.messages import Answer, Asked, Route
from server.paths import CLUES, HUNT, ZONES_OF
from server.scoring import Guess, level, rank, score
from server.sessions import Session, Sessions
from server.spawns import spawns
from server.tokens import Tokens
from server.world import Position, treasures


class Game:
    """The game and its state, which lives in memory."""

    def __init__(
        self,
        resolver: Resolver,
        world_seed: int,
        secret: bytes,
        clock: Callable[[], float] = time.time,
        most_sessions: int = 100_000,
    ) -> None:
        """Begins a game without sessions.

        Arguments:
            resolver: what the tunables of a request are read through.
            world_seed: where the treasures lie.
            secret: signs the tokens.
            clock: gives the time, in seconds since the epoch.
            most_sessions: how many sessions can be open at once.

        """
        self._settings_of = resolver.settings_of
        self._read = resolver.readers
        self._resolver = resolver.name
        self._treasures = treasures(world_seed)
        self._tokens = Tokens(secret)
        self._clock = clock
        self._sessions = Sessions(most_sessions)

    def routes(self) -> Iterator[Route]:
        """All there is to ask for."""
        yield Route("GET", "/", self.about)
        yield Route("POST", "/sessions", self.join, body=True)
        yield Route("GET", "/session", self.status)
        yield Route("POST", "/guesses", self.guess, body=True)
        yield Route("POST", "/hints", self.hint)
        yield Route("GET", "/spawns", self.spawns)

    def about(self, _asked: Asked) -> Answer:
        """What there is to ask for, in words."""
        return Answer(
            {
                "resolver": self._resolver,
                "routes": {
                    "POST /sessions": "open a session; 15 tunables",
                    "GET /session": "how it stands; 8 tunables",
                    "POST /guesses": "look for the treasure; 60 tunables",
                    "POST /hints": "buy a hint; 8 tunables",
                    "GET /spawns": "what appears on the map; 150 tunables",
                },
                "header": f"{HEADER}: the player's own settings, as JSON",
                "sessions": len(self._sessions),
            }
        )

    def join(self, asked: Asked) -> Answer:
        """Opens a session."""
        body = object_of(asked.body)
        now = self._clock()
        player, choice = text(body, "player"), choice_of(body)
        experience_level = number(body, "level", 1, 100, default=100)
        settings = self._settings_of(choice, overrides_of(asked.headers.get(HEADER)))
        rules = self._read.join(settings, HUNT[choice.hunt])
        party = number(body, "party", 1, 100, default=rules.party_minimum)
        if experience_level < max(rules.minimum_level, rules.starting_level):
            raise RequestError(409, f"this hunt is for players of level {rules.minimum_level} and above")
        if not rules.party_minimum <= party <= rules.party_maximum:
            raise RequestError(
                409, f"a party has {rules.party_minimum} to {rules.party_maximum} players on this hunt"
            )
        session = self._sessions.open(
            player, choice, now, rules.idle_timeout_seconds, rules.sessions_per_player
        )
        session.coins = max(0, min(rules.starting_balance, rules.balance_cap) - rules.fee)
        expires_at = now + 60 * rules.token_minutes + rules.clock_skew_seconds
        shown = {
            "token": self._tokens.token(session.id, expires_at),
            "expires_at": expires_at,
            "hunt": choice.hunt,
            "difficulty": rules.difficulty,
            "clue": self._treasures[choice.hunt][0].clue,
            "clues": len(self._treasures[choice.hunt]),
            "fee": {"amount": rules.fee, "currency": rules.currency},
            "coins": session.coins,
            "chat": rules.chat,
            "language": rules.language,
        }
        return Answer(shown, 201)

    def status(self, asked: Asked) -> Answer:
        """How a session stands."""
        session, now = self._session_of(asked)
        settings = self._settings_of(session.choice, overrides_of(asked.headers.get(HEADER)))
        rules = self._read.status(settings)
        hunted = self._treasures[session.choice.hunt]
        finished = session.clue == len(hunted)
        return Answer(
            {
                "player": session.player,
                "found": session.found,
                "clue": None if finished else hunted[session.clue].clue,
                "open_clues": [one.clue for one in hunted[session.clue : session.clue + rules.maximum_open]],
                "score": session.score,
                "coins": session.coins,
                "hints_left": rules.hints_at_most - session.hints,
                "next_hint_free": rules.hint_first_free and session.hints == 0,
                "hint_grows_by": rules.hint_cost_growth,
                "heartbeat_seconds": rules.heartbeat_seconds,
                "idle_in_seconds": rules.idle_timeout_seconds,
                "playing_for_seconds": round(now - session.started_at),
                "chat": rules.chat,
                "language": rules.language,
            }
        )

    def guess(self, asked: Asked) -> Answer:
        """Scores a guess."""
        session, now = self._session_of(asked)
        body = object_of(asked.body)
        hunted = self._still_hunted(session)
        position = Position(number(body, "latitude", -90, 90), number(body, "longitude", -180, 180))
        accuracy = number(body, "accuracy_metres", 0, 10_000, default=5)
        party = round(number(body, "party", 1, 100, default=1))
        guess = Guess(position, accuracy, flag(body, "night"), party)
        settings = self._settings_of(session.choice, overrides_of(asked.headers.get(HEADER)))
        rules = self._read.guess(settings, CLUES[session.choice.hunt][session.clue])
        if accuracy > rules.reveal.refuse_above_metres:
            raise RequestError(
                422, f"'accuracy_metres' has to be at most {rules.reveal.refuse_above_metres:g}"
            )
        outcome = score(session, guess, hunted, rules, now)
        finished = session.clue == len(hunted)
        return Answer(
            {
                "result": outcome.result,
                "clue": outcome.clue,
                "metres": outcome.metres,
                "points": outcome.points,
                "score": session.score,
                "rank": rank(session.score, rules.scoring),
                "coins": session.coins,
                "level": level(session.experience, rules.purse),
                "hint_cost": outcome.hint_cost,
                "hint_after_seconds": rules.clue.hint_after_seconds,
                "fair_play": outcome.verdict,
                "finished": finished,
                "next_clue": None if finished else hunted[session.clue].clue,
                **rules.shown._asdict(),
            }
        )

    def hint(self, asked: Asked) -> Answer:
        """Sells a hint."""
        session, _ = self._session_of(asked)
        hunted = self._still_hunted(session)
        settings = self._settings_of(session.choice, overrides_of(asked.headers.get(HEADER)))
        rules = self._read.status(settings)
        if session.hints >= rules.hints_at_most:
            raise RequestError(409, "there are no hints left for this clue")
        free = session.hints == 0 and rules.hint_first_free
        cost = 0 if free else round(5 * rules.hint_cost_growth**session.hints)
        if cost > session.coins:
            raise RequestError(409, f"a hint costs {cost} coins")
        session.hints, session.coins = session.hints + 1, session.coins - cost
        digits = min(5, 1 + session.hints)
        near = hunted[session.clue].position
        return Answer(
            {
                "latitude": round(near.latitude, digits),
                "longitude": round(near.longitude, digits),
                "cost": cost,
                "coins": session.coins,
                "chat": rules.chat,
                "language": rules.language,
            }
        )

    def spawns(self, asked: Asked) -> Answer:
        """What appears in the zones of the map."""
        session, now = self._session_of(asked)
        settings = self._settings_of(session.choice, overrides_of(asked.headers.get(HEADER)))
        rules = self._read.spawns(settings, ZONES_OF[session.choice.hunt])
        night = asked.query == "night"
        return Answer(
            {
                "things": spawns(session, rules, now, night=night),
                "tick_milliseconds": rules.tick_milliseconds,
                "night_map": rules.night_map and night,
                "trading": rules.trading,
                "league": rules.league,
                "chat": rules.chat,
                "language": rules.language,
            }
        )

    def _session_of(self, asked: Asked) -> tuple[Session, float]:
        now = self._clock()
        session = self._sessions.find(self._tokens.session(asked.headers.get("authorization"), now))
        session.seen_at = now
        return session, now

    def _still_hunted(self, session: Session) -> tuple[Any, ...]:
        """The treasures of a hunt that is not over."""
        hunted = self._treasures[session.choice.hunt]
        if session.clue == len(hunted):
            raise RequestError(409, "this hunt is finished; open a new session")
        return hunted
