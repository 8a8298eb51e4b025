//! What leaves the house for people and their programs: one durable outbox for e-mail, SMS and webhooks.
//!
//! At least once: a letter is committed with the rows that caused it and tried until the other side has taken it, it is
//! too late, or a day has passed. Never: sending in the path of a request, a code or a link in the clear or in an answer
//! of the API, a letter's content kept once it is sent.

pub mod http;
mod job;
mod mail;
mod mime;
mod news;
pub(crate) mod outward;
mod post;
mod sms;
mod sql;
mod text;
mod webhook;

pub use job::{pass, run, trim};
pub use mime::Sender;
pub use news::{Newsroom, look};
pub use post::Post;
pub use sms::{BadTemplate, Template};
pub use sql::counts;

use crate::access::Listing;
use crate::limits::WEBHOOKS_MAX;
use crate::project::{open_json, seal_json};
use crate::{App, Fault, registry};
use fieldkeep_api as api;
use fieldkeep_domain::access::Permit;
use fieldkeep_domain::audit::Act;
use fieldkeep_domain::notify::{Channel, DuplicateKey, Language, Message, News, State};
use fieldkeep_domain::project::{Name, Scope};
use fieldkeep_domain::{LetterId, OrganizationId, WebhookId};
use fieldkeep_trust::hash::hmac_sha256;
use fieldkeep_trust::seal::{Binding, Purpose};
use fieldkeep_wire::json::format_time;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::AnyConnection;
use std::sync::Arc;
use webhook::WebhookSecrets;

/// What is sealed of a letter until it is sent.
#[derive(Debug, Serialize, Deserialize)]
struct Sealed {
    to: Channel,
    language: Language,
    message: Message,
}

/// What is sealed of a letter for as long as it is remembered.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    /// The recipient, masked.
    to: String,
    /// Why the last try did not deliver it.
    why: Option<String>,
}

fn binding(purpose: Purpose, id: &[u8; 16], organization: Option<OrganizationId>) -> Binding {
    match organization {
        Some(organization) => Binding::organization(organization, purpose, registry::as_row(id)),
        None => Binding::deployment(purpose, *id),
    }
}

fn note_binding(id: LetterId, organization: Option<OrganizationId>) -> Binding {
    binding(Purpose::LetterNote, id.as_bytes(), organization)
}

fn open_letter(
    app: &App,
    id: LetterId,
    organization: Option<OrganizationId>,
    sealed: &[u8],
) -> Result<Sealed, Fault> {
    let binding = binding(Purpose::Letter, id.as_bytes(), organization);
    open_json(&app.keys.organization(organization)?.seal, &binding, sealed)
}

/// Puts a letter into the outbox, inside the transaction of what caused it; false: one with this key to this recipient
/// was there already. Whoever commits calls `app.outbox.notify_one()` then; without it the letter goes out a little later.
pub async fn enqueue(
    tx: &mut AnyConnection,
    app: &App,
    key: &DuplicateKey,
    language: Language,
    to: Channel,
    organization: Option<OrganizationId>,
    message: &Message,
) -> Result<bool, Fault> {
    Ok(put(tx, app, key, language, to, organization, message).await?.is_some())
}

async fn put(
    tx: &mut AnyConnection,
    app: &App,
    key: &DuplicateKey,
    language: Language,
    to: Channel,
    organization: Option<OrganizationId>,
    message: &Message,
) -> Result<Option<sql::LetterRow>, Fault> {
    if message.is_personal() && matches!(to, Channel::Webhook(_)) {
        return Err(Fault::internal(format!("a {} is for one person's eyes", message.kind())));
    }
    let now = app.clock.now();
    let id = LetterId::from_random(fieldkeep_trust::random());
    let keys = app.keys.organization(organization)?;
    // Keyed, so that nobody can try from the row whether a person was written to.
    let recipient = to.recipient();
    let parts = ["letter", key.as_str(), to.name(), &recipient].join("\0");
    let duplicate = hmac_sha256(keys.blind.expose(), &[parts.as_bytes()]);
    let note = Note { to: to.masked(), why: None };
    let letter = Sealed { to, language, message: message.clone() };
    let row = sql::LetterRow {
        id,
        organization,
        kind: message.kind().to_owned(),
        channel: letter.to.name().to_owned(),
        state: State::Waiting,
        sealed: Some(seal_json(&keys.seal, &binding(Purpose::Letter, id.as_bytes(), organization), &letter)?),
        note: seal_json(&keys.seal, &note_binding(id, organization), &note)?,
        tries: 0,
        since: now,
        due_at: now,
        expires_at: message.good_until(now),
        created_at: now,
        settled_at: None,
    };
    Ok(sql::insert(tx, duplicate.as_bytes(), &row).await?.then_some(row))
}

/// The people who guard an organization, and how each wants to be told.
pub async fn security_people(
    tx: &mut AnyConnection,
    app: &App,
    organization: OrganizationId,
) -> Result<Vec<(Channel, Language)>, Fault> {
    crate::access::told::guardians(tx, app, organization).await
}

