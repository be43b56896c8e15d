"""Negative and boundary inputs: made from a schema or a template, written as a keyword table, tried one by one.

sources (template | OpenAPI) ──► cases (values and what is expected) ──► suite (Robot table) ──► trial (one request)
"""
