"""Conversations, their participants, and what the platform lets be done with them."""
