"""Commands for a merchandiser: what waits, approve, reject, edit, take a run back; and which model is the champion."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from mmgen.cli.settings import Settings, command, ds_option, pass_settings, plural, short, show
from mmgen.kinds import KINDS, editable_kinds

if TYPE_CHECKING:
    from rich.console import Console

    from mmgen.publishing.rollback import Release
    from mmgen.publishing.types import Key

PAGE = 500
by_option = click.option("--by", required=True, metavar="NAME", help="Who decides; kept in the history.")
kind_option = click.option("--kind", metavar="KIND", help=f"{', '.join(KINDS)} (default: all that wait).")
locale_option = click.option("--locale", metavar="LOCALE", help="Where a product has texts in several languages.")
DECISION = (
    click.argument("product", required=False),
    kind_option,
    locale_option,
    click.option("--all", "is_all", is_flag=True, help="All that wait, of every product."),
    by_option,
)


def decision_options(function: Callable[..., None]) -> Callable[..., None]:
    """What is decided about, and who decides: the same for every decision on generated texts."""
    for option in reversed(DECISION):
        function = option(function)
    return function


@command("pending", "mmgen pending", "mmgen pending --limit 500 --json")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(min=1), help="List at most so many.")
@pass_settings
def pending(settings: Settings, limit: int) -> None:
    """Texts that wait for a person's approval."""
    from mmgen.publishing.decisions import list_waiting

    rows = list_waiting(settings.engine, limit + 1)
    is_more = len(rows) > limit
    rows = rows[:limit]

    def render(console: Console) -> None:
        from rich.table import Table

        if not rows:
            console.out("Nothing waits for approval.")
            return
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in ("product", "kind", "locale", "ds", "text"):
            table.add_column(name, overflow="fold")
        for row in rows:
            table.add_row(row["product_id"], row["kind"], row["locale"], row["ds"], short(row["value"]))
        console.print(table)
        console.out(f"{'more than ' if is_more else ''}{plural(len(rows), 'text')}. `mmgen receipt PRODUCT` says why;")
        console.out("`mmgen approve PRODUCT --by NAME` or `mmgen reject PRODUCT --by NAME` decides.")

    show(settings, {"rows": rows, "is_more": is_more}, render)


@command(
    "approve",
    "mmgen approve S00012 --by Ada",
    "mmgen approve S00012 --kind ad_copy --by Ada",
    "mmgen approve --all --by Ada",
)
@decision_options
@pass_settings
def approve(settings: Settings, /, **what: Any) -> None:
    """Put waiting texts live."""
    from mmgen.publishing.decisions import approve as approve_one

    _decide(settings, approve_one, "approved", **what)


@command(
    "reject",
    "mmgen reject S00012 --by Ada",
    "mmgen reject S00012 --kind description --by Ada",
    "mmgen reject --all --by Ada",
)
@decision_options
@pass_settings
def reject(settings: Settings, /, **what: Any) -> None:
    """Reject waiting texts; with --kind and nothing waiting, take the live text off the storefront."""
    from mmgen.publishing.decisions import reject as reject_one

    _decide(settings, reject_one, "rejected", **what)


def _decide(
    settings: Settings,
    decide: Callable[..., dict[str, Any]],
    done: str,
    product: str | None,
    kind: str | None,
    locale: str | None,
    is_all: bool,
    by: str,
) -> None:
    if (product is None) == (not is_all):
        raise click.UsageError("name one PRODUCT, or give --all")
    keys = keys_of(settings, product, kind, locale) if product else list(_all_waiting(settings, kind, locale))
    rows: list[dict[str, Any]] = []
    refused: list[dict[str, str]] = []
    for key in keys:
        try:
            rows.append(decide(settings.engine, *key, by))
        except ValueError as error:  # of one product; it must not keep the others waiting
            if len(keys) == 1:
                raise
            refused.append({**key._asdict(), "why": str(error)})

    def render(console: Console) -> None:
        for row in rows:
            console.out(f"{done}: {row['kind']} ({row['locale']}) of {row['product_id']}: {short(row['value'])}")
        for one in refused:
            console.out(f"not {done}: {one['why']}")
        if not keys:
            console.out("Nothing waits for approval.")

    show(settings, {"rows": rows, "refused": refused}, render)
    if refused:
        raise click.exceptions.Exit(1)


