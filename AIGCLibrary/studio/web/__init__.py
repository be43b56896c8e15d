"""The pages of the studio, rendered on the server."""
