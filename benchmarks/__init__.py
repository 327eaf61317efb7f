"""Timings: each module prints a Markdown table."""
