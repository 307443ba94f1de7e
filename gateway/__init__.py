"""One region's hit index: the only place that can connect two agencies."""
