"""The page that shows the shop: what customers see, a button to buy, the clock and the ledger."""
