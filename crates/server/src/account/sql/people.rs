//! Rows of people, their passkeys and recovery codes, and the links that were sent to them.

use super::{flag, person_id};
use crate::db::damaged;
use crate::db::reach::Condition;
use crate::project::sql::organization_id;
use fieldkeep_domain::{LinkId, OrganizationId, PasskeyId, PersonId, Timestamp};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

/// A person; who they are and their secrets are sealed.
#[derive(Debug, Clone)]
pub struct PersonRow {
    pub id: PersonId,
    /// Keyed hash of the address.
    pub address_hash: Vec<u8>,
    /// The organization that they came with; its end is theirs.
    pub organization: Option<OrganizationId>,
    pub sealed: Vec<u8>,
    pub password: Option<Vec<u8>>,
    pub totp: Option<Vec<u8>>,
    pub totp_step: i64,
    pub created_at: Timestamp,
    pub disabled_at: Option<Timestamp>,
    /// They, or the organization that they came with, are shut out.
    pub shut_out: bool,
}

const SELECT: &str = "SELECT p.id, p.address_hash, p.organization, p.sealed, p.password, p.totp, p.totp_step,
    p.created_at, p.disabled_at,
    CASE WHEN p.disabled_at IS NOT NULL OR o.disabled_at IS NOT NULL THEN 1 ELSE 0 END
    FROM people p LEFT JOIN organizations o ON o.id = p.organization";

fn read(row: &AnyRow) -> Result<PersonRow, sqlx::Error> {
    let organization = row.try_get::<Option<Vec<u8>>, _>(2)?;
    Ok(PersonRow {
        id: person_id(&row.try_get::<Vec<u8>, _>(0)?)?,
        address_hash: row.try_get(1)?,
        organization: organization.map(|id| organization_id(&id)).transpose()?,
        sealed: row.try_get(3)?,
        password: row.try_get(4)?,
        totp: row.try_get(5)?,
        totp_step: row.try_get(6)?,
        created_at: Timestamp(row.try_get(7)?),
        disabled_at: row.try_get::<Option<i64>, _>(8)?.map(Timestamp),
        shut_out: flag(row, 9)?,
    })
}

/// One person.
pub async fn find(tx: &mut AnyConnection, id: PersonId) -> Result<Option<PersonRow>, sqlx::Error> {
    let text = format!("{SELECT} WHERE p.id = $1");
    let row = sqlx::query(AssertSqlSafe(text)).bind(&id.as_bytes()[..]).fetch_optional(tx).await?;
    row.as_ref().map(read).transpose()
}

/// The person with an address.
pub async fn by_address(tx: &mut AnyConnection, hash: &[u8]) -> Result<Option<PersonRow>, sqlx::Error> {
    let text = format!("{SELECT} WHERE p.address_hash = $1");
    let row = sqlx::query(AssertSqlSafe(text)).bind(hash).fetch_optional(tx).await?;
    row.as_ref().map(read).transpose()
}

/// Whether there is anybody yet.
pub async fn any(tx: &mut AnyConnection) -> Result<bool, sqlx::Error> {
    Ok(sqlx::query("SELECT id FROM people LIMIT 1").fetch_optional(tx).await?.is_some())
}

/// A page of people who came with an organization, or hold a role in it; placeholders of the condition count from 3.
pub async fn list(
    tx: &mut AnyConnection,
    home: Condition,
    granted: Condition,
    after: Vec<u8>,
    limit: u32,
) -> Result<Vec<PersonRow>, sqlx::Error> {
    let text = format!(
        "{SELECT} WHERE p.id > $1 AND ({} OR p.id IN (SELECT g.person FROM grants g WHERE g.revoked_at IS NULL AND {}))
         ORDER BY p.id LIMIT $2",
        home.text, granted.text
    );
    let query = sqlx::query(AssertSqlSafe(text)).bind(after).bind(i64::from(limit));
    let query = home.binds.into_iter().chain(granted.binds).fold(query, |query, id| query.bind(id));
    query.fetch_all(tx).await?.iter().map(read).collect()
}

