"""Sampled stacks: read, shortened and added up."""

from __future__ import annotations

import pytest

from benches.instructions import LEAVES as COUNTED_LEAVES
from benches.instructions import TURNS
from benches.operations import operations
from benches.profile import LEAVES, WORKLOADS
from benches.stacks import INTERPRETER, as_folded, from_folded, readable, table

FOLDED = f"""\
python;{INTERPRETER};builtin_exec;{INTERPRETER};pyo3::call;pyo3::inner;core::ops::call;veltrix_core::find 3
python;{INTERPRETER};pyo3::call;pyo3::inner;veltrix_core::find;<[T] as core::cmp::PartialEq>::eq;memcmp 2
{INTERPRETER} 1
"""


def test_lines_survive_reading_and_writing():
    assert as_folded(from_folded(FOLDED)) == FOLDED
    assert sum(from_folded(FOLDED).values()) == 6


def test_a_name_may_hold_blanks():
    assert from_folded("a;<A as B>::c 4\n") == {("a", "<A as B>::c"): 4}


def test_the_same_line_twice_counts_twice():
    assert from_folded("a;b 4\na;b 3\n") == {("a", "b"): 7}


def test_a_readable_stack_starts_at_the_last_frame_of_the_interpreter():
    assert readable(from_folded(FOLDED)) == {
        (INTERPRETER, "pyo3", "veltrix_core::find"): 3,
        (INTERPRETER, "pyo3", "veltrix_core::find", "memcmp"): 2,
        (INTERPRETER,): 1,
    }


def test_no_sample_is_lost():
    assert sum(readable(from_folded("core::a;std::b 5\na 2\n")).values()) == 7


def test_what_drops_a_value_keeps_its_name():
    stack = ("a", "core::ptr::drop_in_place<veltrix_core::layer::Layer>")
    assert readable({stack: 1}) == {stack: 1}


def test_a_function_that_calls_itself_counts_once():
    lines = table({("a", "b", "a", "c"): 3, ("a", "b"): 1}, least=0.0).splitlines()
    assert lines[0] == "4 samples"
    assert [line.split() for line in lines[2:]] == [
        ["100.0%", "0.0%", "a"],
        ["100.0%", "25.0%", "b"],
        ["75.0%", "75.0%", "c"],
    ]


def test_small_shares_stay_out_of_the_table():
    assert "rare" not in table({("often",): 99, ("rare",): 1}, least=0.02)
    assert "rare" in table({("often",): 99, ("rare",): 1}, least=0.01)


@pytest.mark.parametrize(("names", "leaves"), [(WORKLOADS.values(), LEAVES), (TURNS, COUNTED_LEAVES)])
def test_what_is_profiled_and_what_is_counted_are_operations(names, leaves):
    assert {name.replace(f"{leaves:,}", "700") for name in names} <= operations("pure", 700).keys()


def test_every_operation_that_is_counted_can_be_done(kernel):
    for operation in operations(kernel.__name__.rpartition("_")[2], 700).values():
        exec(operation.body, dict(operation.names))
