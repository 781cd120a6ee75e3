"""report: show a Dataset as text and as HTML. Text from the data is escaped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from automl_magic.display.text import format_name
from automl_magic.display.text_table import align_columns
from automl_magic.personal.disclosure import placeholder
from automl_magic.records import Column, Dataset, Finding

DOCS = "docs/reference/checks"
_MAX_COLUMNS = 200


def report(dataset: Dataset) -> ProfileReport:
    """Return a report for display in a notebook: a table of columns, then the findings."""
    return ProfileReport(dataset)


@dataclass(frozen=True)
class ProfileReport:
    """The profile of a table, displayed as text, or as HTML in a notebook."""

    dataset: Dataset

    def __repr__(self) -> str:
        rows = [("column", "kind", "missing", "distinct", "contents"), *self._rows()]
        lines = [self._headline(), "", *align_columns(rows, right={2, 3})]
        lines += [*self._more_columns(), "", f"Findings: {len(self.dataset.findings) or 'none'}"]
        for finding in self.dataset.findings:
            lines += [
                f"{finding.code} {finding.severity}: {finding.title}",
                f"  {finding.detail}",
                f"  Do: {finding.fix}",
            ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        head = "".join(
            f'<th scope="col" style="text-align:left">{name}</th>'
            for name in ("Column", "Kind", "Missing", "Distinct", "Contents", "Reason for the kind")
        )
        reasons = [column.reason for column in self.dataset.columns]
        body = "".join(
            f'<tr><th scope="row" style="text-align:left">{escape(row[0])}</th>'
            + "".join(
                f'<td style="text-align:left">{escape(cell)}</td>' for cell in (*row[1:], why)
            )
            + "</tr>"
            for row, why in zip(self._rows(), reasons, strict=False)
        )
        findings = "".join(_finding_html(finding) for finding in self.dataset.findings)
        return (
            f"<table><caption>{escape(self._headline())}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            + "".join(f"<p>{escape(line)}</p>" for line in self._more_columns())
            + (f"<h4>Findings</h4><ul>{findings}</ul>" if findings else "<p>No findings.</p>")
        )

    def _headline(self) -> str:
        dataset = self.dataset
        return (
            f"{format_name(dataset.name)}: {dataset.n_rows:,} rows, "
            f"{len(dataset.columns):,} columns, "
            f"{dataset.memory_bytes / 1e6:,.1f} MB"
        )

    def _rows(self) -> Iterator[tuple[str, str, str, str, str]]:
        for column in self.dataset.columns[:_MAX_COLUMNS]:
            share = column.n_missing / self.dataset.n_rows
            missing = f"{share:.1%}" if column.n_missing else "–"
            yield (
                format_name(column.name),
                str(column.kind).replace("_", " "),
                missing,
                f"{column.n_unique:,}",
                _contents(column),
            )

    def _more_columns(self) -> list[str]:
        n_more = len(self.dataset.columns) - _MAX_COLUMNS
        return [f"… and {n_more:,} more columns."] if n_more > 0 else []


def _contents(column: Column) -> str:
    summary = column.summary
    if column.personal is not None and "classes" not in summary:
        return placeholder(column.personal)
    if quantiles := summary.get("quantiles"):
        low, median, high = (_short(quantiles[level]) for level in ("0", "0.5", "1"))
        return f"{low} to {high}, median {median}"
    if "first" in summary:
        return f"{summary['first'][:10]} to {summary['last'][:10]}"
    if "mean_words" in summary:
        return f"{summary['mean_words']:.1f} words on average"
    levels, counts = summary.get("levels", []), summary.get("level_counts", [])
    pairs = list(zip(levels, counts, strict=True))
    more = ", …" if column.n_unique > 3 else ""
    return ", ".join(f"{format_name(level, 20)} ({count:,})" for level, count in pairs[:3]) + more


def _short(number: float) -> str:
    return f"{number:,.0f}" if float(number).is_integer() and abs(number) < 1e9 else f"{number:.4g}"


def _finding_html(finding: Finding) -> str:
    return (
        f"<li><strong>{escape(finding.code)} ({finding.severity})</strong>: "
        f"{escape(finding.title)}. {escape(format_name(finding.detail, 1000))}<br>"
        f"Do: {escape(finding.fix)} "
        f"<small>See {DOCS}/{escape(finding.code)}.md.</small></li>"
    )
