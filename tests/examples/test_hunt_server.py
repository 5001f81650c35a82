"""The treasure hunt's server: its answers, what it refuses, and that every resolver gives the same ones."""

from __future__ import annotations

import json

import pytest

import veltrix
from benches.hunt.answers import rules_of
from tests.examples.hunt import stack
from tests.serving.servers import redis_serving

starlette = pytest.importorskip("starlette", reason="the group `hunt` is not installed")
pytest.importorskip("fastapi", reason="the group `hunt` is not installed")

from starlette.testclient import TestClient  # noqa: E402

from resolvers.documents import Documents  # noqa: E402
from resolvers.names import RESOLVERS, implementation_of  # noqa: E402
from server import paths, rules  # noqa: E402
from server.choice import Choice  # noqa: E402
from server.game import Game  # noqa: E402
from server.shells.names import DEFAULT, SHELLS  # noqa: E402
from server.start import resolver_of, served, shell_of  # noqa: E402
from server.world import Position, metres_between, treasures  # noqa: E402

SECRET = b"only for tests"
JOIN = {
    "player": "ada",
    "region": "eu",
    "season": "winter",
    "hunt": "frozen_abbey",
    "segment": "vip",
    "clue_experiment": "quick_clues",
    "spawn_experiment": "early_fog",
    "party": 2,
}
LIBRARIES = {"pydantic-settings": "pydantic_settings", "dynaconf": "dynaconf"}
OVERRIDES = {"clues.hint.cost_growth": 1.5, "chat.enabled": False, "accessibility.large_text": True}


class Clock:
    """A clock that stands still until it is set."""

    now = 1_800_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture(scope="module")
def documents():
    return Documents.read()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=SHELLS)
def shell(request):
    return request.param


@pytest.fixture
def client(documents, clock, shell):
    return client_of(documents, clock, f"veltrix-{veltrix.implementation}", shell)


def client_of(documents, clock, resolver, shell=DEFAULT, **options):
    seed = documents.snapshot["engine.world_seed"]
    game = Game(resolver_of(resolver, documents), seed, SECRET, clock, **options)
    return TestClient(shell_of(shell, game))


def joined(client, **changes):
    """The headers of a session that was opened."""
    answer = client.post("/sessions", json={**JOIN, **changes})
    assert answer.status_code == 201, answer.json()
    return {"authorization": f"Bearer {answer.json()['token']}"}


def guess_at(client, headers, position, **more):
    body = {"latitude": position.latitude, "longitude": position.longitude, **more}
    return client.post("/guesses", json=body, headers=headers)


def hunted(documents, hunt="frozen_abbey"):
    return treasures(documents.snapshot["engine.world_seed"])[hunt]


class Counting:
    """Counts the reads that go through it."""

    def __init__(self, below):
        self.below, self.read = below, []

    def __getitem__(self, path):
        self.read.append(path)
        return self.below[path]


@pytest.mark.parametrize("hunt", stack.DIMENSIONS["hunt"])
def test_requests_read_8_15_60_and_150_tunables(documents, hunt):
    calls = (
        (rules.status_rules, (), 8),
        (rules.join_rules, (paths.HUNT[hunt],), 15),
        (rules.guess_rules, (paths.CLUES[hunt][0],), 60),
        (rules.spawn_rules, (paths.ZONES_OF[hunt],), 150),
    )
    for read, arguments, reads in calls:
        counting = Counting(documents.snapshot.scope(season="winter"))
        read(counting, *arguments)
        assert len(counting.read) == len(set(counting.read)) == reads


def test_there_are_choices_enough_for_the_measurement():
    every = 1
    for table in stack.DIMENSIONS.values():
        every *= len(table)
    assert every >= 10_000


@pytest.fixture
def service(name, tmp_path, monkeypatch):
    """What the resolver of this name needs beside the files."""
    if name != "redis":
        yield
        return
    monkeypatch.chdir(tmp_path)
    with redis_serving() as url:
        monkeypatch.setenv("REDIS_URL", url)
        yield


@pytest.mark.parametrize("name", [name for name in RESOLVERS if name not in ("walk", "constants")])
def test_all_resolvers_give_the_same_settings(documents, name, service):
    if implementation_of(name) not in (None, veltrix.implementation):
        pytest.skip("another run of the suite chooses that implementation")
    if name in LIBRARIES:
        pytest.importorskip(LIBRARIES[name])
    # A library resolves a choice in a second, the others in less than a millisecond.
    chosen = list(every_choice_once())[slice(1, 2) if name in LIBRARIES else slice(None)]
    found = list(rules_of(resolver_of(name, documents), chosen))
    assert found == list(rules_of(resolver_of("walk", documents), chosen))
    assert len(set(found)) == len(chosen)


def every_choice_once():
    """So few that every choice of every dimension is among them, in each hunt another."""
    tables = [list(table) for table in stack.DIMENSIONS.values()]
    for number in range(max(map(len, tables))):
        yield Choice(*(table[(number * (place + 1)) % len(table)] for place, table in enumerate(tables)))


