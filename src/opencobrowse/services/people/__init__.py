"""Organisations, users, roles: who may do what."""
