"""Every tunable that a request reads, by the kind of request: 8, 15, 60 and 150 of them.

The reads are the game's own code, `s["a.b.c"]` on whatever resolves the request's settings, and nothing else
in the server reads settings while it answers.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from server.paths import REWARDS, CluePaths, HuntPaths, ZonePaths


class Settings(Protocol):
    """What a request's tunables are read from."""

    def __getitem__(self, path: str, /) -> Any: ...


class StatusRules(NamedTuple):
    """What it takes to show a session."""

    idle_timeout_seconds: int
    heartbeat_seconds: int
    maximum_open: int
    hint_first_free: bool
    hint_cost_growth: float
    hints_at_most: int
    chat: bool
    language: str


def status_rules(s: Settings) -> StatusRules:
    """8 reads."""
    return StatusRules(
        s["engine.sessions.idle_timeout_seconds"],
        s["engine.sessions.heartbeat_seconds"],
        s["clues.maximum_open"],
        s["clues.hint.first_free"],
        s["clues.hint.cost_growth"],
        s["clues.hint.maximum_per_hunt"],
        s["chat.enabled"],
        s["localisation.fallback"],
    )


class JoinRules(NamedTuple):
    """What it takes to open a session."""

    minimum_level: int
    fee: int
    currency: str
    party_minimum: int
    party_maximum: int
    difficulty: int
    token_minutes: int
    clock_skew_seconds: float
    idle_timeout_seconds: int
    sessions_per_player: int
    starting_level: int
    starting_balance: int
    balance_cap: int
    chat: bool
    language: str


def join_rules(s: Settings, hunt: HuntPaths) -> JoinRules:
    """15 reads."""
    minimum_level, fee, currency, party_minimum, party_maximum, difficulty = hunt
    return JoinRules(
        s[minimum_level],
        s[fee],
        s[currency],
        s[party_minimum],
        s[party_maximum],
        s[difficulty],
        s["engine.sessions.tokens.lifetime_minutes"],
        s["engine.sessions.tokens.clock_skew_seconds"],
        s["engine.sessions.idle_timeout_seconds"],
        s["engine.sessions.maximum_per_player"],
        s["economy.starting_level"],
        s["economy.currencies.doubloons.starting_balance"],
        s["economy.currencies.doubloons.balance_cap"],
        s["chat.enabled"],
        s["localisation.fallback"],
    )


class Scoring(NamedTuple):
    """Points for a guess."""

    base_points: int
    streak_bonus: tuple[int, ...]
    time_bonus_per_second: float
    wrong_answer_penalty: int
    hint_penalty_share: float
    photo_finish_seconds: float
    night: float
    solo: float
    no_hints: float
    expert: float
    silver: int
    gold: int
    sapphire: int
    emerald: int
    legend: int


class Reveal(NamedTuple):
    """How near a guess has to be, and what hints cost."""

    radius_metres: float
    cooldown_seconds: int
    maximum_open: int
    hint_first_free: bool
    hint_cost_growth: float
    hints_at_most: int
    snap_to_path_metres: float
    position_smoothing: float
    good_metres: float
    usable_metres: float
    refuse_above_metres: float


class FairPlay(NamedTuple):
    """What makes a guess suspicious."""

    enabled: bool
    mode: str
    walking_metres_per_second: float
    cycling_metres_per_second: float
    grace_samples: int
    speed_weight: float
    teleport_metres: float
    teleport_seconds: int
    teleport_weight: float
    least_seconds: float
    answers_weight: float
    flag: float
    restrict: float
    ban: float


class Purse(NamedTuple):
    """What a player earns."""

    experience: int
    coins: int
    bonus_multiplier: float
    balance_cap: int
    level_base: int
    level_exponent: float
    level_cap: int
    win_multiplier: float


class Clue(NamedTuple):
    """The clue that is guessed at."""

    points: int
    attempts: int
    time_limit_minutes: float
    hint_cost: int
    hint_after_seconds: int
    kind: str


class Shown(NamedTuple):
    """What the player's screen shows beside the result."""

    chat: bool
    language: str
    sound_clues: bool
    photo_clues: bool
    live_weather: bool
    replays: bool


class GuessRules(NamedTuple):
    """What it takes to score a guess."""

    scoring: Scoring
    reveal: Reveal
    fair_play: FairPlay
    purse: Purse
    clue: Clue
    shown: Shown


