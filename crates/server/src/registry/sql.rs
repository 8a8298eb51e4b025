//! Rows of makers, work orders and devices.

use crate::db::damaged;
use crate::db::reach::{Columns, covered, one_of};
use crate::project::sql::{group_id, organization_id, project_id, site_id};
use fieldkeep_domain::access::Reach;
use fieldkeep_domain::registry::Life;
use fieldkeep_domain::signed::PublicKey;
use fieldkeep_domain::{
    DeviceId, GroupId, Hash, MakerId, OrderId, OrganizationId, ProjectId, SiteId, Timestamp,
};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

/// A maker; its name is sealed.
#[derive(Debug, Clone)]
pub struct MakerRow {
    /// Which.
    pub id: MakerId,
    /// Its name.
    pub sealed: Vec<u8>,
    /// The root above its birth certificates, DER.
    pub root: Vec<u8>,
    /// Signs vouchers and orders.
    pub voucher_key: PublicKey,
}

/// A device; what names it is sealed.
#[derive(Debug, Clone)]
pub struct DeviceRow {
    /// Which.
    pub id: DeviceId,
    /// Who made it.
    pub maker: MakerId,
    /// Under which order.
    pub order: OrderId,
    /// Where it stands.
    pub life: Life,
    /// Whose, once claimed.
    pub organization: Option<OrganizationId>,
    /// Where installed.
    pub project: Option<ProjectId>,
    /// Where installed.
    pub site: Option<SiteId>,
    /// Model and serial.
    pub sealed: Vec<u8>,
    /// The voucher, sealed.
    pub voucher: Vec<u8>,
    /// The key that answers challenges.
    pub device_key: PublicKey,
    /// Hash of its birth chain.
    pub birth_chain: Hash,
    /// HMAC of the hash of its claim secret; gone once a claim is finished.
    pub claim_verifier: Option<Vec<u8>>,
    /// The open challenge.
    pub claim_nonce: Option<Vec<u8>>,
    /// How often it has changed hands.
    pub owner_epoch: u64,
    /// When registered.
    pub made_at: Timestamp,
    /// Last hello.
    pub hello_at: Option<Timestamp>,
    /// In which group of its project.
    pub group: Option<GroupId>,
}

const COLUMNS: &str = "id, maker, work_order, life, organization, project, site, sealed, voucher, device_key, \
                       birth_chain, claim_verifier, claim_nonce, owner_epoch, made_at, hello_at, device_group";

/// A device's id out of a column.
pub fn device_id(bytes: &[u8]) -> Result<DeviceId, sqlx::Error> {
    DeviceId::from_slice(bytes).map_err(|_| damaged("a device id expected"))
}

fn read(row: &AnyRow) -> Result<DeviceRow, sqlx::Error> {
    let bytes = |n: usize| row.try_get::<Vec<u8>, _>(n);
    let optional = |n: usize| row.try_get::<Option<Vec<u8>>, _>(n);
    Ok(DeviceRow {
        id: device_id(&bytes(0)?)?,
        maker: MakerId::from_slice(&bytes(1)?).map_err(|_| damaged("a maker id expected"))?,
        order: OrderId::from_slice(&bytes(2)?).map_err(|_| damaged("an order id expected"))?,
        life: Life::parse(&row.try_get::<String, _>(3)?).ok_or_else(|| damaged("a life expected"))?,
        organization: optional(4)?.map(|id| organization_id(&id)).transpose()?,
        project: optional(5)?.map(|id| project_id(&id)).transpose()?,
        site: optional(6)?.map(|id| site_id(&id)).transpose()?,
        sealed: bytes(7)?,
        voucher: bytes(8)?,
        device_key: PublicKey::from_slice(&bytes(9)?).ok_or_else(|| damaged("a key expected"))?,
        birth_chain: crate::journal::sql::hash(&bytes(10)?)?,
        claim_verifier: optional(11)?,
        claim_nonce: optional(12)?,
        owner_epoch: row.try_get::<i64, _>(13)?.unsigned_abs(),
        made_at: Timestamp(row.try_get(14)?),
        hello_at: row.try_get::<Option<i64>, _>(15)?.map(Timestamp),
        group: optional(16)?.map(|id| group_id(&id)).transpose()?,
    })
}

/// One device.
pub async fn device(tx: &mut AnyConnection, id: DeviceId) -> Result<Option<DeviceRow>, sqlx::Error> {
    let text = format!("SELECT {COLUMNS} FROM devices WHERE id = $1");
    let row = sqlx::query(AssertSqlSafe(text)).bind(&id.as_bytes()[..]).fetch_optional(tx).await?;
    row.as_ref().map(read).transpose()
}

