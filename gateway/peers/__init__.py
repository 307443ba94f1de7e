"""Whom the gateway calls: webhooks of agencies, key holders, other gateways, witnesses."""
