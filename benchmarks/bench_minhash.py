"""MinHash signatures and near-copies: mmgen beside datasketch, one process, one core, the same texts.

Paragraphs of 40 to 120 words in English and Chinese with planted near-copies. Both sides hash the same pairs of words
to 128 numbers. In "signatures" datasketch is given its sets of shingles ready made, while mmgen starts from the text;
in "from texts" datasketch's are made as well, by the plainest means. "pairs" adds the search: datasketch's LSH with its
own choice of bands for a threshold of 0.7, mmgen's 25 bands of 5 with an estimate of each candidate. Recall: of the
planted copies that are similar by 0.75 or more. CPU seconds, interleaved.
"""

from __future__ import annotations

from collections.abc import Sequence

from report import Ratio, Section, options, publish, ratio_of

from datasketch import MinHash, MinHashLSH
from near_copy_texts import alike, planted, shingles

from mmgen.clean.text.signature import signatures
from mmgen.config.clean import NearCopyParams
from mmgen.duplicates.minhash import near_copies

PARAMS = NearCopyParams()
THRESHOLD = 0.7
Pairs = set[tuple[int, int]]


def our_pairs(texts: Sequence[str]) -> Pairs:
    """Pairs by mmgen."""
    signature, _ = signatures(texts, PARAMS)
    first, second, _ = near_copies(signature, PARAMS)
    return set(zip(first.tolist(), second.tolist(), strict=True))


def their_sets(texts: Sequence[str]) -> list[list[bytes]]:
    """Shingles as datasketch takes them."""
    return [[shingle.encode() for shingle in shingles(text)] for text in texts]


def their_pairs(sets: Sequence[list[bytes]]) -> Pairs:
    """Pairs by datasketch, estimates below the threshold dropped as mmgen does."""
    made = MinHash.bulk(sets, num_perm=PARAMS.num_hashes)
    index = MinHashLSH(threshold=THRESHOLD, num_perm=PARAMS.num_hashes)
    found: Pairs = set()
    for i, minhash in enumerate(made):
        found.update((j, i) for j in index.query(minhash) if made[j].jaccard(minhash) >= THRESHOLD)
        index.insert(i, minhash)
    return found


def rates(num: int, ratio: Ratio) -> tuple[str, str]:
    """Texts a second of both sides."""
    return f"{num / ratio.a_s:,.0f}", f"{num / ratio.b_s:,.0f}"


def main() -> None:
    """Time, compare what is found, write the section."""
    args = options(__doc__)
    texts, copies = planted(1000 if args.quick else 4000, seed=3)
    rounds = 2 if args.quick else 5
    exact = alike(texts, 0.75)
    near = {(copy.original, copy.copy) for copy in copies} & exact.keys()
    rows: list[list[object]] = []
    for language in ("English", "Chinese"):
        part = [text for text in texts if text.isascii() == (language == "English")]
        sets = their_sets(part)
        ratio = ratio_of(lambda p=part: signatures(p, PARAMS), lambda s=sets: MinHash.bulk(s, num_perm=128), rounds)
        rows.append([f"{language}: signatures", ratio, *rates(len(part), ratio), "-"])
    ratio = ratio_of(lambda: signatures(texts, PARAMS), lambda: MinHash.bulk(their_sets(texts), num_perm=128), rounds)
    rows.append(["signatures from texts", ratio, *rates(len(texts), ratio), "-"])
    sets = their_sets(texts)
    ratio = ratio_of(lambda: our_pairs(texts), lambda: their_pairs(sets), rounds)
    ours, theirs = our_pairs(texts), their_pairs(sets)
    recall = f"{len(ours & near) / len(near):.3f} and {len(theirs & near) / len(near):.3f}"
    rows.append(["signatures and pairs", ratio, *rates(len(texts), ratio), recall])
    columns = ["work", "mmgen is faster by", "texts/s mmgen", "texts/s datasketch", "recall mmgen and datasketch"]
    note = (__doc__ or "").partition("\n")[2].strip() + f" {len(texts)} texts, {len(near)} planted pairs count."
    publish(args, Section("bench_minhash", "MinHash beside datasketch", note, columns, rows))


if __name__ == "__main__":
    main()