/// Adds a device.
pub async fn insert_device(
    tx: &mut AnyConnection,
    row: &DeviceRow,
    revision: u64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO devices (id, maker, work_order, life, sealed, voucher, device_key, birth_chain, claim_verifier,
         owner_epoch, made_at, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(&row.id.as_bytes()[..])
    .bind(&row.maker.as_bytes()[..])
    .bind(&row.order.as_bytes()[..])
    .bind(row.life.name())
    .bind(&row.sealed[..])
    .bind(&row.voucher[..])
    .bind(&row.device_key.as_bytes()[..])
    .bind(&row.birth_chain.as_bytes()[..])
    .bind(row.claim_verifier.clone())
    .bind(row.owner_epoch as i64)
    .bind(row.made_at.as_nanos())
    .bind(revision as i64)
    .execute(tx)
    .await
    .map(drop)
}

/// Writes everything of a device that may change.
pub async fn update_device(
    tx: &mut AnyConnection,
    row: &DeviceRow,
    revision: u64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE devices SET life = $1, organization = $2, project = $3, site = $4, voucher = $5, claim_verifier = $6,
         claim_nonce = $7, owner_epoch = $8, revision = $9, device_group = $10 WHERE id = $11",
    )
    .bind(row.life.name())
    .bind(row.organization.map(|id| id.as_bytes().to_vec()))
    .bind(row.project.map(|id| id.as_bytes().to_vec()))
    .bind(row.site.map(|id| id.as_bytes().to_vec()))
    .bind(&row.voucher[..])
    .bind(row.claim_verifier.clone())
    .bind(row.claim_nonce.clone())
    .bind(row.owner_epoch as i64)
    .bind(revision as i64)
    .bind(row.group.map(|id| id.as_bytes().to_vec()))
    .bind(&row.id.as_bytes()[..])
    .execute(tx)
    .await
    .map(drop)
}

/// Notes a hello.
pub async fn hello(tx: &mut AnyConnection, id: DeviceId, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE devices SET hello_at = $1 WHERE id = $2")
        .bind(now.as_nanos())
        .bind(&id.as_bytes()[..])
        .execute(tx)
        .await
        .map(drop)
}

/// Which devices of a list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this organization.
    pub organization: Option<OrganizationId>,
    /// In this project.
    pub project: Option<ProjectId>,
    /// In this state.
    pub life: Option<Life>,
    /// In this group or one below it.
    pub groups: Option<Vec<GroupId>>,
    /// Within these rights.
    pub reach: Reach,
}

/// A page of devices.
pub async fn devices(
    tx: &mut AnyConnection,
    filter: &Filter,
    after: Vec<u8>,
    limit: u32,
) -> Result<Vec<DeviceRow>, sqlx::Error> {
    let mut text = format!("SELECT {COLUMNS} FROM devices WHERE id > $1");
    let mut next = 3;
    for (column, given) in [
        ("organization", filter.organization.is_some()),
        ("project", filter.project.is_some()),
        ("life", filter.life.is_some()),
    ] {
        if given {
            text.push_str(&format!(" AND {column} = ${next}"));
            next += 1;
        }
    }
    let columns = Columns {
        organization: Some("organization"),
        project: Some("project"),
        group: Some("device_group"),
        device: Some("id"),
    };
    let within = covered(&filter.reach, columns, next);
    text.push_str(&format!(" AND {}", within.text));
    let groups = filter.groups.iter().flatten().map(|id| id.as_bytes().to_vec()).collect();
    let grouped = one_of("device_group", groups, next + within.binds.len());
    if filter.groups.is_some() {
        text.push_str(&format!(" AND {}", grouped.text));
    }
    text.push_str(" ORDER BY id LIMIT $2");
    let mut query = sqlx::query(AssertSqlSafe(text)).bind(after).bind(i64::from(limit));
    if let Some(organization) = filter.organization {
        query = query.bind(organization.as_bytes().to_vec());
    }
    if let Some(project) = filter.project {
        query = query.bind(project.as_bytes().to_vec());
    }
    if let Some(life) = filter.life {
        query = query.bind(life.name());
    }
    for id in within.binds.into_iter().chain(grouped.binds) {
        query = query.bind(id);
    }
    query.fetch_all(tx).await?.iter().map(read).collect()
}

/// Devices that changed after a revision, by id.
pub async fn devices_since(
    tx: &mut AnyConnection,
    revision: u64,
    after: Vec<u8>,
    limit: u32,
) -> Result<Vec<DeviceRow>, sqlx::Error> {
    let text = format!("SELECT {COLUMNS} FROM devices WHERE revision > $1 AND id > $2 ORDER BY id LIMIT $3");
    let query = sqlx::query(AssertSqlSafe(text)).bind(revision as i64).bind(after).bind(i64::from(limit));
    query.fetch_all(tx).await?.iter().map(read).collect()
}

