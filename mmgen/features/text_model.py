"""The fitted part of text features: how rare each term is, and the words' vectors. A folder of safetensors and JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file

from mmgen.features.tfidf import bucket_of
from mmgen.features.vectors import WordVectors

_ARRAYS, _FACTS = "text_model.safetensors", "text_model.json"


@dataclass(frozen=True)
class TextModel:
    """``idf`` (num_buckets,) float32, the words' vectors, and what they were fitted on.

    ``sentence_digest`` names the checkpoint of the sentence embeddings (empty where there is none), ``made_with`` the
    parameters and files that the model was fitted with.
    """

    idf: npt.NDArray[np.float32]
    vectors: WordVectors
    bigrams: bool
    num_documents: int
    sentence_digest: str = ""
    made_with: str = ""

    def weight(self, token: str) -> float:
        """How rare a token is; at least a little, so that a word in every title still has a direction."""
        return max(float(self.idf[bucket_of(token, len(self.idf))]), 1e-3)

    def save(self, folder: Path) -> None:
        """Write the folder. The same model gives the same bytes."""
        folder.mkdir(parents=True, exist_ok=True)
        save_file({"idf": self.idf, "vectors": np.ascontiguousarray(self.vectors.matrix)}, folder / _ARRAYS)
        facts = {
            "bigrams": self.bigrams,
            "num_documents": self.num_documents,
            "sentence_digest": self.sentence_digest,
            "made_with": self.made_with,
            "words": list(self.vectors.words),
        }
        text = json.dumps(facts, ensure_ascii=False, indent=0, sort_keys=True)
        (folder / _FACTS).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> TextModel:
        """Read a folder that ``save`` wrote. ValueError where its parts do not belong together."""
        arrays = load_file(folder / _ARRAYS)
        facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
        words = tuple(facts["words"])
        if len(words) != len(arrays["vectors"]):
            raise ValueError(f"{folder}: {len(words)} words and {len(arrays['vectors'])} vectors; fit the model again")
        return cls(
            idf=arrays["idf"],
            vectors=WordVectors(words, arrays["vectors"]),
            bigrams=bool(facts["bigrams"]),
            num_documents=int(facts["num_documents"]),
            sentence_digest=str(facts["sentence_digest"]),
            made_with=str(facts["made_with"]),
        )


@lru_cache(maxsize=1)
def text_model_in(folder: str) -> TextModel | None:
    """The model of a folder, loaded once a process (a Spark worker serves many batches); None for no folder."""
    return TextModel.load(Path(folder)) if folder else None
