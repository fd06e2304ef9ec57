"""Verzenden via bol: labels are chosen, bought once, printed and put on parcels."""
