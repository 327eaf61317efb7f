"""Runs a student's kernel where it can harm nothing and learn nothing."""
