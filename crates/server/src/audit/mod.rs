//! The record read back: who did what, to what, when, with what changed.
//!
//! Never: shows an act of a part of the world that the reader may not know, changes one.

pub mod http;
mod sql;

use crate::access::{Listing, part_of};
use crate::account::{self, doer_text};
use crate::db::reach::{Columns, covered};
use crate::journal::act_binding;
use crate::limits::ACTS_SCANNED_MAX;
use crate::project::open_json;
use crate::{App, Fault};
use fieldkeep_api as api;
use fieldkeep_domain::audit::{Act, Doer};
use fieldkeep_wire::json::format_time;
use sqlx::AnyConnection;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Rows that are read at once.
const ROWS: u32 = 200;

/// A page of the record, the newest first. What an act says is sealed, so a filter opens acts until the page is full or
/// enough were opened: then it ends early, and its `next` goes on.
pub async fn list(
    app: &App,
    listing: Listing<'_>,
    query: &api::ActQuery,
) -> Result<api::Page<api::RecordedAct>, Fault> {
    let (limit, _) = crate::http::page(query.limit, None)?;
    let bad = |_| Fault::invalid("`before`: the `next` of the page before expected");
    let mut before = query.before.as_deref().map_or(Ok(i64::MAX as u64), str::parse).map_err(bad)?;
    let mut reach = listing.reach.clone();
    // An act of a project lies in its organization; which ones may be seen is asked row by row.
    reach.organizations.extend(reach.above.0.iter().copied());
    let columns = Columns { organization: Some("organization"), ..Columns::default() };
    let mut tx = app.db.read().await?;
    let mut items = Vec::new();
    let mut scanned = 0;
    let mut names = HashMap::new();
    loop {
        let seen = covered(&reach, columns, 4);
        let rows = sql::acts(&mut tx, query.organization, seen, before, ROWS).await?;
        let last = rows.len() < ROWS as usize;
        for row in rows {
            before = row.index;
            scanned += 1;
            let act = open(app, &row)?;
            if matches(&act, query) && listing.shows(&act.scope.into()).await? {
                items.push(show(app, &mut tx, row.index, act, &mut names).await?);
            }
            if items.len() >= limit as usize {
                return Ok(api::Page { items, next: Some(before.to_string()) });
            }
        }
        if last {
            return Ok(api::Page { items, next: None });
        }
        if scanned >= ACTS_SCANNED_MAX {
            return Ok(api::Page { items, next: Some(before.to_string()) });
        }
    }
}

fn open(app: &App, row: &sql::ActRow) -> Result<Act, Fault> {
    let seal = &app.keys.organization(row.organization)?.seal;
    open_json(seal, &act_binding(row.organization, row.id), &row.sealed)
}

fn matches(act: &Act, query: &api::ActQuery) -> bool {
    let verb = |wanted: &String| match wanted.strip_suffix('.') {
        Some(_) => act.verb.starts_with(wanted.as_str()),
        None => act.verb == *wanted,
    };
    query.project.is_none_or(|project| act.scope.project() == Some(project))
        && query.object.as_ref().is_none_or(|object| act.object == *object)
        && query.doer.as_ref().is_none_or(|doer| doer_text(act.doer) == *doer)
        && query.verb.as_ref().is_none_or(verb)
}

async fn show(
    app: &App,
    tx: &mut AnyConnection,
    index: u64,
    act: Act,
    names: &mut HashMap<Doer, Option<String>>,
) -> Result<api::RecordedAct, Fault> {
    if let Entry::Vacant(empty) = names.entry(act.doer) {
        empty.insert(match act.doer {
            Doer::Person(id) => account::person_name(tx, app, id).await?,
            Doer::Key(id) => account::keys::name_of(tx, app, id).await?,
            Doer::Device(_) | Doer::Server => None,
        });
    }
    let (kind, id) = match act.doer {
        Doer::Person(id) => ("person", Some(id.to_string())),
        Doer::Key(id) => ("key", Some(id.to_string())),
        Doer::Device(id) => ("device", Some(id.to_string())),
        Doer::Server => ("server", None),
    };
    let name = names.get(&act.doer).cloned().flatten();
    Ok(api::RecordedAct {
        index,
        at: format_time(act.at),
        doer: api::ActDoer { kind: kind.to_owned(), id, name },
        verb: act.verb,
        object: act.object,
        part: part_of(act.scope),
        detail: act.detail,
    })
}
