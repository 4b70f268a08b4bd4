"""Runs and models in MLflow: an SQLite store and a folder of artifacts, no server and no network. The only file that
imports mlflow.

A model version is a folder of safetensors and JSON. MLflow's own model flavours are not used: they pickle.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from mmgen.telemetry import TELEMETRY_OFF

# Before mlflow is imported, which reads some of them then.
os.environ.update(TELEMETRY_OFF)
os.environ["MLFLOW_ALLOW_PICKLE_DESERIALIZATION"] = "false"
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")

import numpy as np
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param
from mlflow.exceptions import MlflowException

from mmgen.config.training import TrackingParams
from mmgen.registry.aliases import CANDIDATE, CHAMPION
from mmgen.registry.card import card_of
from mmgen.registry.promotion import Decision

MAX_PARAMS = 100  # that MLflow takes in one call
MAX_METRICS = 1000
MAX_TAG_CHARS = 5000

MAX_VERSIONS = 10_000
MAX_DIGEST = 36
MODEL_FILE = "MLmodel"
_PROMOTED = "mmgen.promoted."
"""Of a version's tags, with the promotion's number: the date that it counts from."""

for noisy in ("alembic", "mlflow.store.db.utils", "mlflow.tracking.fluent"):
    logging.getLogger(noisy).setLevel(logging.WARNING)


@dataclass(frozen=True)
class Input:
    """Rows of a dataset that a run has read: which ones, as a hash, and what for (``train``, ``test``)."""

    dataset: str
    digest: str
    source: str
    num_rows: int
    used_for: str

    def as_mlflow(self) -> DatasetInput:
        profile = json.dumps({"num_rows": self.num_rows})
        found = Dataset(
            self.dataset, self.digest[:MAX_DIGEST], "delta", json.dumps({"path": self.source}), None, profile
        )
        return DatasetInput(found, [InputTag("mlflow.data.context", self.used_for)])


Tensors = Mapping[str, tuple[str, tuple[int, ...]]]
"""By name: numpy's type, and the shape, -1 for any number of rows."""


def write_signature(directory: Path, inputs: Tensors, outputs: Tensors) -> None:
    """Say what a model takes and gives in MLflow's own form (``MLmodel``, YAML), which its page shows. It has no
    flavour: mmgen loads its models itself, and nothing that could run code is part of it."""
    from mlflow.models import Model, ModelSignature
    from mlflow.types.schema import Schema, TensorSpec

    def schema(tensors: Tensors) -> Schema:
        return Schema([TensorSpec(np.dtype(kind), shape, name) for name, (kind, shape) in tensors.items()])

    Model(signature=ModelSignature(schema(inputs), schema(outputs))).save(str(directory / MODEL_FILE))


@dataclass(frozen=True, order=True)
class Promotion:
    """A version that became the champion: the how-manyth time that one did, and from which date on."""

    number: int
    ds: str
    version: str


