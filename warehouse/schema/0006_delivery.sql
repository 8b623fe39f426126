-- What the server said when it took a mail, and the state between "ours" and "theirs".

ALTER TABLE alert_outbox ADD COLUMN answer VARCHAR;
COMMENT ON COLUMN alert_outbox.answer IS 'What the server answered when it took the mail.';
COMMENT ON COLUMN alert_outbox.address IS 'Mail address, or channel:NAME for a chat, at the time of queueing.';
COMMENT ON COLUMN alert_outbox.status IS 'queued, sending (claimed, nothing has left), handing (the text is leaving), sent, failed, or unsure (the server may or may not have taken it).';
COMMENT ON COLUMN alert_outbox.transition IS 'fired, already, escalated, resolved, lost, possible, notice, or weekly.';
