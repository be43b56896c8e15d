"""Text in pictures and films: which pictures are looked at, what is read in them, and the rules on it."""
