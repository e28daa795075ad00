"""Normalising: raw tables become the recommendations and actions of the plan package."""
