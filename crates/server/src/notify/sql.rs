//! Rows of the outbox and of webhooks.

use crate::db::damaged;
use crate::db::reach::{Columns, covered};
use fieldkeep_domain::access::Reach;
use fieldkeep_domain::notify::State;
use fieldkeep_domain::{LetterId, OrganizationId, Timestamp, WebhookId};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

#[derive(Debug, Clone)]
pub(super) struct LetterRow {
    pub id: LetterId,
    pub organization: Option<OrganizationId>,
    pub kind: String,
    pub channel: String,
    pub state: State,
    pub sealed: Option<Vec<u8>>,
    pub note: Vec<u8>,
    pub tries: u32,
    pub since: Timestamp,
    pub due_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub settled_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, organization, kind, channel, state, sealed, note, tries, since, due_at, expires_at, \
                       created_at, settled_at";

fn organization(bytes: &[u8]) -> Result<OrganizationId, sqlx::Error> {
    OrganizationId::from_slice(bytes).map_err(|_| damaged("an organization id expected"))
}

fn read(row: &AnyRow) -> Result<LetterRow, sqlx::Error> {
    let time = |n: usize| row.try_get::<Option<i64>, _>(n).map(|at| at.map(Timestamp));
    let owner = row.try_get::<Option<Vec<u8>>, _>(1)?;
    Ok(LetterRow {
        id: LetterId::from_slice(&row.try_get::<Vec<u8>, _>(0)?)
            .map_err(|_| damaged("a letter id expected"))?,
        organization: owner.as_deref().map(organization).transpose()?,
        kind: row.try_get(2)?,
        channel: row.try_get(3)?,
        state: State::parse(&row.try_get::<String, _>(4)?).ok_or_else(|| damaged("a state expected"))?,
        sealed: row.try_get(5)?,
        note: row.try_get(6)?,
        tries: u32::try_from(row.try_get::<i64, _>(7)?).unwrap_or(u32::MAX),
        since: Timestamp(row.try_get(8)?),
        due_at: Timestamp(row.try_get(9)?),
        expires_at: time(10)?,
        created_at: Timestamp(row.try_get(11)?),
        settled_at: time(12)?,
    })
}

/// Adds a letter; false: its duplicate key was there already.
pub(super) async fn insert(tx: &mut AnyConnection, key: &[u8], row: &LetterRow) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "INSERT INTO outbox (id, duplicate_key, organization, kind, channel, state, sealed, note, tries, since, due_at,
         expires_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (duplicate_key) DO NOTHING",
    )
    .bind(&row.id.as_bytes()[..])
    .bind(key)
    .bind(row.organization.map(|id| id.as_bytes().to_vec()))
    .bind(&row.kind)
    .bind(&row.channel)
    .bind(row.state.name())
    .bind(row.sealed.clone())
    .bind(&row.note[..])
    .bind(i64::from(row.tries))
    .bind(row.since.as_nanos())
    .bind(row.due_at.as_nanos())
    .bind(row.expires_at.map(Timestamp::as_nanos))
    .bind(row.created_at.as_nanos())
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn letter(tx: &mut AnyConnection, id: LetterId) -> Result<Option<LetterRow>, sqlx::Error> {
    let text = format!("SELECT {COLUMNS} FROM outbox WHERE id = $1");
    let row = sqlx::query(AssertSqlSafe(text)).bind(&id.as_bytes()[..]).fetch_optional(tx).await?;
    row.as_ref().map(read).transpose()
}

