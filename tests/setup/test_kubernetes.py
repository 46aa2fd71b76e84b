"""The manifests for Kubernetes name only images, settings, ports and probes that exist."""

import re
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands, load_command_class
from django.urls import resolve

ROOT = Path(__file__).parents[2]
HERE = ROOT / "deploy" / "kubernetes"
IMAGE = (ROOT / "deploy/Containerfile").read_text()
RULES = yaml.safe_load((HERE / "kustomization.yaml").read_text())
SETTINGS = dict(literal.split("=", 1) for literal in RULES["configMapGenerator"][0]["literals"])
ALL = [thing for name in RULES["resources"] for thing in yaml.safe_load_all((HERE / name).read_text())]
"""Each resource, as it is before kustomize names image and namespace."""


def of_kind(*kinds):
    return [thing for thing in ALL if thing["kind"] in kinds]


def pod_of(thing):
    spec = thing["spec"]
    if thing["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    return spec["template"]


PODS = {thing["metadata"]["name"]: pod_of(thing) for thing in of_kind("Deployment", "Job", "CronJob")}
CONTAINERS = [
    pytest.param(pod["spec"], container, id=container["name"])
    for pod in PODS.values()
    for container in pod["spec"].get("initContainers", []) + pod["spec"]["containers"]
]


def test_each_file_is_applied_and_each_name_is_used_once():
    assert sorted(RULES["resources"]) == sorted(
        path.name for path in HERE.iterdir() if path.name != "kustomization.yaml"
    )
    names = [(thing["kind"], thing["metadata"]["name"]) for thing in ALL]
    assert len(names) == len(set(names))
    assert PODS.keys() == {"migrate", "app", "worker", "quick", "daily"}


@pytest.mark.parametrize(("pod", "container"), CONTAINERS)
def test_containers_run_what_the_image_has(pod, container):
    [own] = RULES["images"]
    assert container["image"] == own["name"]
    python, manage, command, *rest = container.get("args") or re.findall(
        r'"([^"]+)"', re.search(r"^CMD (.+)$", IMAGE, re.MULTILINE)[1]
    )
    assert (python, manage) == ("python", "manage.py")
    found = load_command_class(get_commands()[command], command)
    found.create_parser("manage.py", command).parse_args(rest)


@pytest.mark.parametrize(("pod", "container"), CONTAINERS)
def test_containers_can_do_no_more_than_they_need(pod, container):
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    user = re.search(r"^USER (\d+)$", IMAGE, re.MULTILINE)[1]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert str(pod["securityContext"]["runAsUser"]) == user
    assert pod["automountServiceAccountToken"] is False
    assert "memory" in container["resources"]["limits"]
    places = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    data = re.search(r"^VOLUME (\S+)$", IMAGE, re.MULTILINE)[1]
    assert places.keys() == {data, "/tmp"}  # noqa: S108 - of the container
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    claim = volumes[places[data]]["persistentVolumeClaim"]["claimName"]
    assert claim in [c["metadata"]["name"] for c in of_kind("PersistentVolumeClaim")]
    assert "emptyDir" in volumes[places["/tmp"]]  # noqa: S108


def test_settings_are_documented_and_reach_each_container():
    known = (ROOT / "docs" / "settings.md").read_text()
    assert [name for name in SETTINGS if f"`{name}`" not in known] == []
    for param in CONTAINERS:
        config, secret = param.values[1]["envFrom"]
        assert config["configMapRef"]["name"] == RULES["configMapGenerator"][0]["name"]
        assert secret["secretRef"]["name"] in (ROOT / "docs/containers.md").read_text()


def test_probes_ask_paths_that_answer_by_a_host_that_is_allowed():
    [app] = PODS["app"]["spec"]["containers"]
    paths = {}
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        asked = app[probe]["httpGet"]
        paths[probe] = resolve(asked["path"]).url_name
        [host] = asked["httpHeaders"]
        assert host["name"] == "Host"
        assert host["value"] in SETTINGS["ATTEST_HOSTS"].split(",")
        assert asked["port"] in [port["name"] for port in app["ports"]]
    assert paths["livenessProbe"] != paths["readinessProbe"]
    exposed = re.search(r"^EXPOSE (\d+)$", IMAGE, re.MULTILINE)[1]
    assert [str(port["containerPort"]) for port in app["ports"]] == [exposed]


def test_selectors_find_pods_and_ports_lead_to_them():
    labels = [pod["metadata"]["labels"] for pod in PODS.values()]
    for thing in ALL:
        spec = thing.get("spec", {})
        found = [spec.get("selector", {}), spec.get("podSelector", {})]
        for selector in found:
            wanted = selector.get("matchLabels", selector)
            assert any(wanted.items() <= one.items() for one in labels), thing
    [service] = of_kind("Service")
    [port] = service["spec"]["ports"]
    names = [one["name"] for one in PODS["app"]["spec"]["containers"][0]["ports"]]
    assert port["targetPort"] in names
    [ingress] = of_kind("Ingress")
    [rule] = ingress["spec"]["rules"]
    backend = rule["http"]["paths"][0]["backend"]["service"]
    assert backend == {"name": "app", "port": {"name": port["name"]}}
    assert rule["host"] in SETTINGS["ATTEST_HOSTS"]
    assert SETTINGS["ATTEST_URL"] == f"https://{rule['host']}"


def test_nobody_comes_in_but_to_the_app_and_a_worker_keeps_the_schedule():
    policies = of_kind("NetworkPolicy")
    closed = [one for one in policies if not {"ingress", "egress"} & one["spec"].keys()]
    assert [one["spec"] for one in closed] == [{"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}]
    into = [one["spec"] for one in policies if "ingress" in one["spec"]]
    assert [one["podSelector"] for one in into] == [{"matchLabels": {"part": "app"}}]
    assert SETTINGS["ATTEST_RUN_WORKER"] == "off"
    [worker] = PODS["worker"]["spec"]["containers"]
    assert "celery_worker" in worker["args"]
