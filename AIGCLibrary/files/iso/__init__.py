"""ISO base media files (ISO/IEC 14496-12): mp4, mov, m4a, avif; boxes, movie headers, sample tables, items."""
