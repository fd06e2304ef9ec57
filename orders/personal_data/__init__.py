"""What we know of customers, where it is, and how it goes: after PERSONAL_DATA_DAYS an order keeps no person.

See docs/decisions for what stays and why.
"""
