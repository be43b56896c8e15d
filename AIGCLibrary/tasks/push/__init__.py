"""News that products send by themselves, beside our requests: webhooks and streams.

- `signatures`: is a message really from the product, and fresh
- `receiver`: the small web server that takes messages
- `streams`: server-sent events and WebSockets
"""
