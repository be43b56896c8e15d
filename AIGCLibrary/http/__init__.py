"""HTTP for the whole library: client, responses, connections, proxies, TLS and retry policy.

Nothing is imported here: a module that only names a `Connection` does not load aiohttp.
"""
