"""The deployable key holder: one independent party that evaluates blinded identities and learns nobody."""
