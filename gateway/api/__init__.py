"""HTTP in and out: it verifies, hands over and renders, and never decides."""
