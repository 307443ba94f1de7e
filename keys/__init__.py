"""The key room: every cryptographic operation of the house, and the service of a key holder."""
