"""Web deployments and their configurations."""
