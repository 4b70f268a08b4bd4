"""How many processes share a training out changes how fast it goes, and nothing else."""

from __future__ import annotations

import re

import pytest
from safetensors.torch import load_file

from mmgen.training.distributed.ranks import Part, Ranks
from tests.training.examples_files import write_shop
from tests.training.test_loop import assert_same
from tests.training.together import Steps, train_together

EVEN, UNEVEN = {"batch_rows": 8}, {"batch_rows": 7}
CASES = {
    "even": EVEN,
    "uneven": UNEVEN,
    "rows streamed": UNEVEN | {"shuffle_rows": 6},
    "many free bits": EVEN | {"free_bits": 0.5, "beta_warmup": 0.0},
    "rows compared": UNEVEN | {"fusion": "alignment"},
    "several draws": EVEN | {"fusion": "mixture_of_experts", "critic": "none"},
}

IN_PARTS = {
    "uneven": UNEVEN | {"accumulate": 3},
    "many free bits": CASES["many free bits"] | {"accumulate": 2},
    "several draws": CASES["several draws"] | {"accumulate": 2},
}
SHARDED = {
    "uneven": UNEVEN | {"sharding": "full"},
    "rows compared": CASES["rows compared"] | {"sharding": "full"},
    "several draws": IN_PARTS["several draws"] | {"sharding": "full"},
}
LOSS = re.compile("train_|validation_|learning_rate")  # and not how fast it went
SCORE = "train_critic_score_of_samples"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory):
    home = tmp_path_factory.mktemp("ranks")
    cases = CASES | {f"{name}, in parts": changed for name, changed in IN_PARTS.items()}
    cases |= {f"{name}, sharded": changed for name, changed in SHARDED.items()}
    return home, dict(zip((1, 2, 4), train_together(cases, write_shop(home), home / "runs", [1, 2, 4]), strict=True))


@pytest.mark.parametrize("world_size", [2, 4])
@pytest.mark.parametrize("case", CASES)
def test_the_losses_are_those_of_one_process(runs, case: str, world_size: int):
    _, found = runs
    assert_alike(found[1][case], found[world_size][case])


@pytest.mark.parametrize("world_size", [1, 2, 4])
@pytest.mark.parametrize("case", IN_PARTS)
def test_the_losses_are_those_of_a_batch_taken_whole(runs, case: str, world_size: int):
    _, found = runs
    assert_alike(found[1][case], found[world_size][f"{case}, in parts"])


@pytest.mark.parametrize("world_size", [2, 4])
@pytest.mark.parametrize("case", SHARDED)
def test_the_losses_are_those_of_whole_weights(runs, case: str, world_size: int):
    _, found = runs
    assert_alike(found[1][case], found[world_size][f"{case}, sharded"])


def assert_alike(one: Steps, several: Steps) -> None:
    assert one.keys() == several.keys() and len(one) == 6
    for step in one:
        for name in filter(LOSS.match, one[step]):
            # The score of a fresh critic is no loss, and about 0: its bias has a gradient of rounding alone, and Adam's
            # first step goes by the sign
            within = 5e-3 if name == SCORE else 1e-4
            assert several[step][name] == pytest.approx(one[step][name], rel=1e-4, abs=within), (step, name)


@pytest.mark.parametrize("case", SHARDED)
def test_shares_of_weights_and_of_adam_s_state_are_gone_on_from(runs, case: str):
    home, _ = runs
    folder = home / "runs" / "2" / f"{case}, sharded"
    whole, again = (load_file(folder / name / "model.safetensors") for name in ("rank0", "again1"))
    assert_same(whole, again)


@pytest.mark.parametrize("case", [*CASES, *(f"{name}, sharded" for name in SHARDED)])
def test_all_ranks_end_with_one_model(runs, case: str):
    home, _ = runs
    models = [load_file(home / "runs" / "4" / case / f"rank{rank}" / "model.safetensors") for rank in range(4)]
    for other in models[1:]:
        assert_same(models[0], other)


@pytest.mark.parametrize(("num_rows", "world_size"), [(1, 1), (7, 2), (8, 4), (9, 4), (5, 5)])
def test_parts_are_each_row_once_and_weigh_alike(num_rows: int, world_size: int):
    parts = [Ranks(rank, world_size).part(num_rows) for rank in range(world_size)]
    assert [row for part in parts for row in range(num_rows)[part.rows]] == list(range(num_rows))
    sizes = [part.end - part.first for part in parts]
    assert max(sizes) - min(sizes) <= 1
    weights = [part.weight / size / world_size for part, size in zip(parts, sizes, strict=True)]
    assert weights == pytest.approx([1 / num_rows] * world_size)


def test_fewer_rows_than_processes_is_an_error():
    assert Ranks(0, 4).part(4) == Part(0, 1, 4, Ranks(0, 4))
    with pytest.raises(ValueError, match="3 rows can't be shared out among 4 processes"):
        Ranks(0, 4).part(3)