/// The organizations that a person holds roles in now, and the one that they came with.
pub async fn organizations(
    tx: &mut AnyConnection,
    id: PersonId,
    now: Timestamp,
) -> Result<Vec<Option<OrganizationId>>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT organization FROM people WHERE id = $1
         UNION SELECT g.organization FROM grants g LEFT JOIN organizations o ON o.id = g.organization
         WHERE g.person = $1 AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2)
         AND o.disabled_at IS NULL",
    )
    .bind(&id.as_bytes()[..])
    .bind(now.as_nanos())
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| row.try_get::<Option<Vec<u8>>, _>(0)?.map(|id| organization_id(&id)).transpose())
        .collect()
}

/// Adds a person.
pub async fn insert(tx: &mut AnyConnection, row: &PersonRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO people (id, address_hash, organization, sealed, password, totp, totp_step, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&row.id.as_bytes()[..])
    .bind(&row.address_hash[..])
    .bind(row.organization.map(|id| id.as_bytes().to_vec()))
    .bind(&row.sealed[..])
    .bind(row.password.clone())
    .bind(row.totp.clone())
    .bind(row.totp_step)
    .bind(row.created_at.as_nanos())
    .execute(tx)
    .await
    .map(drop)
}

/// Writes who somebody is and what they show at sign-in.
pub async fn update(tx: &mut AnyConnection, row: &PersonRow) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE people SET sealed = $1, password = $2, totp = $3, totp_step = $4 WHERE id = $5")
        .bind(&row.sealed[..])
        .bind(row.password.clone())
        .bind(row.totp.clone())
        .bind(row.totp_step)
        .bind(&row.id.as_bytes()[..])
        .execute(tx)
        .await
        .map(drop)
}

/// Shuts a person out, or lets them in again.
pub async fn disable(tx: &mut AnyConnection, id: PersonId, at: Option<Timestamp>) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE people SET disabled_at = $1 WHERE id = $2")
        .bind(at.map(Timestamp::as_nanos))
        .bind(&id.as_bytes()[..])
        .execute(tx)
        .await
        .map(drop)
}

/// Takes note of the newest step of an authenticator app; false where it is not newer.
pub async fn use_step(tx: &mut AnyConnection, id: PersonId, step: i64) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("UPDATE people SET totp_step = $1 WHERE id = $2 AND totp_step < $1")
        .bind(step)
        .bind(&id.as_bytes()[..])
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// The people who came with an organization.
pub async fn of_organization(
    tx: &mut AnyConnection,
    id: OrganizationId,
) -> Result<Vec<PersonId>, sqlx::Error> {
    let rows = sqlx::query("SELECT id FROM people WHERE organization = $1")
        .bind(&id.as_bytes()[..])
        .fetch_all(tx)
        .await?;
    rows.iter().map(|row| person_id(&row.try_get::<Vec<u8>, _>(0)?)).collect()
}

/// Shuts an organization out, or lets it in again.
pub async fn disable_organization(
    tx: &mut AnyConnection,
    id: OrganizationId,
    at: Option<Timestamp>,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE organizations SET disabled_at = $1 WHERE id = $2")
        .bind(at.map(Timestamp::as_nanos))
        .bind(&id.as_bytes()[..])
        .execute(tx)
        .await
        .map(drop)
}

/// Whether an organization is shut out.
pub async fn is_disabled(tx: &mut AnyConnection, id: OrganizationId) -> Result<bool, sqlx::Error> {
    let query = sqlx::query("SELECT 1 FROM organizations WHERE id = $1 AND disabled_at IS NOT NULL");
    Ok(query.bind(&id.as_bytes()[..]).fetch_optional(tx).await?.is_some())
}

