"""Makes wrong files out of right ones."""
