"""Content labels: the implicit AIGC label of GB 45438-2025, C2PA manifests, IPTC's digital source type."""