def guess_rules(s: Settings, clue: CluePaths) -> GuessRules:
    """60 reads."""
    points, attempts, time_limit, hint_cost, hint_after, kind = clue
    return GuessRules(
        Scoring(
            s["scoring.base_points"],
            s["scoring.streak_bonus"],
            s["scoring.time_bonus_per_second"],
            s["scoring.wrong_answer_penalty"],
            s["scoring.hint_penalty_share"],
            s["scoring.photo_finish_seconds"],
            s["scoring.multipliers.night"],
            s["scoring.multipliers.solo"],
            s["scoring.multipliers.no_hints"],
            s["scoring.multipliers.expert"],
            s["scoring.ranks.silver"],
            s["scoring.ranks.gold"],
            s["scoring.ranks.sapphire"],
            s["scoring.ranks.emerald"],
            s["scoring.ranks.legend"],
        ),
        Reveal(
            s["clues.reveal_radius_metres"],
            s["clues.cooldown_after_wrong_seconds"],
            s["clues.maximum_open"],
            s["clues.hint.first_free"],
            s["clues.hint.cost_growth"],
            s["clues.hint.maximum_per_hunt"],
            s["geography.snap_to_path_metres"],
            s["geography.position_smoothing"],
            s["geography.accuracy.good_metres"],
            s["geography.accuracy.usable_metres"],
            s["geography.accuracy.refuse_above_metres"],
        ),
        FairPlay(
            s["anti_cheat.enabled"],
            s["anti_cheat.mode"],
            s["anti_cheat.speed.walking_metres_per_second"],
            s["anti_cheat.speed.cycling_metres_per_second"],
            s["anti_cheat.speed.grace_samples"],
            s["anti_cheat.speed.weight"],
            s["anti_cheat.teleport.distance_metres"],
            s["anti_cheat.teleport.within_seconds"],
            s["anti_cheat.teleport.weight"],
            s["anti_cheat.answers.minimum_seconds"],
            s["anti_cheat.answers.weight"],
            s["anti_cheat.thresholds.flag"],
            s["anti_cheat.thresholds.restrict"],
            s["anti_cheat.thresholds.ban"],
        ),
        Purse(
            s["rewards.clue_solved.experience"],
            s["rewards.clue_solved.coins.minimum"],
            s["rewards.clue_solved.bonus_multiplier"],
            s["economy.currencies.doubloons.balance_cap"],
            s["economy.level_curve.base"],
            s["economy.level_curve.exponent"],
            s["economy.level_curve.cap"],
            s["rewards.hunt_won.bonus_multiplier"],
        ),
        Clue(s[points], s[attempts], s[time_limit], s[hint_cost], s[hint_after], s[kind]),
        Shown(
            s["chat.enabled"],
            s["localisation.fallback"],
            s["features.sound_clues.enabled"],
            s["features.photo_clues.enabled"],
            s["features.live_weather.enabled"],
            s["features.hunt_replays.enabled"],
        ),
    )


class Zone(NamedTuple):
    """A zone in which things can appear."""

    danger: int
    capacity: int
    radius_metres: float
    unlock_level: int
    night_only: bool
    fog: float
    spawn_weight: float
    guardian: str | None
    weather: tuple[str, ...]


class Reward(NamedTuple):
    """What is handed out for one occasion."""

    rolls: int
    least_coins: int
    most_coins: int
    experience: int
    pity_after: int | None
    bonus_multiplier: float
    once_per_day: bool


class SpawnRules(NamedTuple):
    """What it takes to say what appears where."""

    zones: tuple[Zone, ...]
    rewards: tuple[Reward, ...]
    guardians: bool
    guardian_rollout: float
    guardian_salt: str
    duels: bool
    duel_rollout: float
    live_weather: bool
    weather_rollout: float
    snowballs: bool
    animals: bool
    animal_rollout: float
    trading: bool
    league: bool
    night_map: bool
    tick_milliseconds: int
    starting_level: int
    level_base: int
    level_exponent: float
    level_cap: int
    reveal_metres: float
    good_metres: float
    usable_metres: float
    refuse_above_metres: float
    cost_growth: float
    hint_first_free: bool
    chat: bool
    language: str


def spawn_rules(s: Settings, zones: tuple[ZonePaths, ...]) -> SpawnRules:
    """150 reads: 54 of zones, 70 of rewards, and 26 others."""
    return SpawnRules(
        tuple(
            [
                Zone(
                    s[danger], s[room], s[radius], s[level], s[night], s[fog], s[weight], s[guard], s[weather]
                )
                for danger, room, radius, level, night, fog, weight, guard, weather in zones
            ]
        ),
        tuple(
            [
                Reward(s[rolls], s[least], s[most], s[experience], s[pity], s[bonus], s[daily])
                for rolls, least, most, experience, pity, bonus, daily in REWARDS
            ]
        ),
        s["features.guardians.enabled"],
        s["features.guardians.rollout"],
        s["features.guardians.salt"],
        s["features.guardian_duels.enabled"],
        s["features.guardian_duels.rollout"],
        s["features.live_weather.enabled"],
        s["features.live_weather.rollout"],
        s["features.snowball_fights.enabled"],
        s["features.companion_animals.enabled"],
        s["features.companion_animals.rollout"],
        s["features.trading_post.enabled"],
        s["features.weekly_league.enabled"],
        s["features.night_mode_map.enabled"],
        s["engine.tick_milliseconds"],
        s["economy.starting_level"],
        s["economy.level_curve.base"],
        s["economy.level_curve.exponent"],
        s["economy.level_curve.cap"],
        s["clues.reveal_radius_metres"],
        s["geography.accuracy.good_metres"],
        s["geography.accuracy.usable_metres"],
        s["geography.accuracy.refuse_above_metres"],
        s["clues.hint.cost_growth"],
        s["clues.hint.first_free"],
        s["chat.enabled"],
        s["localisation.fallback"],
    )


READERS = (status_rules, join_rules, guess_rules, spawn_rules)
