-- What people arrange and set going. BYTES and times as in 0001.

CREATE TABLE dashboards (
    id BYTES NOT NULL PRIMARY KEY,
    project BYTES NOT NULL REFERENCES projects (id),
    version BIGINT NOT NULL,
    sealed BYTES NOT NULL,
    made_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX dashboards_by_project ON dashboards (project, id);

CREATE TABLE dashboard_versions (
    dashboard BYTES NOT NULL REFERENCES dashboards (id),
    version BIGINT NOT NULL,
    sealed BYTES NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (dashboard, version)
);

-- Work on many devices. What is asked of them, why and from where is sealed.
CREATE TABLE work (
    id BYTES NOT NULL PRIMARY KEY,
    organization BYTES REFERENCES organizations (id),
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    doer TEXT NOT NULL,
    sealed BYTES NOT NULL,
    total BIGINT NOT NULL,
    -- Which server works on it, and until when nobody else takes it over.
    runner BYTES,
    leased_until BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX work_by_state ON work (state, created_at);
CREATE INDEX work_by_organization ON work (organization, id);

CREATE TABLE work_items (
    work BYTES NOT NULL REFERENCES work (id),
    place BIGINT NOT NULL,
    device BYTES NOT NULL,
    state TEXT NOT NULL,
    status BIGINT,
    note BYTES,
    PRIMARY KEY (work, place)
);
CREATE INDEX work_items_by_state ON work_items (work, state, place);
