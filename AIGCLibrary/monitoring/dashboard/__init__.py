"""The dashboard: a read-only page and JSON API over the store, in a process of its own or beside a run.

server.py   DashboardServer: a thread with a loop that listens
app.py      the routes
guard.py    who may look: Host check, token, content policy, reading only
reads.py    what is read from the store, kept for a moment so that many visitors cost as much as one
feed.py     server-sent events: announces that something changed
prometheus.py  /metrics
static/     the page; uPlot 1.6.32 (MIT) draws the lines
"""
