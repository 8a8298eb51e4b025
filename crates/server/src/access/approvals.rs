//! The rule of two people: who asks for what is written down, somebody else decides, and the agreement is used once.
//!
//! Never: an agreement to anything but exactly what was asked, one by who asked, or one by a program.

use super::grants::part_of;
use super::{refusal, sql, told, verdict};
use crate::account::doer_text;
use crate::db::reach::{Columns, covered};
use crate::fault::Kind;
use crate::project::{open_json, seal_json};
use crate::{App, Fault};
use fieldkeep_api as api;
use fieldkeep_domain::access::{Action, Actor, Place, Reach};
use fieldkeep_domain::audit::{Act, Doer, Why};
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::{ApprovalId, DeviceId, GroupId, OrganizationId, RowId, Timestamp, limits};
use fieldkeep_policy::{Decision, Obligation, Slice};
use fieldkeep_trust::hash::hmac_sha256;
use fieldkeep_trust::seal::{Binding, Purpose};
use fieldkeep_wire::json::format_time;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use sql::approvals::ApprovalRow;
use sqlx::AnyConnection;
use std::sync::Arc;

const STATES: [&str; 5] = ["waiting", "agreed", "refused", "used", "expired"];

/// Exactly what is asked for: the question is a hash of it, and it is what is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Subject {
    doer: Doer,
    action: Action,
    scope: Scope,
    groups: Vec<GroupId>,
    device: Option<DeviceId>,
    object: Option<[u8; 16]>,
    /// What exactly is to be done there.
    content: Option<Json>,
}

impl Subject {
    fn new(doer: Doer, action: Action, place: &Place, content: Option<Json>) -> Self {
        let groups = place.groups.to_vec();
        Self { doer, action, scope: place.scope, groups, device: place.device, object: place.object, content }
    }
    fn place(&self) -> Place {
        let place = Place::within(self.scope, self.groups.clone(), self.device);
        Place { object: self.object, ..place }
    }
    /// The thing itself.
    fn part(&self) -> api::Part {
        let group = self.groups.first().copied().filter(|_| self.device.is_none());
        api::Part { group, device: self.device, ..part_of(self.scope) }
    }
    /// The thing in words, by its kind and id.
    fn object(&self) -> String {
        let part = self.part();
        let touched = self.object.and_then(|id| RowId::from_slice(&id).ok());
        let named = [
            touched.map(|id| format!("object {id}")),
            part.device.map(|id| format!("device {id}")),
            part.group.map(|id| format!("group {id}")),
            part.project.map(|id| format!("project {id}")),
            part.organization.map(|id| format!("organization {id}")),
        ];
        named.into_iter().flatten().next().unwrap_or_else(|| "the whole deployment".to_owned())
    }
}

fn binding(id: ApprovalId, organization: Option<OrganizationId>) -> Binding {
    match organization {
        Some(organization) => {
            Binding::organization(organization, Purpose::Approval, crate::registry::as_row(id.as_bytes()))
        }
        None => Binding::deployment(Purpose::Approval, *id.as_bytes()),
    }
}

fn question(app: &App, subject: &Subject) -> Result<Vec<u8>, Fault> {
    let keys = app.keys.organization(subject.scope.organization())?;
    let text = serde_json::to_vec(subject).map_err(Fault::internal)?;
    Ok(hmac_sha256(keys.blind.expose(), &[b"approval\0", &text]).as_bytes().to_vec())
}

/// Uses up the agreement of a second person to exactly this; where there is none, asks for one and refuses.
pub(super) async fn spend_or_ask(
    app: &App,
    actor: &Actor,
    slice: &Slice,
    action: Action,
    place: &Place,
    content: Option<Json>,
) -> Result<(), Fault> {
    let now = app.clock.now();
    let subject = Subject::new(actor.doer, action, place, content);
    let question = question(app, &subject)?;
    if let Some(id) = standing(app, &question, slice, action, place).await? {
        let decision = verdict(app, actor, slice, action, place, true);
        if !decision.is_allowed() {
            return Err(refusal(actor, action, &decision));
        }
        let mut tx = app.db.write().await?;
        let spent = sql::approvals::spend(&mut tx, id, now).await?;
        tx.commit().await?;
        if spent {
            return Ok(());
        }
    }
    let id = ask(app, subject, question, now).await?;
    let decision = Decision::Owes("two-people".into(), Obligation::SecondPerson);
    Err(refusal(actor, action, &decision).with("approval", id.to_string()))
}

