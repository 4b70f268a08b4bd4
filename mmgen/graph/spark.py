"""The product graph in Spark: who is whose neighbour, what each row rests on, and the means of neighbours.

No product is compared with all others: signatures are sorted by each of their four words, and a product is compared
with those that stand near it in a list (Ravichandran, Pantel, Hovy, "Randomized algorithms and NLP", 2005; the sorted
neighbourhood of Hernandez, Stolfo, 1995). So the cost grows as N log N, and a degree is bounded.

``ProductGraph`` does so in one process (``mmgen.graph.local``) where that holds all products, else in Spark.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.parquet as pq
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_schema

from mmgen.config.features import GraphParams
from mmgen.engine.inputs import one_version, require_one_version, written
from mmgen.engine.spark import kept
from mmgen.graph.local import Graph, graph_of, hashed_rows, hop_rows
from mmgen.graph.vectors import (
    ATTRIBUTES,
    BASKET,
    IMAGE,
    OWN,
    TEXT,
    choose_batches,
    max_distance,
    mean_batches,
    project_batches,
)

EDGE = "struct<other: string, kinds: int>"
_ROWS_OF_A_GROUP = 10_000
MAX_TOGETHER = 100_000
"""Up to here one process links all products: a first night's hops take about 1 GB then, by estimate."""


class ProductGraph:
    """The graph as of a date. ``folder``: for what lives no longer than the job, shared with the executors; it has the
    basket links in ``links`` (``catalog.baskets.write_links``).

    Each frame that is used many times is written once: Spark plans a short query faster.
    """

    def __init__(self, folder: Path, params: GraphParams, max_together: int = MAX_TOGETHER) -> None:
        self.folder, self.params, self.max_together = folder, params, max_together
        self._held: tuple[pa.Table, Graph] | None = None

    def rows(self, own: DataFrame) -> DataFrame:
        """``own`` (what ``own_rows`` made) with ``edges`` and ``input_hash``."""
        rows = written(own, self.folder / "own")
        files = pads.dataset(self.folder / "own", format="parquet", schema=OWN)
        if files.count_rows() > self.max_together:
            return self._linked_in_spark(one_version(rows, "text_features"))
        held = files.to_table().sort_by("product_id")
        require_one_version(held.column("encoder_version").unique().to_pylist(), "text_features")
        graph = graph_of(held, pads.dataset(self.folder / "links", format="parquet").to_table(), self.params)
        self._held = held, graph
        return self._read(hashed_rows(held, graph), "hashed", own.sparkSession)

    def with_hops(self, rows: DataFrame) -> DataFrame:
        """Of ``rows`` some, with ``hop_1`` and ``near_hops``."""
        spark = rows.sparkSession
        if self._held is None:
            own, edges = (spark.read.parquet(str(self.folder / name)) for name in ("own", "edges"))
            return with_hops(rows, own, edges, self.params)
        ids = [row.product_id for row in rows.select("product_id").collect()]
        return rows.join(self._read(hop_rows(*self._held, ids, self.params), "hops", spark), "product_id", "left")

    def _read(self, table: pa.Table, name: str, spark: SparkSession) -> DataFrame:
        file = self.folder / f"{name}.parquet"
        pq.write_table(table, file, row_group_size=_ROWS_OF_A_GROUP)
        return spark.read.parquet(str(file))

    def _linked_in_spark(self, rows: DataFrame) -> DataFrame:
        bought = rows.sparkSession.read.parquet(str(self.folder / "links")).withColumn("kind", F.lit(BASKET))
        # Of products bought together those that the catalogue has as of the date
        ids = rows.select("product_id")
        bought = bought.join(ids, "product_id", "left_semi").join(ids.toDF("other"), "other", "left_semi")
        met = nearest(rows, self.params).unionByName(bought)
        return kept(with_input_hash(rows, written(edges_of(met, self.params), self.folder / "edges")))


def own_rows(rows: DataFrame, params: GraphParams) -> DataFrame:
    """Each product's own part: its vector and its signatures. ``rows``: what ``project`` reads, and ``OWN``'s first
    four columns."""
    return rows.mapInArrow(partial(project_batches, params=params), from_arrow_schema(OWN))


