//! Rows of service accounts and their keys.

use crate::db::damaged;
use crate::db::reach::{Columns, covered};
use crate::project::sql::{organization_id, scope_at, scope_binds};
use fieldkeep_domain::access::{Action, Reach, RoleRef};
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::{AccountId, KeyId, OrganizationId, PersonId, Timestamp};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

/// A key; its name and where it was used from are sealed.
#[derive(Debug)]
pub struct KeyRow {
    pub id: KeyId,
    pub role: RoleRef,
    pub scope: Scope,
    pub rights: Vec<Action>,
    pub account: Option<AccountId>,
    pub made_by: Option<PersonId>,
    pub sealed: Vec<u8>,
    pub verifier: Vec<u8>,
    pub pepper: i64,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub used_at: Option<Timestamp>,
    pub used_from: Option<Vec<u8>>,
    pub revoked_at: Option<Timestamp>,
    /// Its organization, its account or the person who made it is shut out.
    pub shut_out: bool,
}

impl KeyRow {
    /// Whether it opens anything now.
    pub fn stands(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && !self.shut_out && self.expires_at.is_none_or(|until| now < until)
    }
}

const SELECT: &str = "SELECT k.id, k.role, k.organization, k.project, k.device_group, k.device, k.rights, k.account,
    k.made_by, k.sealed, k.verifier, k.pepper, k.created_at, k.expires_at, k.used_at, k.used_from, k.revoked_at,
    CASE WHEN o.disabled_at IS NOT NULL OR a.disabled_at IS NOT NULL OR p.disabled_at IS NOT NULL
         OR po.disabled_at IS NOT NULL THEN 1 ELSE 0 END
    FROM service_keys k
    LEFT JOIN organizations o ON o.id = k.organization
    LEFT JOIN service_accounts a ON a.id = k.account
    LEFT JOIN people p ON p.id = k.made_by
    LEFT JOIN organizations po ON po.id = p.organization
    LEFT JOIN devices d ON d.id = k.device AND d.organization = k.organization";

fn actions(text: &str) -> Result<Vec<Action>, sqlx::Error> {
    text.split_whitespace().map(|name| Action::parse(name).ok_or(damaged("an action expected"))).collect()
}

fn account_id(bytes: &[u8]) -> Result<AccountId, sqlx::Error> {
    AccountId::from_slice(bytes).map_err(|_| damaged("a service account id expected"))
}

fn read(row: &AnyRow) -> Result<KeyRow, sqlx::Error> {
    let optional = |n: usize| row.try_get::<Option<Vec<u8>>, _>(n);
    let time = |n: usize| Ok::<_, sqlx::Error>(row.try_get::<Option<i64>, _>(n)?.map(Timestamp));
    Ok(KeyRow {
        id: KeyId::from_slice(&row.try_get::<Vec<u8>, _>(0)?).map_err(|_| damaged("a key id expected"))?,
        role: RoleRef::parse(&row.try_get::<String, _>(1)?).ok_or_else(|| damaged("a role expected"))?,
        scope: scope_at(row, 2)?,
        rights: actions(&row.try_get::<String, _>(6)?)?,
        account: optional(7)?.map(|id| account_id(&id)).transpose()?,
        made_by: optional(8)?.map(|id| super::person_id(&id)).transpose()?,
        sealed: row.try_get(9)?,
        verifier: row.try_get(10)?,
        pepper: row.try_get(11)?,
        created_at: Timestamp(row.try_get(12)?),
        expires_at: time(13)?,
        used_at: time(14)?,
        used_from: optional(15)?,
        revoked_at: time(16)?,
        shut_out: super::flag(row, 17)?,
    })
}

/// One key.
pub async fn find(tx: &mut AnyConnection, id: KeyId) -> Result<Option<KeyRow>, sqlx::Error> {
    let text = format!("{SELECT} WHERE k.id = $1");
    let row = sqlx::query(AssertSqlSafe(text)).bind(&id.as_bytes()[..]).fetch_optional(tx).await?;
    row.as_ref().map(read).transpose()
}

