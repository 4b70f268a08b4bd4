"""Parameters of the cleaning transforms. Imports nothing heavy: config, DAG docs and the CLI read it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from mmgen.config.params import Params


class ImageParams(Params):
    """Parameters of ``clean_images``."""

    max_pixels: int = Field(64_000_000, gt=0, description="Refuse a picture with more pixels, read from its header")
    min_side_px: int = Field(32, gt=0, description="Refuse a picture with a shorter side")
    master_side_px: int = Field(1024, ge=224, description="Longest side of the master")
    master_quality: int = Field(90, ge=1, le=100, description="JPEG quality of a master that is encoded again")
    model_side_px: int = Field(224, ge=32, description="Side of the square model image")
    model_quality: int = Field(92, ge=1, le=100)
    blank_std: float = Field(1.0, ge=0, description="Standard deviation (of 255) under which a picture is blank")
    enhance: bool = True
    colour_tolerance: float = Field(
        2.0,
        ge=0,
        description="CIEDE2000 by which enhancement may move the middle tones (in the mean, and at 95%) unless black "
        "and white points prove a veil or missing light: from about 2 a customer sees another colour beside the goods",
    )
    dark_p99: float = Field(0.80, description="Brightest channel of the brightest 1% under which a photo is dark")
    white_p99: float = Field(0.985, description="With whites brighter than this a photo is not washed out, but light")
    veiled_floor: float = Field(0.10, description="Darkest 0.1% over white above which a photo is washed out")
    veiled_floor_dark: float = Field(0.35, description="The same for a dark photo")
    veil_level: float = Field(0.85, gt=0, lt=1, description="No veil is brighter than this")
    target_white: float = Field(0.98, gt=0, le=1, description="Where the brightest 1% of a bad photo go")
    max_light: float = Field(12.0, gt=1, description="Linear light is multiplied by no more than this")
    max_gain: float = Field(3.0, gt=1, description="Levels are stretched by no more than this factor")
    blurred_px: float = Field(0.62, gt=0, description="Blur (at 448 px) above which a photo is blurred")
    deblur_fidelity: float = Field(3000.0, gt=0, description="More brings back more detail and more noise")
    enhanced_quality: int = Field(95, ge=1, le=100, description="JPEG quality of an enhanced photo's master")


class TextParams(Params):
    """Parameters of ``clean_texts``."""

    max_chars: int = Field(1_000_000, gt=0, description="A longer field is cut here, before anything else")
    max_word_chars: int = Field(
        1_000,
        gt=0,
        description="A longer run of letters and digits is no word, and left out (Chinese and its like aside)",
    )
    max_token_chars: int = Field(20_000, gt=0, description="Language and tokens are read from this much of a field")
    max_tokens: int = Field(4_000, gt=0)
    max_garbled_share: float = Field(0.3, gt=0, le=1, description="Share of U+FFFD over which a text is unreadable")
    mask_personal_data: bool = True


class NearCopyParams(Params):
    """Parameters of near-copies among texts (MinHash)."""

    num_hashes: int = Field(128, ge=16, le=1024, description="Length of a signature")
    num_bands: int = Field(25, gt=0, description="Bands of the signature; one equal band makes a pair a candidate")
    band_rows: int = Field(5, gt=0, description="Numbers in a band")
    min_similarity: float = Field(
        0.7, gt=0, le=1, description="Estimated Jaccard index from which texts are near-copies"
    )
    min_units: int = Field(4, ge=1, description="A text of fewer words (or character pairs) has no signature")
    max_bucket: int = Field(50, gt=0, description="Rows of a bucket that each of its rows is compared with")
    seed: int = Field(7, ge=0, description="Of the hash functions; signatures of two seeds do not compare")

    @model_validator(mode="after")
    def _bands_fit(self) -> NearCopyParams:
        if self.num_bands * self.band_rows > self.num_hashes:
            raise ValueError(
                f"{self.num_bands} bands of {self.band_rows} need {self.num_bands * self.band_rows} hashes; "
                f"raise num_hashes ({self.num_hashes}) or lower the bands"
            )
        return self


class DuplicateParams(Params):
    """When products count as copies of each other."""

    max_hash_bits: int = Field(
        4, ge=0, le=8, description="Perceptual hashes of copies differ in this many bits at most"
    )
    max_luma: int = Field(8, ge=0, description="No cell of copies' thumbnails differs more in brightness (of 255)")
    max_chroma: int = Field(4, ge=0, description="The same for colour")
    max_shared: int = Field(200, ge=2, description="A photo or title that more products share is a placeholder")
    texts: NearCopyParams = NearCopyParams()


class AudioParams(Params):
    """Parameters of ``clean_audio``."""

    rate_hz: Literal[16_000] = Field(16_000, description="What the denoiser was made for")
    max_duration_s: float = Field(120.0, gt=0, description="Refuse a longer clip, by its header")
    max_samples: int = Field(
        32_000_000,
        gt=0,
        description="Refuse more samples over all channels, by the header: 157 KB can hold 150 million",
    )
    min_duration_s: float = Field(0.1, gt=0)
    max_channels: int = Field(16, gt=0)
    silence_db: float = Field(-60.0, description="RMS level (dBFS) under which a clip is silent")
    loudness_lufs: float = Field(-23.0, description="EBU R 128 target")
    true_peak_db: float = Field(-1.0, description="Ceiling of the 4x oversampled peak, dBFS; it wins over loudness")
    denoiser: str = Field(
        "", description="Weights of `python -m mmgen.training.denoiser.train`; empty: the shipped ones"
    )
    denoise_below_db: float = Field(20.0, description="Estimated SNR under which noise is reduced")
    speech_above_db: float = Field(-9.0, description="Estimated SNR under which a clip is music or noise: left alone")
    gain_exponent: float = Field(
        0.7, gt=0, le=1, description="Under 1 a band is turned down less than the network says"
    )
    kept_per_db: float = Field(0.02, ge=0, description="Share of the noisy clip that stays in, for each dB of its SNR")
    min_kept: float = Field(0.03, ge=0, le=1)
    max_kept: float = Field(0.4, ge=0, le=1)
    trim_below_peak_db: float = Field(40.0, gt=0, description="Ends this far below the loudest frame are trimmed")
    trim_noisy_below_peak_db: float = Field(30.0, gt=0, description="The same where noise was removed: some is left")
    trim_margin_s: float = Field(0.05, ge=0)
