"""Charts are well-formed, bars as long as the logarithm of their ratios, and nothing leaves the card."""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from benches import charts
from benches.charts import Axis, Bar, bars_of, chart
from benches.peers.results import Row

SVG = "{http://www.w3.org/2000/svg}"
BARS = [Bar("veltrix native", 0.01), Bar("dict", 1.0), Bar("<slow> & co", 1_000.0, starred=True)]


def drawn(bars, **options):
    return ElementTree.fromstring(chart("a <title>", "less & better", bars, **options))


def rectangles(root):
    return [rect for rect in root.iter(f"{SVG}rect") if rect.get("class") != "card"]


def texts(root):
    return [text.text for text in root.iter(f"{SVG}text")]


def test_a_bar_is_as_long_as_the_logarithm_of_its_ratio():
    ours, one, slow = rectangles(drawn(BARS))
    one_at = float(one.get("x"))
    decade = float(slow.get("width")) / 3
    assert float(slow.get("x")) == one_at
    assert float(ours.get("x")) + float(ours.get("width")) == pytest.approx(one_at, abs=0.2)
    assert float(ours.get("width")) / 2 == pytest.approx(decade, abs=0.2)
    assert float(one.get("width")) == 1.0


def test_ticks_are_powers_of_ten_at_their_places():
    axis = Axis.around([0.02, 300.0])
    assert axis.powers() == pytest.approx([0.01, 0.1, 1, 10, 100, 1_000])
    places = [axis.at(power) for power in axis.powers()]
    steps = [right - left for left, right in pairwise(places)]
    assert steps == pytest.approx([steps[0]] * len(steps), abs=0.11)
    assert (places[0], places[-1]) == (axis.start, axis.end)
    labels = texts(drawn(BARS))
    assert {"0.01", "0.1", "1", "10", "100", "1k"} <= set(labels)
    assert {"100k", "1M"} <= set(texts(drawn([Bar("slow", 200_000.0)])))


def test_an_axis_reaches_one_even_if_everything_is_slower():
    assert Axis.around([30.0, 50.0]).powers() == [1, 10, 100]
    assert Axis.around([0.3]).powers() == pytest.approx([0.1, 1, 10])


def test_names_and_ratios_are_written_and_escaped():
    root = drawn(BARS, star="* at 1,000 leaves")
    assert {"a <title>", "less & better", "<slow> & co", "0.01 ×", "1,000 × *", "* at 1,000 leaves"} <= set(
        texts(root)
    )
    assert [rect.get("class") for rect in rectangles(root)] == ["ours", "bar", "bar"]


def test_everything_stays_on_the_card():
    root = drawn(BARS, star="* less")
    width, height = (float(size) for size in root.get("viewBox").split()[2:])
    for rect in rectangles(root):
        assert float(rect.get("x")) >= charts.LEFT
        assert float(rect.get("x")) + float(rect.get("width")) <= width - charts.RIGHT + 0.2
    assert all(float(text.get("y")) < height for text in root.iter(f"{SVG}text"))


def test_both_schemes_colour_the_same_classes():
    style = drawn(BARS).find(f"{SVG}style").text
    light, dark = style.split("@media (prefers-color-scheme: dark)")
    for name in (".card", ".text", ".quiet", ".tick", ".one", ".bar", ".ours", ".label"):
        assert f"{name} {{" in light
        assert f"{name} {{" in dark


def test_a_row_without_a_figure_has_no_bar():
    rows = [
        Row("read", "slow", 9.0, leaves=1_000),
        Row("read", "none", missing="no"),
        Row("read", "quick", 2.0),
    ]
    assert bars_of(rows, 1_000) == [Bar("quick", 2.0, starred=True), Bar("slow", 9.0)]


def test_the_charts_are_drawn_from_the_figures(tmp_path, monkeypatch):
    rows = [Row("merge", "dict", 2.5, leaves=10_000), Row("merge", "OmegaConf", 500.0, leaves=1_000)]
    figures = tmp_path / "figures.json"
    figures.write_text(json.dumps({"limits": {"leaves": 10_000}, "rows": [row.as_json() for row in rows]}))
    monkeypatch.setattr(sys, "argv", ["charts", "--json", str(figures), "--into", str(tmp_path / "charts")])
    assert charts.main() == 0
    assert [file.name for file in (tmp_path / "charts").iterdir()] == ["resolve.svg"]
    found = texts(ElementTree.parse(tmp_path / "charts" / "resolve.svg").getroot())
    assert found[0] == "7 layers of dicts to a configuration"
    assert "* at 1,000 leaves" in found
    assert "500 × *" in found
