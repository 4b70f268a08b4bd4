"""Commands for the nightly run: run the jobs here, or start and end Airflow and MLflow."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mmgen.cli.settings import Settings, command, ds_option, pass_settings, show
from mmgen.pipeline import BY_NAME, JOBS, Job, job_arguments, job_file, select
from mmgen.resources import find_file

if TYPE_CHECKING:
    from rich.console import Console

    from mmgen.services.night import JobResult, Night

INTERRUPTED = 130
"""Exit status of a command that Ctrl-C ended, as shells have it."""


@command(
    "run",
    "mmgen run --ds 2026-11-01",
    "mmgen run --ds 2026-11-01 --from clean_images --to image_features",
    "mmgen run --ds 2026-11-01 --retry media_missing,transform_failed",
    "mmgen run --ds 2026-10-01 --models today",
)
@ds_option(is_required=True)
@click.option("--from", "first", metavar="JOB", help="Begin with this job.")
@click.option("--to", "last", metavar="JOB", help="End with this job.")
@click.option("--full", is_flag=True, help="Refresh every product, not only those that changed.")
@click.option("--retry", default="", metavar="REASON,..", help="Compute rows rejected for these reasons again.")
@click.option(
    "--models",
    type=click.Choice(["then", "today"]),
    help="Champions to make an older date with: its own (the default), or today's.",
)
@pass_settings
def run(
    settings: Settings, ds: str, first: str | None, last: str | None, full: bool, retry: str, models: str | None
) -> None:
    """Run one date's jobs one after another, the same jobs as Airflow's, without Airflow."""
    night = plan(settings, ds, select(first, last), full, parse_reasons(retry))
    if models:
        night = replace(night, environment={**night.environment, "MMGEN_MODELS": models})
    if any("catalogue" in job.inputs for job in night.jobs):
        check_catalogue(settings)
    results = run_night(settings, night)
    show(settings, night_value(night, results), lambda _console: None)
    if any(result.status != "succeeded" for result in results):
        raise click.exceptions.Exit(1)


@command("manifest", "mmgen manifest --ds 2026-11-01 | kubectl create --filename -")
@ds_option(is_required=True)
@click.option("--force", is_flag=True, help="Train even where there is a champion.")
@pass_settings
def manifest(settings: Settings, ds: str, force: bool) -> None:
    """Print the training of one date as a Kubernetes manifest: a PyTorchJob, by [launch] of the configuration."""
    from mmgen.launch.kubernetes import as_yaml
    from mmgen.launch.kubernetes import manifest as made
    from mmgen.launch.launcher import Training

    arguments = (*job_arguments(ds, config=settings.config_path), *(["--force"] if force else []))
    click.echo(as_yaml(made(Training("train", ds, job_file(BY_NAME["train"]), arguments), settings.config)), nl=False)


def parse_reasons(text: str) -> tuple[str, ...]:
    """``a,b`` as reject reasons. ValueError naming the nearest one for a word that is none."""
    from mmgen.config.params import nearest
    from mmgen.rejects import RejectReason

    known = [str(reason) for reason in RejectReason]
    words = tuple(word for word in (part.strip() for part in text.split(",")) if word)
    for word in words:
        if word not in known:
            raise ValueError(f"no reject reason {word!r}.{nearest(word, known)}")
    return words


def check_catalogue(settings: Settings) -> None:
    """Before anything is started. ValueError naming the command that helps where the catalogue was never filled."""
    from mmgen.catalog.tables import check_filled

    check_filled(settings.engine, is_first=not settings.dataset("raw_products").files())


def plan(settings: Settings, ds: str, jobs: list[Job], is_full: bool, reasons: tuple[str, ...]) -> Night:
    """What to run, with this command's home and configuration."""
    from mmgen.services.night import Night

    config_path = str(find_file(Path(settings.config_path)).absolute()) if settings.config_path else None
    master = settings.config.spark.master
    return Night(ds, jobs, settings.home, settings.environment(), is_full, reasons, config_path, master)


def run_night(settings: Settings, night: Night) -> list[JobResult]:
    """Run the jobs and say how it goes, on stdout (on stderr where stdout is for JSON)."""
    from mmgen.services.night import run_jobs

    screen = Screen(night, is_stderr=settings.is_json)
    try:
        return run_jobs(night, screen.started, screen.tick, screen.ended)
    except KeyboardInterrupt:
        screen.interrupted()
        raise click.exceptions.Exit(INTERRUPTED) from None


def night_value(night: Night, results: list[JobResult]) -> dict[str, Any]:
    """The run as JSON."""
    failed = next((r for r in results if r.status != "succeeded"), None)
    return {
        "ds": night.ds,
        "run_id": night.run_id,
        "status": failed.status if failed else "succeeded",
        "jobs": [result.as_dict() for result in results],
        "not_run": [job.name for job in night.jobs[len(results) :]],
    }


