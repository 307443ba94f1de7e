"""The names of the headers that the protocol adds to HTTP, and which of them a signature must cover."""

IDEMPOTENCY_KEY = "idempotency-key"
PURPOSE = "purpose"
USER_ROLE = "user-role"
CASE_REFERENCE = "case-reference"
API_VERSION = "api-version"
CORRELATION_ID = "correlation-id"
