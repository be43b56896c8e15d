"""OpenAPI documents as they are written in the world, and the first template that is drafted from one.

loading ──► references (one document, files joined) ──► schemas (what is sent, what comes back) ──► document ──► draft
"""
