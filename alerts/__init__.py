"""From rules and marts to episodes, an outbox and messages. Must not know how data was collected."""
