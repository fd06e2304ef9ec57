"""What happens at bol: offers come and go, customers buy, parcels leave. Knows nothing of HTTP."""
