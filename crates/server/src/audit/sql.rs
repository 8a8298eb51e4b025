//! Rows of acts, read.

use crate::db::damaged;
use crate::db::reach::Condition;
use crate::project::sql::organization_id;
use fieldkeep_domain::{OrganizationId, RowId};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

/// An act; what it says is sealed.
#[derive(Debug)]
pub struct ActRow {
    pub index: u64,
    pub organization: Option<OrganizationId>,
    pub id: RowId,
    pub sealed: Vec<u8>,
}

fn read(row: &AnyRow) -> Result<ActRow, sqlx::Error> {
    let organization = row.try_get::<Option<Vec<u8>>, _>(1)?;
    Ok(ActRow {
        index: row.try_get::<i64, _>(0)?.unsigned_abs(),
        organization: organization.map(|id| organization_id(&id)).transpose()?,
        id: RowId::from_slice(&row.try_get::<Vec<u8>, _>(2)?).map_err(|_| damaged("a row id expected"))?,
        sealed: row.try_get(3)?,
    })
}

/// Acts before a leaf, the newest first, of one organization or of all, under a condition whose placeholders count from 4.
pub async fn acts(
    tx: &mut AnyConnection,
    of: Option<OrganizationId>,
    seen: Condition,
    before: u64,
    limit: u32,
) -> Result<Vec<ActRow>, sqlx::Error> {
    // Each form names $3, so that the placeholders after it are the same.
    let one = if of.is_some() { "organization = $3" } else { "(1 = 1 OR organization = $3)" };
    let text = format!(
        "SELECT log_index, organization, id, sealed FROM acts WHERE log_index < $1 AND {one} AND {}
         ORDER BY log_index DESC LIMIT $2",
        seen.text
    );
    let of = of.map_or(Vec::new(), |id| id.as_bytes().to_vec());
    let query = sqlx::query(AssertSqlSafe(text)).bind(before as i64).bind(i64::from(limit)).bind(of);
    let query = seen.binds.into_iter().fold(query, |query, id| query.bind(id));
    query.fetch_all(tx).await?.iter().map(read).collect()
}
