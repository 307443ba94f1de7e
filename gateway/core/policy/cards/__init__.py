"""Reading rule cards: a card in which everything holds that it says of itself, or every mistake at once."""
