"""The profile of a source: one pass over all its rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from mmgen.profile.column import Column, Profile
from mmgen.profile.decide import Decision, Hint, decide
from mmgen.profile.evidence import Evidence
from mmgen.profile.meaning import Meanings
from mmgen.profile.names import concepts, folded, label_of, read_name, unit_named, words_of
from mmgen.profile.relations import SELDOM, Rows, relations_of
from mmgen.profile.roles import Disposition, Role

_SPLIT = re.compile(r"[_\s]+|(?<=[^\W\d])\.(?=[^\W\d])|(?<=[a-z0-9])(?=[A-Z][a-z])")
_WORDS = re.compile(r"[^\W\d_]{2,}(?:[ -][^\W\d_]+){0,4}$")
MAX_CELL_CHARS = 10_000
"""Of a value, what tells its kind: a text of megabytes is looked at no longer than this."""
_LISTED = (Role.LIST, Role.COLOUR, Role.MATERIAL, Role.SIZE, Role.ATTRIBUTE, Role.KIND, Role.USE, Role.AUDIENCE,
           Role.COMPATIBILITY, Role.CERTIFICATE, Role.ORIGIN, Role.IMAGE, Role.CARE)  # fmt: skip


BY_VALUES = "no name says what the products are called: these values look like it"


class Collector:
    """Gathers what a file's rows show while they are read for any other purpose."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        self.evidence: dict[str, Evidence] = {name: Evidence() for name in names}
        self.rows = Rows()
        self.num_rows = 0

    def add(self, row: Mapping[str, str]) -> None:
        """One row, column -> text. A column that comes late was empty before."""
        row = {name: text[:MAX_CELL_CHARS] for name, text in row.items()}
        for name, text in row.items():
            values = self.evidence.get(name)
            if values is None:
                values = self.evidence[name] = Evidence(num_rows=self.num_rows)
            values.add(text)
        self.num_rows += 1
        self.rows.add(row)

    def finished(self) -> dict[str, Evidence]:
        """Column -> evidence, over as many rows as the file has: a column that a row lacks is empty there."""
        for values in self.evidence.values():
            values.num_rows = self.num_rows
        return self.evidence


def profile_of(
    names: Sequence[str],
    rows: Iterable[Mapping[str, str]],
    locale: str,
    source: str = "",
    hints: Mapping[str, Hint] | None = None,
    system: str | None = None,
) -> Profile:
    """The profile of a file.

    names: its columns, in order. rows: column -> text; a column that is missing is empty. ``hints``: what is known of
    columns from the system that made the file or from the map; they are believed before names and values.
    """
    collector = Collector(names)
    for row in rows:
        collector.add(row)
    return profile_from(collector, locale, source, hints, system)


def profile_from(
    collector: Collector,
    locale: str,
    source: str = "",
    hints: Mapping[str, Hint] | None = None,
    system: str | None = None,
    meanings: Meanings | None = None,
) -> Profile:
    """The profile of what was gathered; arguments as of ``profile_of``. ``meanings``: of names that are not known."""
    evidence, known = collector.finished(), hints or {}
    shown = {name: hint.label or name for name, hint in known.items()}
    readings = {name: read_name(shown.get(name, name), locale) for name in evidence}
    if meanings is not None:
        readings = meanings.read(readings, locale.replace("_", "-").split("-")[0].lower())
    decisions = {name: decide(readings[name], values, known.get(name)) for name, values in evidence.items()}
    title = title_of(decisions, evidence)
    if title is None and (title := title_by_values(decisions, evidence)) is not None:
        decisions[title] = _as_title(decisions[title], evidence[title])
    relations = relations_of(collector.rows, evidence, title)
    columns = {}
    for name, decision in decisions.items():
        column = _column(name, decision, evidence[name], known.get(name), locale)
        columns[name] = _related(column, relations[name])
    columns |= _not_told(columns, evidence, collector.rows)
    return Profile(source, locale, columns, system, collector.num_rows)


def title_of(decisions: Mapping[str, Decision], evidence: Mapping[str, Evidence]) -> str | None:
    """The column that names the products: the surest, then the fullest, then the most varied title."""
    found = [name for name, decision in decisions.items() if decision.role is Role.TITLE]
    return max(
        found,
        key=lambda name: (decisions[name].confidence, round(evidence[name].filled, 1), evidence[name].distinct),
        default=None,
    )


def _not_told(columns: Mapping[str, Column], evidence: Mapping[str, Evidence], rows: Rows) -> dict[str, Column]:
    """Columns whose values are for customers by their name, and tell them nothing: the shop's own name as the brand of
    nearly all products, which no title or text says; "new" in every row."""
    texts = [name for name, column in columns.items() if column.role in (Role.TITLE, Role.TEXT)]
    found = {}
    for name, column in columns.items():
        why = None
        if column.disposition is not Disposition.SAY:
            continue
        if column.role is Role.BRAND and texts and (share := rows.share_named(name, texts)) is not None:
            why = f"one brand, in {share:.0%} of the titles and texts: the shop's own name" if share < SELDOM else None
        elif column.role is Role.CONDITION and _is_skipped(evidence[name]):
            why = "it says in every row what goes without saying"
        if why is not None:
            does = Disposition.USE
            found[name] = replace(column, disposition=does, proposed=does, evidence=(*column.evidence, why))
    return found


