"""A session from its start to its end, and the pages that share."""
