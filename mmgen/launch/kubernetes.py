"""kubernetes: a PyTorchJob of Kubeflow's training operator (kubeflow.org/v1), of one pod for each machine.

Every pod runs the same command as a machine that takes part in a rendezvous, with the first pod as its endpoint.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import yaml

from mmgen.config.config import Config
from mmgen.launch.launcher import Launcher, Start, Training, passed_on
from mmgen.pipeline import job_python

PORT = 29400
SECRET = "mmgen-env"  # noqa: S105 - the name of one, not a secret
"""Kubernetes' Secret with what must not stand in a manifest, as environment variables; it need not exist."""
USER = 10001
"""The uid that the jobs' image runs as, and the volume's group."""
OF_THE_IMAGE = ("PYTHONPATH",)
"""Variables that the image has set for itself."""
KEEP_S = 86_400
"""Seconds for which a training that has ended is kept to look at."""


class Kubernetes(Launcher):
    """Pods of a cluster, which restarts those that die. They are elsewhere, so each watches its own processes."""

    is_watched = False

    def start(self, training: Training, config: Config) -> Start:
        made = manifest(training, config)
        command = [job_python(), "-m", "mmgen.launch.on_kubernetes", config.launch.kubernetes.namespace]
        return Start([*command, made["metadata"]["name"]], given=as_yaml(made).encode())


def as_yaml(made: Mapping[str, Any]) -> str:
    """The manifest as ``kubectl create --filename`` takes it."""
    return yaml.safe_dump(dict(made), sort_keys=False, allow_unicode=True)


def manifest(training: Training, config: Config, environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The PyTorchJob of a training. ValueError where it would show a password."""
    params = config.launch.kubernetes
    name = f"mmgen-{training.name}-{training.ds}".replace("_", "-")
    replica = {"replicas": 1, "restartPolicy": "OnFailure", "template": _pod(training, config, name, environment)}
    replicas: dict[str, Any] = {"Master": replica}
    if config.launch.nodes > 1:
        replicas["Worker"] = {**replica, "replicas": config.launch.nodes - 1}
    policy = {
        "cleanPodPolicy": "Running",
        "backoffLimit": config.launch.restarts,
        "activeDeadlineSeconds": params.patience_s,
        "ttlSecondsAfterFinished": KEEP_S,
    }
    return {
        "apiVersion": "kubeflow.org/v1",
        "kind": "PyTorchJob",
        "metadata": {"name": name, "namespace": params.namespace, "labels": {"app.kubernetes.io/name": "mmgen"}},
        "spec": {"runPolicy": policy, "pytorchReplicaSpecs": replicas},
    }


def _pod(training: Training, config: Config, name: str, environment: Mapping[str, str]) -> dict[str, Any]:
    """A pod: as restricted as compose.yaml's containers. The operator looks for a container called pytorch."""
    params = config.launch.kubernetes
    meeting = ["--launcher", "rendezvous", "--nodes", str(config.launch.nodes), "--endpoint", f"{name}-master-0:{PORT}"]
    limits: dict[str, Any] = {"cpu": str(params.cpus), "memory": params.memory}
    limits |= {"nvidia.com/gpu": params.gpus} if params.gpus else {}
    passed = {name: value for name, value in passed_on(config, environment).items() if name not in OF_THE_IMAGE}
    container = {
        "name": "pytorch",
        "image": params.image,
        "command": ["python", "-m", "mmgen.launch", *meeting, training.name, *training.arguments],
        "env": [{"name": key, "value": value} for key, value in sorted(passed.items())],
        "envFrom": [{"secretRef": {"name": SECRET, "optional": True}}],
        "resources": {"requests": dict(limits), "limits": dict(limits)},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": "home", "mountPath": str(config.home)},
            {"name": "scratch", "mountPath": "/tmp"},  # noqa: S108 - the pod's own
            {"name": "memory", "mountPath": "/dev/shm"},  # noqa: S108 - what processes of a pod hand each other
        ],
    }
    return {
        "metadata": {"labels": {"app.kubernetes.io/name": "mmgen"}},
        "spec": {
            "automountServiceAccountToken": False,
            "securityContext": {"runAsNonRoot": True, "runAsUser": USER, "runAsGroup": USER, "fsGroup": USER},
            "containers": [container],
            "volumes": [
                {"name": "home", "persistentVolumeClaim": {"claimName": params.home_claim}},
                {"name": "scratch", "emptyDir": {}},
                {"name": "memory", "emptyDir": {"medium": "Memory"}},
            ],
        },
    }
