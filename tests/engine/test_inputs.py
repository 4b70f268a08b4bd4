"""What jobs refuse to read together."""

from __future__ import annotations

import pytest

from mmgen.engine.inputs import require_one_version, require_recipe

MIXED = {
    "rows of an older version": (["new", "old"], "run clean_texts for the date first"),
    "rows of an older version alone": (["old"], "run clean_texts for the date first"),
    "rows of this version": (["new"], None),
    "no rows": ([], None),
}


@pytest.mark.parametrize(("hashes", "message"), MIXED.values(), ids=MIXED)
def test_rows_of_another_recipe_are_refused(hashes: list[str], message: str | None) -> None:
    if message is None:
        require_recipe(hashes, "new", "clean_texts")
    else:
        with pytest.raises(ValueError, match=message):
            require_recipe(hashes, "new", "clean_texts")


@pytest.mark.parametrize(("versions", "is_refused"), [(["m-1", None], False), (["m-1", "m-2"], True), ([], False)])
def test_rows_of_two_models_are_refused(versions: list[str | None], is_refused: bool) -> None:
    if is_refused:
        with pytest.raises(ValueError, match="m-1 and m-2"):
            require_one_version(versions, "text_features")
    else:
        require_one_version(versions, "text_features")
