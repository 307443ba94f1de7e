"""The only SQL of the gateway: transactions, tables, and one module per port."""