/// Letters whose next try is due, the longest waiting first.
pub(super) async fn due(
    tx: &mut AnyConnection,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<LetterRow>, sqlx::Error> {
    let text = format!(
        "SELECT {COLUMNS} FROM outbox WHERE state = 'waiting' AND due_at <= $1 ORDER BY due_at, id LIMIT $2"
    );
    let rows =
        sqlx::query(AssertSqlSafe(text)).bind(now.as_nanos()).bind(i64::from(limit)).fetch_all(tx).await?;
    rows.iter().map(read).collect()
}

/// Takes a letter for one try, until the lease ends; false: another server has it, or it is settled.
pub(super) async fn claim(
    tx: &mut AnyConnection,
    row: &LetterRow,
    lease: Timestamp,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE outbox SET due_at = $1, tries = tries + 1 WHERE id = $2 AND state = 'waiting' AND due_at = $3",
    )
    .bind(lease.as_nanos())
    .bind(&row.id.as_bytes()[..])
    .bind(row.due_at.as_nanos())
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How a try ended; counts only while its lease is still the letter's.
pub(super) struct Settled<'a> {
    pub state: State,
    pub due_at: Timestamp,
    pub settled_at: Option<Timestamp>,
    pub note: &'a [u8],
    pub keep: bool,
}

pub(super) async fn settle(
    tx: &mut AnyConnection,
    id: LetterId,
    lease: Timestamp,
    end: &Settled<'_>,
) -> Result<bool, sqlx::Error> {
    // What is no longer needed goes with the state that says so.
    let text = match end.keep {
        true => {
            "UPDATE outbox SET state = $1, due_at = $2, settled_at = $3, note = $4
             WHERE id = $5 AND state = 'waiting' AND due_at = $6"
        }
        false => {
            "UPDATE outbox SET state = $1, due_at = $2, settled_at = $3, note = $4, sealed = NULL
             WHERE id = $5 AND state = 'waiting' AND due_at = $6"
        }
    };
    let done = sqlx::query(text)
        .bind(end.state.name())
        .bind(end.due_at.as_nanos())
        .bind(end.settled_at.map(Timestamp::as_nanos))
        .bind(end.note)
        .bind(&id.as_bytes()[..])
        .bind(lease.as_nanos())
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Puts a dead letter back to wait; false: it is not dead, or what it said is gone.
pub(super) async fn revive(
    tx: &mut AnyConnection,
    id: LetterId,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE outbox SET state = 'waiting', tries = 0, since = $1, due_at = $1, settled_at = NULL
         WHERE id = $2 AND state = 'dead' AND sealed IS NOT NULL AND (expires_at IS NULL OR expires_at > $1)",
    )
    .bind(now.as_nanos())
    .bind(&id.as_bytes()[..])
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Letters within somebody's reach in one state, the newest first, before a place in that order.
pub(super) async fn list(
    tx: &mut AnyConnection,
    reach: &Reach,
    state: State,
    (before, id): (i64, LetterId),
    limit: u32,
) -> Result<Vec<LetterRow>, sqlx::Error> {
    let within = covered(reach, Columns { organization: Some("organization"), ..Columns::default() }, 5);
    let text = format!(
        "SELECT {COLUMNS} FROM outbox WHERE state = $1 AND (created_at < $2 OR (created_at = $2 AND id < $3))
         AND {} ORDER BY created_at DESC, id DESC LIMIT $4",
        within.text
    );
    let query = sqlx::query(AssertSqlSafe(text))
        .bind(state.name())
        .bind(before)
        .bind(id.as_bytes().to_vec())
        .bind(i64::from(limit));
    let query = within.binds.into_iter().fold(query, |query, id| query.bind(id));
    query.fetch_all(tx).await?.iter().map(read).collect()
}

/// Forgets what was settled before, and what dead letters say once it opens nothing any more.
pub(super) async fn trim(
    tx: &mut AnyConnection,
    before: Timestamp,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM outbox WHERE state <> 'waiting' AND settled_at < $1")
        .bind(before.as_nanos())
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "UPDATE outbox SET sealed = NULL WHERE state = 'dead' AND sealed IS NOT NULL AND expires_at <= $1",
    )
    .bind(now.as_nanos())
    .execute(tx)
    .await
    .map(drop)
}

