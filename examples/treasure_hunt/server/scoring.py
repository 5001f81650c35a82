"""What a guess is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.rules import Clue, FairPlay, GuessRules, Purse, Reveal, Scoring
from server.sessions import Session
from server.world import Position, Treasure, metres_between

RANKS = ("bronze", "silver", "gold", "sapphire", "emerald", "legend")
NEAR = 10
"""A guess within so many times the radius of a clue counts as near, and costs nothing."""


@dataclass(frozen=True, slots=True)
class Guess:
    """Where a player looks for a treasure, and how."""

    position: Position
    accuracy_metres: float
    night: bool
    party: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a guess."""

    result: str
    clue: str
    metres: int
    points: int
    hint_cost: int
    suspicion: float
    verdict: str


def score(
    session: Session, guess: Guess, candidates: Sequence[Treasure], rules: GuessRules, now: float
) -> Outcome:
    """Scores a guess against the candidate treasures by distance, and writes the result into the session."""
    wanted = candidates[session.clue]
    reveal = rules.reveal
    distances = [metres_between(_smoothed(session, guess, reveal), one.position) for one in candidates]
    nearest = min(range(len(candidates)), key=distances.__getitem__)
    reach = reveal.radius_metres + reveal.snap_to_path_metres + _blur(guess, reveal)
    metres = distances[session.clue]
    suspicion = _suspicion(session, guess, rules.fair_play, now)
    if nearest == session.clue and metres <= reach:
        result, points = "found", _points(session, guess, rules, now)
    elif metres <= NEAR * reach:
        result, points = "near", 0
    else:
        result, points = "far", -_penalty(session, rules, now)
    hint_cost = _hint_cost(session, rules.clue, reveal)
    _record(session, guess, wanted, rules, result, points, suspicion, now, last=len(candidates) - 1)
    verdict = _verdict(session.suspicion, rules.fair_play)
    return Outcome(
        result, wanted.clue, round(metres), points, hint_cost, round(session.suspicion, 3), verdict
    )


def rank(points: int, scoring: Scoring) -> str:
    """The rank that so many points are."""
    steps = (scoring.silver, scoring.gold, scoring.sapphire, scoring.emerald, scoring.legend)
    return RANKS[sum(points >= step for step in steps)]


def level(experience: int, purse: Purse) -> int:
    """The level that so much experience is."""
    reached = 1
    while reached < purse.level_cap and experience >= purse.level_base * reached**purse.level_exponent:
        reached += 1
    return reached


def _smoothed(session: Session, guess: Guess, reveal: Reveal) -> Position:
    """A blurred position is drawn towards the one before, if that is near."""
    before, here = session.last_position, guess.position
    if before is None or guess.accuracy_metres <= reveal.good_metres:
        return here
    if metres_between(before, here) > guess.accuracy_metres:
        return here
    share = reveal.position_smoothing
    return Position(
        here.latitude + share * (before.latitude - here.latitude),
        here.longitude + share * (before.longitude - here.longitude),
    )


def _blur(guess: Guess, reveal: Reveal) -> float:
    """What a good position gets for free, and a blurred one does not."""
    return max(0.0, reveal.usable_metres - guess.accuracy_metres) / 2


def _points(session: Session, guess: Guess, rules: GuessRules, now: float) -> int:
    scoring, clue = rules.scoring, rules.clue
    left = max(0.0, 60 * clue.time_limit_minutes - (now - session.clue_since))
    if session.wrong >= clue.attempts:
        return 0
    points = scoring.base_points + clue.points + scoring.time_bonus_per_second * left
    points += scoring.streak_bonus[min(session.streak, len(scoring.streak_bonus) - 1)]
    points *= scoring.night if guess.night else 1.0
    points *= scoring.solo if guess.party == 1 else 1.0
    points *= (
        scoring.no_hints if session.hints == 0 else 1.0 - min(0.9, scoring.hint_penalty_share * session.hints)
    )
    points *= scoring.expert if clue.kind == "cipher" else 1.0
    if session.last_guess_at is not None and now - session.last_guess_at <= scoring.photo_finish_seconds:
        points += scoring.base_points / 10
    return round(points)


def _penalty(session: Session, rules: GuessRules, now: float) -> int:
    """A wrong guess costs points, and twice as many within the time that a player has to wait."""
    hasty = session.last_guess_at is not None and now - session.last_guess_at < rules.reveal.cooldown_seconds
    return rules.scoring.wrong_answer_penalty * (2 if hasty else 1)


def _hint_cost(session: Session, clue: Clue, reveal: Reveal) -> int:
    if session.hints >= reveal.hints_at_most:
        return 0
    if session.hints == 0 and reveal.hint_first_free:
        return 0
    return round(clue.hint_cost * reveal.hint_cost_growth**session.hints)


def _suspicion(session: Session, guess: Guess, fair: FairPlay, now: float) -> float:
    """How much a guess adds to what makes a player suspicious, from 0 to 1."""
    if not fair.enabled or session.last_position is None or session.last_guess_at is None:
        return 0.0
    seconds = max(now - session.last_guess_at, 1e-3)
    metres = metres_between(session.last_position, guess.position)
    added = 0.0
    if metres / seconds > fair.cycling_metres_per_second * fair.grace_samples:
        added += fair.speed_weight
    elif metres / seconds > fair.walking_metres_per_second * fair.grace_samples:
        added += fair.speed_weight / 2
    if metres > fair.teleport_metres and seconds < fair.teleport_seconds:
        added += fair.teleport_weight
    if seconds < fair.least_seconds:
        added += fair.answers_weight
    return min(1.0, added)


def _verdict(suspicion: float, fair: FairPlay) -> str:
    """What fair play says; in a mode that only watches, it never says more than `flag`."""
    if suspicion < fair.flag:
        return "fair"
    if fair.mode != "enforce" or suspicion < fair.restrict:
        return "flag"
    return "restrict" if suspicion < fair.ban else "ban"


def _record(
    session: Session,
    guess: Guess,
    wanted: Treasure,
    rules: GuessRules,
    result: str,
    points: int,
    suspicion: float,
    now: float,
    last: int,
) -> None:
    session.suspicion = (session.suspicion + suspicion) / 2
    session.last_guess_at, session.last_position = now, guess.position
    session.score = max(0, session.score + points)
    if result == "far":
        session.wrong, session.streak = session.wrong + 1, 0
    if result == "found":
        won = session.clue == last
        bonus = rules.purse.bonus_multiplier * (rules.purse.win_multiplier if won else 1.0)
        session.coins = min(rules.purse.balance_cap, session.coins + round(rules.purse.coins * bonus))
        session.experience += rules.purse.experience
        session.found.append(wanted.clue)
        session.clue, session.streak = session.clue + 1, session.streak + 1
        session.wrong, session.hints, session.clue_since = 0, 0, now
