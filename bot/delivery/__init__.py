"""Send messages from the outbox, and record the outcome of each."""
