"""Hostile notebooks: what they try, and what has to become of it."""