def test_constants_read_nothing(documents):
    resolver = resolver_of("constants", documents)
    first, other, *_ = every_choice_once()
    assert resolver.settings_of(other, OVERRIDES) is None
    assert resolver.readers.status(None) == rules.status_rules(documents.snapshot.scope(**first._asdict()))


def test_a_treasure_is_found_by_going_there(client, documents, clock):
    headers = joined(client)
    for number, treasure in enumerate(hunted(documents), 1):
        clock.now += 400
        answer = guess_at(client, headers, treasure.position).json()
        assert (answer["result"], answer["clue"], answer["metres"]) == ("found", treasure.clue, 0)
        assert answer["finished"] is (number == len(hunted(documents)))
    status = client.get("/session", headers=headers).json()
    assert status["found"] == [treasure.clue for treasure in hunted(documents)]
    assert status["clue"] is None
    assert client.post("/hints", headers=headers).status_code == 409
    again = guess_at(client, headers, treasure.position)
    assert (again.status_code, again.json()["error"]) == (409, "this hunt is finished; open a new session")


def test_a_guess_is_scored_by_its_distance(client, documents, clock):
    here = hunted(documents)[0].position
    results = []
    for metres in (0, 60, 200, 5_000):
        headers = joined(client)
        there = Position(here.latitude, here.longitude + metres / 111_320 / 0.7)
        answer = guess_at(client, headers, there).json()
        assert answer["metres"] == pytest.approx(metres_between(here, there), abs=1)
        results.append((answer["result"], answer["points"]))
    assert [result for result, _ in results] == ["found", "near", "near", "far"]
    assert [points for _, points in results[1:]] == [0, 0, -15]
    assert results[0][1] > 0
    # Who does not wait pays twice.
    assert guess_at(client, headers, there).json()["points"] == -30
    clock.now += 60
    assert guess_at(client, headers, there).json()["points"] == -15


def test_the_choices_of_a_session_change_what_it_gets(client, documents):
    plain = guess_at(client, joined(client, clue_experiment="far_clues"), Position(0, 0)).json()
    quick = guess_at(client, joined(client), Position(0, 0)).json()
    assert plain["points"] != quick["points"]


def test_a_request_overrides_what_it_may_and_only_for_itself(client):
    headers = joined(client)
    own = {**headers, "hunt-settings": json.dumps({"chat.enabled": False, "localisation.fallback": "ja"})}
    changed = client.get("/session", headers=own).json()
    assert (changed["chat"], changed["language"]) == (False, "ja")
    plain = client.get("/session", headers=headers).json()
    assert (plain["chat"], plain["language"]) == (True, "en")


def test_hints_cost_more_and_more_and_come_nearer(client, documents):
    headers = joined(client)
    costs, distances = [], []
    for _ in range(3):
        hint = client.post("/hints", headers=headers).json()
        costs.append(hint["cost"])
        place = Position(hint["latitude"], hint["longitude"])
        distances.append(metres_between(place, hunted(documents)[0].position))
    assert costs[0] == 0 < costs[1] < costs[2]
    assert distances == sorted(distances, reverse=True)


def test_things_appear_in_zones_that_are_open(client):
    headers = joined(client)
    by_day = client.get("/spawns", headers=headers).json()
    by_night = client.get("/spawns?night", headers=headers).json()
    assert by_day["things"]
    assert {thing["zone"] for thing in by_day["things"]} <= {thing["zone"] for thing in by_night["things"]}
    assert not by_day["night_map"]
    assert by_night["night_map"]


def test_a_leap_across_the_world_is_suspicious(client, clock):
    headers = joined(client)
    verdicts = []
    for longitude in (0, 90, 0, 90, 0):
        clock.now += 1
        verdicts.append(guess_at(client, headers, Position(0, longitude)).json()["fair_play"])
    assert verdicts[0] == "fair"
    assert verdicts[-1] in ("flag", "restrict", "ban")


