//! Makers and work orders, read. Never: what a device measured, or whose it became.

use super::sql;
use crate::{App, Fault};
use fieldkeep_api as api;
use fieldkeep_domain::access::Permit;
use fieldkeep_domain::registry::Life;
use fieldkeep_domain::{MakerId, OrderId};
use fieldkeep_trust::hash::sha256;
use fieldkeep_trust::seal::{Binding, Purpose};
use fieldkeep_wire::json::format_time;
use fieldkeep_wire::{cose, order};
use std::collections::HashMap;

fn name_of(app: &App, row: &sql::MakerRow) -> Result<String, Fault> {
    let binding = Binding::deployment(Purpose::Name, *row.id.as_bytes());
    let name = app.keys.organization(None)?.seal.open(&binding, &row.sealed)?;
    Ok(String::from_utf8_lossy(&name).into_owned())
}

/// Every maker that is known.
pub async fn makers(app: &App, _: Permit) -> Result<api::Page<api::Maker>, Fault> {
    let mut tx = app.db.read().await?;
    let mut items = Vec::new();
    for row in sql::makers(&mut tx).await? {
        let (created_at, devices) = sql::of_maker(&mut tx, row.id).await?;
        items.push(api::Maker {
            id: row.id,
            name: name_of(app, &row)?,
            created_at: format_time(created_at),
            root: sha256(&[&row.root]).to_string(),
            devices,
        });
    }
    Ok(api::Page { items, next: None })
}

/// A page of work orders.
pub async fn orders(
    app: &App,
    _: Permit,
    query: &api::OrderQuery,
) -> Result<api::Page<api::WorkOrder>, Fault> {
    let (limit, after) = crate::http::page(query.limit, query.after.as_deref())?;
    let mut tx = app.db.read().await?;
    let rows = sql::orders(&mut tx, query.maker, after, limit + 1).await?;
    let page = crate::http::paged(rows, limit, |(row, _)| row.id.to_string());
    let ids: Vec<OrderId> = page.items.iter().map(|(row, _)| row.id).collect();
    let lives = sql::lives_of_orders(&mut tx, &ids).await?;
    let mut names: HashMap<MakerId, String> = HashMap::new();
    for maker in sql::makers(&mut tx).await? {
        names.insert(maker.id, name_of(app, &maker)?);
    }
    drop(tx);
    let mut items = Vec::new();
    for (row, created_at) in &page.items {
        let of = |wanted: &dyn Fn(Life) -> bool| {
            let own = lives.iter().filter(|(order, life, _)| *order == row.id && wanted(*life));
            own.map(|(_, _, count)| count).sum::<u64>()
        };
        items.push(api::WorkOrder {
            id: row.id,
            maker: row.maker,
            maker_name: names.get(&row.maker).cloned().unwrap_or_default(),
            model: model(app, row)?,
            count: row.count,
            made: of(&|_| true),
            claimed: of(&|life| matches!(life, Life::Claimed | Life::Installed | Life::Suspended)),
            installed: of(&|life| matches!(life, Life::Installed | Life::Suspended)),
            ended: of(&|life| matches!(life, Life::Revoked | Life::Retired)),
            created_at: format_time(*created_at),
        });
    }
    Ok(api::Page { items, next: page.next })
}

/// The model stands in the statement that the maker signed.
fn model(app: &App, row: &sql::OrderRow) -> Result<String, Fault> {
    let binding = Binding::deployment(Purpose::Registry, *row.id.as_bytes());
    let statement = app.keys.organization(None)?.seal.open(&binding, &row.sealed)?;
    let signed = cose::decode_sign1(&statement, order::BYTES_MAX).map_err(Fault::internal)?;
    let says = order::decode(&signed.payload).map_err(Fault::internal)?;
    Ok(says.model.as_str().to_owned())
}