class Screen:
    """What a person sees of a run: a line a job, its seconds while it works, and what to do when it fails."""

    def __init__(self, night: Night, is_stderr: bool) -> None:
        self._night = night
        self._is_stderr = is_stderr
        self._is_live = (sys.stderr if is_stderr else sys.stdout).isatty()
        self._current = ""

    def _line(self, text: str = "", is_open: bool = False) -> None:
        click.echo(text, nl=not is_open, err=self._is_stderr)

    def started(self, number: int, job: Job) -> None:
        """A job begins."""
        self._current = f"[{number}/{len(self._night.jobs)}] {job.name}"
        if self._is_live:
            self.tick(0.0)
        else:
            self._line(f"{self._current} ...")

    def tick(self, seconds: float) -> None:
        """It is at work."""
        if self._is_live:
            self._line(f"\r\033[K{self._current} ... {duration(seconds)}", is_open=True)

    def ended(self, job: Job, result: JobResult) -> None:
        """It has ended, well or not."""
        from mmgen.services.night import tail

        start = f"\r\033[K{self._current} " if self._is_live else "  "
        if result.status == "succeeded":
            self._line(f"{start}{duration(result.seconds)}  {result.summary}")
            return
        self._line(f"{start}{result.status.upper()} after {duration(result.seconds)}  {result.summary}")
        for line in tail(Path(result.log)):
            self._line(f"    | {line}")
        self._line(f"The log: {result.log}")
        self._line(f"What it means: {job.on_failure}")
        self._line(f"To go on: {self._go_on(job.name)}")

    def interrupted(self) -> None:
        """A person stopped it."""
        name = self._current.partition("] ")[2]
        if self._is_live:
            self._line()
        self._line(f"Stopped in {name}, which has committed nothing. To go on: {self._go_on(name)}")

    def _go_on(self, name: str) -> str:
        night = self._night
        last = night.jobs[-1].name
        parts = ["mmgen run --ds", night.ds, "--from", name]
        parts += ["--to", last] if last != JOBS[-1].name else []
        parts += ["--full"] if night.is_full else []
        parts += ["--retry", ",".join(night.retry_reasons)] if night.retry_reasons else []
        return " ".join(parts)


def duration(seconds: float) -> str:
    """``12.3 s`` or ``4 min 05 s``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


@command("up", "mmgen up", "mmgen up --airflow-port 8081 --mlflow-port 5001")
@click.option("--airflow-port", type=click.IntRange(1, 65535), help="Default: 8080, or the next free one.")
@click.option("--mlflow-port", type=click.IntRange(1, 65535), help="Default: 5000, or the next free one.")
@pass_settings
def up(settings: Settings, airflow_port: int | None, mlflow_port: int | None) -> None:
    """Start Airflow (UI and scheduler) and the MLflow UI on this machine, and wait until they answer."""
    from mmgen.services import airflow as services

    def say(text: str) -> None:
        click.echo(text, err=settings.is_json)

    store = settings.config.tracking_store
    ports = services.Ports(airflow_port, mlflow_port)
    state = services.start_all(settings.home, settings.environment(), store.uri, store.artifacts, ports, say)
    show(settings, state.as_dict(), lambda console: _print_up(console, state.as_dict(), settings.home))


def _print_up(console: Console, state: dict[str, Any], home: Path) -> None:
    from mmgen.services import airflow as services

    password = services.password_of(home) if console.is_terminal else None
    console.out(f"Airflow  {state['airflow_url']}  user {services.AIRFLOW_USER}, ", end="")
    console.out(f"password {password}" if password else f"password in {state['password_file']}")
    console.out(f"MLflow   {state['mlflow_url']}")
    console.out("`mmgen down` ends both.")


@command("down", "mmgen down")
@pass_settings
def down(settings: Settings) -> None:
    """End what `mmgen up` started: those processes and their children, and no others."""
    from mmgen.services import airflow as services

    ended = services.stop_all(settings.home)

    def render(console: Console) -> None:
        for name, count in ended.items():
            console.out(f"{name}: ended ({count} processes)" if count else f"{name}: was not running any more")
        if not ended:
            console.out("Nothing was up.")

    show(settings, {"ended": ended}, render)


@command(
    "airflow",
    "mmgen airflow dags list",
    """mmgen airflow dags test catalog_refresh --conf '{"ds": "2026-11-01"}'""",
    "mmgen airflow backfill create --dag-id catalog_refresh --from-date 2026-11-01 --to-date 2026-11-01",
    "mmgen airflow -- --help",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, required=True)
@pass_settings
def airflow(settings: Settings, arguments: tuple[str, ...]) -> None:
    """Run Airflow's own command line against this home (for JSON, use its own `--output json`)."""
    from mmgen.services import airflow as services

    environment = services.prepared_environment(
        settings.home, settings.environment(), lambda text: click.echo(text, err=True)
    )
    sys.stdout.flush()
    process = subprocess.run([str(services.airflow_executable()), *arguments], env=environment, check=False)
    raise click.exceptions.Exit(process.returncode if process.returncode >= 0 else 1)
