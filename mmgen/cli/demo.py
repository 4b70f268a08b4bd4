"""`mmgen demo`: a whole night through Airflow, on a sample shop or on a shop's own file."""

from __future__ import annotations

import json
import re
import subprocess
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mmgen.cli.catalogue import SAMPLE_MAP, load
from mmgen.cli.run import check_catalogue
from mmgen.cli.settings import Settings, command, ds_option, pass_settings, show
from mmgen.pipeline import JOBS

if TYPE_CHECKING:
    from rich.console import Console

    from mmgen.catalog.importer import ImportResult

STARTING = re.compile(r"\[DAG TEST\] starting task_id=(\w+)")
SUMMARY = re.compile(r"\]\s+(\w+ ds=\d{4}-\d\d-\d\d: .*?) \[airflow\.task")
STEPS = re.compile(r"mmgen\.job: (\w+: \d+ of \d+ .*? left)")


@command(
    "demo",
    "mmgen demo",
    "mmgen demo --ds 2026-11-01 --products 100",
    "mmgen demo --shop products.csv --map conf/sources/fashion.toml",
)
@ds_option(is_required=True)
@click.option("--shop", type=click.Path(exists=True, dir_okay=False), help="A shop's file; without it, a sample shop.")
@click.option("--map", "source_map", type=click.Path(exists=True, dir_okay=False), help="What the shop's columns mean.")
@click.option("--products", default=300, show_default=True, type=click.IntRange(50), help="Size of the sample shop.")
@pass_settings
def demo(settings: Settings, ds: str, shop: str | None, source_map: str | None, products: int) -> None:
    """Import a shop, run the nightly DAG for one date through Airflow, and show what came out."""
    if (shop is None) != (source_map is None):
        raise click.UsageError("--shop and --map go together: the map says which column is what (see conf/sources/)")
    from mmgen.services.warm_spark import warm_spark

    started = time.monotonic()

    def say(text: str) -> None:
        click.echo(text, err=settings.is_json)

    imported = import_shop(settings, shop, source_map, products, say)
    check_catalogue(settings)
    with warm_spark(settings.home.absolute()):
        run_dag(settings, ds, say)
    value = {"import": asdict(imported), "seconds": round(time.monotonic() - started, 1), **outcome(settings, ds)}
    show(settings, value, lambda console: _print(console, value, settings.home, ds))


def import_shop(settings: Settings, shop: str | None, source_map: str | None, products: int, say: Any) -> ImportResult:
    """Bring the shop, or a sample shop, into the catalogue."""
    from mmgen.catalog.source_map import load_source_map
    from mmgen.sample.shop import write_sample

    if shop is None or source_map is None:
        folder = settings.home / "sample"
        say(f"==> a sample shop of {products} products, English and Chinese, in {folder}")
        result = load(settings, write_sample(folder, products).products_csv, load_source_map(SAMPLE_MAP))
    else:
        result = load(settings, Path(shop), load_source_map(Path(source_map)))
    for warning in result.warnings:
        say(f"    {warning}")
    say(
        f"==> the catalogue: {result.imported} new, {result.changed} changed, {result.unchanged} unchanged, "
        f"{sum(result.rejected.values())} rejected"
    )
    return result


def run_dag(settings: Settings, ds: str, say: Any) -> None:
    """`airflow dags test`, with a line a task; its whole output goes to a log. ClickException where it fails.

    The date is a parameter. As the run's logical date it would be its start, too (a defect known to Airflow), and
    Airflow would show a run of minutes as one of hours or days.
    """
    from mmgen.services import airflow as services

    environment = services.prepared_environment(settings.home, settings.environment(), say)
    log = settings.home / "logs" / ds / "airflow-dags-test.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    date = json.dumps({"ds": ds})
    arguments = [str(services.airflow_executable()), "dags", "test", "catalog_refresh", "--conf", date]
    say(f"==> the nightly DAG catalog_refresh for {ds}, through Airflow (its log: {log})")
    number = 0
    with (
        log.open("w", encoding="utf-8") as file,
        subprocess.Popen(
            arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        ) as process,
    ):
        for line in process.stdout or ():
            file.write(line)
            if match := STARTING.search(line):
                number += 1
                say(f"[{number}/{len(JOBS)}] {match[1]}")
            elif match := SUMMARY.search(line) or STEPS.search(line):
                say(f"        {match[1]}")
    if process.returncode:
        raise click.ClickException(
            f"the nightly DAG failed; the end of {log} says why. `mmgen status` shows what stands."
        )


def outcome(settings: Settings, ds: str) -> dict[str, Any]:
    """What the night published, and one text of it."""
    import sqlalchemy as sa

    from mmgen.catalog.tables import product_content, products

    kinds = sa.select(product_content.c.kind, product_content.c.status, sa.func.count()).group_by(
        product_content.c.kind, product_content.c.status
    )
    example = (
        sa.select(products.c.product_id, products.c.title, product_content.c.value)
        .join(products, products.c.product_id == product_content.c.product_id)
        .where(product_content.c.kind == "description", product_content.c.status == "published")
        .order_by(products.c.product_id)
        .limit(1)
    )
    with settings.engine.connect() as connection:
        counts = {f"{kind} {status}": count for kind, status, count in connection.execute(kinds)}
        row = connection.execute(example).first()
    return {"ds": ds, "content": counts, "example": dict(row._mapping) if row else None}


def _print(console: Console, value: dict[str, Any], home: Path, ds: str) -> None:
    console.out("")
    for name, count in sorted(value["content"].items()):
        console.out(f"  {count:6d}  {name}")
    example = value["example"]
    if example:
        console.out(f"\nOne of them, product {example['product_id']} ({example['title']}):\n  {example['value']}")
    console.out(f"\nDone in {value['seconds']:.0f} s. Everything lies under {home}:")
    console.out("  catalogue.db   products, and what was published (table product_content, view storefront_content)")
    console.out("  published/     the creatives' pictures")
    console.out("  tables/        the datasets, Delta tables: `mmgen status`, `mmgen quarantine`")
    console.out("  mlflow/        the night's report and the model: `make up` shows them, and Airflow")
    product = example["product_id"] if example else "PRODUCT"
    console.out(f"Look further: `.venv/jobs/bin/mmgen receipt {product}`, `.venv/jobs/bin/mmgen run --ds {ds}`")
