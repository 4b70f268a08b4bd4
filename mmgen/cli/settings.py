"""What all commands share: their settings, ``--json``, examples in the help, and where they print."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mmgen.dates import parse_ds
from mmgen.resources import find_file

if TYPE_CHECKING:
    from rich.console import Console
    from sqlalchemy.engine import Engine

    from mmgen.config.config import Config
    from mmgen.store.datasets import Dataset

WIDTH_OF_A_FILE = 160
"""Columns of a table that goes into a pipe or a file, which have no width."""


@dataclass
class Settings:
    """The group's options, and what they lead to. Everything heavy is imported when it is asked for."""

    config_path: str | None = None
    is_debug: bool = False
    is_json: bool = False
    _config: Config | None = field(default=None, repr=False)
    _engine: Engine | None = field(default=None, repr=False)

    @property
    def config(self) -> Config:
        """The configuration in force."""
        if self._config is None:
            from mmgen.config.config import load_config

            self._config = load_config(self.config_path)
        return self._config

    @property
    def home(self) -> Path:
        """Everything that runs write lies here."""
        return self.config.home

    @property
    def engine(self) -> Engine:
        """The catalogue."""
        if self._engine is None:
            from mmgen.catalog.tables import open_catalog

            self._engine = open_catalog(self.config.catalogue_url)
        return self._engine

    def dataset(self, name: str) -> Dataset:
        """A dataset of this home. ValueError naming the nearest one where there is none of that name."""
        from mmgen.store.datasets import Dataset

        return Dataset(name, self.home)

    def environment(self) -> dict[str, str]:
        """What a child process needs to see the same home and configuration."""
        config = self.config_path or os.environ.get("MMGEN_CONFIG")
        named = {"MMGEN_CONFIG": str(find_file(Path(config)).absolute())} if config else {}
        return {**os.environ, **named, "MMGEN_HOME": str(self.home)}

    def close(self) -> None:
        """Let the catalogue's connections go."""
        if self._engine is not None:
            self._engine.dispose()


pass_settings = click.make_pass_decorator(Settings, ensure=True)


def command(name: str, *examples: str, **options: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """A command with ``--json`` and examples below its help."""

    def wrap(function: Callable[..., Any]) -> click.Command:
        epilog = "\n".join(["\b", "Examples:", *(f"  {line}" for line in examples)])
        return click.command(name, click.Command, epilog=epilog, **options)(json_option(function))

    return wrap


def json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--json``: one JSON document on stdout and nothing else there."""

    def remember(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
        ctx.ensure_object(Settings).is_json = value

    return click.option(
        "--json",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=remember,
        help="One JSON document on stdout, for programs.",
    )(function)


def show(settings: Settings, value: Any, render: Callable[[Console], None]) -> None:
    """Print ``value`` as JSON where that is wanted, else let ``render`` draw it for a person."""
    if settings.is_json:
        print_json(value)
    else:
        render(console())


def print_json(value: Any) -> None:
    """One document on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: Any) -> Any:
    """Sets as lists; what JSON has no word for (dates, paths) as text."""
    return sorted(value) if isinstance(value, set | frozenset) else str(value)


def console(is_stderr: bool = False) -> Console:
    """Where a person reads. No markup: a shop's texts hold brackets, too."""
    from rich.console import Console

    plain = Console(stderr=is_stderr, highlight=False, markup=False, emoji=False)
    if not plain.is_terminal:
        plain.width = WIDTH_OF_A_FILE
    return plain


def ds_option(is_required: bool = False, text: str = "Logical date, YYYY-MM-DD.") -> Callable[..., Any]:
    """``--ds``, checked."""

    def parse(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
        try:
            return None if value is None else parse_ds(value)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None

    return click.option("--ds", required=is_required, callback=parse, metavar="DATE", help=text)


@contextmanager
def progress_of(title: str, total: Callable[[], int | None]) -> Iterator[Callable[[int], None] | None]:
    """A progress bar of rows on stderr, or None where that is no terminal. ``total`` is asked for with a bar alone."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("rows"))
    with Progress(*columns, TimeElapsedColumn(), console=console(is_stderr=True)) as bar:
        task = bar.add_task(title, total=total())
        yield lambda rows: bar.advance(task, rows)
        bar.update(task, total=bar.tasks[0].completed)


def short(value: Any, limit: int = 200) -> str:
    """Any value as one line of at most ``limit`` characters."""
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def plural(count: int, word: str) -> str:
    """``1 row``, ``2 rows``."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"
