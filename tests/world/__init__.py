"""Real job servers from the package index, and one suite a product: `python bootstrap.py test --world`."""
