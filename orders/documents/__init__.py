"""Paper for the warehouse: packing slips and pick lists as PDF, made when they are asked for and never kept."""
