"""Zip archives (PKWARE APPNOTE 6.3.10): directory, names, contents while they arrive, safe unpacking."""
