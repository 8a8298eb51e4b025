-- BYTES stands for BLOB or BYTEA (db/dialect.rs). Times are nanoseconds since 1970, flags are such times or NULL.
-- Whatever names or measures is sealed; only ids, hours, sizes and states stand in the clear.

CREATE TABLE organizations (
    id BYTES NOT NULL PRIMARY KEY,
    sealed BYTES NOT NULL,
    ca BYTES NOT NULL,
    owner_key BYTES NOT NULL,
    crl_number BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE projects (
    id BYTES NOT NULL PRIMARY KEY,
    organization BYTES NOT NULL REFERENCES organizations (id),
    sealed BYTES NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX projects_by_organization ON projects (organization, id);

CREATE TABLE sites (
    id BYTES NOT NULL PRIMARY KEY,
    project BYTES NOT NULL REFERENCES projects (id),
    sealed BYTES NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX sites_by_project ON sites (project, id);

CREATE TABLE makers (
    id BYTES NOT NULL PRIMARY KEY,
    sealed BYTES NOT NULL,
    root BYTES NOT NULL,
    voucher_key BYTES NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE work_orders (
    id BYTES NOT NULL PRIMARY KEY,
    maker BYTES NOT NULL REFERENCES makers (id),
    sealed BYTES NOT NULL,
    device_count BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE devices (
    id BYTES NOT NULL PRIMARY KEY,
    maker BYTES NOT NULL REFERENCES makers (id),
    work_order BYTES NOT NULL REFERENCES work_orders (id),
    life TEXT NOT NULL,
    organization BYTES REFERENCES organizations (id),
    project BYTES REFERENCES projects (id),
    site BYTES REFERENCES sites (id),
    sealed BYTES NOT NULL,
    voucher BYTES NOT NULL,
    device_key BYTES NOT NULL,
    birth_chain BYTES NOT NULL,
    claim_verifier BYTES,
    claim_nonce BYTES,
    owner_key BYTES,
    owner_epoch BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    hello_at BIGINT,
    revision BIGINT NOT NULL
);
CREATE INDEX devices_by_place ON devices (organization, project, id);
CREATE INDEX devices_by_order ON devices (work_order, id);
CREATE INDEX devices_by_revision ON devices (revision);

CREATE TABLE certificates (
    fingerprint BYTES NOT NULL PRIMARY KEY,
    serial BYTES NOT NULL,
    device BYTES NOT NULL REFERENCES devices (id),
    organization BYTES NOT NULL REFERENCES organizations (id),
    not_after BIGINT NOT NULL,
    issued_at BIGINT NOT NULL,
    used_at BIGINT,
    revoked_at BIGINT,
    revision BIGINT NOT NULL
);
CREATE INDEX certificates_by_device ON certificates (device, issued_at);
CREATE INDEX certificates_by_organization ON certificates (organization, revoked_at);

CREATE TABLE device_keys (
    id BYTES NOT NULL PRIMARY KEY,
    device BYTES NOT NULL REFERENCES devices (id),
    verifier BYTES NOT NULL,
    pepper BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX device_keys_by_device ON device_keys (device, created_at);

CREATE TABLE service_keys (
    id BYTES NOT NULL PRIMARY KEY,
    role TEXT NOT NULL,
    organization BYTES REFERENCES organizations (id),
    project BYTES REFERENCES projects (id),
    sealed BYTES NOT NULL,
    verifier BYTES NOT NULL,
    pepper BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX service_keys_by_scope ON service_keys (organization, project, id);

CREATE TABLE log_head (
    id BIGINT NOT NULL PRIMARY KEY,
    turn BIGINT NOT NULL,
    size BIGINT NOT NULL,
    root BYTES NOT NULL,
    edge BYTES NOT NULL,
    revision BIGINT NOT NULL
);

CREATE TABLE log_groups (
    first_index BIGINT NOT NULL PRIMARY KEY,
    leaf_count BIGINT NOT NULL,
    root BYTES NOT NULL,
    root_before BYTES NOT NULL,
    leaves BYTES NOT NULL,
    committed_at BIGINT NOT NULL
);

CREATE TABLE bodies (
    id BYTES NOT NULL PRIMARY KEY,
    first_index BIGINT NOT NULL,
    end_index BIGINT NOT NULL,
    project BYTES NOT NULL,
    sealed BYTES NOT NULL
);
CREATE INDEX bodies_by_index ON bodies (first_index, id);

CREATE TABLE acts (
    log_index BIGINT NOT NULL PRIMARY KEY,
    organization BYTES,
    id BYTES NOT NULL,
    sealed BYTES NOT NULL
);

CREATE TABLE quarantine (
    id BYTES NOT NULL PRIMARY KEY,
    log_index BIGINT NOT NULL,
    organization BYTES NOT NULL,
    project BYTES NOT NULL,
    site BYTES NOT NULL,
    device BYTES NOT NULL,
    reasons TEXT NOT NULL,
    readings BIGINT NOT NULL,
    sealed BYTES,
    held_at BIGINT NOT NULL,
    decided_at BIGINT,
    decision TEXT,
    released_index BIGINT
);
CREATE INDEX quarantine_by_project ON quarantine (project, log_index);

CREATE TABLE chain_heads (
    device BYTES NOT NULL PRIMARY KEY,
    epoch BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    hash BYTES NOT NULL,
    log_index BIGINT NOT NULL
);

CREATE TABLE receipts (
    device BYTES NOT NULL,
    epoch BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    hash BYTES NOT NULL,
    log_index BIGINT NOT NULL,
    readings BIGINT NOT NULL,
    PRIMARY KEY (device, epoch, seq)
);
CREATE INDEX receipts_by_index ON receipts (log_index);

CREATE TABLE signed_heads (
    device BYTES NOT NULL PRIMARY KEY,
    statement BYTES NOT NULL,
    received_at BIGINT NOT NULL
);

CREATE TABLE chunks (
    id BYTES NOT NULL PRIMARY KEY,
    project BYTES NOT NULL,
    device BYTES NOT NULL,
    hour BIGINT NOT NULL,
    first_index BIGINT NOT NULL,
    last_index BIGINT NOT NULL,
    readings BIGINT NOT NULL,
    summary BYTES,
    body BYTES,
    batches BYTES NOT NULL
);
CREATE INDEX chunks_by_device ON chunks (device, hour);
CREATE INDEX chunks_by_project ON chunks (project, hour);

-- Device hours that stand in several chunks.
CREATE TABLE merges (
    project BYTES NOT NULL,
    device BYTES NOT NULL,
    hour BIGINT NOT NULL,
    PRIMARY KEY (hour, project, device)
);

CREATE TABLE cursors (
    name TEXT NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL
);

INSERT INTO log_head (id, turn, size, root, edge, revision)
VALUES (1, 0, 0, EMPTY_ROOT, EMPTY_BYTES, 1);
INSERT INTO cursors (name, position) VALUES ('chunks', 0);
