"""Work that outlives its workers: a job is a row with a lease, the queue only rings the bell. Imports no app."""
