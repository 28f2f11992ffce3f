"""The manifests of deploy/kubernetes: valid by the API's own schemas, and gentle with calls."""

from typing import Any

import kubernetes_validate
import pytest

from receptionist.commands.draining import HAND_OVER_S
from receptionist.commands.serving import STOP_S
from receptionist.observability import Metrics
from receptionist.practice_file import load_practice
from receptionist.settings import Settings
from receptionist.telephony.addresses import Addresses
from tests.deploy.files import KUBERNETES, manifest, manifests, read_yaml

VERSIONS = ("1.31", "1.34")
DEPLOYMENT = manifest("Deployment")["spec"]
(SERVER,) = DEPLOYMENT["template"]["spec"]["containers"]
PODS = {
    "server": DEPLOYMENT["template"],
    "migrate": manifest("Job")["spec"]["template"],
}


def settings() -> dict[str, str]:
    data: dict[str, str] = manifest("ConfigMap")["data"]
    return data


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("document", [pytest.param(m, id=m["kind"]) for _path, m in manifests()])
def test_a_manifest_fits_the_schema_of_its_api(document: Any, version: str) -> None:
    kubernetes_validate.validate(document, version, strict=True)


def test_every_manifest_is_in_the_kustomization() -> None:
    listed = {path.name for path, _manifest in manifests()}
    (practice,) = read_yaml(KUBERNETES / "kustomization.yaml")["configMapGenerator"]

    there = {path.name for path in KUBERNETES.glob("*.yaml")}
    assert there == listed | {"kustomization.yaml"} | set(practice["files"])


def test_selectors_find_the_servers_pods_and_no_others() -> None:
    chosen = DEPLOYMENT["selector"]["matchLabels"]
    monitor = read_yaml(KUBERNETES / "monitoring" / "pod-monitor.yaml")["spec"]

    assert chosen.items() <= DEPLOYMENT["template"]["metadata"]["labels"].items()
    assert not chosen.items() <= PODS["migrate"].get("metadata", {}).get("labels", {}).items()
    assert manifest("Service")["spec"]["selector"] == chosen
    assert manifest("PodDisruptionBudget")["spec"]["selector"]["matchLabels"] == chosen
    assert manifest("NetworkPolicy")["spec"]["podSelector"]["matchLabels"] == chosen
    assert monitor["selector"]["matchLabels"] == chosen


def test_ports_are_called_by_names_that_exist() -> None:
    names = {port["name"] for port in SERVER["ports"]}
    (service_port,) = manifest("Service")["spec"]["ports"]
    probes = [SERVER[f"{which}Probe"]["httpGet"]["port"] for which in ("startup", "readiness")]

    assert {service_port["targetPort"], *probes} <= names


def test_a_pod_is_not_killed_before_its_calls_and_last_writes_are_done() -> None:
    (_sleep, pre_stop_s) = SERVER["lifecycle"]["preStop"]["exec"]["command"]
    needed_s = float(pre_stop_s) + float(settings()["DRAIN_SECONDS"]) + HAND_OVER_S + 2 * STOP_S

    assert DEPLOYMENT["template"]["spec"]["terminationGracePeriodSeconds"] > needed_s


def test_a_pod_that_drains_gets_no_new_calls_before_it_is_told_to_stop() -> None:
    probe = SERVER["readinessProbe"]
    (_sleep, pre_stop_s) = SERVER["lifecycle"]["preStop"]["exec"]["command"]

    assert probe["httpGet"]["path"] == "/ready"
    assert probe["periodSeconds"] * probe["failureThreshold"] < float(pre_stop_s)


def test_a_busy_process_is_not_restarted() -> None:
    probe = SERVER["livenessProbe"]

    assert probe["httpGet"]["path"] == "/healthz"
    assert probe["periodSeconds"] * probe["failureThreshold"] >= 60
    assert "cpu" not in SERVER["resources"]["limits"]


def test_a_roll_out_takes_no_process_away_before_there_is_another() -> None:
    assert DEPLOYMENT["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert "replicas" not in DEPLOYMENT


@pytest.mark.parametrize("pod", PODS.values(), ids=list(PODS))
def test_pods_run_without_root_and_write_only_where_they_must(pod: Any) -> None:
    security = pod["spec"]["securityContext"]
    assert security["runAsNonRoot"] is True
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in pod["spec"]["containers"]:
        own = container["securityContext"]
        assert own["readOnlyRootFilesystem"] is True
        assert own["allowPrivilegeEscalation"] is False
        assert own["capabilities"] == {"drop": ["ALL"]}
        mounts = {mount["name"] for mount in container["volumeMounts"]}
        assert mounts <= {volume["name"] for volume in pod["spec"]["volumes"]}


def test_processes_are_added_for_calls_and_taken_away_slowly() -> None:
    scaler = manifest("HorizontalPodAutoscaler")["spec"]
    (metric,) = scaler["metrics"]
    (rule,) = read_yaml(KUBERNETES / "monitoring" / "adapter-rules.yaml")["rules"]["custom"]

    assert scaler["scaleTargetRef"]["name"] == manifest("Deployment")["metadata"]["name"]
    assert metric["pods"]["metric"]["name"] == rule["name"]["as"] == "receptionist_active_calls"
    assert scaler["minReplicas"] >= 3
    assert scaler["behavior"]["scaleDown"]["stabilizationWindowSeconds"] >= 600


def test_a_process_without_calls_says_so() -> None:
    metrics = Metrics()

    assert (
        metrics.registry.get_sample_value("receptionist_active_calls", {"channel": "stream"}) == 0
    )


def test_the_outside_reaches_what_twilio_is_told_and_neither_probes_nor_metrics() -> None:
    (rule,) = manifest("Ingress")["spec"]["rules"]
    prefixes = {path["path"] for path in rule["http"]["paths"]}
    base = settings()["PUBLIC_URL"]
    told = [Addresses(base).webhook("incoming"), Addresses(base).texts("incoming")]

    assert base == f"https://{rule['host']}"
    for address in told:
        assert f"/{address.removeprefix(base).split('/')[1]}" in prefixes
    assert not prefixes & {"/", "/metrics", "/ready", "/healthz"}


def test_settings_exist_and_nothing_secret_is_among_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in settings().items():
        assert name.lower() in Settings.model_fields
        assert not any(word in name for word in ("PASSWORD", "TOKEN", "KEY"))
        monkeypatch.setenv(name, value)

    assert Settings().drain_seconds == 900
    assert not [m for _path, m in manifests() if m["kind"] == "Secret"]


def test_the_practice_that_is_loaded_first_is_one() -> None:
    text = (KUBERNETES / "practice.yaml").read_text()

    assert load_practice(text, source="practice.yaml").name == "Maple Street Clinic"
