"""Scripts that start, check and ship PyTake; most need nothing but Python."""
