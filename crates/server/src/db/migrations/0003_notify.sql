-- The outbox: messages that are to leave the house. What they say and to whom is sealed; `kind`, `channel` and the states
-- are names from the contract. `due_at` is the time of the next try, and while one is under way the end of its lease.
CREATE TABLE outbox (
    id BYTES NOT NULL PRIMARY KEY,
    duplicate_key BYTES NOT NULL UNIQUE,
    organization BYTES REFERENCES organizations (id),
    kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    state TEXT NOT NULL,
    sealed BYTES,
    note BYTES NOT NULL,
    tries BIGINT NOT NULL,
    since BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    settled_at BIGINT
);
CREATE INDEX outbox_by_due ON outbox (state, due_at);
CREATE INDEX outbox_by_settled ON outbox (state, settled_at);
CREATE INDEX outbox_by_created ON outbox (state, created_at, id);
CREATE INDEX outbox_by_organization ON outbox (organization, state, created_at, id);

-- `sealed` goes when the webhook is removed; the row stays, so that its letters can say why they were not sent.
CREATE TABLE webhooks (
    id BYTES NOT NULL PRIMARY KEY,
    organization BYTES NOT NULL REFERENCES organizations (id),
    sealed BYTES,
    kinds TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);
CREATE INDEX webhooks_by_organization ON webhooks (organization, id);

-- The reader of held batches that tells people about new causes begins with what comes from now on.
CREATE INDEX quarantine_by_index ON quarantine (log_index);
CREATE INDEX quarantine_by_device ON quarantine (device, decided_at);
INSERT INTO cursors (name, position) SELECT 'news', COALESCE(MAX(log_index) + 1, 0) FROM quarantine;
