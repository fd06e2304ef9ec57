"""The Retailer API and the Shared API as bol answers them, one file per resource."""
