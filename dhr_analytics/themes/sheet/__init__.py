"""The coding sheet: an Excel workbook in which people keep, remove and add themes, and its way back."""

from dhr_analytics.themes.sheet.layout import HEADING, ID, WORDING, Codings
from dhr_analytics.themes.sheet.reading import ImportResult, Problem, import_sheet, read_codings
from dhr_analytics.themes.sheet.writing import export_settlement, export_sheet

__all__ = [
    "HEADING",
    "ID",
    "WORDING",
    "Codings",
    "ImportResult",
    "Problem",
    "export_settlement",
    "export_sheet",
    "import_sheet",
    "read_codings",
]