def _is_skipped(values: Evidence) -> bool:
    return bool(values.values) and all(folded(value) in words_of("skip") for value in values.values)


def title_by_values(decisions: Mapping[str, Decision], evidence: Mapping[str, Evidence]) -> str | None:
    """Where no name says it, the one column whose values look like titles; None where none does, or several do."""
    found = [name for name, decision in decisions.items() if _may_be_title(decision) and evidence[name].is_title_like()]
    plain = [name for name in found if decisions[name].role is not Role.TEXT]
    return next((names[0] for names in (plain, found) if len(names) == 1), None) if len(plain) < 2 else None


def _may_be_title(decision: Decision) -> bool:
    """Whether nothing says that a column is something else: its name means nothing, or a text."""
    is_open = decision.concept is None and decision.disposition is Disposition.USE
    return is_open or (decision.concept is not None and decision.concept.role is Role.TEXT)


def _as_title(decision: Decision, values: Evidence) -> Decision:
    why = (
        BY_VALUES,
        f"filled in {values.filled:.0%}, {values.distinct:.0%} different, {values.median_chars} characters",
    )
    return replace(decision, role=Role.TITLE, disposition=Disposition.SAY, concept=concepts()["title"], evidence=why,
                   confidence=0.7)  # fmt: skip


def _column(name: str, decision: Decision, values: Evidence, hint: Hint | None, locale: str) -> Column:
    separator = hint.separator if hint else None
    if separator is None and decision.role in _LISTED:
        separator = (values.levels() if decision.role is Role.KIND else None) or values.separator()
    return Column(
        name=name,
        role=decision.role,
        disposition=decision.disposition,
        proposed=decision.disposition,
        concept=decision.concept.key if decision.concept else None,
        labels=_labels(name, decision, hint, locale),
        unit=decision.unit,
        separator=separator,
        number=values.number_format(locale),
        date=values.date_format(locale),
        languages=values.languages(),
        filled=round(values.filled, 4),
        distinct=round(values.distinct, 4),
        evidence=decision.evidence,
        samples=tuple(values.samples),
        confidence=decision.confidence,
    )


def _labels(name: str, decision: Decision, hint: Hint | None, locale: str) -> dict[str, str]:
    """Language -> the name that customers read: the meaning's, else the shop's own word where it is one."""
    language = locale.replace("_", "-").split("-")[0].lower()
    if decision.concept is not None and decision.role is not Role.FLAG:
        known = label_of(decision.concept.key)
        own = (hint.label if hint and hint.label else name).strip()
        # Of a language that there are no names of, the shop's own word is the best there is
        return (
            known if language in known or not _WORDS.match(own) else known | {language: humanised(own, decision.unit)}
        )
    if hint is not None and hint.label:
        return {language: humanised(hint.label, decision.unit)}
    if decision.match is not None:
        return {decision.match.language: humanised(name, decision.unit)}
    return {language: humanised(name, decision.unit)}


def humanised(name: str, unit: str | None = None) -> str:
    """A column's name as a person writes it: ``strap_colour`` -> ``Strap colour``, without the ``unit`` in it."""
    text = re.sub(r"\s*[(\[（][^()\[\]（）]{0,40}[)\]）]\s*$", "", name.strip())
    words = [word for word in _SPLIT.split(text) if word]
    if unit is not None and len(words) > 1 and unit_named(words[-1].casefold()) == unit:
        words = words[:-1]
    if not words:
        return name.strip()
    spoken = [words[0], *(word if word.isupper() and len(word) > 1 else word.lower() for word in words[1:])] \
        if "_" in text or "." in text or len(words) > len(text.split()) else words  # fmt: skip
    joined = " ".join(spoken)
    return joined[:1].upper() + joined[1:]


def _related(column: Column, relations: Iterable[str]) -> Column:
    """What relations change: a column that repeats the title, or is a code of another, tells customers nothing."""
    found = tuple(relations)
    does, role = column.disposition, column.role
    if any(text.startswith("code of") for text in found) and does is Disposition.USE:
        does, role = Disposition.HIDE, Role.IDENTIFIER
    if "constant" in found and role is Role.KIND and does is Disposition.SAY:
        does = Disposition.USE  # "Product" in every row names no kind of product
    if any(text.startswith("repeats") for text in found) and role is not Role.TITLE:
        does = Disposition.HIDE if does is not Disposition.SAY else Disposition.USE
    return replace(column, relations=found, disposition=does, proposed=does, role=role)
