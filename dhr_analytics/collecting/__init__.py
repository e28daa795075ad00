"""Collecting: folders of documents, and what is stated of them by hand, become a plan package."""
