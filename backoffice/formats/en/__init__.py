"""Dates and times in English as people in the Netherlands and Belgium read them."""
