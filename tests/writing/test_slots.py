"""Slots are filled with values as they are; the marks around them come out right in both scripts."""

from __future__ import annotations

import pytest

from mmgen.facts.fact import Fact
from mmgen.writing.slots import realise


def facts(**values: str) -> list[Fact]:
    return [Fact(slot, f"{slot} name", value, "c") for slot, value in values.items()]


@pytest.mark.parametrize(
    ("tokens", "values", "text"),
    [
        pytest.param("<title> .", {"title": "s.Oliver shoes"}, "s.Oliver shoes.", id="no_capital_is_made"),
        pytest.param("<title> .", {"title": "What now?"}, "What now?", id="a_mark_of_its_own"),
        pytest.param("<title> .", {"title": "U.S. Polo Assn."}, "U.S. Polo Assn.", id="one_full_stop"),
        pytest.param("<title> <kind_name> : <kind> .", {"title": "A", "kind": "B"}, "A kind name: B.", id="a_name"),
        pytest.param(
            "<brand> . <title> .", {"brand": "X", "title": ".22 scope"}, "X. .22 scope.", id="a_mark_in_front"
        ),
        pytest.param(
            "<title> 。 <kind> ； <brand> 。",
            {"title": "茶杯", "kind": "杯", "brand": "Ostra"},
            "茶杯。杯；Ostra。",
            id="chinese",
        ),
        pytest.param(
            "<title> 。 <kind> 。", {"title": "好用！", "kind": "杯"}, "好用！杯。", id="a_chinese_mark_of_its_own"
        ),
        pytest.param(
            "<bos:ad_copy:en> <title> · <kind> <eos>", {"title": "A", "kind": "B"}, "A · B", id="begin_and_end"
        ),
    ],
)
def test_realise(tokens: str, values: dict[str, str], text: str) -> None:
    assert realise(tokens.split(), facts(**values)) == text


@pytest.mark.parametrize("token", ["<material>", "<unk>", "<price>"])
def test_a_slot_without_a_fact_is_an_error(token: str) -> None:
    with pytest.raises(ValueError, match="no fact for"):
        realise([token], facts(title="A", price="9"))