class Tracker:
    """The runs and models of one home. Cheap to make again; the store is created where it isn't there yet."""

    def __init__(self, params: TrackingParams):
        self.params = params
        self.artifacts = Path(params.artifacts).resolve()
        self.artifacts.mkdir(parents=True, exist_ok=True)
        if params.uri.startswith("sqlite:///"):
            Path(params.uri.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        self.client = MlflowClient(tracking_uri=params.uri, registry_uri=params.uri)

    def run_for(self, name: str, tags: Mapping[str, str], experiment: str | None = None) -> str:
        """The id of the run of this name with these tags, which is made where there is none: one run a date.

        A run found again goes on: its metrics and artifacts are written over.
        """
        experiment_id = self._experiment(experiment or self.params.experiment)
        words = {"mlflow.runName": name, **tags}
        wanted = " and ".join(f"tags.`{key}` = '{_quoted(value)}'" for key, value in words.items())
        found = self.client.search_runs([experiment_id], wanted, max_results=1, order_by=["attributes.start_time ASC"])
        if found:
            run_id = str(found[0].info.run_id)
            self.client.update_run(run_id, status="RUNNING")
            return run_id
        return str(self.client.create_run(experiment_id, run_name=name, tags=dict(tags)).info.run_id)

    def finish(self, run_id: str, is_failed: bool = False) -> None:
        """Close a run; ``run_for`` opens it again."""
        self.client.set_terminated(run_id, "FAILED" if is_failed else "FINISHED")

    def log_params(self, run_id: str, params: Mapping[str, Any]) -> None:
        """Log parameters (nested ones by dotted names). A run that goes on keeps the values it began with as
        parameters, since MLflow's never change; new values that differ go to tags ``param.<name>``."""
        flat = dict(_flat(params))
        known = self.client.get_run(run_id).data.params
        fresh = [Param(name, value) for name, value in flat.items() if name not in known]
        for start in range(0, len(fresh), MAX_PARAMS):
            self.client.log_batch(run_id, params=fresh[start : start + MAX_PARAMS])
        self.set_tags(run_id, {f"param.{name}": v for name, v in flat.items() if known.get(name, v) != v})

    def log_metrics(self, run_id: str, metrics: Mapping[str, float], step: int = 0, timestamp_ms: int = 0) -> None:
        """Log metrics as of a step. ``timestamp_ms`` 0 leaves time out of it: a rerun then writes the same rows."""
        rows = [Metric(name, float(value), timestamp_ms, step) for name, value in metrics.items()]
        for start in range(0, len(rows), MAX_METRICS):
            self.client.log_batch(run_id, metrics=rows[start : start + MAX_METRICS])

    def log_inputs(self, run_id: str, inputs: Sequence[Input]) -> None:
        """Say what a run has read: MLflow's page shows it beside the run. What is known already is not said twice."""
        known = {(one.dataset.digest, *(tag.value for tag in one.tags)) for one in self._inputs_of(run_id)}
        fresh = [one for one in inputs if (one.digest, one.used_for) not in known]
        if fresh:
            self.client.log_inputs(run_id, [one.as_mlflow() for one in fresh])

    def _inputs_of(self, run_id: str) -> list[DatasetInput]:
        found = self.client.get_run(run_id).inputs
        return list(found.dataset_inputs) if found else []

    def set_tags(self, run_id: str, tags: Mapping[str, Any]) -> None:
        for name, value in tags.items():
            self.client.set_tag(run_id, name, str(value)[:MAX_TAG_CHARS])

    def log_file(self, run_id: str, path: Path, folder: str | None = None) -> None:
        """Copy a file, or what a folder holds, to the run's artifacts."""
        log = self.client.log_artifacts if path.is_dir() else self.client.log_artifact
        log(run_id, str(path), folder)

    def log_html(self, run_id: str, html: str, name: str = "report.html") -> None:
        """Log a page; MLflow's UI shows it where its name ends in ``.html``."""
        self.client.log_text(run_id, html, name)

    def metrics_of(self, run_id: str) -> dict[str, float]:
        return dict(self.client.get_run(run_id).data.metrics)

    def address_of(self, run_id: str) -> str:
        """Where a browser finds the run: at ``MMGEN_MLFLOW_URL``, else at the tracking server. The id alone where there
        is neither. A password in an address is left out."""
        base = os.environ.get("MMGEN_MLFLOW_URL") or self.params.uri
        parsed = urlparse(base)
        if parsed.scheme not in ("http", "https"):
            return run_id
        server = f"{parsed.scheme}://{parsed.netloc.rpartition('@')[2]}{parsed.path.rstrip('/')}"
        return f"{server}/#/experiments/{self.client.get_run(run_id).info.experiment_id}/runs/{run_id}"

    def artifacts_of(self, run_id: str) -> Path:
        """The run's artifact folder on this machine."""
        return _local(self.client.get_run(run_id).info.artifact_uri)

    def register(self, run_id: str, directory: Path, tags: Mapping[str, Any]) -> str:
        """Copy a model folder to the run's artifacts and register it: the new version's number.

        Raises ValueError where the folder holds anything but safetensors, JSON and text. A version of the same run is
        returned as it is, so that a rerun of a finished training registers nothing twice: its tags are set again.
        """
        files = [p for p in sorted(directory.rglob("*")) if p.is_file() and p.name != MODEL_FILE]
        strange = [p.name for p in files if p.suffix not in _SAFE_SUFFIXES]
        if strange:
            raise ValueError(f"{directory} holds files that a model version may not have: {', '.join(strange)}")
        name = self.params.model_name
        self.client.log_artifacts(run_id, str(directory), "model")
        self._make_model(name)
        source = f"{self.client.get_run(run_id).info.artifact_uri}/model"
        found = self.client.search_model_versions(f"name = '{_quoted(name)}' and run_id = '{run_id}'")
        version = found[0] if found else self.client.create_model_version(name, source, run_id=run_id)
        for key, value in tags.items():
            self.client.set_model_version_tag(name, version.version, key, str(value)[:MAX_TAG_CHARS])
        return str(version.version)

    def register_judged(
        self, run_id: str, directory: Path, figures: Mapping[str, float], decision: Decision, about: Mapping[str, Any]
    ) -> str:
        """Register a model folder as ``candidate``, and as ``champion`` where that was decided; close the run.

        Figures, decision and the card (README.md, the version's description, too) go to the folder, the run and the
        version, ``about`` to the version alone. Returns its number.
        """
        card = card_of(self.params.model_name, about, figures, decision.reasons)
        (directory / "README.md").write_text(card, encoding="utf-8")
        said = json.dumps(dict(figures), indent=2, sort_keys=True)
        (directory / "figures.json").write_text(said + "\n", encoding="utf-8")
        self.log_metrics(run_id, {f"test_{name}": value for name, value in figures.items()})
        outcome = {"promoted": decision.promote, "reasons": "; ".join(decision.reasons)}
        short = json.dumps({name: round(value, 4) for name, value in figures.items()}, sort_keys=True)
        version = self.register(run_id, directory, {**about, **outcome, "figures": short})
        self.client.update_model_version(self.params.model_name, version, card[:MAX_TAG_CHARS])
        self.set_alias(CANDIDATE, version)
        if decision.promote:
            self.promote(version, str(about.get("ds", "")))
        self.set_tags(run_id, {"model_version": version, **outcome})
        self.finish(run_id)
        return version

    def set_alias(self, alias: str, version: str) -> None:
        """Let ``champion`` or ``candidate`` point to a version. One database write: readers see the old or the new
        one."""
        self.client.set_registered_model_alias(self.params.model_name, alias, version)

    def promote(self, version: str, ds: str = "") -> None:
        """Make a version the champion from a date on, and remember that it was.

        No promotion takes effect before the one that it replaces: where ``ds`` is older, or "", it counts from the same
        date, and a first one without a date from that which the version was made for.
        """
        history = self.history()
        number, before = (history[-1].number, history[-1].ds) if history else (0, self.tags_of(version).get("ds", ""))
        for one in (*history[-1:], Promotion(number + 1, max(ds, before), version)):  # the last may be an implied one
            if one.ds:
                key = f"{_PROMOTED}{one.number}"
                self.client.set_model_version_tag(self.params.model_name, one.version, key, one.ds)
        self.set_alias(CHAMPION, version)

    def history(self) -> list[Promotion]:
        """All promotions, oldest first. A champion that was made one by its alias alone, as MLflow's own page does,
        counts from the promotion before it, or from the date that it was made for."""
        name = _quoted(self.params.model_name)
        found = sorted(
            Promotion(int(key.removeprefix(_PROMOTED)), str(value), str(one.version))
            for one in self.client.search_model_versions(f"name = '{name}'", max_results=MAX_VERSIONS)
            for key, value in one.tags.items()
            if key.startswith(_PROMOTED)
        )
        now = self.version_of(CHAMPION)
        if now is not None and (not found or found[-1].version != now):
            number, ds = (found[-1].number, found[-1].ds) if found else (0, self.tags_of(now).get("ds", ""))
            found += [Promotion(number + 1, ds, now)] if ds else []
        return found

    def champion(self, ds: str = "") -> str | None:
        """The version that was champion on a date, the newest that had been promoted by then; None where none had.
        Without a date, or where nothing is known of any: the present one."""
        history = self.history() if ds else []
        if not history:
            return self.version_of(CHAMPION)
        return next((one.version for one in reversed(history) if one.ds <= ds), None)

    def version_of(self, alias: str) -> str | None:
        """The version that an alias points to, or None."""
        try:
            return str(self.client.get_model_version_by_alias(self.params.model_name, alias).version)
        except MlflowException as error:
            if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                return None
            raise

    def tags_of(self, version: str) -> dict[str, str]:
        """What is known of a version: ds, data versions, rows, figures, run_id."""
        found = self.client.get_model_version(self.params.model_name, version)
        return {**found.tags, "run_id": str(found.run_id)}

    def files_of(self, version: str) -> Path:
        """The folder with a version's files on this machine. Raises ValueError where it is gone."""
        path = _local(self.client.get_model_version_download_uri(self.params.model_name, version))
        if not path.is_dir():
            raise ValueError(f"the files of model version {version} are gone from {path}: restore them, or train again")
        return path

    def _experiment(self, name: str) -> str:
        found = self.client.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        try:
            return str(self.client.create_experiment(name, artifact_location=(self.artifacts / name).as_uri()))
        except MlflowException as error:  # another task of the same night was faster
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            return str(self.client.get_experiment_by_name(name).experiment_id)

    def _make_model(self, name: str) -> None:
        try:
            self.client.create_registered_model(name)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise


_SAFE_SUFFIXES = (".safetensors", ".json", ".txt", ".md", ".html", ".png", ".jpg")


def _local(uri: str) -> Path:
    parsed = urlparse(uri)
    if parsed.scheme not in ("", "file"):
        target = tempfile.mkdtemp(prefix="mmgen-model-")
        from mlflow.artifacts import download_artifacts

        return Path(download_artifacts(artifact_uri=uri, dst_path=target))
    return Path(unquote(parsed.path))


def _flat(params: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    for name, value in params.items():
        if isinstance(value, Mapping):
            out += _flat(value, f"{prefix}{name}.")
        else:
            out.append((f"{prefix}{name}", str(value)))
    return out


def _quoted(value: str) -> str:
    """MLflow's filters know no escape for a quote; a name of ours never has one."""
    if "'" in value:
        raise ValueError(f"{value!r}: a run's name and tags may not hold a single quote")
    return value
