"""Whether the graph model finds what is bought together, beside published recommenders on the same split.

Two shops: `grocery`, real transactions of a shop (members, dates, item names; photos of the like-named products of the
catalogue's grocery set where there is one), and `sample`, the products of `mmgen sample` with baskets that
benchmarks/drawn_baskets.py draws by a rule of its own: the first says how much there is to find in a shop, the second
whether what is there is found. The last tenth of the days is the test, the tenth before chooses settings and epochs.
A tenth of the items, by hash, is in no training basket: they are the new products.

* `next`: what a member buys in the test days and never bought before, from all that he bought in training.
* `basket`: one item of a test basket from the others of it (each in turn).
* `new product`: which of the new products is in a test basket, from the others of it; only new products are ranked.

`popularity` is the floor, `popularity in the test` the best that one ranking for all could do. LightGCN and FREEDOM
are written after their authors' code; in `next` their users are members, in `basket` they are baskets, and a new basket
stands where the mean of its items does. Every method has its settings chosen on the validation days by NDCG@20. Figures
are means over seeds; intervals are over members or baskets.
"""

from __future__ import annotations

import csv
import itertools
import json
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from report import Interval, Section, bootstrap, catalogue, options, publish

import cv2
import drawn_baskets
import numpy as np
import pyarrow as pa
import recommenders
import torch
from recommenders import Judge, Queries, Score, Training
from scipy.sparse import csr_matrix

from mmgen.catalog.baskets import Matcher
from mmgen.clean.text.rows import clean_texts
from mmgen.config.clean import TextParams
from mmgen.config.config import Config
from mmgen.config.features import GraphParams
from mmgen.config.graph import GraphModelParams
from mmgen.features.image import image_features
from mmgen.features.text import text_features
from mmgen.graph.links import GraphData, Links
from mmgen.graph.local import graph_of
from mmgen.graph.vectors import KINDS, OWN, project_batches
from mmgen.hashes import digest_of_bytes, sha256_of, sha256_of_json
from mmgen.sample.shop import write_sample
from mmgen.seeds import seed_of
from mmgen.training.graph.loop import train

SEED, SAMPLE_PRODUCTS, SAMPLE_MEMBERS = 7, 600, 1500
VERSION = 1  # raise it to fit everything anew
COLD_SHARE = 0.1
MAX_QUERIES = 3000
MAX_VALIDATION = 1000
OURS = "mmgen"
COLUMNS = (
    "shop",
    "task",
    "method",
    "queries",
    "recall@10",
    "recall@20",
    "NDCG@20",
    "NDCG@20 less popularity's",
    "mmgen's NDCG@20 less its",
)
FIGURES = ("recall@10", "recall@20", "NDCG@20")
Figures = dict[str, np.ndarray]


@dataclass(frozen=True)
class Shop:
    """N items with features (zeros where there is none), and baskets by time: member, day, places of items."""

    name: str
    items: Sequence[str]
    rows: Sequence[Mapping[str, Any]]  # what mmgen.graph.vectors.project reads, beside the two features
    text: np.ndarray
    image: np.ndarray
    baskets: Sequence[tuple[int, int, np.ndarray]]


def main() -> None:
    args = options(
        __doc__,
        ("--shops", "which, comma-separated (default grocery,sample)"),
        ("--seeds", "how many trainings of each network (default 2)"),
        ("--work", "a folder that keeps the outcome of each training"),
    )
    seeds = range(1 if args.quick else int(args.seeds or 2))
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(args.work or scratch)
        work.mkdir(parents=True, exist_ok=True)
        makers = {"grocery": grocery, "sample": partial(sample, Path(scratch) / "sample")}
        names = args.shops.split(",") if args.shops else list(makers)
        rows = [row for name in names for row in measured(makers[name](), seeds, work, args.quick)]
    note = f"{(__doc__ or '').strip()}\n\n{len(seeds)} seed(s)."
    publish(args, Section("quality_graph", "What is bought together", note, COLUMNS, rows))


# --- shops ----------------------------------------------------------------------------------------------------------


