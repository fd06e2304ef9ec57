"""Compares the whole assortment of a connection with what bol has, and lets people decide about each difference."""