/// A passkey; its public key and name are sealed.
#[derive(Debug, Clone)]
pub struct PasskeyRow {
    pub id: PasskeyId,
    pub person: PersonId,
    pub credential_hash: Vec<u8>,
    pub sealed: Vec<u8>,
    pub created_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

fn read_passkey(row: &AnyRow) -> Result<PasskeyRow, sqlx::Error> {
    let id = row.try_get::<Vec<u8>, _>(0)?;
    Ok(PasskeyRow {
        id: PasskeyId::from_slice(&id).map_err(|_| damaged("a passkey id expected"))?,
        person: person_id(&row.try_get::<Vec<u8>, _>(1)?)?,
        credential_hash: row.try_get(2)?,
        sealed: row.try_get(3)?,
        created_at: Timestamp(row.try_get(4)?),
        used_at: row.try_get::<Option<i64>, _>(5)?.map(Timestamp),
    })
}

/// Somebody's passkeys.
pub async fn passkeys(tx: &mut AnyConnection, person: PersonId) -> Result<Vec<PasskeyRow>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT id, person, credential_hash, sealed, created_at, used_at FROM passkeys WHERE person = $1 ORDER BY id",
    )
    .bind(&person.as_bytes()[..])
    .fetch_all(tx)
    .await?;
    rows.iter().map(read_passkey).collect()
}

/// Adds a passkey; false where one with this credential is there already.
pub async fn insert_passkey(tx: &mut AnyConnection, row: &PasskeyRow) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "INSERT INTO passkeys (id, person, credential_hash, sealed, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (credential_hash) DO NOTHING",
    )
    .bind(&row.id.as_bytes()[..])
    .bind(&row.person.as_bytes()[..])
    .bind(&row.credential_hash[..])
    .bind(&row.sealed[..])
    .bind(row.created_at.as_nanos())
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes note of a passkey's use, with its counter.
pub async fn passkey_used(
    tx: &mut AnyConnection,
    id: PasskeyId,
    sealed: &[u8],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE passkeys SET sealed = $1, used_at = $2 WHERE id = $3")
        .bind(sealed)
        .bind(now.as_nanos())
        .bind(&id.as_bytes()[..])
        .execute(tx)
        .await
        .map(drop)
}

