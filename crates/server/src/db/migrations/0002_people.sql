-- People, their sessions and factors; roles, policies and what is given to whom; groups of devices.
-- Names, addresses, texts and secrets are sealed; what is searched for stands as a keyed hash.

ALTER TABLE organizations ADD COLUMN disabled_at BIGINT;
ALTER TABLE organizations ADD COLUMN policy BYTES;

CREATE TABLE device_groups (
    id BYTES NOT NULL PRIMARY KEY,
    project BYTES NOT NULL REFERENCES projects (id),
    parent BYTES REFERENCES device_groups (id),
    sealed BYTES NOT NULL,
    created_at BIGINT NOT NULL,
    removed_at BIGINT
);
CREATE INDEX device_groups_by_project ON device_groups (project, id);
ALTER TABLE devices ADD COLUMN device_group BYTES REFERENCES device_groups (id);
CREATE INDEX devices_by_group ON devices (device_group, id);

CREATE TABLE people (
    id BYTES NOT NULL PRIMARY KEY,
    address_hash BYTES NOT NULL UNIQUE,
    organization BYTES REFERENCES organizations (id),
    sealed BYTES NOT NULL,
    password BYTES,
    totp BYTES,
    totp_step BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);
CREATE INDEX people_by_organization ON people (organization, id);

CREATE TABLE passkeys (
    id BYTES NOT NULL PRIMARY KEY,
    person BYTES NOT NULL REFERENCES people (id),
    credential_hash BYTES NOT NULL UNIQUE,
    sealed BYTES NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX passkeys_by_person ON passkeys (person, id);

CREATE TABLE recovery_codes (
    person BYTES NOT NULL REFERENCES people (id),
    verifier BYTES NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (person, verifier)
);

-- One-time links: invitations and resets.
CREATE TABLE links (
    id BYTES NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    verifier BYTES NOT NULL,
    person BYTES REFERENCES people (id),
    organization BYTES REFERENCES organizations (id),
    sealed BYTES NOT NULL,
    made_by BYTES,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX links_by_organization ON links (organization, id);
CREATE INDEX links_by_person ON links (person, id);

CREATE TABLE sessions (
    id BYTES NOT NULL PRIMARY KEY,
    verifier BYTES NOT NULL UNIQUE,
    person BYTES NOT NULL REFERENCES people (id),
    method TEXT NOT NULL,
    sealed BYTES NOT NULL,
    idle_s BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    proven_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_person ON sessions (person, id);

-- One-time codes on their way to a telephone or mailbox. The id is the flow's that asked for them.
CREATE TABLE codes (
    id BYTES NOT NULL PRIMARY KEY,
    person BYTES REFERENCES people (id),
    verifier BYTES NOT NULL,
    tries BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- Flows that came to their end: none ends twice.
CREATE TABLE spent_flows (
    id BYTES NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);

CREATE TABLE sign_ins (
    id BYTES NOT NULL PRIMARY KEY,
    person BYTES NOT NULL REFERENCES people (id),
    outcome TEXT NOT NULL,
    method TEXT NOT NULL,
    sealed BYTES NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX sign_ins_by_person ON sign_ins (person, at);

CREATE TABLE providers (
    id BYTES NOT NULL PRIMARY KEY,
    organization BYTES NOT NULL REFERENCES organizations (id),
    sealed BYTES NOT NULL,
    created_at BIGINT NOT NULL,
    removed_at BIGINT
);
CREATE INDEX providers_by_organization ON providers (organization, id);

-- Who somebody is at an identity provider: keyed hash of issuer and subject, and nothing else.
CREATE TABLE identities (
    subject_hash BYTES NOT NULL PRIMARY KEY,
    provider BYTES NOT NULL REFERENCES providers (id),
    person BYTES NOT NULL REFERENCES people (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX identities_by_person ON identities (person);

CREATE TABLE grants (
    id BYTES NOT NULL PRIMARY KEY,
    person BYTES NOT NULL REFERENCES people (id),
    role TEXT NOT NULL,
    organization BYTES REFERENCES organizations (id),
    project BYTES REFERENCES projects (id),
    device_group BYTES REFERENCES device_groups (id),
    device BYTES REFERENCES devices (id),
    made_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX grants_by_person ON grants (person, id);
CREATE INDEX grants_by_organization ON grants (organization, id);

CREATE TABLE custom_roles (
    id BYTES NOT NULL PRIMARY KEY,
    organization BYTES NOT NULL REFERENCES organizations (id),
    sealed BYTES NOT NULL,
    created_at BIGINT NOT NULL,
    removed_at BIGINT
);
CREATE INDEX custom_roles_by_organization ON custom_roles (organization, id);

CREATE TABLE guards (
    id BYTES NOT NULL PRIMARY KEY,
    organization BYTES NOT NULL REFERENCES organizations (id),
    sealed BYTES NOT NULL,
    created_at BIGINT NOT NULL,
    removed_at BIGINT
);
CREATE INDEX guards_by_organization ON guards (organization, id);

-- Acts that wait for a second person: who asked for exactly what.
CREATE TABLE approvals (
    id BYTES NOT NULL PRIMARY KEY,
    question BYTES NOT NULL,
    organization BYTES REFERENCES organizations (id),
    sealed BYTES NOT NULL,
    made_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    decision TEXT,
    used_at BIGINT
);
CREATE INDEX approvals_by_question ON approvals (question, expires_at);
CREATE INDEX approvals_by_organization ON approvals (organization, id);

CREATE TABLE glass (
    id BYTES NOT NULL PRIMARY KEY,
    organization BYTES REFERENCES organizations (id),
    sealed BYTES NOT NULL,
    first BYTES NOT NULL REFERENCES people (id),
    second BYTES REFERENCES people (id),
    created_at BIGINT NOT NULL,
    confirm_before BIGINT NOT NULL,
    broken_at BIGINT,
    ends_at BIGINT
);

CREATE TABLE service_accounts (
    id BYTES NOT NULL PRIMARY KEY,
    organization BYTES REFERENCES organizations (id),
    sealed BYTES NOT NULL,
    made_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);
CREATE INDEX service_accounts_by_organization ON service_accounts (organization, id);

ALTER TABLE service_keys ADD COLUMN account BYTES REFERENCES service_accounts (id);
ALTER TABLE service_keys ADD COLUMN device_group BYTES REFERENCES device_groups (id);
ALTER TABLE service_keys ADD COLUMN device BYTES REFERENCES devices (id);
ALTER TABLE service_keys ADD COLUMN rights TEXT NOT NULL DEFAULT '';
ALTER TABLE service_keys ADD COLUMN made_by BYTES REFERENCES people (id);
ALTER TABLE service_keys ADD COLUMN used_from BYTES;
CREATE INDEX service_keys_by_account ON service_keys (account, id);
CREATE INDEX service_keys_by_maker ON service_keys (made_by, id);

-- Keys from before keep what they could do; the deployment's first administrator becomes its owner.
UPDATE service_keys SET rights = 'device.revoke quarantine.destroy key.write';
UPDATE service_keys
SET role = 'owner',
    rights = 'organization.disable device.revoke telemetry.export quarantine.destroy key.write person.disable person.reset role.grant policy.write'
WHERE role = 'administrator' AND organization IS NULL;
