"""Who must learn nothing of whom: neither side hears, and a mediator does."""
