"""Asks for help from outside, without harm: an MCP server's tool, or a webhook. Off until it is configured.

policy.py    what may be asked of whom: servers, allowed tools, deadline, cap
breaker.py   stops asking a server that does not answer
payload.py   what is sent: redacted, capped
worker.py    one MCP server on one thread; survives whatever it does
service.py   `engine.recovery.escalation`: asks, keeps a copy of what was sent, never raises into a verdict
webhook.py   the same by HTTP POST
"""
