"""A source that fails keeps what it gave before, and its read set with it; all others go on."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path

import pytest

import veltrix
from tests.loading.conftest import Live, write
from tests.sources.conftest import as_nobody
from tests.sources.mounted import Mounted

BROKEN = {
    "half written": lambda: write("one/a.json", '{"a": '),
    "empty": lambda: write("one/a.json", ""),
    "absent": lambda: Path("one/a.json").unlink(),
    "a directory": lambda: (Path("one/a.json").unlink(), Path("one/a.json").mkdir()),
    "not UTF-8": lambda: Path("one/a.json").write_bytes(b'{"a": "\xff"}'),
}


@pytest.fixture
def live(counted):
    write("one/a.json", {"a": 1})
    write("one/b.json", {"b": 1})
    write("two/c.json", {"c": 1})
    live = Live(*map(counted.file, ("one/a.json", "one/b.json", "two/c.json")))
    counted.take()
    return live


@pytest.mark.parametrize("break_it", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_costs_its_directory_and_nobody_else(live, break_it):
    break_it()
    write("one/b.json", {"b": 2})
    write("two/c.json", {"c": 2})
    candidate = live.reload()
    assert candidate.snapshot.to_dict() == {"a": 1, "b": 1, "c": 2}
    assert candidate.reason == "two/c.json"
    [problem] = candidate.problems
    assert str(problem).startswith("one/a.json")
    assert live.states() == {"one/a.json": "failed", "one/b.json": "held", "two/c.json": "good"}
    [failed] = [status for status in live.loader.statuses() if status.state == "failed"]
    assert (failed.problem, failed.failures) == (str(problem), 1)


@pytest.mark.parametrize("break_it", BROKEN.values(), ids=BROKEN)
def test_what_was_held_back_comes_when_the_file_is_good_again(live, break_it):
    break_it()
    write("one/b.json", {"b": 2})
    said = live.refused()
    assert len(said) == 1
    if Path("one/a.json").is_dir():
        Path("one/a.json").rmdir()
    write("one/a.json", {"a": 2})
    candidate = live.reload()
    assert candidate.snapshot.to_dict() == {"a": 2, "b": 2, "c": 1}
    assert candidate.problems == ()
    assert candidate.snapshot.generation == 2
    assert set(live.states().values()) == {"good"}


def test_a_refused_content_is_not_parsed_again_until_its_bytes_differ(live, counted):
    write("one/a.json", '{"a": ')
    for _ in range(3):
        live.refused()
        write("one/a.json", '{"a": ')
    assert counted.take() == ["one/a.json"]
    assert live.reload(polling=True) is None
    assert [status.failures for status in live.loader.statuses()] == [4, 0, 0]
    write("one/a.json", '{"a":: ')
    assert len(live.refused(polling=True)) == 1
    assert counted.take() == ["one/a.json"]


def test_a_file_that_is_as_it_was_before_it_broke_is_no_change(live):
    write("one/a.json", '{"a": ')
    live.refused()
    write("one/a.json", {"a": 1})
    candidate = live.reload()
    assert candidate.moved_only
    assert not candidate.difference
    assert live.snapshot.generation == 1
    assert live.reload() is None


def test_a_lost_file_that_comes_back_is_not_parsed_again(live, counted):
    Path("one/a.json").rename("aside")
    assert live.refused()[0].startswith("one/a.json: no such file")
    Path("aside").rename("one/a.json")
    assert live.reload() is None
    assert counted.take() == []
    assert live.states()["one/a.json"] == "good"


def test_every_file_that_fails_is_told():
    for name in "abc":
        write(f"{name}/x.json", {name: 1})
    live = Live(*(veltrix.File(f"{name}/x.json") for name in "abc"))
    write("c/x.json", "[")
    write("a/x.json", "[")
    said = live.refused()
    assert [text.split("/")[0] for text in said] == ["a", "c"]


def test_an_unreadable_file_is_held_back(for_everyone, monkeypatch):
    monkeypatch.chdir(for_everyone)

    def pass_():
        write("a.json", {"a": 1})
        live = Live("a.json", {"b": 1})
        Path("a.json").chmod(0)
        [said] = live.refused()
        return said, live.states()

    for_everyone.chmod(0o777)
    assert as_nobody(pass_) == repr(("a.json: permission denied", {"a.json": "failed", "values": "good"}))


@pytest.fixture
def for_everyone():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def mount(tmp_path):
    (tmp_path / "config").mkdir(mode=0o700)
    mounted = Mounted(tmp_path / "config")
    mounted.publish({"a.json": '{"in_a": 1}', "token": "1"})
    return mounted


def mounted_live(mount):
    return Live(
        {"port": 1},
        veltrix.File(mount.folder / "a.json"),
        veltrix.Secrets(mount.folder, name="secrets"),
        "other.json" if write("other.json", {"o": 1}) else "",
    )


def test_the_files_and_secrets_of_a_mount_are_one_set(mount):
    """A broken file of a generation costs its secrets too: they change together."""
    live = mounted_live(mount)
    mount.publish({"a.json": "[", "token": "2"})
    write("other.json", {"o": 2})
    found = live.reload().snapshot
    assert (found["in_a"], found["token"], found["o"]) == (1, "1", 2)
    mount.publish({"a.json": '{"in_a": 3}', "token": "3"})
    found = live.reload().snapshot
    assert (found["in_a"], found["token"]) == (3, "3")


def test_a_rotated_secret_is_read_anew_and_an_unchanged_mount_is_not(mount):
    live = mounted_live(mount)
    assert live.reload() is None
    mount.publish({"a.json": '{"in_a": 1}', "token": "2"})
    candidate = live.reload()
    assert candidate.reason == "secrets"
    assert candidate.snapshot["token"] == "2"
    assert "2" not in candidate.reason


def releases(tmp_path, number, a, b):
    for name, text in (("x/a.json", a), ("y/b.json", b)):
        write(f"releases/{number}/{name}", text)
    (tmp_path / "tmp").symlink_to(f"releases/{number}")
    (tmp_path / "tmp").rename(tmp_path / "current")


def test_files_behind_one_link_that_is_swapped_are_one_set(tmp_path):
    releases(tmp_path, 1, {"a": 1}, {"b": 1})
    live = Live("current/x/a.json", "current/y/b.json")
    releases(tmp_path, 2, {"a": 2}, "[")
    live.refused()
    assert live.states() == {"current/x/a.json": "held", "current/y/b.json": "failed"}
    releases(tmp_path, 3, {"a": 3}, {"b": 3})
    assert live.reload().snapshot.to_dict() == {"a": 3, "b": 3}


def test_a_file_that_makes_a_variable_unfit_is_refused(monkeypatch, counted):
    """Nothing is published that a fresh start would refuse; the message names both places."""
    monkeypatch.setenv("APP_PORT", "high")
    write("one/a.json", {"port": "80"})
    write("two/c.json", {"c": 1})
    live = Live(counted.file("one/a.json"), "two/c.json", counted.of(veltrix.Env, "APP"))
    counted.take()
    write("one/a.json", {"port": 80})
    write("two/c.json", {"c": 2})
    for _ in range(2):
        [said] = live.refused()
        assert said.startswith("port: expected an int (decimal digits) as in one/a.json")
        assert said.endswith("(variable APP_PORT)")
    assert counted.take() == ["one/a.json", "env:APP"]
    write("one/a.json", {"port": "81"})
    assert live.reload().snapshot.to_dict() == {"port": "high", "c": 2}


def test_a_variable_that_is_unfit_itself_costs_nobody_else(monkeypatch):
    monkeypatch.setenv("APP_PORT", "90")
    write("a.json", {"port": 80})
    live = Live("a.json", veltrix.Env("APP"))
    monkeypatch.setenv("APP_PORT", "high")
    write("a.json", {"port": 80, "b": 1})
    candidate = live.reload()
    assert candidate.snapshot.to_dict() == {"port": 90, "b": 1}
    assert [str(problem).split(":")[0] for problem in candidate.problems] == ["port"]


def test_what_is_held_back_is_typed_by_what_is_below_it_now(monkeypatch):
    """The variables of before, over the file of now."""
    monkeypatch.setenv("APP_PORT", "90")
    monkeypatch.setenv("APP_N", "1")
    write("a.json", {"port": 80, "n": 0})
    live = Live("a.json", veltrix.Env("APP"))
    monkeypatch.setenv("APP_N", "x")
    write("a.json", {"port": "80", "n": 0})
    candidate = live.reload()
    assert candidate.snapshot.to_dict() == {"port": "90", "n": 1}
    assert len(candidate.problems) == 1
    write("a.json", {"port": 80, "n": 0})
    assert live.reload().snapshot.to_dict() == {"port": 90, "n": 1}


def test_a_dotenv_file_unfit_over_its_neighbour_is_held_back_with_it():
    """Both are of one directory: whichever is at fault, the set stays as it was."""
    write("one/a.json", {"port": "80"})
    write("one/.env", "PORT=high\n")
    write("two/c.json", {"c": 1})
    live = Live("one/a.json", veltrix.DotEnv("one/.env"), "two/c.json")
    write("one/a.json", {"port": 80})
    write("two/c.json", {"c": 2})
    candidate = live.reload()
    assert candidate.snapshot.to_dict() == {"port": "high", "c": 2}
    assert len(candidate.problems) == 1
    write("one/.env", "PORT=81\n")
    assert live.reload().snapshot["port"] == 81


def test_the_candidate_of_the_old_layer_and_the_new_ones_is_judged_as_any_other():
    write("one/a.json", {"x": 1})
    write("two/b.json", {"x": 2})
    live = Live("one/a.json", "two/b.json")
    write("one/a.json", "[")
    write("two/b.json", {"x": {}})
    said = live.refused()
    assert len(said) == 2
    assert said[1].startswith("x: mapping in two/b.json")


def test_who_is_held_back_by_one_that_is_held_back_holds_its_own_set():
    """The file that stays behind makes variables of another directory unfit, and these their neighbour."""
    write("one/a.json", {"port": 80})
    write("one/b.json", {"b": 1})
    write("two/.env", "PORT=81\n")
    write("two/e.json", {"e": 1})
    live = Live("one/a.json", "one/b.json", veltrix.DotEnv("two/.env"), "two/e.json")
    write("one/a.json", {"port": "80"})
    write("one/b.json", "[")
    write("two/.env", "PORT=high\n")
    write("two/e.json", {"e": 2})
    said = live.refused()
    assert len(said) == 2
    assert said[0].startswith("one/b.json")
    assert said[1].startswith("port: expected an int (decimal digits) as in one/a.json")
    assert list(live.states().values()) == ["held", "failed", "failed", "held"]
    write("one/b.json", {"b": 2})
    assert live.reload().snapshot.to_dict() == {"port": "high", "b": 2, "e": 2}


@pytest.fixture
def secrets():
    Path("secrets").mkdir(mode=0o700)
    write("secrets/a", "1")
    write("secrets/b", "1")
    return Live(veltrix.Secrets("secrets"), "c.json" if write("c.json", {"c": 1}) else "")


def refill(**files):
    for path in list(Path("secrets").iterdir()) if Path("secrets").is_dir() else ():
        path.unlink() if not path.is_dir() else path.rmdir()
    Path("secrets").mkdir(mode=0o700, exist_ok=True)
    for name, text in files.items():
        write(f"secrets/{name}", text)


LOST = {
    "removed": lambda: (refill(), Path("secrets").rmdir()),
    "empty": refill,
    "an empty secret": lambda: write("secrets/a", ""),
    "no text": lambda: Path("secrets/a").write_bytes(b"\xff"),
    "two for one path": lambda: write("secrets/A", "2"),
    "a link beside them": lambda: Path("secrets/x").symlink_to("/etc/hostname"),
    "a link that leaves": lambda: (Path("secrets/a").unlink(), Path("secrets/a").symlink_to("/etc/hostname")),
}


@pytest.mark.parametrize("lose", LOST.values(), ids=LOST)
def test_secrets_that_are_lost_stay_as_they_were_until_they_are_back(secrets, lose):
    lose()
    write("c.json", {"c": 2})
    candidate = secrets.reload()
    assert candidate.snapshot.to_dict() == {"a": "1", "b": "1", "c": 2}
    assert candidate.problems
    assert secrets.states() == {"secrets": "failed", "c.json": "good"}
    refill(a="2", b="2")
    assert secrets.reload().snapshot.to_dict() == {"a": "2", "b": "2", "c": 2}


def test_secrets_that_are_as_they_were_are_typed_once_and_read_in_their_state(secrets):
    for path in Path("secrets").iterdir():
        path.touch()
    assert secrets.reload() is None
    write("secrets/.hidden", "x")
    assert secrets.reload() is None
    write("secrets/b", "2")
    assert secrets.reload().difference.changed == {"b": ("1", "2")}
    Path("secrets/b").unlink()
    assert secrets.reload().difference.removed == {"b": "2"}


def test_a_warning_of_secrets_is_given_once_for_what_was_read():
    Path("secrets").mkdir()
    Path("secrets").chmod(0o755)
    write("secrets/a", "1")
    Path("secrets/a").chmod(0o644)
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        live = Live({"a": "x"}, veltrix.Secrets("secrets"))
        live.reload()
        assert len(given) == 1
        write("secrets/a", "2")
        live.reload()
        assert len(given) == 2


def test_a_link_from_one_directory_to_another_makes_one_set_of_both(tmp_path):
    for name in ("x/a", "y/b", "x/c"):
        write(f"{name}.json", {name[2]: 1})
    Path("x/a.json").unlink()
    write("y/a.json", {"a": 1})
    Path("x/a.json").symlink_to("../y/a.json")
    live = Live("x/a.json", "y/b.json", "x/c.json")
    write("y/a.json", {"a": 2})
    write("y/b.json", {"b": 2})
    write("x/c.json", "[")
    live.refused()
    assert list(live.states().values()) == ["held", "held", "failed"]
