"""Everything on one machine: servers from wheels, child processes, supervision, `cohort up`."""
