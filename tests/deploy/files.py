"""The files under deploy/, read as what will read them does."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"


def read_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def compose() -> Any:
    return read_yaml(DEPLOY / "compose.yaml")


def app_services() -> dict[str, Any]:
    """The services that hold calls."""
    services = compose()["services"]
    return {name: each for name, each in services.items() if name.startswith("app-")}


def manifests() -> Iterator[tuple[Path, Any]]:
    """What `kubectl apply -k deploy/kubernetes` would make."""
    for name in read_yaml(KUBERNETES / "kustomization.yaml")["resources"]:
        for manifest in yaml.safe_load_all((KUBERNETES / name).read_text()):
            yield KUBERNETES / name, manifest


def manifest(kind: str) -> Any:
    (only,) = [each for _path, each in manifests() if each["kind"] == kind]
    return only


def rule_groups() -> Any:
    return read_yaml(DEPLOY / "prometheus" / "rules.yml")["groups"]


def dashboard() -> Any:
    return json.loads((DEPLOY / "grafana" / "dashboards" / "receptionist.json").read_text())
