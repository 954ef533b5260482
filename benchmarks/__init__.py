"""`make bench`: PyTake's speed beside a reference measured in the same run. One module a figure."""
