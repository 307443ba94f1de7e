"""What nobody asked for just now: match what was accepted, deliver alerts, end what is over, escalate, purge, trim."""

from gateway.worker.worker import Worker

__all__ = ["Worker"]
