"""Parameters of the feature transforms. Imports nothing heavy: config, DAG docs and the CLI read it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mmgen.config.params import Params


class ProfileParams(Params):
    """How the columns of a shop's file are told."""

    encoder: str = Field(
        "",
        description="Of sentences, for names that there is no data for: an entry of `mmgen pretrained`, or the folder "
        "of a local Hugging Face checkpoint. Empty: data alone",
    )
    min_similarity: float = Field(0.7, gt=0, le=1, description="Cosine of two names above which they mean the same")


class ImageFeatureParams(Params):
    """Parameters of ``image_features``. The embedding's length is fixed by the contract: 128 colour + 128 shape."""

    pixels_side_px: int = Field(64, ge=8, description="Side of the stored uint8 RGB picture")
    backdrop_weight: float = Field(0.05, ge=0, le=1, description="Weight of a backdrop pixel in the colour histogram")
    pretrained: str = Field(
        "",
        description="A network that others trained, beside the catalogue's own encoder: an entry of `mmgen "
        "pretrained`, or the folder of a local Hugging Face checkpoint of images, or of images and texts. Empty: none",
    )


class TextFeatureParams(Params):
    """Parameters of ``text_features``."""

    width: int = Field(256, ge=16, description="Length of the hashed vector")
    bigrams: bool = True
    bigram_weight: float = Field(0.5, ge=0)
    character_weight: float = Field(0.5, ge=0, description="Weight of the characters inside a Chinese token")


class TextModelParams(Params):
    """What ``fit_text`` fits on the catalogue's texts. A change is a new model, and new text features."""

    num_buckets: int = Field(1 << 18, ge=1 << 8, le=1 << 24, description="Length of the sparse TF-IDF vector")
    bigrams: bool = Field(True, description="Pairs of neighbouring tokens are terms, too")
    vectors_file: str = Field("", description="Word vectors to take: GloVe's text form. Empty: fitted on the catalogue")
    vector_width: int = Field(64, ge=2, le=1024, description="Values of a fitted word vector; a file has its own width")
    min_word_count: int = Field(2, ge=1, description="A rarer word gets no fitted vector")
    window: int = Field(5, ge=1, description="Words before and after that are a word's company")
    iterations: int = Field(20, ge=1, le=500, description="Passes over the texts")
    max_documents: int = Field(200_000, ge=1, description="Texts that vectors are fitted on, by hash")
    max_words: int = Field(100_000, ge=1, description="Words kept of a file of vectors")
    sentence_checkpoint: str = Field("", description="A local Hugging Face checkpoint. Empty: no sentence embeddings")
    max_sentence_tokens: int = Field(128, ge=8, le=512)


class GraphParams(Params):
    """Parameters of ``graph_features``."""

    width: int = Field(64, ge=4, le=64, multiple_of=2, description="Values of a vector: half of text, half of image")
    neighbours: int = Field(4, ge=1, le=16, description="Nearest products a kind (attributes, text, image)")
    basket_neighbours: int = Field(4, ge=0, le=16, description="Products most often bought together with it")
    reach: int = Field(6, ge=1, le=64, description="Neighbours compared, up and down each sorted list")
    min_alike: float = Field(0.3, ge=-1, le=1, description="Smallest cosine, as the signatures tell it, of a neighbour")


class AudioFeatureParams(Params):
    """Parameters of ``audio_features``."""

    rate_hz: Literal[16_000] = Field(16_000, description="What clean_audio writes")
    num_mels: int = Field(64, ge=8, description="The embedding is twice as long: mean and standard deviation")
    window: Literal[256, 400, 512] = Field(400, description="Samples a frame (25 ms at 16 kHz)")
    hop: int = Field(160, gt=0, description="Samples between frames (10 ms at 16 kHz)")
