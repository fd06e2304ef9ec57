"""Spreadsheets in: reading files, understanding values, comparing with what we have, writing what changed."""