/// An agreement to exactly this that waits to be used, while who gave it is let in and has the right themselves.
async fn standing(
    app: &App,
    question: &[u8],
    slice: &Slice,
    action: Action,
    place: &Place,
) -> Result<Option<ApprovalId>, Fault> {
    let now = app.clock.now();
    let mut tx = app.db.read().await?;
    for (id, giver) in sql::approvals::agreed(&mut tx, question, now).await? {
        let person = giver.strip_prefix("person/").and_then(|id| id.parse().ok());
        let Some(person) = person else { continue };
        let grants = super::of_person(&mut tx, person, now).await?;
        let mut there = grants.iter().filter(|grant| place.is_in(&grant.scope));
        if there.any(|grant| app.policies.engine.role_allows(slice, grant.role, action)) {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// Whether an agreement to exactly this waits to be used. To what has a content of its own there is none without it.
pub(super) async fn is_agreed(
    app: &App,
    doer: Doer,
    slice: &Slice,
    action: Action,
    place: &Place,
) -> Result<bool, Fault> {
    let question = question(app, &Subject::new(doer, action, place, None))?;
    Ok(standing(app, &question, slice, action, place).await?.is_some())
}

/// Writes the question down, once: asked again, the same one waits.
async fn ask(app: &App, subject: Subject, question: Vec<u8>, now: Timestamp) -> Result<ApprovalId, Fault> {
    let mut tx = app.db.read().await?;
    if let Some(id) = sql::approvals::waiting(&mut tx, &question, now).await? {
        return Ok(id);
    }
    drop(tx);
    let organization = subject.scope.organization();
    let id = ApprovalId::from_random(fieldkeep_trust::random());
    let seal = &app.keys.organization(organization)?.seal;
    let row = ApprovalRow {
        id,
        question: question.clone(),
        organization,
        sealed: seal_json(seal, &binding(id, organization), &subject)?,
        made_by: doer_text(subject.doer),
        created_at: now,
        expires_at: now.plus_secs(limits::APPROVAL_S),
        decided_by: None,
        decided_at: None,
        decision: None,
        used_at: None,
    };
    let act = Act::new(subject.doer, "approval.ask", id, subject.scope, now)
        .with(json!({"action": subject.action, "object": subject.object(), "content": subject.content}));
    let asked = app.journal.note(move |tx, _| {
        Box::pin(async move {
            if sql::approvals::waiting(tx, &row.question, now).await?.is_some() {
                return Err(Fault::conflict("the same was asked at the same moment"));
            }
            if sql::approvals::count(tx, &row.made_by, now).await? >= limits::APPROVALS_MAX {
                let max = limits::APPROVALS_MAX;
                let text = format!("limit `approvals`: {max} of your requests wait for a second person");
                return Err(Fault::new(Kind::TooMany, text).with("limit", "approvals"));
            }
            Ok((act, sql::approvals::insert(tx, &row).await?))
        })
    });
    match asked.await {
        Ok(()) => Ok(id),
        Err(fault) if fault.kind == Kind::Conflict => {
            let mut tx = app.db.read().await?;
            sql::approvals::waiting(&mut tx, &question, now).await?.ok_or(fault)
        }
        Err(fault) => Err(fault),
    }
}

fn open(app: &App, row: &ApprovalRow) -> Result<Subject, Fault> {
    let seal = &app.keys.organization(row.organization)?.seal;
    open_json(seal, &binding(row.id, row.organization), &row.sealed)
}

fn state(row: &ApprovalRow, now: Timestamp) -> &'static str {
    match row.decision.as_deref() {
        _ if row.used_at.is_some() => "used",
        Some("refused") => "refused",
        _ if row.expires_at <= now => "expired",
        Some(_) => "agreed",
        None => "waiting",
    }
}

async fn show(
    app: &App,
    tx: &mut AnyConnection,
    row: &ApprovalRow,
    subject: &Subject,
) -> Result<api::Approval, Fault> {
    let asker = told::name_of(tx, app, subject.doer).await;
    Ok(api::Approval {
        id: row.id,
        text: format!("{asker} asks for `{}` on {}", subject.action, subject.object()),
        asked_by: row.made_by.clone(),
        action: subject.action,
        part: subject.part(),
        content: subject.content.clone(),
        state: state(row, app.clock.now()).to_owned(),
        created_at: format_time(row.created_at),
        expires_at: format_time(row.expires_at),
        decided_by: row.decided_by.clone(),
        decided_at: row.decided_at.map(format_time),
    })
}

/// The requests that somebody could decide, and their own.
pub async fn list(
    app: &App,
    actor: &Actor,
    query: &api::ApprovalQuery,
) -> Result<api::Page<api::Approval>, Fault> {
    let (limit, after) = crate::http::page(query.limit, query.after.as_deref())?;
    let wanted = query.state.as_deref().unwrap_or("waiting");
    let wanted = STATES
        .into_iter()
        .find(|state| *state == wanted)
        .ok_or_else(|| Fault::invalid(format!("`state`: one of {} expected", STATES.join(", "))))?;
    // What lies in an organization where they hold nothing they cannot decide.
    let mut reach = Reach::default();
    for grant in actor.standing_grants() {
        match grant.scope.organization() {
            Some(organization) => reach.add(&Scope::Organization { organization }),
            None => reach.all = true,
        }
    }
    let columns = Columns { organization: Some("organization"), ..Columns::default() };
    let seen = covered(&reach, columns, 4);
    let mut tx = app.db.read().await?;
    let rows = sql::approvals::list(&mut tx, wanted, seen, app.clock.now(), after, limit + 1).await?;
    let page = crate::http::paged(rows, limit, |row| row.id.to_string());
    let mut items = Vec::new();
    for row in &page.items {
        let subject = open(app, row)?;
        let slice = app.policies.slice(app, row.organization).await?;
        let place = subject.place();
        let roles = actor.roles(subject.action, &place);
        let holds = roles.iter().any(|role| app.policies.engine.role_allows(&slice, *role, subject.action));
        if subject.doer == actor.doer || (holds && !actor.is_narrowed(subject.action)) {
            items.push(show(app, &mut tx, row, &subject).await?);
        }
    }
    Ok(api::Page { items, next: page.next })
}

/// Agrees to a request of somebody else, or refuses it.
pub async fn decide(
    app: &Arc<App>,
    actor: &Actor,
    id: ApprovalId,
    agree: bool,
    reason: Why,
) -> Result<(), Fault> {
    let now = app.clock.now();
    let mut tx = app.db.read().await?;
    let row = sql::approvals::find(&mut tx, id).await?.ok_or_else(|| Fault::not_found("approval"))?;
    let subject = open(app, &row)?;
    let maker = match subject.doer {
        Doer::Key(key) => sql::approvals::maker_of_key(&mut tx, key).await?.map(Doer::Person),
        _ => None,
    };
    drop(tx);
    let place = subject.place();
    if !actor.knows_of(&place) {
        return Err(Fault::not_found("approval"));
    }
    let forbidden = |text: &str| Fault::new(Kind::Forbidden, text).with("action", subject.action.name());
    if !matches!(actor.doer, Doer::Person(_)) {
        return Err(forbidden("a second person is asked for: programs decide nothing here"));
    }
    if subject.doer == actor.doer || maker == Some(actor.doer) {
        return Err(forbidden("who asks cannot be the second person too"));
    }
    // Whoever agrees could do it alone, but for the rule of two people.
    let slice = app.policies.slice(app, place.scope.organization()).await?;
    let decision = verdict(app, actor, &slice, subject.action, &place, true);
    if !decision.is_allowed() {
        return Err(refusal(actor, subject.action, &decision));
    }
    let (verb, outcome) = if agree { ("approval.agree", "agreed") } else { ("approval.refuse", "refused") };
    let act = Act::new(actor.doer, verb, id, subject.scope, now).with(json!({
        "action": subject.action, "object": subject.object(), "asked_by": row.made_by, "reason": reason,
        "content": subject.content,
    }));
    let by = doer_text(actor.doer);
    app.journal
        .note(move |tx, _| {
            Box::pin(async move {
                if !sql::approvals::decide(tx, id, &by, outcome, now).await? {
                    return Err(Fault::conflict("this was decided before, or it is too late"));
                }
                Ok((act, ()))
            })
        })
        .await
}
