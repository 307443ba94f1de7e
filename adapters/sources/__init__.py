"""Where registrations come from: one module per kind of export, strangers to each other."""
