"""Charts show what was found: ends of bars, places of dots, curves, names; nothing overlaps or is cut off."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from benches import charts
from benches.charts import Bar, Curve, Dots, Panel

BARS = [
    Bar("veltrix native", 0.00073),
    Bar("dict", 1.0),
    Bar("a <name> & of a length that was cut off once", 203_129.0, starred=True),
]
CURVES = [
    Curve("native", "native", [(1_000.0, 20.0), (1_000_000.0, 300.0)]),
    Curve("dict", "dict", [(1_000.0, 40.0), (1_000_000.0, 320.0)], dashed=True),
]
PANELS = [
    Panel("Read", ["a leaf"], CURVES),
    Panel("Memory", ["of a leaf"], [Curve("native", "native", [(1, 27.0), (12, 27.0)])], "B", [1, 12], 100.0),
]
DOTS = [
    Dots("overlay of 5 keys of five sections, 40 reads, dropped", "40 dict reads", 2.0, 58_367.0, 1.5),
    Dots("s[path]", "mp[k]", 0.01, 3.0, 0.8),
    Dots("key.value", "mp[k]", 0.09, 0.06),
]


@pytest.fixture
def drawn():
    pytest.importorskip("matplotlib", reason="the group `charts` is not installed")
    return {
        "bars": charts.bars("a <title>", "less & better", BARS, "* at 1,000 leaves"),
        "dots": charts.dots("Native and pure", "beside plain Python", DOTS),
        "panels": charts.panels("How costs grow", "leaves", PANELS),
    }


def texts_of(figure):
    """Every visible text that is not empty, with its box in pixels."""
    from matplotlib.text import Text

    figure.draw_without_rendering()
    texts = [one for one in figure.findobj(Text) if one.get_visible() and one.get_text()]
    return [(one.get_text(), one.get_window_extent()) for one in texts]


@pytest.mark.parametrize("name", ["bars", "dots", "panels"])
def test_no_text_leaves_the_page_or_lies_on_another(drawn, name):
    figure = drawn[name]
    found = texts_of(figure)
    page = figure.bbox
    for number, (text, box) in enumerate(found):
        assert page.x0 <= box.x0 <= box.x1 <= page.x1, text
        assert page.y0 <= box.y0 <= box.y1 <= page.y1, text
        for other, beside in found[number + 1 :]:
            assert not (box.width and beside.width and box.padded(-1).overlaps(beside.padded(-1))), (
                text,
                other,
            )


def test_a_bar_reaches_from_one_to_its_ratio(drawn):
    (axes,) = drawn["bars"].axes
    assert axes.get_xscale() == "log"
    assert [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in axes.patches] == [
        (1, pytest.approx(bar.ratio)) for bar in BARS
    ]
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == [bar.name for bar in BARS]
    said = {text for text, _ in texts_of(drawn["bars"])}
    assert {"0.00073 ×", "203,129 × *", "* at 1,000 leaves", "a <title>\nless & better"} <= said


def test_ours_are_coloured():
    assert BARS[0].colour != BARS[1].colour == BARS[2].colour


def test_a_chart_of_ratios_always_shows_one():
    pytest.importorskip("matplotlib", reason="the group `charts` is not installed")
    for ratios in ([30.0, 50.0], [0.3], [0.02, 300.0]):
        (axes,) = charts.bars("", "", [Bar("a", ratio) for ratio in ratios]).axes
        low, high = axes.get_xlim()
        assert low <= min(ratios) <= max(ratios) <= high
        assert "1" in [label.get_text() for label in axes.get_xticklabels()]


def test_dots_stand_at_their_values(drawn):
    (axes,) = drawn["dots"].axes
    found = {each.get_label(): each.get_offsets().tolist() for each in axes.collections}
    assert found == {
        "native": [[2.0, 0], [0.01, 1], [0.09, 2]],
        "pure": [[58_367.0, 0], [3.0, 1], [0.06, 2]],
        "target of native": [[1.5, 0], [0.8, 1]],
    }
    assert {"40 dict reads", "mp[k]", "58,367"} <= {text for text, _ in texts_of(drawn["dots"])}


def test_curves_go_through_their_points(drawn):
    read, memory = drawn["panels"].axes
    lines = {line.get_label(): line for line in read.lines}
    assert lines["native"].get_xydata().tolist() == [list(point) for point in CURVES[0].points]
    assert lines["dict"].get_linestyle() == "--"
    assert (read.get_yscale(), memory.get_yscale()) == ("log", "linear")
    assert memory.get_ylim() == (0, 100)
    said = [text for text, _ in texts_of(drawn["panels"])]
    assert {"300 ns", "27 B", "1k", "1M", "leaves"} <= set(said)
    assert "320 ns" not in said  # it would lie on the one before
    assert said.count("native") == 1  # of the legend


def test_the_same_figures_make_the_same_bytes(drawn, tmp_path):
    for folder in ("one", "other"):
        made = {"bars": charts.bars("a <title>", "less & better", BARS, "* at 1,000 leaves")}
        charts.save(made, tmp_path / folder)
    one, other = ((tmp_path / folder / "bars.svg").read_bytes() for folder in ("one", "other"))
    assert one == other
    root = ElementTree.fromstring(one)
    texts = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert "a <name> & of a length that was cut off once" in texts
    assert b"date" not in one
