"""`veltrix diff`: what changed, with both places and without secrets."""

from __future__ import annotations

import pytest


def test_nothing_is_printed_where_nothing_changed(run):
    assert run("diff", "base.json", "base.json", "--exit-code") == (0, "", "")


@pytest.mark.parametrize(("options", "code"), [((), 0), (("--exit-code",), 1)])
def test_the_exit_code_is_asked_for(run, options, code):
    found, out, err = run("diff", "base.json", "site.json", *options)
    assert (found, err) == (code, "")
    assert out.splitlines()


def test_options_of_either_side_count_for_both(printed, monkeypatch):
    monkeypatch.setenv("APP_SERVER__PORT", "1")
    for arguments in (
        ["base.json", "--env", "APP", "--", "base.json", "site.json"],
        ["base.json", "--", "base.json", "site.json", "--env", "APP"],
    ):
        assert "server.port" not in printed("diff", *arguments)
    assert "server.port" in printed("diff", "base.json", "site.json")


def test_a_secret_is_shown_on_neither_side(printed, folder):
    (folder / "new.json").write_text(
        '{"db": {"password": "swordfish"}, "debug": false, "plain": "swordfish"}'
    )
    out = printed("diff", "base.json", "new.json", "--secret", "db.password")
    assert "hunter2" not in out
    assert out.count("swordfish") == 1
    assert "<secret> → <secret>" in out


def test_what_becomes_secret_is_not_shown_as_it_was(printed, folder):
    """`--secrets` counts for both sides, and hides the older value as well as the newer."""
    (folder / "secrets").mkdir(mode=0o700)
    (folder / "secrets" / "token").write_text("swordfish")
    (folder / "old.json").write_text('{"token": "hunter2"}')
    (folder / "new.json").write_text("{}")
    out = printed("diff", "old.json", "new.json", "--secrets", "secrets")
    assert "hunter2" not in out
    assert "swordfish" not in out


def test_odd_names_and_characters_stay_on_their_line(printed, folder):
    (folder / "odd.json").write_text('{"a b": {"\\u001b[31m": "x\\ny"}}')
    out = printed("diff", "base.json", "odd.json")
    assert "\x1b" not in out
    assert len([line for line in out.splitlines() if line.startswith("+")]) == 1


@pytest.mark.parametrize(
    "arguments", [(), ("base.json",), ("base.json", "--"), ("--", "base.json"), ("a", "b", "c")]
)
def test_both_sides_need_files(refused, arguments):
    said = refused("diff", *arguments)
    assert said.startswith(
        "two files, or some on each side of `--`; the form is veltrix diff OLD... -- NEW..."
    )


def test_a_file_that_is_not_there_is_refused(refused):
    assert refused("diff", "base.json", "absent.json").startswith("absent.json: no such file")
