"""The entries themselves, and the network that is our own."""

from __future__ import annotations

import hashlib
import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from mmgen.pretrained.asset import Asset
from mmgen.pretrained.efficientnet_lite0 import WEIGHTS, EfficientNetLite0, embed, load, scale
from mmgen.pretrained.registry import PRETRAINED

PERMISSIVE = {"Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0"}
KEYS_AND_SHAPES = "28e0c28da01205a01a97d3b467e755fbcf7357ecc9b2c88a0c6bbca511697044"
"""SHA-256 of the published state dict's names, shapes and types."""


@pytest.mark.parametrize("asset", PRETRAINED.values(), ids=PRETRAINED)
def test_an_entry_is_whole(asset: Asset) -> None:
    assert {asset.code_licence, asset.weights_licence} <= PERMISSIVE
    module, _, names = asset.loader.partition(":")
    found = importlib.import_module(module)
    for name in names.split("."):
        found = getattr(found, name)
    assert callable(found)
    assert all((asset.title, asset.purpose, asset.usage, asset.origin))


def test_the_registry_imports_nothing_heavy() -> None:
    heavy = ("torch", "transformers", "numpy", "safetensors", "pydantic")
    code = f"import sys, mmgen.pretrained.registry; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_network_has_the_published_names_and_shapes() -> None:
    state = EfficientNetLite0().state_dict()
    lines = "\n".join(f"{name} {tuple(value.shape)} {value.dtype}" for name, value in sorted(state.items()))
    assert hashlib.sha256(lines.encode()).hexdigest() == KEYS_AND_SHAPES


def fill(network: EfficientNetLite0) -> EfficientNetLite0:
    """Weights by a formula, so that any implementation of the network can be given the same."""
    state = {}
    for place, (name, value) in enumerate(sorted(network.state_dict().items())):
        if value.dtype == torch.int64:
            state[name] = torch.zeros_like(value)
            continue
        wave = torch.sin(torch.arange(value.numel(), dtype=torch.float64) * (0.7 + 0.001 * place) + place)
        if name.endswith("running_var"):
            wave = 1 + 0.5 * wave
        elif "_bn" in name:
            wave = 1 + 0.3 * wave if name.endswith("weight") else 0.2 * wave
        else:
            wave = wave * 1.5 / (value[0].numel() ** 0.5 if value.dim() > 1 else 10)
        state[name] = wave.reshape(value.shape).float()
    network.load_state_dict(state)
    return network.eval()


def test_features_are_those_of_an_independent_implementation() -> None:
    """The figures come from a published implementation of the same network with the same formula's weights."""
    steps = torch.arange(3 * 224 * 224, dtype=torch.float64)
    with torch.inference_mode():
        features = fill(EfficientNetLite0())(torch.cos(steps * 0.013).reshape(1, 3, 224, 224).float())
    assert features.shape == (1, 1280)
    expected = torch.tensor([0.0, 0.0, 0.0, 0.0298, 0.5739, 0.1883, 0.0, 0.0])
    torch.testing.assert_close(features[0, ::160], expected, atol=2e-4, rtol=0)
    assert float(features.mean()) == pytest.approx(0.1350, abs=2e-4)


def test_a_folder_loads_strictly_and_embeds_photos(tmp_path: Path) -> None:
    network = fill(EfficientNetLite0())
    state = network.state_dict()
    save_file(state, tmp_path / WEIGHTS)
    photos = np.random.default_rng(7).integers(0, 256, (2, 224, 224, 3), dtype=np.uint8)
    found = embed(load(tmp_path), photos)
    assert found.shape == (2, 1280) and found.dtype == np.float32
    with torch.inference_mode():
        np.testing.assert_allclose(found, network(scale(photos)).numpy(), atol=1e-4)
        assert network.classify(torch.from_numpy(found)).shape == (2, 1000)
    save_file({name: value for name, value in state.items() if name != "_fc.bias"}, tmp_path / WEIGHTS)
    with pytest.raises(ValueError, match="mmgen pretrained verify"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("shape", "dtype"), [((2, 64, 64, 3), np.uint8), ((2, 3, 224, 224), np.uint8), ((2, 224, 224, 3), np.float32)]
)
def test_photos_of_another_form_are_refused(shape: tuple[int, ...], dtype: type) -> None:
    with pytest.raises(ValueError, match=r"uint8 \(rows, 224, 224, 3\) is wanted"):
        scale(np.zeros(shape, dtype))