def nearest(own: DataFrame, params: GraphParams) -> DataFrame:
    """product_id, kind, far, other: who stands near whom in a sorted list, both ways, and in how many bits they differ.

    Those with like attributes are looked for within one category.
    """
    kinds = [(ATTRIBUTES, "category_key", "attribute_bits"), (TEXT, None, "text_bits"), (IMAGE, None, "image_bits")]
    lists = [
        F.struct(
            F.lit(bit).alias("kind"),
            (F.col(group) if group else F.lit("")).alias("category"),
            F.col(bits).alias("bits"),
        )
        for bit, group, bits in kinds
    ]
    listed = own.select("product_id", F.inline(F.array(*lists))).where("bits is not null")
    keyed = listed.select("*", F.posexplode("bits").alias("place", "key"))
    after = Window.partitionBy("kind", "place").orderBy("category", "key", "product_id").rowsBetween(1, params.reach)
    seen = keyed.withColumn("after", F.collect_list(F.struct("product_id", "category", "bits")).over(after))
    met = seen.withColumn("met", F.explode("after")).where("category = met.category")
    differing = "aggregate(zip_with(bits, met.bits, (a, b) -> bit_count(a ^ b)), 0, (sum, n) -> sum + n)"
    pairs = met.select("product_id", "kind", F.expr(differing).alias("far"), F.col("met.product_id").alias("other"))
    pairs = pairs.where(F.col("far") <= max_distance(params.min_alike))
    both = "array(struct(product_id, other), struct(other as product_id, product_id as other))"
    return pairs.select("kind", "far", F.inline(F.expr(both))).select("product_id", "kind", "far", "other")


def edges_of(met: DataFrame, params: GraphParams) -> DataFrame:
    """product_id, edges: of each product's candidates the nearest of each kind, in the order of their ids."""
    gathered = met.groupBy("product_id").agg(F.collect_set(F.struct("kind", "far", "other")).alias("met"))
    return gathered.mapInArrow(partial(choose_batches, params=params), f"product_id string, edges array<{EDGE}>")


def with_input_hash(own: DataFrame, edges: DataFrame) -> DataFrame:
    """``own`` with ``edges`` and ``input_hash``: over the product's own features, its neighbours, and theirs.

    So a row is made again where something within two steps changed, and nowhere else.
    """

    def digest(first: str, rest: str) -> str:
        others = f"array_join(array_sort(collect_list({rest})), ',')"
        return f"substring(sha2(concat({first}, ':', {others}), 256), 1, 32)"

    flat = own.select("product_id", "own_hash").join(edges, "product_id", "left")
    flat = flat.select("product_id", "own_hash", F.explode_outer("edges").alias("edge"))
    flat = flat.select("product_id", "own_hash", F.col("edge.other").alias("other"), F.col("edge.kinds").alias("kinds"))
    theirs = own.select(F.col("product_id").alias("other"), F.col("own_hash").alias("other_hash"))
    near = flat.join(theirs, "other", "left").groupBy("product_id", "own_hash")
    named = digest("own_hash", "concat_ws(':', other, kinds, other_hash)")
    first = kept(near.agg(F.expr(named).alias("first_hash")))
    theirs = first.select(F.col("product_id").alias("other"), F.col("first_hash").alias("other_hash"))
    ours = flat.select("product_id", "other").join(first.select("product_id", "first_hash"), "product_id")
    second = ours.join(theirs, "other", "left").groupBy("product_id", "first_hash")
    hashed = second.agg(F.expr(digest("first_hash", "other_hash")).alias("input_hash"))
    return own.join(hashed.select("product_id", "input_hash"), "product_id").join(edges, "product_id", "left")


def with_hops(rows: DataFrame, own: DataFrame, edges: DataFrame, params: GraphParams) -> DataFrame:
    """``rows`` with ``hop_1`` (AX) and ``near_hops``, the neighbours' ``hop_1`` in order, whose mean is A^2 X.

    Only the rows given and their neighbours are worked on.
    """
    flat = edges.select("product_id", F.explode("edges.other").alias("other"))
    near = kept(flat.join(rows.select("product_id"), "product_id", "left_semi"))
    wanted = rows.select("product_id").union(near.select("other")).distinct()
    firsts = _gathered(flat.join(wanted, "product_id", "left_semi"), own.select("product_id", "vector"))
    averaged = partial(mean_batches, width=params.width)
    first = kept(firsts.mapInArrow(averaged, "product_id string, vector array<float>"))
    second = _gathered(near, first).withColumnRenamed("vectors", "near_hops")
    named = first.withColumnRenamed("vector", "hop_1")
    return rows.join(named, "product_id", "left").join(second, "product_id", "left")


def _gathered(pairs: DataFrame, vectors: DataFrame) -> DataFrame:
    """product_id, vectors: those of the others, in the order of their ids."""
    theirs = vectors.where(F.col("vector").isNotNull()).withColumnRenamed("product_id", "other")
    grouped = pairs.join(theirs, "other").groupBy("product_id")
    gathered = grouped.agg(F.array_sort(F.collect_list(F.struct("other", "vector"))).alias("near"))
    return gathered.select("product_id", F.col("near.vector").alias("vectors"))
