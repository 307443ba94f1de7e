"""What is due about a registration before it leaves: jobs of its person, and its own when a child of its parents waits.

Asked under the claim. The job of that other child is left to its worker, who may hold it and waits for this claim; a
meeting is found from either side, so matching this registration makes the match that is due to both (G9).
"""

from gateway.core.involvement import Registration
from gateway.flows.ports.matches import MatchJob
from gateway.flows.ports.store import Tx


def due_about(tx: Tx, registration: Registration) -> tuple[MatchJob, ...]:
    """Return the jobs to match before a registration is withdrawn or restricted."""
    jobs = tx.jobs.of_persons({registration.index_token})
    if any(job.registration == registration.id for job in jobs) or not tx.jobs.waits_by_parent(registration.id):
        return jobs
    return (*jobs, MatchJob(registration.id, registration.lane, registration.index_token, attempts=0))