/// Whether there is any key at all.
pub async fn any(tx: &mut AnyConnection) -> Result<bool, sqlx::Error> {
    Ok(sqlx::query("SELECT id FROM service_keys LIMIT 1").fetch_optional(tx).await?.is_some())
}

/// Adds a key.
pub async fn insert(tx: &mut AnyConnection, row: &KeyRow) -> Result<(), sqlx::Error> {
    let rights: Vec<&str> = row.rights.iter().map(|action| action.name()).collect();
    let query = sqlx::query(
        "INSERT INTO service_keys (id, role, organization, project, device_group, device, rights, account, made_by,
         sealed, verifier, pepper, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(&row.id.as_bytes()[..])
    .bind(row.role.to_string());
    scope_binds(row.scope)
        .into_iter()
        .fold(query, |query, id| query.bind(id))
        .bind(rights.join(" "))
        .bind(row.account.map(|id| id.as_bytes().to_vec()))
        .bind(row.made_by.map(|id| id.as_bytes().to_vec()))
        .bind(&row.sealed[..])
        .bind(&row.verifier[..])
        .bind(row.pepper)
        .bind(row.created_at.as_nanos())
        .bind(row.expires_at.map(Timestamp::as_nanos))
        .execute(tx)
        .await
        .map(drop)
}

/// A page of keys within somebody's reach.
pub async fn list(
    tx: &mut AnyConnection,
    reach: &Reach,
    organization: Option<OrganizationId>,
    account: Option<AccountId>,
    after: Vec<u8>,
    limit: u32,
) -> Result<Vec<KeyRow>, sqlx::Error> {
    let mut text = format!("{SELECT} WHERE k.id > $1");
    let mut binds = Vec::new();
    for (column, id) in [
        ("k.organization", organization.map(|id| id.as_bytes().to_vec())),
        ("k.account", account.map(|id| id.as_bytes().to_vec())),
    ] {
        if let Some(id) = id {
            text.push_str(&format!(" AND {column} = ${}", binds.len() + 3));
            binds.push(id);
        }
    }
    let columns = Columns {
        organization: Some("k.organization"),
        // A device's key counts where the device stands today.
        project: Some("COALESCE(k.project, d.project)"),
        group: Some("COALESCE(k.device_group, d.device_group)"),
        device: Some("k.device"),
    };
    let within = covered(reach, columns, binds.len() + 3);
    text.push_str(&format!(" AND {} ORDER BY k.id LIMIT $2", within.text));
    let query = sqlx::query(AssertSqlSafe(text)).bind(after).bind(i64::from(limit));
    let query = binds.into_iter().chain(within.binds).fold(query, |query, id| query.bind(id));
    query.fetch_all(tx).await?.iter().map(read).collect()
}

/// The keys of a service account that nobody withdrew and that have not ended, whether or not the account is shut out.
pub async fn of_account(
    tx: &mut AnyConnection,
    id: AccountId,
    now: Timestamp,
) -> Result<Vec<KeyRow>, sqlx::Error> {
    let text = format!(
        "{SELECT} WHERE k.account = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2)"
    );
    let query = sqlx::query(AssertSqlSafe(text)).bind(id.as_bytes().to_vec()).bind(now.as_nanos());
    query.fetch_all(tx).await?.iter().map(read).collect()
}

/// Notes when and from where a key was used.
pub async fn used(
    tx: &mut AnyConnection,
    id: KeyId,
    now: Timestamp,
    from: Option<Vec<u8>>,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE service_keys SET used_at = $1, used_from = $2 WHERE id = $3")
        .bind(now.as_nanos())
        .bind(from)
        .bind(&id.as_bytes()[..])
        .execute(tx)
        .await
        .map(drop)
}

/// Withdraws a key; false where it was withdrawn before.
pub async fn revoke(tx: &mut AnyConnection, id: KeyId, now: Timestamp) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("UPDATE service_keys SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL")
        .bind(now.as_nanos())
        .bind(&id.as_bytes()[..])
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Withdraws every key that a person made; how many there were.
pub async fn revoke_made_by(
    tx: &mut AnyConnection,
    person: PersonId,
    now: Timestamp,
) -> Result<u64, sqlx::Error> {
    let done =
        sqlx::query("UPDATE service_keys SET revoked_at = $1 WHERE made_by = $2 AND revoked_at IS NULL")
            .bind(now.as_nanos())
            .bind(&person.as_bytes()[..])
            .execute(tx)
            .await?;
    Ok(done.rows_affected())
}

/// Keys that end between two instants and stand: to be warned of.
pub async fn ending(
    tx: &mut AnyConnection,
    from: Timestamp,
    to: Timestamp,
    limit: u32,
) -> Result<Vec<KeyRow>, sqlx::Error> {
    let text = format!(
        "{SELECT} WHERE k.revoked_at IS NULL AND k.expires_at > $1 AND k.expires_at <= $2 ORDER BY k.expires_at LIMIT $3"
    );
    let rows = sqlx::query(AssertSqlSafe(text))
        .bind(from.as_nanos())
        .bind(to.as_nanos())
        .bind(i64::from(limit))
        .fetch_all(tx)
        .await?;
    rows.iter().map(read).collect()
}

/// A service account; its name is sealed.
#[derive(Debug)]
pub struct AccountRow {
    pub id: AccountId,
    pub organization: Option<OrganizationId>,
    pub sealed: Vec<u8>,
    pub made_by: String,
    pub created_at: Timestamp,
    pub disabled_at: Option<Timestamp>,
}

fn read_account(row: &AnyRow) -> Result<AccountRow, sqlx::Error> {
    let organization = row.try_get::<Option<Vec<u8>>, _>(1)?;
    Ok(AccountRow {
        id: account_id(&row.try_get::<Vec<u8>, _>(0)?)?,
        organization: organization.map(|id| organization_id(&id)).transpose()?,
        sealed: row.try_get(2)?,
        made_by: row.try_get(3)?,
        created_at: Timestamp(row.try_get(4)?),
        disabled_at: row.try_get::<Option<i64>, _>(5)?.map(Timestamp),
    })
}

const ACCOUNT: &str =
    "SELECT id, organization, sealed, made_by, created_at, disabled_at FROM service_accounts";

/// One service account.
pub async fn account(tx: &mut AnyConnection, id: AccountId) -> Result<Option<AccountRow>, sqlx::Error> {
    let text = format!("{ACCOUNT} WHERE id = $1");
    let row = sqlx::query(AssertSqlSafe(text)).bind(&id.as_bytes()[..]).fetch_optional(tx).await?;
    row.as_ref().map(read_account).transpose()
}

/// Adds a service account.
pub async fn insert_account(tx: &mut AnyConnection, row: &AccountRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO service_accounts (id, organization, sealed, made_by, created_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(&row.id.as_bytes()[..])
    .bind(row.organization.map(|id| id.as_bytes().to_vec()))
    .bind(&row.sealed[..])
    .bind(&row.made_by)
    .bind(row.created_at.as_nanos())
    .execute(tx)
    .await
    .map(drop)
}

/// Shuts a service account out, or lets it in again.
pub async fn disable_account(
    tx: &mut AnyConnection,
    id: AccountId,
    at: Option<Timestamp>,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE service_accounts SET disabled_at = $1 WHERE id = $2")
        .bind(at.map(Timestamp::as_nanos))
        .bind(&id.as_bytes()[..])
        .execute(tx)
        .await
        .map(drop)
}

/// A page of service accounts within somebody's reach.
pub async fn accounts(
    tx: &mut AnyConnection,
    reach: &Reach,
    after: Vec<u8>,
    limit: u32,
) -> Result<Vec<AccountRow>, sqlx::Error> {
    let columns = Columns { organization: Some("organization"), ..Columns::default() };
    let within = covered(reach, columns, 3);
    let text = format!("{ACCOUNT} WHERE id > $1 AND {} ORDER BY id LIMIT $2", within.text);
    let query = sqlx::query(AssertSqlSafe(text)).bind(after).bind(i64::from(limit));
    let query = within.binds.into_iter().fold(query, |query, id| query.bind(id));
    query.fetch_all(tx).await?.iter().map(read_account).collect()
}
