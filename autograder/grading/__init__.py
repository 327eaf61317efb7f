"""What a grader adds to nbgrader; the only place that imports it."""