def grocery() -> Shop:
    with (catalogue("text") / "grocery_transactions.csv").open(newline="", encoding="utf-8") as file:
        bought = list(csv.DictReader(file))
    items = sorted({row["items"] for row in bought})
    with (catalogue("grocery") / "products.csv").open(newline="", encoding="utf-8") as file:
        products = list(csv.DictReader(file))
    matcher = Matcher({item: sum(row["items"] == item for row in bought) for item in items})
    photos: dict[str, list[bytes]] = {item: [] for item in items}
    for row in products:
        item = matcher.item_of(row["name"], (row["coarse_class"],))
        if item is not None:
            photos[item].append((catalogue("grocery") / row["iconic_image"]).read_bytes())
    shown = image_vectors([photo for item in items for photo in photos[item]])
    starts = np.cumsum([0, *(len(photos[item]) for item in items)])
    image = np.zeros((len(items), 256), np.float32)
    for place, (start, end) in enumerate(itertools.pairwise(starts)):
        if end > start:
            image[place] = shown[start:end].mean(axis=0)
    place_of = {item: place for place, item in enumerate(items)}
    found: dict[tuple[str, str], set[int]] = {}
    for row in bought:
        found.setdefault((row["transaction_number"], row["date"]), set()).add(place_of[row["items"]])
    baskets = [
        (int(member), date(*map(int, reversed(day.split("-")))).toordinal(), np.array(sorted(these)))
        for (member, day), these in found.items()
    ]
    rows = [{"category": [], "brand": None, "price": None, "currency": None, "attributes": []} for _ in items]
    return Shop("grocery", items, rows, text_vectors(items, "en"), image, sorted(baskets, key=lambda b: (b[1], b[0])))


def sample(folder: Path) -> Shop:
    with write_sample(folder, SAMPLE_PRODUCTS, SEED).products_csv.open(newline="", encoding="utf-8") as file:
        every = {row["id"]: row for row in csv.DictReader(file) if row["name"]}
    rows = [row for row in every.values() if row["locale"] in ("en", "zh") and row["department"] and row["category"]]
    text = np.zeros((len(rows), 256), np.float32)
    for locale in ("en", "zh"):
        places = [place for place, row in enumerate(rows) if row["locale"] == locale]
        text[places] = text_vectors([rows[p]["name"] for p in places], locale, [rows[p]["description"] for p in places])
    data = [(folder / row["image"]).read_bytes() if (folder / row["image"]).is_file() else b"" for row in rows]
    said = ("colour", "material", "pattern", "season", "size")
    about = [
        {
            "category": [row["department"], row["category"]], "brand": row["brand"] or None, "price": None,
            "currency": None, "attributes": [(name, row[name]) for name in said if row[name]],
        }
        for row in rows
    ]  # fmt: skip
    visits = drawn_baskets.draw(rows, SAMPLE_MEMBERS, SEED)
    baskets = [(visit.member, visit.day, np.array(sorted(visit.items))) for visit in visits if visit.items]
    return Shop("sample", [row["id"] for row in rows], about, text, image_vectors(data), baskets)


def text_vectors(titles: Sequence[str], locale: str, descriptions: Sequence[str] | None = None) -> np.ndarray:
    """The hashed bag of tokens of each text."""
    count = len(titles)
    columns = {"title": titles, "description": descriptions or [None] * count, "locale": [locale] * count}
    arrays = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    cleaned = clean_texts(
        pa.RecordBatch.from_pydict(arrays | {"reject_reason": pa.nulls(count, pa.string())}), TextParams()
    )
    nothing = pa.nulls(count, pa.string())
    tokens = pa.array(cleaned["tokens"], pa.list_(pa.string()))
    batch = pa.RecordBatch.from_pydict({"tokens": tokens, "title": nothing, "description": nothing})
    made = text_features(batch, Config().features.text)["embedding"]
    return np.stack([np.zeros(256, np.float32) if row is None else row for row in made])


