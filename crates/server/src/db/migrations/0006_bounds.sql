-- To whom an invitation was sent, keyed so that nobody can try addresses: it bounds how often one is written to.
ALTER TABLE links ADD COLUMN recipient BYTES;
CREATE INDEX links_by_recipient ON links (recipient, created_at);
