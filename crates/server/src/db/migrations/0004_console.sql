-- What the console asks often: which held batches of a project wait for somebody.
CREATE INDEX quarantine_waiting ON quarantine (project, device, log_index) WHERE decided_at IS NULL;