def image_vectors(data: Sequence[bytes]) -> np.ndarray:
    """The colour and shape features of each photo, zeros where it cannot be read."""
    shown = [None if not one else cv2.imdecode(np.frombuffer(one, np.uint8), cv2.IMREAD_COLOR) for one in data]
    small = [None if one is None else cv2.imencode(".jpg", cv2.resize(one, (224, 224)))[1].tobytes() for one in shown]
    columns = {"model_image": pa.array(small, pa.binary()), "reject_reason": pa.nulls(len(small), pa.string())}
    made = image_features(pa.RecordBatch.from_pydict(columns), Config().features.image)["embedding"]
    return np.stack([np.zeros(256, np.float32) if row is None else row for row in made])


# --- the split ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Task:
    """What is trained on, and what is asked: in the validation days, and by name in the test days."""

    training: Training
    validation: Queries
    tests: dict[str, Queries]


def tasks_of(shop: Shop) -> tuple[list[Task], np.ndarray]:
    """The tasks, and which items are new (N,)."""
    is_new = np.array([seed_of("new product", item, SEED) / 2**63 < COLD_SHARE for item in shop.items])
    first, second = (int(len(shop.baskets) * share) for share in (0.8, 0.9))
    parts = [shop.baskets[:first], shop.baskets[first:second], shop.baskets[second:]]
    warm = [[(member, items[~is_new[items]]) for member, _, items in part] for part in parts]
    owners = {member: place for place, member in enumerate(sorted({m for m, i in warm[0] if len(i)}))}
    has = [{member: np.unique(np.concatenate(all_of(part, member))) for member in owners} for part in by_member(warm)]
    training = training_of(shop, [has[0][member] for member in owners])
    asked = [next_queries(owners, has, part, ~is_new, limit) for part, limit in ((1, MAX_VALIDATION), (2, MAX_QUERIES))]
    following = Task(training, asked[0], {"next": asked[1]})
    baskets = training_of(shop, [items for _, items in warm[0] if len(items)])
    asked = [
        left_out_queries([items for _, items in part], ~is_new, limit)
        for part, limit in zip(warm[1:], (MAX_VALIDATION, MAX_QUERIES), strict=True)
    ]
    new = new_queries([items for *_, items in parts[2]], is_new)
    return [following, Task(baskets, asked[0], {"basket": asked[1], "new product": new})], is_new


def by_member(parts: Sequence[Sequence[tuple[int, np.ndarray]]]) -> list[dict[int, list[np.ndarray]]]:
    found: list[dict[int, list[np.ndarray]]] = []
    for part in parts:
        found.append({})
        for member, items in part:
            found[-1].setdefault(member, []).append(items)
    return found


def all_of(part: Mapping[int, list[np.ndarray]], member: int) -> list[np.ndarray]:
    return [np.empty(0, np.int64), *part.get(member, [])]


def training_of(shop: Shop, units: Sequence[np.ndarray]) -> Training:
    rows = np.repeat(np.arange(len(units)), [len(one) for one in units])
    places = np.concatenate(list(units))
    bought = csr_matrix((np.ones(len(rows)), (rows, places)), (len(units), len(shop.items)))
    return Training(bought, shop.text, shop.image)


def next_queries(
    owners: Mapping[int, int], has: Sequence[Mapping[int, np.ndarray]], part: int, candidates: np.ndarray, limit: int
) -> Queries:
    """Of each member who buys something new in a part of the days."""
    found = []
    for member, place in owners.items():
        before = np.unique(np.concatenate([has[p][member] for p in range(part)]))
        wanted = np.setdiff1d(has[part][member], before)
        if len(wanted):
            found.append((place, has[0][member], before, wanted, member))
    return queries(found, candidates, limit)


def left_out_queries(baskets: Sequence[np.ndarray], candidates: np.ndarray, limit: int) -> Queries:
    """Each item of each basket, from the others."""
    found = [
        (-1, items[items != one], items[items != one], np.array([one]), number)
        for number, items in enumerate(baskets)
        if len(items) > 1
        for one in items
    ]
    return queries(found, candidates, limit)


