"""Monitoring: samples from events, objectives (SLOs) judged with their uncertainty, alerts, reports and a dashboard.

service.py      what keywords and listeners call
samples.py      turns events into samples; series.py and stats.py sum them up
objectives.py   reads slo.yaml; verdict.py and slo.py judge objectives from the store
monitor.py      checks objectives while a run is going on and sends alerts/
history.py      earlier runs, error budgets and trends
report/         slo.html, and the table in Robot's report
dashboard/      the same facts as a live web page and API
export/         Prometheus, OpenTelemetry, OpenSLO and alerting rules
api.py          the statistics for plain Python
"""