/// How many letters wait.
pub(super) async fn waiting(tx: &mut AnyConnection) -> Result<i64, sqlx::Error> {
    sqlx::query("SELECT COUNT(*) FROM outbox WHERE state = 'waiting'").fetch_one(tx).await?.try_get(0)
}

#[derive(Debug, Clone)]
pub(super) struct WebhookRow {
    pub id: WebhookId,
    pub organization: OrganizationId,
    pub sealed: Option<Vec<u8>>,
    pub kinds: String,
    pub created_at: Timestamp,
}

impl WebhookRow {
    pub fn takes(&self, kind: &str) -> bool {
        self.kinds.split(',').any(|own| own == kind)
    }
}

const WEBHOOK_COLUMNS: &str = "id, organization, sealed, kinds, created_at";

fn read_webhook(row: &AnyRow) -> Result<WebhookRow, sqlx::Error> {
    Ok(WebhookRow {
        id: WebhookId::from_slice(&row.try_get::<Vec<u8>, _>(0)?)
            .map_err(|_| damaged("a webhook id expected"))?,
        organization: organization(&row.try_get::<Vec<u8>, _>(1)?)?,
        sealed: row.try_get(2)?,
        kinds: row.try_get(3)?,
        created_at: Timestamp(row.try_get(4)?),
    })
}

/// A webhook, removed or not.
pub(super) async fn webhook(
    tx: &mut AnyConnection,
    id: WebhookId,
) -> Result<Option<WebhookRow>, sqlx::Error> {
    let text = format!("SELECT {WEBHOOK_COLUMNS} FROM webhooks WHERE id = $1");
    let row = sqlx::query(AssertSqlSafe(text)).bind(&id.as_bytes()[..]).fetch_optional(tx).await?;
    row.as_ref().map(read_webhook).transpose()
}

/// Webhooks of an organization that are not removed; there are few.
pub(super) async fn webhooks(
    tx: &mut AnyConnection,
    organization: OrganizationId,
    limit: usize,
) -> Result<Vec<WebhookRow>, sqlx::Error> {
    let text = format!(
        "SELECT {WEBHOOK_COLUMNS} FROM webhooks WHERE organization = $1 AND disabled_at IS NULL
         ORDER BY created_at, id LIMIT $2"
    );
    let rows = sqlx::query(AssertSqlSafe(text))
        .bind(&organization.as_bytes()[..])
        .bind(limit as i64)
        .fetch_all(tx)
        .await?;
    rows.iter().map(read_webhook).collect()
}

pub(super) async fn insert_webhook(tx: &mut AnyConnection, row: &WebhookRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO webhooks (id, organization, sealed, kinds, created_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(&row.id.as_bytes()[..])
    .bind(&row.organization.as_bytes()[..])
    .bind(row.sealed.clone())
    .bind(&row.kinds)
    .bind(row.created_at.as_nanos())
    .execute(tx)
    .await
    .map(drop)
}

/// Removes a webhook with its address and its secret; false: it was removed before.
pub(super) async fn disable(
    tx: &mut AnyConnection,
    id: WebhookId,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE webhooks SET disabled_at = $1, sealed = NULL WHERE id = $2 AND disabled_at IS NULL",
    )
    .bind(now.as_nanos())
    .bind(&id.as_bytes()[..])
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How many letters wait, and how many were given up.
pub async fn counts(tx: &mut AnyConnection) -> Result<(u64, u64), sqlx::Error> {
    let row = sqlx::query(
        "SELECT COUNT(CASE WHEN state = 'waiting' THEN 1 END), COUNT(CASE WHEN state = 'dead' THEN 1 END) FROM outbox",
    )
    .fetch_one(tx)
    .await?;
    let count = |n: usize| Ok::<_, sqlx::Error>(row.try_get::<i64, _>(n)?.unsigned_abs());
    Ok((count(0)?, count(1)?))
}