/// Takes a passkey away; false where there is none.
pub async fn remove_passkey(
    tx: &mut AnyConnection,
    person: PersonId,
    id: PasskeyId,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("DELETE FROM passkeys WHERE id = $1 AND person = $2")
        .bind(&id.as_bytes()[..])
        .bind(&person.as_bytes()[..])
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes all passkeys of somebody away.
pub async fn remove_passkeys(tx: &mut AnyConnection, person: PersonId) -> Result<u64, sqlx::Error> {
    let done = sqlx::query("DELETE FROM passkeys WHERE person = $1")
        .bind(&person.as_bytes()[..])
        .execute(tx)
        .await?;
    Ok(done.rows_affected())
}

/// Replaces somebody's recovery codes.
pub async fn set_recovery_codes(
    tx: &mut AnyConnection,
    person: PersonId,
    verifiers: &[Vec<u8>],
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM recovery_codes WHERE person = $1")
        .bind(&person.as_bytes()[..])
        .execute(&mut *tx)
        .await?;
    for verifier in verifiers {
        sqlx::query("INSERT INTO recovery_codes (person, verifier) VALUES ($1, $2)")
            .bind(&person.as_bytes()[..])
            .bind(&verifier[..])
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// How many recovery codes somebody has left.
pub async fn recovery_codes_left(tx: &mut AnyConnection, person: PersonId) -> Result<u32, sqlx::Error> {
    let row = sqlx::query("SELECT count(*) FROM recovery_codes WHERE person = $1 AND used_at IS NULL")
        .bind(&person.as_bytes()[..])
        .fetch_one(tx)
        .await?;
    Ok(u32::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default())
}

/// Uses a recovery code up; false where there is no such unused one.
pub async fn use_recovery_code(
    tx: &mut AnyConnection,
    person: PersonId,
    verifier: &[u8],
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE recovery_codes SET used_at = $1 WHERE person = $2 AND verifier = $3 AND used_at IS NULL",
    )
    .bind(now.as_nanos())
    .bind(&person.as_bytes()[..])
    .bind(verifier)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A one-time link; what it opens is sealed.
#[derive(Debug, Clone)]
pub struct LinkRow {
    pub id: LinkId,
    /// invitation or reset.
    pub kind: String,
    pub verifier: Vec<u8>,
    pub person: Option<PersonId>,
    pub organization: Option<OrganizationId>,
    pub sealed: Vec<u8>,
    pub made_by: Option<PersonId>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    /// Who made it is shut out since.
    pub maker_out: bool,
}

impl LinkRow {
    /// Whether it opens anything now.
    pub fn stands(&self, now: Timestamp) -> bool {
        self.used_at.is_none() && self.revoked_at.is_none() && now < self.expires_at && !self.maker_out
    }
}

const LINK: &str =
    "SELECT l.id, l.kind, l.verifier, l.person, l.organization, l.sealed, l.made_by, l.created_at,
    l.expires_at, l.used_at, l.revoked_at, CASE WHEN m.disabled_at IS NOT NULL THEN 1 ELSE 0 END
    FROM links l LEFT JOIN people m ON m.id = l.made_by";

fn read_link(row: &AnyRow) -> Result<LinkRow, sqlx::Error> {
    let id = row.try_get::<Vec<u8>, _>(0)?;
    let optional = |n: usize| row.try_get::<Option<Vec<u8>>, _>(n);
    let time = |n: usize| Ok::<_, sqlx::Error>(row.try_get::<Option<i64>, _>(n)?.map(Timestamp));
    Ok(LinkRow {
        id: LinkId::from_slice(&id).map_err(|_| damaged("a link id expected"))?,
        kind: row.try_get(1)?,
        verifier: row.try_get(2)?,
        person: optional(3)?.map(|id| person_id(&id)).transpose()?,
        organization: optional(4)?.map(|id| organization_id(&id)).transpose()?,
        sealed: row.try_get(5)?,
        made_by: optional(6)?.map(|id| person_id(&id)).transpose()?,
        created_at: Timestamp(row.try_get(7)?),
        expires_at: Timestamp(row.try_get(8)?),
        used_at: time(9)?,
        revoked_at: time(10)?,
        maker_out: flag(row, 11)?,
    })
}

/// One link.
pub async fn link(tx: &mut AnyConnection, id: LinkId) -> Result<Option<LinkRow>, sqlx::Error> {
    let text = format!("{LINK} WHERE l.id = $1");
    let row = sqlx::query(AssertSqlSafe(text)).bind(&id.as_bytes()[..]).fetch_optional(tx).await?;
    row.as_ref().map(read_link).transpose()
}

/// A page of invitations under a condition whose placeholders count from 3.
pub async fn invitations(
    tx: &mut AnyConnection,
    seen: Condition,
    after: Vec<u8>,
    limit: u32,
) -> Result<Vec<LinkRow>, sqlx::Error> {
    let text =
        format!("{LINK} WHERE l.id > $1 AND l.kind = 'invitation' AND {} ORDER BY l.id LIMIT $2", seen.text);
    let query = sqlx::query(AssertSqlSafe(text)).bind(after).bind(i64::from(limit));
    let query = seen.binds.into_iter().fold(query, |query, id| query.bind(id));
    query.fetch_all(tx).await?.iter().map(read_link).collect()
}

/// Adds a link.
pub async fn insert_link(tx: &mut AnyConnection, row: &LinkRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO links (id, kind, verifier, person, organization, sealed, made_by, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&row.id.as_bytes()[..])
    .bind(&row.kind)
    .bind(&row.verifier[..])
    .bind(row.person.map(|id| id.as_bytes().to_vec()))
    .bind(row.organization.map(|id| id.as_bytes().to_vec()))
    .bind(&row.sealed[..])
    .bind(row.made_by.map(|id| id.as_bytes().to_vec()))
    .bind(row.created_at.as_nanos())
    .bind(row.expires_at.as_nanos())
    .execute(tx)
    .await
    .map(drop)
}

/// How many links for a new password were sent to a person since then.
pub async fn resets_since(
    tx: &mut AnyConnection,
    person: PersonId,
    since: Timestamp,
) -> Result<u64, sqlx::Error> {
    let text = "SELECT COUNT(*) FROM links WHERE kind = 'reset' AND person = $1 AND created_at > $2";
    let row = sqlx::query(text).bind(person.as_bytes().to_vec()).bind(since.as_nanos()).fetch_one(tx).await?;
    Ok(row.try_get::<i64, _>(0)?.try_into().unwrap_or_default())
}

/// Notes to whom an invitation is sent.
pub async fn sent_to(tx: &mut AnyConnection, id: LinkId, recipient: &[u8]) -> Result<(), sqlx::Error> {
    let query = sqlx::query("UPDATE links SET recipient = $1 WHERE id = $2");
    query.bind(recipient).bind(&id.as_bytes()[..]).execute(tx).await.map(drop)
}

/// How many invitations were sent since then: to one address, and by one organization or the deployment itself.
pub async fn sent_since(
    tx: &mut AnyConnection,
    recipient: &[u8],
    organization: Option<OrganizationId>,
    since: Timestamp,
) -> Result<(u64, u64), sqlx::Error> {
    let text = "SELECT COUNT(*) FROM links WHERE recipient = $1 AND created_at > $2";
    let to = sqlx::query(text).bind(recipient).bind(since.as_nanos()).fetch_one(&mut *tx).await?;
    let by = match organization {
        Some(id) => {
            let text = "SELECT COUNT(*) FROM links WHERE organization = $1 AND recipient IS NOT NULL AND created_at > $2";
            sqlx::query(text).bind(id.as_bytes().to_vec()).bind(since.as_nanos()).fetch_one(tx).await?
        }
        None => {
            let text = "SELECT COUNT(*) FROM links WHERE organization IS NULL AND recipient IS NOT NULL AND created_at > $1";
            sqlx::query(text).bind(since.as_nanos()).fetch_one(tx).await?
        }
    };
    let count = |row: AnyRow| Ok::<_, sqlx::Error>(row.try_get::<i64, _>(0)?.try_into().unwrap_or_default());
    Ok((count(to)?, count(by)?))
}

/// Uses a link up; false where it was used, revoked or is over.
pub async fn use_link(tx: &mut AnyConnection, id: LinkId, now: Timestamp) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE links SET used_at = $1 WHERE id = $2 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $1",
    )
    .bind(now.as_nanos())
    .bind(&id.as_bytes()[..])
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Withdraws a link; false where it was used or withdrawn before.
pub async fn revoke_link(tx: &mut AnyConnection, id: LinkId, now: Timestamp) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE links SET revoked_at = $1 WHERE id = $2 AND used_at IS NULL AND revoked_at IS NULL",
    )
    .bind(now.as_nanos())
    .bind(&id.as_bytes()[..])
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Withdraws somebody's resets that nobody took up: the newest one counts.
pub async fn revoke_resets(
    tx: &mut AnyConnection,
    person: PersonId,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE links SET revoked_at = $1 WHERE kind = 'reset' AND person = $2 AND used_at IS NULL AND revoked_at IS NULL",
    )
    .bind(now.as_nanos())
    .bind(&person.as_bytes()[..])
    .execute(tx)
    .await
    .map(drop)
}

/// Withdraws the links of a person, and those that they made.
pub async fn revoke_links_of(
    tx: &mut AnyConnection,
    person: PersonId,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE links SET revoked_at = $1 WHERE (person = $2 OR made_by = $2) AND used_at IS NULL AND revoked_at IS NULL",
    )
    .bind(now.as_nanos())
    .bind(&person.as_bytes()[..])
    .execute(tx)
    .await
    .map(drop)
}

/// Whether any link was ever made.
pub async fn any_links(tx: &mut AnyConnection) -> Result<bool, sqlx::Error> {
    Ok(sqlx::query("SELECT id FROM links LIMIT 1").fetch_optional(tx).await?.is_some())
}
