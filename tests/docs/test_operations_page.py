"""What docs/operations.md gives to other programs is what they read."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.docs.pages import ROOT, blocks

yaml = pytest.importorskip("yaml")
PAGE = ROOT / "docs" / "operations.md"


def written(language):
    return [block.text for block in blocks(PAGE) if block.language.split(" ")[0] == language]


def documents():
    return [document for text in written("yaml") for document in yaml.safe_load_all(text)]


def test_the_manifests_belong_together():
    config, deployment, _ = documents()
    assert (config["kind"], deployment["kind"]) == ("ConfigMap", "Deployment")
    pod = deployment["spec"]["template"]
    assert pod["metadata"]["labels"] == deployment["spec"]["selector"]["matchLabels"]
    volumes = {volume["name"] for volume in pod["spec"]["volumes"]}
    [container] = pod["spec"]["containers"]
    assert {mount["name"] for mount in container["volumeMounts"]} == volumes
    assert not any("subPath" in mount for mount in container["volumeMounts"])
    ports = {port["containerPort"] for port in container["ports"]}
    for probe in ("readinessProbe", "livenessProbe", "startupProbe"):
        asked = container[probe]["httpGet"]
        assert asked["port"] in ports
        assert asked["path"] in ("/-/healthz", "/-/readyz")
    assert {variable["name"] for variable in container["env"]} == {"APP_SERVER__PORT"}


def test_the_alerts_ask_for_metrics_that_there_are():
    import re

    import veltrix
    from veltrix.contrib.prometheus import generate_latest

    known = generate_latest(veltrix.Config(veltrix.Values({"a": 1}))).decode()
    rules = documents()[-1]["groups"][0]["rules"]
    assert len(rules) == 3
    for rule in rules:
        names = re.findall(r"veltrix_\w+", rule["expr"])
        assert names
        assert all(f"\n{name} " in known for name in names), rule
        assert rule["expr"].count("(") == rule["expr"].count(")")


def test_systemd_takes_the_unit(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    unit = next(text for text in written("text") if text.startswith("[Unit]"))
    (tmp_path / "shop.service").write_text(unit)
    ran = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / "shop.service")],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert "shop.service" not in ran.stderr, ran.stderr
