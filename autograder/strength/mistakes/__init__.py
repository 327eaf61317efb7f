"""Known mistakes, one file a chapter, in NumPy as learners write them."""
