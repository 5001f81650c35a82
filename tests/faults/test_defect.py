"""Group X: a defect of the native kernel is an error like any other, and gives nothing away."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading

import pytest

import veltrix
from veltrix.errors import ConfigError, InternalError

# Only a build with assertions can be made to panic on purpose.
PROVOKE = getattr(veltrix.implementations().get("native"), "_provoke_defect", None)
needs_assertions = pytest.mark.skipif(PROVOKE is None, reason="a release build has no defect to provoke")


@needs_assertions
def test_a_defect_is_an_error_of_ours_that_names_its_place(capfd):
    with pytest.raises(ConfigError) as caught:
        PROVOKE()
    error = caught.value
    assert type(error) is InternalError
    assert error.code == "internal"
    file, line = error.place.rsplit(":", 1)
    assert file.endswith("panic.rs")
    assert int(line) > 0
    assert "secret" not in str(error)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert capfd.readouterr() == ("", "")


@needs_assertions
def test_what_was_there_before_a_defect_is_there_after_it(kernel):
    snapshot = kernel.resolve([kernel.Layer("low", {"a": {"b": 1}})])
    for _ in range(3):
        with pytest.raises(InternalError):
            PROVOKE()
        assert snapshot["a.b"] == 1
        assert snapshot.set("a.b", 2)["a.b"] == 2


@needs_assertions
def test_a_defect_in_one_thread_is_no_other_thread_s():
    places = []

    def work():
        try:
            PROVOKE()
        except InternalError as error:
            places.append(error.place)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(places) == 8
    assert len(set(places)) == 1


@needs_assertions
def test_the_command_line_says_a_defect_in_one_line(tmp_path):
    (tmp_path / "app.toml").write_text("a = 1")
    code = """
        import sys, veltrix._native
        from veltrix import cli
        from veltrix.sources.file import File
        File.load = lambda *_: veltrix._native._provoke_defect()
        sys.exit(cli.main(["get", "a", "app.toml"]))
    """
    run = subprocess.run(
        [sys.executable, "-c", "\n".join(line.strip() for line in code.splitlines())],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert "a defect of veltrix at " in run.stderr
    assert len(run.stderr.splitlines()) == 1
    assert "panicked" not in run.stderr
