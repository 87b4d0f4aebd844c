"""The flat tables of a report: the same for a workbook and for a file of commas.

Here stands which tables there are, and in which order. They are made from a `Report`, which holds
released values only, in the words and with the digits of the pages.
"""

from survey.exports.cells import Table
from survey.exports.letterhead import PLAIN, Letterhead
from survey.exports.tables_about import dictionary_table, readme_table
from survey.exports.tables_answers import (
    comments_table,
    commitments_table,
    obstacles_table,
    practices_table,
    statements_table,
)
from survey.exports.tables_groups import groups_table, map_table
from survey.exports.tables_scales import changes_table, dimensions_table, waves_table
from survey.report.model import Report


def figure_tables(report: Report) -> tuple[Table, ...]:
    """Return the tables of results; one without rows is left out."""
    tables = (
        groups_table(report),
        map_table(report),
        dimensions_table(report),
        statements_table(report),
        practices_table(report),
        obstacles_table(report),
        changes_table(report),
        waves_table(report),
        comments_table(report),
        commitments_table(report),
    )
    return tuple(table for table in tables if table.rows)


def all_tables(report: Report, letterhead: Letterhead = PLAIN) -> tuple[Table, ...]:
    """Return every table, the one that explains them first and the dictionary last."""
    results = figure_tables(report)
    dictionary = dictionary_table(report, results)
    return readme_table(report, letterhead, [*results, dictionary]), *results, dictionary
