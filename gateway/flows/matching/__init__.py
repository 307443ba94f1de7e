"""From two registrations to contact: match, tell, take over, climb, close."""
