"""How many processes share a training out changes how fast it goes, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from safetensors.torch import load_file

from mmgen.training.distributed.ranks import Part, Ranks
from tests.training.examples_files import write_shop
from tests.training.test_loop import assert_same
from tests.training.together import logged, train_together

UNEVEN = {"batch_rows": 7}
FREE = {"batch_rows": 8, "free_bits": 0.5, "beta_warmup": 0.0}
DRAWS = {"batch_rows": 8, "fusion": "mixture_of_experts", "critic": "none"}
COMPARED = UNEVEN | {"fusion": "alignment"}
SHARED = {"sharding": "full"}
# What is changed, of which case one process has to lose the same, and by how many processes it is trained
CASES = {
    "uneven": (UNEVEN, "uneven", (1, 2, 4)),
    "rows streamed": (UNEVEN | {"shuffle_rows": 6}, "rows streamed", (1, 2)),
    "many free bits": (FREE, "many free bits", (1, 2)),
    "rows compared": (COMPARED, "rows compared", (1, 2)),
    "several draws": (DRAWS, "several draws", (1, 2)),
    "in parts": (UNEVEN | {"accumulate": 3}, "uneven", (1, 2)),
    "many free bits, in parts": (FREE | {"accumulate": 2}, "many free bits", (1,)),
    "weights shared out": (UNEVEN | SHARED, "uneven", (2,)),
    "weights shared out, rows compared": (COMPARED | SHARED, "rows compared", (2,)),
    "weights shared out, several draws, in parts": (DRAWS | SHARED | {"accumulate": 2}, "several draws", (2,)),
}
RUNS = [(case, size) for case, (_, like, sizes) in CASES.items() for size in sizes if (case, size) != (like, 1)]
LOSS = re.compile("train_|validation_|learning_rate")  # and not how fast it went
SCORE = "train_critic_score_of_samples"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("ranks")
    sizes = {size: [case for case, (_, _, wanted) in CASES.items() if size in wanted] for size in (1, 2, 4)}
    train_together({case: changed for case, (changed, _, _) in CASES.items()}, sizes, write_shop(home), home / "runs")
    return home / "runs"


@pytest.mark.parametrize(("case", "size"), RUNS)
def test_the_losses_are_those_of_one_process_and_of_a_batch_taken_whole(runs: Path, case: str, size: int):
    one, several = logged(runs / "1" / CASES[case][1]), logged(runs / str(size) / case)
    assert one.keys() == several.keys() and len(one) == 6
    for step in one:
        for name in filter(LOSS.match, one[step]):
            # The score of a fresh critic is no loss, and about 0: its bias has a gradient of rounding alone, and Adam's
            # first step goes by the sign
            within = 5e-3 if name == SCORE else 1e-4
            assert several[step][name] == pytest.approx(one[step][name], rel=1e-4, abs=within), (step, name)


@pytest.mark.parametrize("case", [case for case in CASES if case.startswith("weights")])
def test_shares_of_weights_and_of_adam_s_state_are_gone_on_from(runs: Path, case: str):
    whole, again = (load_file(runs / "2" / case / name / "model.safetensors") for name in ("rank0", "again1"))
    assert_same(whole, again)


@pytest.mark.parametrize(("case", "size"), [(case, size) for case, size in RUNS if size > 1])
def test_all_ranks_end_with_one_model(runs: Path, case: str, size: int):
    models = [load_file(runs / str(size) / case / f"rank{rank}" / "model.safetensors") for rank in range(size)]
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
