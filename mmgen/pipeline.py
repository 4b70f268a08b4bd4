"""The pipeline, declared once: every job, what it reads, what it writes. It imports the standard library,
mmgen.resources and mmgen.telemetry alone.

The DAGs and ``mmgen run`` both read it; neither knows anything of the jobs' insides.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from mmgen.resources import ROOT, import_path
from mmgen.telemetry import TELEMETRY_OFF


@dataclass(frozen=True)
class Job:
    """One step of the night.

    ``kind`` says how it is started: ``spark`` (spark-submit), ``torch`` (processes that train together,
    by ``mmgen.launch``) or ``python``.
    ``inputs`` are datasets (or ``catalogue``, ``champion``), ``output`` is the dataset or thing it makes.
    """

    name: str
    kind: str
    inputs: tuple[str, ...]
    output: str
    purpose: str
    on_failure: str
    timeout_min: int = 60
    retries: int = 2
    owner: str = "data-engineering"
    environment: str = "jobs"
    """Where it runs: ``jobs`` or ``encoders`` (TensorFlow and what it pins), both below ``.venv``. Spark and torch
    are in ``jobs`` alone."""
    is_training: bool = False
    """It trains or fits a model where there is none; with ``--force`` a new one."""


JOBS: tuple[Job, ...] = (
    Job(
        "extract_products",
        "spark",
        ("catalogue",),
        "raw_products",
        "Reads the shop's products and keeps those that changed since the date before.",
        "The catalogue cannot be read, or nothing was ever imported into it: the message says. Nothing later has run.",
    ),
    Job(
        "extract_media",
        "spark",
        ("raw_products",),
        "raw_media",
        "Packs each product's photo and clip into Parquet. Paths are confined to the shop's media folder.",
        "More than half of the media is missing or unreadable: is the media folder mounted?",
        timeout_min=180,
    ),
    Job(
        "clean_images",
        "spark",
        ("raw_media",),
        "clean_images",
        "Decodes photos safely, sets them upright in sRGB, enhances those that need it, measures quality.",
        "The error budget is spent: `mmgen quarantine clean_images` lists the photos and why.",
        timeout_min=240,
    ),
    Job(
        "clean_texts",
        "spark",
        ("raw_products",),
        "clean_texts",
        "Repairs titles and descriptions, finds their language, masks personal data.",
        "The error budget is spent: `mmgen quarantine clean_texts` lists the texts and why.",
    ),
    Job(
        "clean_audio",
        "spark",
        ("raw_media",),
        "clean_audio",
        "Brings clips to 16 kHz mono at one loudness and removes noise where there is any.",
        "The error budget is spent: `mmgen quarantine clean_audio` lists the clips and why.",
        timeout_min=240,
    ),
    Job(
        "duplicates",
        "spark",
        ("raw_products", "clean_images", "clean_texts"),
        "duplicates",
        "Finds photos and texts that are copies of each other, so that splits keep them together.",
        "clean_images or clean_texts has no partition yet: run the jobs before it.",
    ),
    Job(
        "image_encoder",
        "python",
        ("raw_products", "clean_images", "duplicates"),
        "image_encoder",
        "Trains the image encoder on the catalogue's photos where there is no champion yet; otherwise it does nothing.",
        "Training failed or diverged, or `encoders.image.weights_file` holds no ResNet50. A champion, if any, stays.",
        timeout_min=240,
        owner="machine-learning",
        environment="encoders",
        is_training=True,
    ),
    Job(
        "image_features",
        "spark",
        ("clean_images", "image_encoder"),
        "image_features",
        "Colour and shape features of each photo, what the encoder says of it, and its pixels at the training size.",
        "A defect of the code or of the machine, not of the data: clean photos always have features.",
        timeout_min=120,
    ),
    Job(
        "text_encoder",
        "spark",
        ("clean_texts",),
        "text_encoder",
        "Fits term weights and word vectors where there is no champion yet; otherwise it does nothing.",
        "A file named under `features.text_model` cannot be used (the message says why), or the registry is away.",
        owner="machine-learning",
        is_training=True,
    ),
    Job(
        "text_features",
        "spark",
        ("clean_texts", "text_encoder"),
        "text_features",
        "Hashed terms, mean word vector and, with a checkpoint, sentence embedding of each text.",
        "The sentence checkpoint is another one than the text model was fitted beside: run text_encoder first.",
    ),
    Job(
        "audio_encoder",
        "python",
        ("raw_products", "clean_audio", "duplicates"),
        "audio_encoder",
        "Trains the audio encoder on the catalogue's clips where there is no champion yet; otherwise it does nothing.",
        "Training failed or diverged. The champion, if there is one, stays.",
        timeout_min=120,
        owner="machine-learning",
        environment="encoders",
        is_training=True,
    ),
    Job(
        "audio_features",
        "spark",
        ("clean_audio", "audio_encoder"),
        "audio_features",
        "Log-mel statistics of each clip, and what the encoder says of it.",
        "A defect of the code or of the machine, not of the data: clean clips always have features.",
    ),
    Job(
        "graph_features",
        "spark",
        ("catalogue", "raw_products", "image_features", "text_features"),
        "graph_features",
        "Finds each product's neighbours and the means of their features, one and two steps away.",
        "One of its inputs has no partition yet, or the catalogue cannot be read for its baskets.",
    ),
    Job(
        "graph_model",
        "python",
        ("catalogue", "raw_products", "graph_features"),
        "graph_model",
        "Trains the graph model on what is bought together where there is no champion yet; otherwise it does nothing.",
        "Training failed, or graph_features mixes text models: run graph_features. A champion, if there is one, stays.",
        timeout_min=120,
        owner="machine-learning",
        is_training=True,
    ),
    Job(
        "related",
        "spark",
        ("catalogue", "raw_products", "duplicates", "graph_features", "graph_model"),
        "related",
        "Names the products that the graph model expects in one basket with each.",
        "The champion cannot be loaded: look at the model registry's page.",
        owner="machine-learning",
    ),
    Job(
        "examples",
        "spark",
        (
            "raw_products",
            "clean_texts",
            "duplicates",
            "image_features",
            "text_features",
            "audio_features",
            "graph_features",
        ),
        "examples",
        "Joins the modalities of each product with a mask, and assigns splits that keep near-copies together.",
        "One of its inputs has no partition yet: run the jobs before it.",
    ),
    Job(
        "train",
        "torch",
        ("raw_products", "examples"),
        "champion",
        "Trains the fusion model where there is no champion yet; otherwise it does nothing.",
        "Training failed or diverged, or the examples mix features of several encoders. The champion, if any, stays.",
        timeout_min=360,
        owner="machine-learning",
        is_training=True,
    ),
    Job(
        "descriptions",
        "spark",
        ("raw_products", "examples", "champion"),
        "descriptions",
        "Writes a description and a line of ad copy for each product.",
        "The champion cannot be loaded: look at the model registry's page.",
        timeout_min=240,
        owner="machine-learning",
    ),
    Job(
        "creatives",
        "spark",
        ("raw_products", "descriptions", "clean_images", "examples", "champion"),
        "creatives",
        "Draws an ad picture for each product.",
        "A missing font, or the champion cannot be loaded; the task's log names it.",
        timeout_min=240,
        owner="machine-learning",
    ),
    Job(
        "content_checks",
        "spark",
        ("raw_products", "descriptions", "creatives"),
        "content_checks",
        "Checks every piece of content; what is borderline waits for a person.",
        "Nothing unchecked is published: publishing waits until this succeeds.",
        owner="merchandising",
    ),
    Job(
        "publish",
        "spark",
        ("raw_products", "content_checks", "descriptions", "creatives"),
        "publications",
        "Writes approved content into the catalogue, never over a person's text or a newer date's.",
        "The catalogue refused the write. Run it again: what is published already stays as it is.",
        owner="merchandising",
    ),
    Job(
        "report",
        "python",
        ("publications",),
        "report",
        "One MLflow run a date: counts, rejects, quality, samples, data versions, model.",
        "Only the report is missing; everything is published. Run it again when MLflow answers.",
        owner="analytics",
    ),
)

BESIDE: tuple[Job, ...] = (
    Job(
        "picture_model",
        "python",
        ("raw_products", "clean_images", "image_encoder", "examples", "champion"),
        "picture_model",
        "Trains the model that draws product pictures from the fusion model's latent.",
        "Training diverged (the message says what to lower), or a champion's files are gone. No night waits for it.",
        timeout_min=360,
        owner="machine-learning",
        is_training=True,
    ),
)
"""What runs with the trainings alone, never in a night: nothing that a night makes rests on it."""

BY_NAME = {job.name: job for job in (*JOBS, *BESIDE)}


def producer(dataset: str) -> Job | None:
    """The job that makes a dataset (None for the shop's catalogue)."""
    return next((job for job in BY_NAME.values() if job.output == dataset), None)


def upstream(job: Job) -> list[str]:
    """Names of the jobs that must have succeeded before this one."""
    makers = (producer(name) for name in job.inputs)
    return [maker.name for maker in makers if maker]


def training_jobs() -> list[Job]:
    """The jobs that make new models, and those in between: features by a new encoder, and the examples that they are
    in, come before the model that is trained on them. Those beside the night come last."""
    before_train = _all_upstream("train")
    remade = {job.name for job in JOBS if job.is_training}
    for job in JOBS:
        if job.name in before_train and remade & set(upstream(job)):
            remade.add(job.name)
    return [*(job for job in JOBS if job.name in remade), *BESIDE]


def _all_upstream(name: str) -> set[str]:
    direct = upstream(BY_NAME[name])
    return {*direct, *(far for near in direct for far in _all_upstream(near))}


def select(first: str | None, last: str | None) -> list[Job]:
    """The jobs from ``first`` to ``last``, both included, in order; one beside the night by itself alone. ValueError
    for an unknown name."""
    names = [job.name for job in JOBS]
    for name in (first, last):
        if name is not None and name not in BY_NAME:
            raise ValueError(f"no job {name!r}. The jobs are: {', '.join(BY_NAME)}")
    beside = {job.name for job in BESIDE} & {first, last}
    if beside and first == last:
        return [BY_NAME[name] for name in beside if name]
    if beside:
        raise ValueError(f"{beside.pop()} is no part of a night: name it as the first and as the last job")
    start = names.index(first) if first else 0
    end = names.index(last) + 1 if last else len(names)
    if start >= end:
        raise ValueError(f"{first} comes after {last}. The order is: {', '.join(names)}")
    return list(JOBS[start:end])


def job_file(job: Job) -> Path:
    """The job's entry point."""
    return ROOT / "jobs" / f"{job.name}.py"


PYTHON_OF = {"jobs": "MMGEN_PYTHON", "encoders": "MMGEN_ENCODERS_PYTHON"}
"""Environments -> the variable that names another Python than the one below .venv."""


def job_python(environment: str = "jobs") -> str:
    """The Python of an environment: the one that its variable names (``PYTHON_OF``), else .venv/<environment> beside
    this package, else this one."""
    named = os.environ.get(PYTHON_OF[environment])
    beside = ROOT / ".venv" / environment / "bin" / "python"
    return named or (str(beside) if beside.exists() else sys.executable)


def job_arguments(ds: str, *extra: str, config: str | None = None) -> list[str]:
    """What every job is given."""
    named = ["--config", config] if config else []
    return ["--ds", ds, *named, *extra]


def job_environment() -> dict[str, str]:
    """Environment of a job's process: where Spark, its settings and its Python are; nothing reports its use."""
    bin_dir = str(Path(job_python()).parent)
    return {
        "PATH": f"{bin_dir}:{os.environ.get('PATH', '')}",
        "PYSPARK_PYTHON": job_python(),
        "PYSPARK_DRIVER_PYTHON": job_python(),
        "SPARK_CONF_DIR": os.environ.get("SPARK_CONF_DIR", str(ROOT / "conf" / "spark")),
        **import_path(),
        **TELEMETRY_OFF,
        "PYTHONUNBUFFERED": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "OMP_WAIT_POLICY": "passive",
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),
    }


def is_on_this_machine(spark_master: str) -> bool:
    """Whether Spark's driver and executors are one process here (``local[*]``)."""
    return spark_master.startswith("local")


def local_spark(spark_master: str) -> dict[str, str]:
    """Environment of a Spark job that is started as plain Python: PySpark starts its JVM by these options."""
    return {"PYSPARK_SUBMIT_ARGS": f"--master {spark_master} pyspark-shell"}


def job_command(job: Job, arguments: list[str], spark_master: str = "local[*]") -> list[str]:
    """The command line that starts a job, the same from Airflow and from ``mmgen run``.

    On one machine a Spark job is plain Python, which has ``local_spark`` in its environment: it starts a JVM only where
    it has work, or is lent one that is up.
    """
    bin_dir = Path(job_python()).parent
    file = str(job_file(job))
    if job.kind == "spark" and not is_on_this_machine(spark_master):
        return [
            str(bin_dir / "spark-submit"),
            "--master",
            spark_master,
            "--name",
            f"mmgen.{job.name}",
            file,
            *arguments,
        ]
    if job.kind == "torch":
        return [job_python(), "-m", "mmgen.launch", job.name, *arguments]
    return [job_python(job.environment), file, *arguments]
