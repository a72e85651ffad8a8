"""Send messages from the outbox, and record what came of each."""
