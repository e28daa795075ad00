"""Pages, figures and tables for readers who do not code; stands on ``statistics``."""
