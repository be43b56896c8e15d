"""Data: templates become real test data through the product's API, in parallel, once, and leave nothing behind.

template.yaml ─ reader ─► Template ─ expand ─► graph of instances ─ prepare ─► records ─ removal ─► nothing
│                    └─ plan (dry run, drawing, estimate)
environments.yaml ─► Environment: where to, with what limits; compare and sync look at two of them
journal: intent before each request, outcome after it, in the store
"""