/// The webhooks of an organization that take messages of this kind.
pub async fn webhooks_for(
    tx: &mut AnyConnection,
    organization: OrganizationId,
    message: &Message,
) -> Result<Vec<(Channel, Language)>, Fault> {
    let hooks = sql::webhooks(tx, organization, WEBHOOKS_MAX).await?;
    let hooks = hooks.iter().filter(|hook| hook.takes(message.kind()));
    Ok(hooks.map(|hook| (Channel::Webhook(hook.id), Language::default())).collect())
}

/// Everybody who should hear of an event of an organization: its webhooks of that kind, and its security people.
pub async fn recipients(
    tx: &mut AnyConnection,
    app: &App,
    organization: OrganizationId,
    message: &Message,
) -> Result<Vec<(Channel, Language)>, Fault> {
    let mut all = webhooks_for(tx, organization, message).await?;
    all.extend(security_people(tx, app, organization).await?);
    Ok(all)
}

/// Takes note of something that was seen of a device. Costs the caller nothing but a place in a queue.
pub fn tell(app: &App, organization: OrganizationId, news: News) {
    if !app.news.tell(organization, news, app.clock.now()) {
        app.metrics.news_dropped();
    }
}

fn shown(app: &App, row: &sql::LetterRow) -> Result<api::Letter, Fault> {
    let keys = app.keys.organization(row.organization)?;
    let note: Note = open_json(&keys.seal, &note_binding(row.id, row.organization), &row.note)?;
    Ok(api::Letter {
        id: row.id,
        organization: row.organization,
        kind: row.kind.clone(),
        channel: row.channel.clone(),
        to: note.to,
        state: row.state.name().to_owned(),
        tries: row.tries,
        error: note.why,
        created_at: format_time(row.created_at),
        due_at: (row.state == State::Waiting).then(|| format_time(row.due_at)),
        expires_at: row.expires_at.map(format_time),
        settled_at: row.settled_at.map(format_time),
    })
}

/// A page of the letters in one state that somebody may see, the newest first.
pub async fn outbox(
    app: &App,
    listing: Listing<'_>,
    query: &api::OutboxQuery,
) -> Result<api::Page<api::Letter>, Fault> {
    let (limit, _) = crate::http::page(query.limit, None)?;
    let state = State::parse(query.state.as_deref().unwrap_or("dead"))
        .ok_or_else(|| Fault::invalid("`state`: one of waiting, sent, dead expected"))?;
    let before = match query.after.as_deref() {
        None => (i64::MAX, LetterId::MAX),
        Some(text) => text
            .split_once('.')
            .and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)))
            .ok_or_else(|| Fault::invalid("`after`: the `next` of the page before expected"))?,
    };
    let mut tx = app.db.read().await?;
    let mut rows = sql::list(&mut tx, &listing.reach, state, before, limit + 1).await?;
    drop(tx);
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let last = rows.last().filter(|_| more);
    let next = last.map(|row| format!("{}.{}", row.created_at.as_nanos(), row.id));
    let mut items = Vec::new();
    for row in &rows {
        if listing.shows(&organization_scope(row.organization).into()).await? {
            items.push(shown(app, row)?);
        }
    }
    Ok(api::Page { items, next })
}

fn organization_scope(organization: Option<OrganizationId>) -> Scope {
    organization.map_or(Scope::Deployment, |organization| Scope::Organization { organization })
}

/// The scope of a letter.
pub async fn letter_scope(app: &App, id: LetterId) -> Result<Scope, Fault> {
    let mut tx = app.db.read().await?;
    let row = sql::letter(&mut tx, id).await?.ok_or_else(|| Fault::not_found("letter"))?;
    Ok(organization_scope(row.organization))
}

/// Puts a dead letter back to wait.
pub async fn retry(app: &Arc<App>, permit: Permit, id: LetterId) -> Result<(), Fault> {
    let now = app.clock.now();
    let act = Act::new(permit.doer(), "outbox.retry", id, permit.scope(), now);
    app.journal
        .act(move |tx, _| {
            Box::pin(async move {
                if !sql::revive(tx, id, now).await? {
                    let text =
                        "only a dead letter can be tried again, and only while what it says is still of use";
                    return Err(Fault::conflict(text));
                }
                Ok((act, ()))
            })
        })
        .await?;
    app.outbox.notify_one();
    Ok(())
}

async fn webhook_secrets(app: &App, id: WebhookId) -> Result<Option<WebhookSecrets>, Fault> {
    let mut tx = app.db.read().await?;
    let row = sql::webhook(&mut tx, id).await?;
    drop(tx);
    row.map_or(Ok(None), |row| open_webhook(app, &row))
}

fn open_webhook(app: &App, row: &sql::WebhookRow) -> Result<Option<WebhookSecrets>, Fault> {
    let Some(sealed) = &row.sealed else { return Ok(None) };
    let binding = binding(Purpose::Webhook, row.id.as_bytes(), Some(row.organization));
    Ok(Some(open_json(&app.keys.organization(Some(row.organization))?.seal, &binding, sealed)?))
}

