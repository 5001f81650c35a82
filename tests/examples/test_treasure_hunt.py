"""The treasure hunt is of real size, resolves alike on both kernels, and its bulk is what a script writes."""

from __future__ import annotations

import pytest

import veltrix
from tests.examples.hunt import run, stack


@pytest.fixture
def snapshot(kernel):
    return kernel.resolve(stack.parse_layers(kernel))


def test_the_generated_files_are_what_the_script_writes():
    assert run("generate.py", "--check").returncode == 0


def test_it_has_two_thousand_values(snapshot):
    assert len(snapshot.flatten()) >= 2_000


def test_the_kernels_agree():
    digests = {
        kernel.resolve(stack.parse_layers(kernel)).digest for kernel in veltrix.implementations().values()
    }
    assert len(digests) == 1


def test_the_operators_do_what_the_comments_say(snapshot):
    assert "scoring.multipliers.rain" not in snapshot
    assert "localisation.locales.ar" not in snapshot
    assert snapshot["economy.daily_streak"] == (5, 10, 15, 25, 40, 60, 100, 150)
    assert snapshot["rewards.daily_login.drops[0].item"] == "hot_chocolate"
    assert len(snapshot["rewards.daily_login.drops"]) > 1
    assert snapshot["rewards.season_finale.drops[0].item"] == "ferret_companion"
    assert snapshot["notifications.channels"] == ("push", "mail", "concierge")
    assert snapshot["hunts.frozen_abbey.clues.reliquary.requires"] == ("rose_window", "candle_count")


def test_the_highest_layer_wins(snapshot):
    assert snapshot["clues.hint.cost_growth"] == 1.2
    assert snapshot["engine.workers.simulation_threads"] == 16
    assert snapshot["shop.items.parrot_companion.stock"] is None


def test_the_demo_prints_a_plain_page_into_a_pipe():
    ran = run("demo.py")
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    assert "\x1b" not in ran.stdout
    assert "coral-lantern" not in ran.stdout
    assert f"resolved by the {veltrix.implementation} kernel" in ran.stdout
    if len(veltrix.implementations()) == 2:
        assert "both implementations give the same answers" in ran.stdout
        assert "overlay 5 values, read 40" in ran.stdout
    else:
        assert "nothing to compare it with" in " ".join(ran.stdout.split())
    for line in ("engine.workers.simulation_threads = 24", "player 4711"):
        assert line in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 79
