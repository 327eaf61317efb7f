"""Correct answers in other formulations, one file a chapter."""
