"""Nouns: what the user wrote, checked, frozen, in SI."""
