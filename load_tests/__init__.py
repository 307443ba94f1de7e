"""What it costs: journeys in domain words, measured with a budget beside each figure."""
