"""The command line ``mmgen``. Commands import what they need when they run, so that the help is there at once."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import click

from mmgen import __version__
from mmgen.cli import catalogue, content, demo, export, inspect, pretrained, run, upkeep
from mmgen.cli.settings import Settings, print_json

SECTIONS: dict[str, tuple[click.Command, ...]] = {
    "The shop's products": (catalogue.import_products, catalogue.profile, catalogue.sample),
    "The nightly run": (demo.demo, run.run, run.up, run.down, run.airflow, run.manifest),
    "Looking": (
        inspect.status,
        inspect.quarantine,
        inspect.receipt,
        export.export,
        inspect.show_config,
        inspect.docs,
    ),
    "Published content and models": (
        content.pending,
        content.approve,
        content.reject,
        content.edit,
        content.rollback,
        content.promote,
    ),
    "Upkeep": (upkeep.vacuum, pretrained.pretrained),
}


class Commands(click.Group):
    """The commands by section, and their errors in a line or a few that say what to do."""

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in the help."""
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(c.name or "", c.get_short_help_str(200)) for c in commands])

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; a failure exits 1 (usage: 2), without a traceback unless ``--debug``."""
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            if ctx.ensure_object(Settings).is_json:
                print_json({"error": error.format_message()})
            raise
        except (click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise  # the reader has gone; click ends quietly
            settings = ctx.ensure_object(Settings)
            if settings.is_debug:
                raise
            if settings.is_json:
                print_json({"error": explain(error)})
            click.echo(f"mmgen: error: {explain(error)}", err=True)
            ctx.exit(1)


def explain(error: Exception) -> str:
    """What a person can do about an error."""
    from mmgen.cli.masking import mask_secrets

    text = mask_secrets(str(error)).strip()
    if type(error).__module__.startswith("sqlalchemy"):
        first = text.splitlines()[0] if text else ""
        return f"the catalogue did not answer as it should: {first}\nLook at `mmgen config`: is catalogue.url right?"
    if isinstance(error, (ValueError, OSError, RuntimeError)):
        return text or type(error).__name__
    return f"{type(error).__name__}: {text}\nThis is a defect, or a damaged file; `mmgen --debug ...` shows where."


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--config", "config_path", metavar="FILE", help="TOML file (default: MMGEN_CONFIG, else conf/local.toml)."
)
@click.option("--home", metavar="DIR", help="Where runs write (default: MMGEN_HOME, else the configuration's).")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(__version__, prog_name="mmgen")
@click.pass_context
def main(ctx: click.Context, config_path: str | None, home: str | None, debug: bool) -> None:
    """Refresh a shop's catalogue with cleaned media and generated content, every night.

    \b
    First steps:
      mmgen sample --out /tmp/shop --import
      mmgen run --ds 2026-11-01
      mmgen status
    """
    settings = ctx.ensure_object(Settings)
    settings.config_path, settings.is_debug = config_path, debug
    ctx.call_on_close(settings.close)
    if home:
        _set_home(ctx, home)


def _set_home(ctx: click.Context, home: str) -> None:
    """For this command and the processes that it starts."""
    before = os.environ.get("MMGEN_HOME")

    def restore() -> None:
        if before is None:
            os.environ.pop("MMGEN_HOME", None)
        else:
            os.environ["MMGEN_HOME"] = before

    os.environ["MMGEN_HOME"] = str(Path(home).absolute())
    ctx.call_on_close(restore)


for _commands in SECTIONS.values():
    for _command in _commands:
        main.add_command(_command)