/// These devices, in no order.
pub async fn devices_of(tx: &mut AnyConnection, ids: &[DeviceId]) -> Result<Vec<DeviceRow>, sqlx::Error> {
    let within = one_of("id", ids.iter().map(|id| id.as_bytes().to_vec()).collect(), 1);
    let text = format!("SELECT {COLUMNS} FROM devices WHERE {}", within.text);
    let query = sqlx::query(AssertSqlSafe(text));
    let query = within.binds.into_iter().fold(query, |query, id| query.bind(id));
    query.fetch_all(tx).await?.iter().map(read).collect()
}

/// Devices whose standing changed after a revision: their connections are looked at again.
pub async fn changed_since(
    tx: &mut AnyConnection,
    revision: u64,
) -> Result<Vec<(DeviceId, Life)>, sqlx::Error> {
    let rows = sqlx::query("SELECT id, life FROM devices WHERE revision > $1")
        .bind(revision as i64)
        .fetch_all(tx)
        .await?;
    rows.iter()
        .map(|row| {
            let life =
                Life::parse(&row.try_get::<String, _>(1)?).ok_or_else(|| damaged("a life expected"))?;
            Ok((device_id(&row.try_get::<Vec<u8>, _>(0)?)?, life))
        })
        .collect()
}

/// One maker.
pub async fn maker(tx: &mut AnyConnection, id: MakerId) -> Result<Option<MakerRow>, sqlx::Error> {
    let row = sqlx::query("SELECT id, sealed, root, voucher_key FROM makers WHERE id = $1")
        .bind(&id.as_bytes()[..])
        .fetch_optional(tx)
        .await?;
    row.as_ref().map(read_maker).transpose()
}

fn read_maker(row: &AnyRow) -> Result<MakerRow, sqlx::Error> {
    Ok(MakerRow {
        id: MakerId::from_slice(&row.try_get::<Vec<u8>, _>(0)?)
            .map_err(|_| damaged("a maker id expected"))?,
        sealed: row.try_get(1)?,
        root: row.try_get(2)?,
        voucher_key: PublicKey::from_slice(&row.try_get::<Vec<u8>, _>(3)?)
            .ok_or_else(|| damaged("a key expected"))?,
    })
}

/// Every maker: their roots are what birth certificates must lead to.
pub async fn makers(tx: &mut AnyConnection) -> Result<Vec<MakerRow>, sqlx::Error> {
    let rows =
        sqlx::query("SELECT id, sealed, root, voucher_key FROM makers ORDER BY id").fetch_all(tx).await?;
    rows.iter().map(read_maker).collect()
}

