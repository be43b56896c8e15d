"""Authentication of requests: fetched tokens, signatures, and how a description in YAML becomes one of them.

A `Connection` carries an `Authenticator` in its field `auth`. `HttpClient.request` asks it for credentials before each
request to the connection's own origin, and again after an answer that refuses them. `build.authenticator` makes one
from a mapping as written in YAML, for providers and for environments alike.
"""