@pytest.mark.parametrize(
    ("changes", "status", "named"),
    [
        ({"region": "atlantis"}, 422, "'region' has to be one of eu"),
        ({"region": None}, 422, "'region'"),
        ({"region": ["eu"]}, 422, "'region'"),
        ({"player": ""}, 422, "'player'"),
        ({"player": "x" * 41}, 422, "'player'"),
        ({"player": "a\nb"}, 422, "'player'"),
        ({"level": True}, 422, "'level' has to be a number from 1 to 100"),
        ({"level": 1}, 409, "level"),
        ({"party": 1}, 409, "a party has 2 to 6 players"),
    ],
)
def test_a_session_that_cannot_be_opened(client, changes, status, named):
    answer = client.post("/sessions", json={**JOIN, **changes})
    assert answer.status_code == status
    assert named in answer.json()["error"]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 2_000, 400),
        (b"[]", 422),
        (b'{"latitude": NaN, "longitude": 1}', 422),
        (b'{"latitude": 91, "longitude": 1}', 422),
        (b'{"latitude": "1", "longitude": 1}', 422),
        (b'{"latitude": 1}', 422),
        (b'{"latitude": 1, "longitude": 1, "night": 1}', 422),
        (b'{"latitude": 1, "longitude": 1, "accuracy_metres": 500}', 422),
        (b'{"latitude": 1e999, "longitude": 1}', 422),
        (b'{"latitude": 1' + b"0" * 400 + b', "longitude": 1}', 422),
        (b'{"a": "' + b"x" * 5_000 + b'"}', 413),
    ],
)
def test_a_guess_that_is_none(client, content, status):
    answer = client.post("/guesses", content=content, headers=joined(client))
    assert (answer.status_code, list(answer.json())) == (status, ["error"])


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("{", 400),
        ("[]", 422),
        ('{"storage.players.password": "x"}', 422),
        ('{"chat.enabled": "no"}', 422),
        ('{"clues.hint.cost_growth": 99}', 422),
        ('{"clues.hint.cost_growth": NaN}', 422),
        ('{"clues.hint.cost_growth": 1' + "0" * 400 + "}", 422),
        ('{"localisation.fallback": ["en"]}', 422),
        ('{"x": "' + "x" * 1_100 + '"}', 431),
    ],
)
def test_overrides_that_are_refused(client, header, status):
    answer = client.get("/session", headers={**joined(client), "hunt-settings": header})
    assert answer.status_code == status
    assert "hunt-settings" in answer.json()["error"]


def test_a_token_is_needed_and_ends(client, clock):
    headers = joined(client)
    token = headers["authorization"]
    for wrong in (None, "Basic x", "Bearer ", "Bearer x.y", b"Bearer \xfc.\xfc", token[:-2], f"{token}x"):
        answer = client.get("/session", headers={"authorization": wrong} if wrong else {})
        assert answer.status_code == 401, wrong
    clock.now += 60 * 60 + 6
    assert client.get("/session", headers=headers).json()["error"].startswith("the token has expired")


def test_a_token_of_another_server_is_none_of_ours(client, documents, clock):
    other = TestClient(shell_of(DEFAULT, Game(resolver_of("walk", documents), 1, b"another secret", clock)))
    assert client.get("/session", headers=joined(other)).status_code == 401


def test_a_third_session_of_a_player_ends_the_first(client):
    first, second, third = (joined(client) for _ in range(3))
    assert client.get("/session", headers=first).status_code == 404
    assert client.get("/session", headers=second).status_code == 200
    assert client.get("/session", headers=third).status_code == 200


def test_sessions_have_a_bound_and_idle_ones_make_room(documents, clock):
    client = client_of(documents, clock, "walk", most_sessions=2)
    joined(client, player="a")
    joined(client, player="b")
    assert client.post("/sessions", json={**JOIN, "player": "c"}).status_code == 503
    clock.now += 10_000
    joined(client, player="c")
    assert client.get("/").json()["sessions"] == 1


def test_what_is_not_there_is_said_in_json(client):
    assert client.get("/nowhere").json() == {"error": "not found"}
    answer = client.put("/session")
    assert (answer.status_code, answer.json()) == (405, {"error": "method not allowed"})
    assert "GET" in answer.headers["allow"]
    assert "POST /guesses" in client.get("/").json()["routes"]


def test_a_body_that_is_too_long_is_refused(client):
    answer = client.post("/guesses", content=b"x" * 5_000, headers=joined(client))
    assert (answer.status_code, answer.json()) == (413, {"error": "a body has at most 4096 bytes"})


def test_of_two_headers_the_first_counts(client):
    headers = [*joined(client).items(), ("hunt-settings", "{}"), ("hunt-settings", "{")]
    assert client.get("/session", headers=headers).status_code == 200


def test_all_shells_give_the_same_answers(documents, clock):
    found = []
    for name in SHELLS:
        client = client_of(documents, clock, "walk", name)
        headers = joined(client)
        settings = {**headers, "hunt-settings": json.dumps(OVERRIDES)}
        answers = [
            client.get("/session", headers=settings),
            guess_at(client, headers, hunted(documents)[0].position),
            client.post("/hints", headers=headers),
            client.get("/spawns?night", headers=settings),
            client.get("/session", headers={"authorization": "Bearer x"}),
        ]
        found.append([(one.status_code, one.headers["content-type"], one.json()) for one in answers])
    assert found[1:] == found[:1] * (len(SHELLS) - 1)


def test_health_and_metrics_are_beside_the_game(shell):
    application, config = served(f"veltrix-{veltrix.implementation}", SECRET, shell)
    with config:
        client = TestClient(application)
        assert client.get("/-/healthz").status_code == 200
        assert "veltrix" in client.get("/-/metrics").text
        assert client.get("/-/nowhere").status_code == 404
        assert client.get("/").json()["sessions"] == 0
