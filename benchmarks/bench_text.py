"""The texts' cleaning transform beside a bare blank tokenizer of spaCy, on words that neither has seen.

The whole of `clean_texts` (repair, masks, language, tokens, title key) beside a tokenizer that only splits:
`spacy.blank("en")` for English; for Chinese `spacy.blank("zh")` with jieba, and as it comes, a split into characters. A
tokenizer remembers the words that it saw, so every call gets texts of its own: English content words are made up,
between real function words; Chinese words stand in random order. A title of 7 words and a description of 60 make a row;
"messy" rows have markup, entities, broken encodings and personal data in one of three. CPU seconds, interleaved.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

import report  # noqa: F401  puts what benchmarks install on the path
from report import Section, options, publish, ratio_of

import pyarrow as pa
import spacy
from faker import Faker

from mmgen.clean.text.rows import clean_texts
from mmgen.config.clean import TextParams

PARAMS = TextParams()
Row = tuple[str, str]

_FUNCTION_WORDS = (
    "the", "a", "of", "and", "to", "in", "is", "with", "for", "this", "it", "on", "by", "from", "that", "are",
)  # fmt: skip
_FAULTS = (
    "<p>{}</p><br>", "{} &amp; more&nbsp;", "CafÃ© {} crÃ¨me", "{} \u200b\u00a0 ", "Call (415) 555-2671 {}",
    "{} mail jo@example.com", "{} 13800138000 ", "★ {} 😀", "{} <script>x()</script>", "size 36 38 40 SKU 83726451 {}",
)  # fmt: skip


def english(rng: random.Random) -> str:
    """One word: made up in three of five."""
    if rng.random() < 0.4:
        return rng.choice(_FUNCTION_WORDS)
    return "".join(rng.choice("bcdfghjklmnprstvw") + rng.choice("aeiou") for _ in range(rng.randint(2, 4)))


def rows(word: Callable[[random.Random], str], gap: str, stop: str, num: int, is_messy: bool, seed: int) -> list[Row]:
    """Titles and descriptions of drawn words."""
    rng = random.Random(seed)
    made = []
    for _ in range(num):
        title = gap.join(word(rng) for _ in range(7))
        sentences = [gap.join(word(rng) for _ in range(12)).capitalize() + stop for _ in range(5)]
        if is_messy and rng.random() < 1 / 3:
            sentences = [rng.choice(_FAULTS).format(sentence) for sentence in sentences]
        made.append((title.title(), gap.join(sentences)))
    return made


def cleaned(batch: Sequence[Row], locale: str) -> int:
    """mmgen's side: tokens made of a batch."""
    columns = {
        "title": [title for title, _ in batch],
        "description": [description for _, description in batch],
        "locale": [locale] * len(batch),
        "reject_reason": [None] * len(batch),
    }
    table = pa.RecordBatch.from_pydict({name: pa.array(values, pa.string()) for name, values in columns.items()})
    return sum(clean_texts(table, PARAMS)["num_tokens"])


def main() -> None:
    """Time both languages, write the section."""
    args = options(__doc__)
    num, rounds = (300, 2) if args.quick else (600, 4)
    chinese_words = sorted(set(Faker("zh_CN").get_words_list()))
    jieba = {"nlp": {"tokenizer": {"@tokenizers": "spacy.zh.ChineseTokenizer", "segmenter": "jieba"}}}
    pipelines = {
        "spacy.blank('en')": spacy.blank("en"),
        "spacy.blank('zh'), jieba": spacy.blank("zh", config=jieba),
        "spacy.blank('zh'), characters": spacy.blank("zh"),
    }
    cases = (
        ("English", "en", "spacy.blank('en')", False),
        ("English, messy", "en", "spacy.blank('en')", True),
        ("Chinese", "zh", "spacy.blank('zh'), jieba", False),
        ("Chinese, messy", "zh", "spacy.blank('zh'), jieba", True),
        ("Chinese", "zh", "spacy.blank('zh'), characters", False),
    )
    out: list[list[object]] = []
    for number, (name, locale, peer, is_messy) in enumerate(cases):
        word, gap, stop = (english, " ", ".") if locale == "en" else (lambda rng: rng.choice(chinese_words), "", "。")
        calls = 2 * rounds + 1
        batches = [rows(word, gap, stop, num, is_messy, 100 * number + i) for i in range(calls)]
        ours, theirs = iter(batches), iter(batches)
        tokenizer = pipelines[peer].tokenizer

        def clean(batches: Iterator[list[Row]] = ours, locale: str = locale) -> int:
            return cleaned(next(batches), locale)

        def split(batches: Iterator[list[Row]] = theirs, tokenizer: spacy.tokenizer.Tokenizer = tokenizer) -> int:
            return sum(len(doc) for doc in tokenizer.pipe(f"{a}\n{b}" for a, b in next(batches)))

        ratio = ratio_of(clean, split, rounds)
        out.append([name, peer, ratio, f"{num / ratio.a_s:,.0f}", f"{num / ratio.b_s:,.0f}"])
    columns = ["texts", "beside", "speed of mmgen / bare tokenizer", "rows/s mmgen", "rows/s tokenizer"]
    note = (__doc__ or "").partition("\n")[2].strip() + " Goal: 0.5 or more beside the tokenizer that does the same."
    publish(args, Section("bench_text", "Cleaning of texts", note, columns, out))


if __name__ == "__main__":
    main()