def new_queries(baskets: Sequence[np.ndarray], is_new: np.ndarray) -> Queries:
    """The new products of each basket that has any, from its other items."""
    found = [
        (-1, items[~is_new[items]], np.empty(0, np.int64), items[is_new[items]], number)
        for number, items in enumerate(baskets)
        if is_new[items].any() and not is_new[items].all()
    ]
    return queries(found, is_new, MAX_QUERIES)


def queries(found: Sequence[tuple[Any, ...]], candidates: np.ndarray, limit: int) -> Queries:
    """At most ``limit``, spread over all."""
    kept = found[:: max(1, -(-len(found) // limit))]
    unit, given, hidden, wanted, owner = zip(*kept, strict=True)
    return Queries(np.array(unit), given, hidden, wanted, np.array(owner), candidates)


# --- methods --------------------------------------------------------------------------------------------------------


def our_graph(shop: Shop, is_new: np.ndarray) -> dict[str, Links]:
    """Links by text, image and attributes, by the job's own steps."""
    params, nothing = GraphParams(), pa.table({n: pa.array([], t) for n, t in BOUGHT.items()})
    columns: dict[str, Any] = {
        "product_id": pa.array(list(shop.items)), "own_hash": pa.array([""] * len(shop.items)),
        "category_key": pa.array(["\x1f".join(row["category"]).lower() for row in shop.rows]),
        "encoder_version": pa.array(["m"] * len(shop.items)), "text": listed(shop.text), "image": listed(shop.image),
    }  # fmt: skip
    schema = {"category": pa.list_(pa.string()), "brand": pa.string(), "price": pa.float64(), "currency": pa.string(),
              "attributes": pa.map_(pa.string(), pa.string())}  # fmt: skip
    columns |= {name: pa.array([row[name] for row in shop.rows], kind) for name, kind in schema.items()}
    own = pa.Table.from_batches(project_batches(iter([pa.RecordBatch.from_pydict(columns)]), params), OWN)
    own = own.sort_by("product_id")
    graph = graph_of(own, nothing, params)
    place = {item: number for number, item in enumerate(shop.items)}
    sources = np.array([place[item] for item in graph.ids.to_pylist()])
    ends = np.stack([np.repeat(sources, np.diff(graph.starts)), sources[graph.others]], axis=1)
    links = {kind: Links.of(ends[(graph.kinds & bit) > 0]) for kind, bit in KINDS.items() if kind != "basket"}
    vectors = np.zeros((len(shop.items), params.width), np.float32)
    for item, vector in zip(own.column("product_id").to_pylist(), own.column("vector").to_pylist(), strict=True):
        vectors[place[item]] = 0 if vector is None else vector
    GRAPHS[shop.name] = (vectors, {kind: one for kind, one in links.items() if len(one)}, is_new)
    return links


BOUGHT = {"product_id": pa.string(), "far": pa.int64(), "other": pa.string()}
GRAPHS: dict[str, tuple[np.ndarray, dict[str, Links], np.ndarray]] = {}


def listed(rows: np.ndarray) -> pa.Array:
    return pa.array([row.tolist() if row.any() else None for row in rows], pa.list_(pa.float32()))


def our_model(
    training: Training,
    _judge: Judge,
    seed: int,
    shop: Shop,
    beta: float,
    steps: int,
    content: float,
    unknown: float = 0.3,
) -> Score:
    """The graph model of mmgen: what is together in a unit is linked, and what is alike."""
    vectors, content_links, is_new = GRAPHS[shop.name]
    known = np.flatnonzero(~is_new)
    among = {kind: one.take(~is_new[one.pairs].any(axis=1)) for kind, one in content_links.items()}
    among["basket"] = together(training.bought)
    renumbered = {k: Links(np.searchsorted(known, one.pairs), one.counts) for k, one in among.items() if len(one)}
    ids = [shop.items[place] for place in known]
    params = GraphModelParams(beta=beta, steps=steps, batch_links=256, unknown_share=unknown)
    weights = {"basket": 1.0} | {kind: content for kind in renumbered if kind != "basket" and content}
    model = train(GraphData(ids, vectors[known], renumbered), params, seed, weights)
    everything = GraphData(list(shop.items), vectors, content_links | {"basket": among["basket"]})
    z = model.encode(shop.items, everything.hops())
    likeness = model.scores(z, z, "basket")
    return lambda queries: np.asarray(queries.given_matrix(len(likeness)) @ likeness)


def together(bought: csr_matrix) -> Links:
    """Items of one unit, each unit's items as heavy as they are many, not as their pairs are."""
    sizes = np.asarray(bought.sum(axis=1)).ravel()
    weighed = bought.multiply(1 / np.maximum(sizes - 1, 1)[:, None]).tocsr()
    found = (bought.T @ weighed).tocoo()
    upper = found.row < found.col
    return Links(np.stack([found.row, found.col], axis=1)[upper].astype(np.int64), found.data[upper])


Fit = Callable[..., Score]


def methods(shop: Shop, is_quick: bool) -> dict[str, tuple[Fit, list[dict[str, Any]], bool]]:
    """By name: how it is fitted, its settings, and whether it depends on a seed."""
    every: dict[str, tuple[Fit, list[dict[str, Any]], bool]] = {
        "popularity": (recommenders.popularity, [{}], False),
        "features, cosine": (recommenders.by_features, [{}], False),
        "item neighbours": (
            recommenders.item_knn,
            grid(alpha=(0.0, 0.25, 0.5, 1.0), shrink=(0.0, 20.0), neighbours=(20, 100, 10_000)),
            False,
        ),
        "LightGCN": (recommenders.light_gcn, grid(layers=(1, 3), rate=(5e-3,)), True),
        "FREEDOM": (recommenders.freedom, grid(dropout=(0.0, 0.8), rate=(5e-3,)), True),
        OURS: (
            partial(our_model, shop=shop),
            [
                *grid(beta=(0.3, 3.0), steps=(600,), content=(0.1,)),
                *grid(beta=(0.3,), steps=(600,), content=(0.0,)),
                *grid(beta=(0.3,), steps=(2000,), content=(0.1,)),
                *grid(beta=(0.03,), steps=(600,), content=(0.0, 0.1), unknown=(0.05,)),
            ],
            True,
        ),
    }
    return {name: (fit, settings[:1] if is_quick else settings, has) for name, (fit, settings, has) in every.items()}


def grid(**choices: Sequence[Any]) -> list[dict[str, Any]]:
    return [dict(zip(choices, values, strict=True)) for values in itertools.product(*choices.values())]


# --- figures --------------------------------------------------------------------------------------------------------


def measured(shop: Shop, seeds: Sequence[int], work: Path, is_quick: bool) -> list[Sequence[object]]:
    tasks, is_new = tasks_of(shop)
    our_graph(shop, is_new)
    print(shop.name, len(shop.items), "items", len(shop.baskets), "baskets", int(is_new.sum()), "new", flush=True)
    out: list[Sequence[object]] = []
    for task in tasks:
        found: dict[str, dict[str, Figures]] = {name: {} for name in task.tests}
        for name, (fit, settings, has_seed) in methods(shop, is_quick).items():
            chosen = settings[0]
            if len(settings) > 1:
                tried = [figures_of(shop, task, name, fit, one, 0, work)["validation"] for one in settings]
                chosen = settings[int(np.argmax([one["NDCG@20"].mean() for one in tried]))]
            runs = [figures_of(shop, task, name, fit, chosen, seed, work) for seed in (seeds if has_seed else (0,))]
            for asked in task.tests:
                found[asked][name] = {key: np.mean([run[asked][key] for run in runs], axis=0) for key in FIGURES}
                shown = {key: round(float(values.mean()), 4) for key, values in found[asked][name].items()}
                print(shop.name, asked, name, chosen, shown, flush=True)
        for asked, test in task.tests.items():
            out += [(shop.name, asked, *row) for row in compared(found[asked], test, len(shop.items))]
    return out


def compared(found: Mapping[str, Figures], test: Queries, num_items: int) -> list[Sequence[object]]:
    """A row for each method, and for the best ranking that is the same for all."""
    counts = np.bincount(np.concatenate(test.wanted), minlength=num_items)
    ceiling = judged(lambda asked: np.broadcast_to(counts, (len(asked), num_items)), test)
    means = {
        name: {key: by_owner(figures[key], test.owner) for key in FIGURES}
        for name, figures in {**found, "popularity in the test": ceiling}.items()
    }
    out: list[Sequence[object]] = []
    for name, own in means.items():
        ndcg, others = own["NDCG@20"], {"popularity": 1, OURS: -1}
        gains = [
            "" if name == other else told(bootstrap(sign * (ndcg - means[other]["NDCG@20"])))
            for other, sign in others.items()
        ]
        out.append((name, len(test), *(bootstrap(own[key]) for key in FIGURES), *gains))
    return out


def figures_of(
    shop: Shop, task: Task, name: str, fit: Fit, settings: Mapping[str, Any], seed: int, work: Path
) -> dict[str, Figures]:
    """Of each query of the validation and of the tests; of a network read from ``work`` where it was fitted before."""
    own = {"shop": shop.name, "name": name, "settings": settings, "seed": seed, "made_by": MADE_BY}
    every = {"validation": task.validation, **task.tests}
    file = work / f"{sha256_of_json({**own, 'data': digest(task)})[:24]}.npz"
    if name not in NETWORKS:
        score = fit(task.training, lambda _: 0.0, seed, **settings)
        return {asked: judged(score, these) for asked, these in every.items()}
    if not file.is_file():
        started = time.process_time()
        score = fit(task.training, lambda one: float(judged(one, task.validation)["NDCG@20"].mean()), seed, **settings)
        parts = {asked: judged(score, these) for asked, these in every.items()}
        np.savez(file, **{f"{asked} {key}": values for asked, part in parts.items() for key, values in part.items()})
        print(f"  {json.dumps(own)}: {time.process_time() - started:.0f} CPU s", flush=True)
    with np.load(file) as kept:
        return {asked: {key: kept[f"{asked} {key}"] for key in FIGURES} for asked in every}


NETWORKS = ("LightGCN", "FREEDOM", OURS)
MADE_BY = f"{VERSION} {sha256_of(Path(recommenders.__file__).read_text(encoding='utf-8'))[:12]}"


def digest(task: Task) -> str:
    bought, parts = task.training.bought, [task.training.text, task.training.image, *task.validation.wanted]
    parts += [bought.indices, bought.indptr, *(one for test in task.tests.values() for one in test.wanted)]
    return digest_of_bytes(*(np.ascontiguousarray(part).tobytes() for part in parts))


def judged(score: Score, asked: Queries) -> Figures:
    """recall@k: of what is wanted, the share among the first k. NDCG@20: with one over log2 of the rank plus one,
    over the most that could be had. Ties are broken by chance, the same for all methods."""
    scores = np.array(score(asked), np.float64)
    wanted = np.zeros(scores.shape, np.bool_)
    scores[:, ~asked.candidates] = -np.inf
    for row, (hidden, these) in enumerate(zip(asked.hidden, asked.wanted, strict=True)):
        scores[row, hidden], wanted[row, these] = -np.inf, True
    chance = np.random.default_rng(0).random(scores.shape, np.float32)
    order = np.lexsort((chance, -scores), axis=1)[:, :20]
    hits, num = np.take_along_axis(wanted, order, axis=1), wanted.sum(axis=1)
    discounts = 1 / np.log2(np.arange(2, 2 + order.shape[1]))
    most = np.cumsum(discounts)[np.minimum(num, len(discounts)) - 1]
    ndcg = (hits @ discounts) / most
    return {"recall@10": hits[:, :10].sum(axis=1) / num, "recall@20": hits.sum(axis=1) / num, "NDCG@20": ndcg}


def by_owner(values: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """The mean of each member's or basket's queries."""
    _, places = np.unique(owner, return_inverse=True)
    found: np.ndarray = np.bincount(places, values) / np.bincount(places)
    return found


def told(gain: Interval) -> str:
    word = "better" if gain.low > 0 else "worse" if gain.high < 0 else "no difference"
    return f"{word}, {gain.value:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})"


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
