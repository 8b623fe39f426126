"""A simulated marketplace with known truth, served on loopback.

It looks like a real one and nothing in it is real: every page says so, and the source that collects it is marked
``simulated``. Brands, shops and items are invented. It must not lean on the rooms it is there to check:
only :func:`demo.address.source_at` knows a model of theirs.
"""
