"""What content is, by its bytes alone: media types, formats, encodings of texts."""
