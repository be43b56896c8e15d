"""Objectives and samples in the formats of others: Prometheus rules, OpenSLO, Prometheus import text, OTLP."""
