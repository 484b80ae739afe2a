"""Tokens and how people and programs get them."""