def _all_waiting(settings: Settings, kind: str | None, locale: str | None) -> Iterator[Key]:
    from mmgen.publishing.decisions import list_waiting
    from mmgen.publishing.types import key_of

    last: Key | None = None
    while rows := list_waiting(settings.engine, PAGE, last):
        for row in rows:
            if kind in (None, row["kind"]) and locale in (None, row["locale"]):
                yield key_of(row)
        last = key_of(rows[-1])


def keys_of(settings: Settings, product: str, kind: str | None, locale: str | None) -> list[Key]:
    """What a decision is about: the waiting texts of a product, or the one that kind and locale name."""
    from mmgen.config.params import nearest
    from mmgen.publishing.receipts import content_of
    from mmgen.publishing.types import Key, Status, key_of

    rows = [row for row in content_of(settings.engine, product) if locale in (None, row["locale"])]
    kinds = sorted({row["kind"] for row in rows})
    if not rows:
        raise ValueError(f"product {product!r} has no content{f' in {locale!r}' if locale else ''}: `mmgen pending`")
    if kind is not None and kind not in kinds:
        raise ValueError(f"product {product!r} has no content of kind {kind!r}.{nearest(kind, kinds)}")
    rows = [row for row in rows if kind in (None, row["kind"])]
    waiting = list(dict.fromkeys(key_of(row) for row in rows if row["status"] == Status.PENDING_APPROVAL))
    if waiting:
        return waiting
    if kind is None:
        raise ValueError(f"nothing of product {product!r} waits for approval; --kind names a text that is live")
    locales = sorted({row["locale"] for row in rows})
    if len(locales) > 1:
        raise ValueError(f"{kind} of product {product!r} stands in {', '.join(locales)}: choose one with --locale")
    return [Key(product, kind, locales[0])]


@command(
    "edit",
    "mmgen edit S00012 --kind description --text 'A warm coat.' --by Ada",
    "mmgen edit S00012 --kind description --text - --by Ada < text.txt",
    "mmgen edit S00012 --kind description --withdraw --by Ada",
)
@click.argument("product")
@click.option("--kind", required=True, metavar="KIND", help=f"{' or '.join(editable_kinds())}.")
@click.option("--text", metavar="TEXT", help="The text; - reads it from standard input.")
@click.option("--withdraw", is_flag=True, help="Take a person's text back: the generated one shows again.")
@locale_option
@by_option
@pass_settings
def edit(
    settings: Settings, product: str, kind: str, text: str | None, withdraw: bool, locale: str | None, by: str
) -> None:
    """Publish a text of your own. No run ever replaces it."""
    from mmgen.publishing.decisions import edit as edit_one
    from mmgen.publishing.decisions import withdraw_edit

    if withdraw == (text is not None):
        raise click.UsageError("give --text TEXT, or --withdraw")
    where = locale or _locale_of(settings, product, kind)
    if text is None:
        row = withdraw_edit(settings.engine, product, kind, where, by)
    else:
        row = edit_one(settings.engine, product, kind, where, sys.stdin.read() if text == "-" else text, by)
    done = "withdrawn" if withdraw else "published"
    show(settings, row, lambda console: console.out(f"{done}: {kind} ({where}) of {product}: {short(row['value'])}"))


def _locale_of(settings: Settings, product: str, kind: str) -> str:
    """The language of the product's content, else that of the product."""
    import sqlalchemy as sa

    from mmgen.catalog.tables import products
    from mmgen.publishing.receipts import content_of

    rows = content_of(settings.engine, product)
    locales = sorted({row["locale"] for row in rows if row["kind"] == kind} or {row["locale"] for row in rows})
    if len(locales) > 1:
        raise ValueError(f"product {product!r} has texts in {', '.join(locales)}: choose one with --locale")
    if locales:
        return str(locales[0])
    with settings.engine.connect() as connection:
        found = connection.execute(sa.select(products.c.locale).where(products.c.product_id == product)).scalar()
    if found is None:
        raise ValueError(f"product {product!r} is not in the catalogue: `mmgen receipt {product}` names the nearest")
    return str(found)