fn show_webhook(row: &sql::WebhookRow, secrets: &WebhookSecrets) -> api::Webhook {
    api::Webhook {
        id: row.id,
        organization: row.organization,
        name: secrets.name.clone(),
        url: secrets.url.clone(),
        kinds: row.kinds.split(',').map(str::to_owned).collect(),
        created_at: format_time(row.created_at),
    }
}

/// Makes a webhook. Its secret is in the answer and, sealed, in its row.
pub async fn create_webhook(
    app: &Arc<App>,
    permit: Permit,
    organization: OrganizationId,
    new: api::NewWebhook,
) -> Result<api::WebhookSecret, Fault> {
    let name = Name::parse(&new.name)?;
    let url = app.post.webhooks.parse(&new.url)?;
    let kinds = kinds(&new.kinds)?;
    let now = app.clock.now();
    let id = WebhookId::from_random(fieldkeep_trust::random());
    let secrets = WebhookSecrets::new(name.to_string(), &url);
    let binding = binding(Purpose::Webhook, id.as_bytes(), Some(organization));
    let sealed = Some(seal_json(&app.keys.organization(Some(organization))?.seal, &binding, &secrets)?);
    let row = sql::WebhookRow { id, organization, sealed, kinds, created_at: now };
    let shown = api::WebhookSecret { webhook: show_webhook(&row, &secrets), secret: secrets.shown() };
    // The address may hold a token in its path: the record has its host.
    let act = Act::new(permit.doer(), "webhook.create", id, permit.scope(), now)
        .with(json!({"name": name.as_str(), "host": url.host_str(), "kinds": row.kinds}));
    app.journal
        .act(move |tx, _| {
            Box::pin(async move {
                sql::insert_webhook(tx, &row).await?;
                if sql::webhooks(tx, organization, WEBHOOKS_MAX + 1).await?.len() > WEBHOOKS_MAX {
                    let text =
                        format!("an organization has at most {WEBHOOKS_MAX} webhooks: remove one first");
                    return Err(Fault::conflict(text));
                }
                Ok((act, ()))
            })
        })
        .await?;
    Ok(shown)
}

fn kinds(wanted: &[String]) -> Result<String, Fault> {
    let known = Message::FOR_PROGRAMS;
    if let Some(unknown) = wanted.iter().find(|kind| !known.contains(&kind.as_str())) {
        let text =
            format!("`kinds`: `{:.40}` is none of {}", unknown.escape_debug().to_string(), known.join(", "));
        return Err(Fault::invalid(text));
    }
    let chosen = known.into_iter().filter(|kind| wanted.is_empty() || wanted.iter().any(|one| one == kind));
    Ok(chosen.collect::<Vec<_>>().join(","))
}

/// The webhooks of an organization, without their secrets.
pub async fn webhooks(
    app: &App,
    _: Permit,
    organization: OrganizationId,
) -> Result<api::Page<api::Webhook>, Fault> {
    let mut tx = app.db.read().await?;
    let rows = sql::webhooks(&mut tx, organization, WEBHOOKS_MAX).await?;
    drop(tx);
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(secrets) = open_webhook(app, &row)? {
            items.push(show_webhook(&row, &secrets));
        }
    }
    Ok(api::Page { items, next: None })
}

/// The scope of a webhook; a removed one does not exist.
pub async fn webhook_scope(app: &App, id: WebhookId) -> Result<Scope, Fault> {
    let mut tx = app.db.read().await?;
    let row = sql::webhook(&mut tx, id).await?.filter(|row| row.sealed.is_some());
    Ok(organization_scope(Some(row.ok_or_else(|| Fault::not_found("webhook"))?.organization)))
}

/// Removes a webhook with its address and secret. What was on its way to it is not sent.
pub async fn remove_webhook(app: &Arc<App>, permit: Permit, id: WebhookId) -> Result<(), Fault> {
    let now = app.clock.now();
    let act = Act::new(permit.doer(), "webhook.remove", id, permit.scope(), now);
    app.journal
        .act(move |tx, _| {
            Box::pin(async move {
                if !sql::disable(tx, id, now).await? {
                    return Err(Fault::not_found("webhook"));
                }
                Ok((act, ()))
            })
        })
        .await
}

/// Puts a test message for a webhook into the outbox.
pub async fn test_webhook(app: &App, permit: Permit, id: WebhookId) -> Result<api::Letter, Fault> {
    let organization = permit.scope().organization();
    let turn = LetterId::from_random(fieldkeep_trust::random());
    let key = DuplicateKey::new(&["test", &id.to_string(), &turn.to_string()]);
    let mut tx = app.db.write().await?;
    let to = Channel::Webhook(id);
    let row = put(&mut tx, app, &key, Language::default(), to, organization, &Message::Test).await?;
    tx.commit().await?;
    app.outbox.notify_one();
    shown(app, &row.ok_or_else(|| Fault::internal("a fresh key was there already"))?)
}
