"""The JSON API below /api/v1, as `openapi.yaml` describes it."""
