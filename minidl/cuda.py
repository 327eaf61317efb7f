"""What training scripts ask before they choose a device: there is no GPU."""


def is_available() -> bool:
    """Whether a GPU can be used: never, NumPy computes on the CPU."""
    return False