/// Adds a maker.
pub async fn insert_maker(tx: &mut AnyConnection, row: &MakerRow, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO makers (id, sealed, root, voucher_key, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(&row.id.as_bytes()[..])
        .bind(&row.sealed[..])
        .bind(&row.root[..])
        .bind(&row.voucher_key.as_bytes()[..])
        .bind(now.as_nanos())
        .execute(tx)
        .await
        .map(drop)
}

/// A work order: its maker, its sealed statement and its count.
#[derive(Debug, Clone)]
pub struct OrderRow {
    /// Which.
    pub id: OrderId,
    /// Whose.
    pub maker: MakerId,
    /// Model and statement.
    pub sealed: Vec<u8>,
    /// How many devices it allows.
    pub count: u32,
}

/// One work order, locked where the database locks rows: imports of one order are counted one after the other.
pub async fn order(tx: &mut AnyConnection, id: OrderId) -> Result<Option<OrderRow>, sqlx::Error> {
    let row = sqlx::query("SELECT id, maker, sealed, device_count FROM work_orders WHERE id = $1")
        .bind(&id.as_bytes()[..])
        .fetch_optional(tx)
        .await?;
    row.map(|row| {
        Ok(OrderRow {
            id,
            maker: MakerId::from_slice(&row.try_get::<Vec<u8>, _>(1)?)
                .map_err(|_| damaged("a maker id expected"))?,
            sealed: row.try_get(2)?,
            count: u32::try_from(row.try_get::<i64, _>(3)?).map_err(|_| damaged("a count expected"))?,
        })
    })
    .transpose()
}

/// Adds a work order.
pub async fn insert_order(tx: &mut AnyConnection, row: &OrderRow, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO work_orders (id, maker, sealed, device_count, created_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(&row.id.as_bytes()[..])
    .bind(&row.maker.as_bytes()[..])
    .bind(&row.sealed[..])
    .bind(i64::from(row.count))
    .bind(now.as_nanos())
    .execute(tx)
    .await
    .map(drop)
}

/// How many devices of an order are registered.
pub async fn count_of_order(tx: &mut AnyConnection, id: OrderId) -> Result<u64, sqlx::Error> {
    let row = sqlx::query("SELECT COUNT(*) FROM devices WHERE work_order = $1")
        .bind(&id.as_bytes()[..])
        .fetch_one(tx)
        .await?;
    Ok(row.try_get::<i64, _>(0)?.unsigned_abs())
}

/// Since when a maker is known, and how many of its devices are.
pub async fn of_maker(tx: &mut AnyConnection, id: MakerId) -> Result<(Timestamp, u64), sqlx::Error> {
    let row = sqlx::query(
        "SELECT m.created_at, (SELECT COUNT(*) FROM devices d WHERE d.maker = m.id) FROM makers m WHERE m.id = $1",
    )
    .bind(&id.as_bytes()[..])
    .fetch_one(tx)
    .await?;
    Ok((Timestamp(row.try_get(0)?), row.try_get::<i64, _>(1)?.unsigned_abs()))
}

/// A page of work orders, and since when each is known.
pub async fn orders(
    tx: &mut AnyConnection,
    maker: Option<MakerId>,
    after: Vec<u8>,
    limit: u32,
) -> Result<Vec<(OrderRow, Timestamp)>, sqlx::Error> {
    // Both forms name $3, so that they take the same values.
    let of = if maker.is_some() { "maker = $3" } else { "(1 = 1 OR maker = $3)" };
    let text = format!(
        "SELECT id, maker, sealed, device_count, created_at FROM work_orders WHERE id > $1 AND {of}
         ORDER BY id LIMIT $2"
    );
    let rows = sqlx::query(AssertSqlSafe(text))
        .bind(after)
        .bind(i64::from(limit))
        .bind(maker.map_or(Vec::new(), |id| id.as_bytes().to_vec()))
        .fetch_all(tx)
        .await?;
    let read = |row: &AnyRow| {
        let id = OrderId::from_slice(&row.try_get::<Vec<u8>, _>(0)?);
        let maker = MakerId::from_slice(&row.try_get::<Vec<u8>, _>(1)?);
        let row_of = OrderRow {
            id: id.map_err(|_| damaged("an order id expected"))?,
            maker: maker.map_err(|_| damaged("a maker id expected"))?,
            sealed: row.try_get(2)?,
            count: u32::try_from(row.try_get::<i64, _>(3)?).map_err(|_| damaged("a count expected"))?,
        };
        Ok((row_of, Timestamp(row.try_get(4)?)))
    };
    rows.iter().map(read).collect()
}

/// How many devices of these orders are at which point of their life.
pub async fn lives_of_orders(
    tx: &mut AnyConnection,
    orders: &[OrderId],
) -> Result<Vec<(OrderId, Life, u64)>, sqlx::Error> {
    let ids = orders.iter().map(|id| id.as_bytes().to_vec()).collect();
    let these = crate::db::reach::one_of("work_order", ids, 1);
    let text = format!(
        "SELECT work_order, life, COUNT(*) FROM devices WHERE {} GROUP BY work_order, life",
        these.text
    );
    let query = these.binds.into_iter().fold(sqlx::query(AssertSqlSafe(text)), |query, id| query.bind(id));
    let read = |row: &AnyRow| {
        let order = OrderId::from_slice(&row.try_get::<Vec<u8>, _>(0)?);
        let life = Life::parse(&row.try_get::<String, _>(1)?).ok_or_else(|| damaged("a life expected"))?;
        let order = order.map_err(|_| damaged("an order id expected"))?;
        Ok((order, life, row.try_get::<i64, _>(2)?.unsigned_abs()))
    };
    query.fetch_all(tx).await?.iter().map(read).collect()
}

/// How many devices of a maker are at which point of their life.
pub async fn lives_of_maker(tx: &mut AnyConnection, id: MakerId) -> Result<Vec<(Life, u64)>, sqlx::Error> {
    let query =
        sqlx::query("SELECT life, COUNT(*) FROM devices WHERE maker = $1 GROUP BY life ORDER BY life");
    let read = |row: &AnyRow| {
        let life = Life::parse(&row.try_get::<String, _>(0)?).ok_or_else(|| damaged("a life expected"))?;
        Ok((life, row.try_get::<i64, _>(1)?.unsigned_abs()))
    };
    query.bind(&id.as_bytes()[..]).fetch_all(tx).await?.iter().map(read).collect()
}
