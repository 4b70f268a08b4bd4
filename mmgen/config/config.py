"""Configuration: typed, frozen, read from one TOML file. Values that a night depends on are nowhere else."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import Field

from mmgen.config.clean import AudioParams, DuplicateParams, ImageParams, TextParams
from mmgen.config.creatives import CreativeParams
from mmgen.config.descriptions import DescriptionParams
from mmgen.config.encoders import EncoderParams
from mmgen.config.features import (
    AudioFeatureParams,
    GraphParams,
    ImageFeatureParams,
    ProfileParams,
    SoundParams,
    TextFeatureParams,
    TextModelParams,
)
from mmgen.config.graph import GraphModelParams, RelatedParams
from mmgen.config.launch import LaunchParams
from mmgen.config.params import Params
from mmgen.config.pictures import PictureParams
from mmgen.config.publishing import PublishParams
from mmgen.config.training import TrackingParams, TrainParams
from mmgen.resources import ROOT, base_folder, find_file


class CatalogueParams(Params):
    """Where the shop's catalogue is. An empty URL means ``<home>/catalogue.db`` (SQLite)."""

    url: str = ""
    batch_rows: int = Field(default=2_000, gt=0)


class SparkParams(Params):
    """Where ``mmgen run`` submits Spark jobs to; Airflow takes its Spark connection instead."""

    master: str = "local[*]"


class MediaParams(Params):
    """Bounds on what is taken from the media folder."""

    max_bytes: int = Field(default=64 * 1024 * 1024, gt=0)


class CleanParams(Params):
    """Parameters of the cleaning jobs."""

    image: ImageParams = ImageParams()
    text: TextParams = TextParams()
    audio: AudioParams = AudioParams()
    duplicates: DuplicateParams = DuplicateParams()


class FeatureParams(Params):
    """Parameters of the feature jobs, and of what they are fitted with."""

    image: ImageFeatureParams = ImageFeatureParams()
    text: TextFeatureParams = TextFeatureParams()
    text_model: TextModelParams = TextModelParams()
    graph: GraphParams = GraphParams()
    audio: AudioFeatureParams = AudioFeatureParams()
    sound: SoundParams = SoundParams()


class SplitParams(Params):
    """Shares of the groups (near-copies together) that are held out."""

    validation_share: float = Field(default=0.1, ge=0, lt=0.5)
    test_share: float = Field(default=0.1, ge=0, lt=0.5)


class ExampleParams(Params):
    """What goes into ``examples`` beside a product's own modalities."""

    photo_features: bool = Field(
        default=False,
        description="What the encoders say of its photo, for the modality image_embedding. A new encoder then changes "
        "every example with a photo, and their texts are written anew",
    )
    neighbours: bool = Field(
        default=False,
        description="What its neighbours are like, for the modality graph. A changed product then changes its "
        "neighbours' examples, too, and their texts are written anew",
    )


class MlflowParams(Params):
    """MLflow. An empty URI means a SQLite store under ``<home>/mlflow``."""

    uri: str = ""
    experiment: str = "mmgen"
    model_name: str = "mmgen-fusion"
    encoder_name: str = Field(default="mmgen-encoder", description="first part of the encoders' registered names")
    picture_name: str = Field(default="mmgen-pictures", description="the picture model's registered name")
    models: Literal["then", "today"] = Field(
        default="then", description="whose champions an older date is made with that is run again: its own, or today's"
    )


class RefreshParams(Params):
    """How soon a new champion's content takes the place of an earlier one's."""

    rows_a_night: int = Field(
        default=20_000, ge=1, description="of each dataset that are written anew for the new model alone, worst first"
    )


class ReportParams(Params):
    """What the nightly report shows."""

    num_samples: int = Field(default=24, ge=0, le=200)
    num_explained: int = Field(
        default=8, ge=0, le=64, description="held-out products beside what the model makes of them"
    )


class PretrainedParams(Params):
    """Weights that others trained, installed by ``mmgen pretrained``."""

    folder: str = Field("", description="Where they lie, for several homes to share. Empty: <home>/pretrained")


class Config(Params):
    """The whole configuration. ``seed`` is the run's seed: every random choice derives from it and a product id."""

    home: Path = Path("var")
    seed: int = 7
    catalogue: CatalogueParams = CatalogueParams()
    spark: SparkParams = SparkParams()
    media: MediaParams = MediaParams()
    profile: ProfileParams = ProfileParams()
    clean: CleanParams = CleanParams()
    features: FeatureParams = FeatureParams()
    encoders: EncoderParams = EncoderParams()
    splits: SplitParams = SplitParams()
    examples: ExampleParams = ExampleParams()
    train: TrainParams = TrainParams()
    pictures: PictureParams = PictureParams()
    launch: LaunchParams = LaunchParams()
    graph_model: GraphModelParams = GraphModelParams()
    related: RelatedParams = RelatedParams()
    descriptions: DescriptionParams = DescriptionParams()
    creatives: CreativeParams = CreativeParams()
    publish: PublishParams = PublishParams()
    tracking: MlflowParams = MlflowParams()
    refresh: RefreshParams = RefreshParams()
    report: ReportParams = ReportParams()
    pretrained: PretrainedParams = PretrainedParams()

    @property
    def catalogue_url(self) -> str:
        """SQLAlchemy URL of the catalogue."""
        return self.catalogue.url or f"sqlite:///{self.home / 'catalogue.db'}"

    @property
    def pretrained_folder(self) -> Path:
        """Where pretrained weights lie, a folder an asset."""
        return ROOT / Path(self.pretrained.folder).expanduser() if self.pretrained.folder else self.home / "pretrained"

    @property
    def tracking_store(self) -> TrackingParams:
        """Where runs and models are kept, resolved."""
        return TrackingParams(
            uri=self.tracking.uri or f"sqlite:///{self.home / 'mlflow' / 'mlflow.db'}",
            artifacts=str(self.home / "mlflow" / "artifacts"),
            experiment=self.tracking.experiment,
            model_name=self.tracking.model_name,
        )


def load_config(path: str | Path | None = None) -> Config:
    """Read the configuration. ``MMGEN_HOME``, ``MMGEN_CATALOGUE_URL``, ``MLFLOW_TRACKING_URI``,
    ``MMGEN_PRETRAINED`` and ``MMGEN_MODELS`` win over the file.

    A relative home starts at the checkout, or at the working directory where mmgen is installed from a wheel.
    Secrets come from the environment only: a database URL with a password does not belong into a file.
    Raises FileNotFoundError or ValueError with the remedy.
    """
    named = path or os.environ.get("MMGEN_CONFIG") or ROOT / "conf" / "local.toml"
    file = find_file(Path(named))
    if not file.is_file():
        raise FileNotFoundError(f"no configuration file {file}; copy conf/local.toml, or name one with --config")
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{file}: not valid TOML: {error}") from None
    overrides = {("home",): "MMGEN_HOME", ("catalogue", "url"): "MMGEN_CATALOGUE_URL"}
    overrides |= {("tracking", "uri"): "MLFLOW_TRACKING_URI", ("pretrained", "folder"): "MMGEN_PRETRAINED"}
    overrides |= {("tracking", "models"): "MMGEN_MODELS"}
    for (*parents, key), variable in overrides.items():
        if os.environ.get(variable):
            section = values
            for name in parents:
                section = section.setdefault(name, {})
            section[key] = os.environ[variable]
    config = Config.load(values, str(file))
    home = config.home if config.home.is_absolute() else base_folder() / config.home
    home.mkdir(parents=True, exist_ok=True)
    return config.model_copy(update={"home": home.resolve()})
