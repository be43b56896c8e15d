"""Containers of sound and picture beside ISO base media files: whether all is there that their headers promise."""