@command(
    "rollback",
    "mmgen rollback cli__2026-11-01 --by Ada",
    "mmgen rollback cli__2026-11-01 --by Ada --yes --json",
    "mmgen rollback cli__2026-11-01 --release --by Ada",
)
@click.argument("run")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--release", is_flag=True, help="Afterwards: let the texts that were taken back be published again.")
@by_option
@pass_settings
def rollback(settings: Settings, run: str, yes: bool, release: bool, by: str) -> None:
    """Take back all that a run published: what stood before it stands again, save what was changed since."""
    from mmgen.publishing.rollback import release_run, rollback_run

    total = written_by(settings, run)
    if release:
        _print_release(settings, run, release_run(settings.engine, run, by))
        return
    if not yes:
        if settings.is_json or not sys.stdin.isatty():
            raise click.UsageError("nobody can be asked here: add --yes")
        click.confirm(f"Take back {plural(total, 'change')} of run {run}?", abort=True)
    counts = rollback_run(settings.engine, run, by)

    def render(console: Console) -> None:
        console.out(
            f"{run}: {counts['restored']:,} restored to what stood before, {counts['withdrawn']:,} withdrawn, "
            f"{counts['kept_human']:,} kept since a person decided on them, "
            f"{counts['kept_changed_later']:,} kept since a later run changed them"
        )

    show(settings, {"run": run, **counts}, render)


def _print_release(settings: Settings, run: str, released: Release) -> None:
    """What may come back, and what brings it back: no night looks at a date again by itself."""
    commands = [f"mmgen run --ds {ds} --from publish --to publish" for ds in released.dates]

    def render(console: Console) -> None:
        console.out(f"{run}: {plural(released.num_texts, 'text')} released")
        if commands:
            console.out("To publish again what was released:")
        for line in commands:
            console.out(f"  {line}")

    show(settings, {"run": run, "released": released.num_texts, "next": commands}, render)


def written_by(settings: Settings, run: str) -> int:
    """How many changes a run made. ValueError naming the nearest run for one that made none."""
    import sqlalchemy as sa

    from mmgen.catalog.tables import product_content_history as table
    from mmgen.config.params import nearest
    from mmgen.publishing.types import PUBLISH_EVENTS

    column = table.c.cause_run_id
    is_publication = table.c.action.in_([str(event) for event in PUBLISH_EVENTS])  # a rollback has the run's name, too
    with settings.engine.connect() as connection:
        total = connection.execute(sa.select(sa.func.count()).where(column == run, is_publication)).scalar_one()
        known = connection.execute(sa.select(column).where(column.is_not(None)).distinct()).scalars().all()
    if not total:
        raise ValueError(f"run {run!r} has published nothing.{nearest(run, [str(name) for name in known])}")
    return int(total)


@command("promote", "mmgen promote 3", "mmgen promote 1 --of audio")
@click.argument("version")
@click.option(
    "--of",
    "modality",
    type=click.Choice(["image", "audio", "text", "pictures", "graph"]),
    help="Of an encoder or the graph model: the next run makes anew what rests on it. Of what draws pictures. Without "
    "it: of the model that writes.",
)
@ds_option(text="From which date on; default: the newest that was run.")
@pass_settings
def promote(settings: Settings, version: str, modality: str | None, ds: str | None) -> None:
    """Make a model version the champion, the one that is used from a date on. Also the way back to an earlier."""
    from mmgen.registry.aliases import CHAMPION
    from mmgen.registry.fitting import registry
    from mmgen.registry.tracker import Tracker

    config = settings.config
    tracker = registry(config, modality) if modality else Tracker(config.tracking_store)
    before = tracker.version_of(CHAMPION)
    try:
        tracker.files_of(version)
    except ValueError:
        raise
    except Exception as error:  # MLflow's own, which one file alone imports
        raise ValueError(f"no model version {version!r} ({error}). The champion is {before or 'none yet'}") from None
    tracker.promote(version, ds or max((one.ds for one in settings.dataset("raw_products").partitions()), default=""))

    def render(console: Console) -> None:
        console.out(f"champion: version {version}" + (f" (before: {before})" if before else ""))

    show(settings, {"champion": version, "before": before}, render)
