"""The words that reading goes by, as data: a folder for each kind of review and language."""
