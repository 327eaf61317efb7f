"""PyTorch: the only place that imports torch. It computes and records."""
