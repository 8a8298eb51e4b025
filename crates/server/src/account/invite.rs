//! One-time links: invitations to join, and resets. Never: a link that opens twice, or a reset that its asker can read.

use super::person;
use super::sql::people::{self as sql, LinkRow};
use crate::access::{self, Listing, Receiver};
use crate::db::reach::{Columns, covered};
use crate::fault::Kind;
use crate::keys::PEPPER_NOW;
use crate::limits::{
    INVITATION_S, INVITATION_S_MAX, INVITATIONS_ADDRESS_MAX, INVITATIONS_ORGANIZATION_MAX, RESET_S,
    RESETS_SENT_MAX,
};
use crate::project::{self, open_json, seal_json};
use crate::{App, Fault, notify};
use fieldkeep_api as api;
use fieldkeep_domain::access::{Action, Actor, Permit, RoleRef, Standing};
use fieldkeep_domain::audit::{Act, Doer};
use fieldkeep_domain::limits::GRANTS_MAX;
use fieldkeep_domain::notify::{Channel, DuplicateKey, EmailAddress, Hidden, Language, Message};
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::{LinkId, OrganizationId, PersonId, Timestamp};
use fieldkeep_trust::apikey::{ApiKey, Holder};
use fieldkeep_trust::seal::{Binding, Purpose};
use fieldkeep_wire::json::{format_time, parse_time};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::AnyConnection;
use std::sync::Arc;

const DAY_S: i64 = 86_400;

/// A role that comes with an invitation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Gift {
    pub role: RoleRef,
    pub scope: Scope,
    pub expires_at: Option<i64>,
}

impl Gift {
    /// As `access` gives it.
    pub fn as_given(&self) -> (RoleRef, Scope, Option<Timestamp>) {
        (self.role, self.scope, self.expires_at.map(Timestamp))
    }
}

/// What is sealed of a link.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LinkSecret {
    pub address: Option<EmailAddress>,
    pub roles: Vec<Gift>,
    pub language: Language,
    /// Who gives the roles: they must still hold them when the link is taken up.
    pub giver: Doer,
    /// Whether the link went to the address and to nobody else: whoever has it reads the mail there.
    pub sent: bool,
}

fn binding(id: LinkId) -> Binding {
    Binding::deployment(Purpose::Session, *id.as_bytes())
}

/// What a link says, opened.
pub fn open(app: &App, row: &LinkRow) -> Result<LinkSecret, Fault> {
    open_json(&app.keys.organization(None)?.seal, &binding(row.id), &row.sealed)
}

/// The link behind a token that somebody shows: 401 for what opens nothing (any more).
pub async fn find(app: &App, token: &str) -> Result<LinkRow, Fault> {
    let over =
        || Fault::new(Kind::Unauthenticated, "this link was used, withdrawn or is over: ask for a new one");
    let key = ApiKey::parse(token, Holder::Link).map_err(|_| over())?;
    let mut tx = app.db.read().await?;
    let row = sql::link(&mut tx, LinkId::from_slice(key.id.as_bytes())?).await?.ok_or_else(over)?;
    if !key.matches(&app.keys.pepper(PEPPER_NOW)?, &row.verifier) || !row.stands(app.clock.now()) {
        return Err(over());
    }
    drop(tx);
    still_given(app, &row).await?;
    Ok(row)
}

/// A link dies with the key that made it, and with the rights that it gives away.
pub async fn still_given(app: &App, row: &LinkRow) -> Result<(), Fault> {
    let text = "whoever invited you may not any more: ask for a new link";
    let over = |fault: Fault| match fault.kind {
        Kind::Unauthenticated | Kind::Forbidden => Fault::new(Kind::Unauthenticated, text),
        _ => fault,
    };
    let secret = open(app, row)?;
    let organizations =
        secret.roles.iter().filter_map(|gift| gift.scope.organization()).chain(row.organization);
    for organization in organizations {
        if project::is_shut_out(app, organization).await? {
            let text = "the organization of this link is shut out: the link works again once it is let in";
            return Err(Fault::new(Kind::Unauthenticated, text));
        }
    }
    let now = app.clock.now();
    let actor = match secret.giver {
        Doer::Server | Doer::Device(_) => return Ok(()),
        Doer::Key(id) => super::keys::as_giver(super::keys::standing(app, id).await.map_err(over)?, now),
        Doer::Person(id) => {
            let mut tx = app.db.read().await?;
            let grants = access::grants::of_person(&mut tx, id, now).await?;
            let standing = Standing::Person { fresh_until: now.plus_secs(1) };
            Actor { doer: secret.giver, grants, standing, address: None, now }
        }
    };
    // Whoever may not invite any more has not invited.
    let home = home(row.organization);
    let may = [Action::PersonInvite];
    if row.kind == "invitation"
        && !access::holds(app, &actor, Receiver::Program, &may, &home, Some(now)).await?
    {
        return Err(over(Fault::new(Kind::Forbidden, text)));
    }
    for gift in &secret.roles {
        let until = gift.expires_at.map(Timestamp);
        let held = access::check_held(app, &actor, Receiver::Person, gift.role, &gift.scope, until).await;
        held.map_err(over)?;
    }
    Ok(())
}

/// A new link's row and its token.
fn make(
    app: &App,
    kind: &str,
    secret: &LinkSecret,
    (person, organization): (Option<PersonId>, Option<OrganizationId>),
    doer: Doer,
    expires_at: Timestamp,
) -> Result<(LinkRow, String), Fault> {
    let key = ApiKey::generate(Holder::Link);
    let id = LinkId::from_slice(key.id.as_bytes())?;
    let row = LinkRow {
        id,
        kind: kind.to_owned(),
        verifier: key.verifier(&app.keys.pepper(PEPPER_NOW)?).as_bytes().to_vec(),
        person,
        organization,
        sealed: seal_json(&app.keys.organization(None)?.seal, &binding(id), secret)?,
        made_by: match doer {
            Doer::Person(id) => Some(id),
            _ => None,
        },
        created_at: app.clock.now(),
        expires_at,
        used_at: None,
        revoked_at: None,
        maker_out: false,
    };
    Ok((row, String::from_utf8_lossy(key.expose().expose()).into_owned()))
}

/// The address of the page that takes a link up. What stands behind `#` is never sent to a server or into its logs.
fn link(app: &App, token: &str) -> Result<String, Fault> {
    Ok(format!("{}join#{token}", app.base()?))
}

/// Invites somebody. Where mail is set up, the link goes to the address alone; elsewhere it is shown to who asks.
pub async fn invite(
    app: &Arc<App>,
    actor: &Actor,
    permit: Permit,
    new: api::NewInvitation,
) -> Result<api::InvitationLink, Fault> {
    let address: EmailAddress =
        new.address.parse().map_err(|error| Fault::invalid(format!("`address`: {error}")))?;
    let language = new.language.as_deref().map(Language::parse).unwrap_or_default();
    let days = i64::from(new.days.unwrap_or((INVITATION_S / DAY_S) as u32));
    if !(1..=INVITATION_S_MAX / DAY_S).contains(&days) {
        return Err(Fault::invalid(format!("`days`: 1 to {} expected", INVITATION_S_MAX / DAY_S)));
    }
    if new.roles.len() > GRANTS_MAX {
        return Err(Fault::invalid(format!("limit `roles`: at most {GRANTS_MAX} per person")));
    }
    let mut roles = Vec::new();
    for role in &new.roles {
        roles.push(gift(app, role).await?);
    }
    let gifts: Vec<_> = roles.iter().map(Gift::as_given).collect();
    access::check_gifts(app, actor, &json!({"address": address.as_str()}), &gifts).await?;
    let now = app.clock.now();
    let sent = !app.config.mail.host.is_empty();
    let secret = LinkSecret { address: Some(address.clone()), roles, language, giver: permit.doer(), sent };
    let hash = person::address_hash(app, address.as_str())?;
    let mut tx = app.db.read().await?;
    let known = sql::by_address(&mut tx, hash.as_bytes()).await?.map(|row| row.id);
    drop(tx);
    let to = (known, new.organization);
    let expires = now.plus_secs(days * DAY_S);
    let (row, token) = make(app, "invitation", &secret, to, permit.doer(), expires)?;
    let link = link(app, &token)?;
    let invitation = show(app, &row, &secret);
    let act = Act::new(permit.doer(), "person.invite", row.id, permit.scope(), now)
        .with(json!({"address": address.as_str(), "roles": new.roles}));
    let message = Message::Invitation {
        link: Hidden::new(link.clone()),
        organization: organization_name(app, new.organization).await?,
        from: name_of(app, permit.doer()).await?,
        expires: row.expires_at,
    };
    let inner = app.clone();
    app.journal
        .note(move |tx, _| {
            Box::pin(async move {
                if sent {
                    bounded(tx, hash.as_bytes(), row.organization, now).await?;
                }
                sql::insert_link(tx, &row).await?;
                if sent {
                    sql::sent_to(tx, row.id, hash.as_bytes()).await?;
                    let key = DuplicateKey::new(&["invitation", &row.id.to_string()]);
                    let to = Channel::Mail(address);
                    notify::enqueue(tx, &inner, &key, language, to, row.organization, &message).await?;
                }
                Ok((act, ()))
            })
        })
        .await?;
    app.outbox.notify_one();
    Ok(api::InvitationLink { invitation, link: (!sent).then_some(link), sent })
}

/// Nobody makes us write to an address, or to many, again and again: revoked and used invitations count too.
async fn bounded(
    tx: &mut AnyConnection,
    recipient: &[u8],
    organization: Option<OrganizationId>,
    now: Timestamp,
) -> Result<(), Fault> {
    let (to, by) = sql::sent_since(tx, recipient, organization, now.plus_secs(-DAY_S)).await?;
    let refused = |text: String| {
        let fault = Fault::new(Kind::TooMany, text).with("limit", "invitations");
        Err(fault.retry_after(DAY_S.unsigned_abs()))
    };
    match (to, by) {
        (INVITATIONS_ADDRESS_MAX.., _) => refused(format!(
            "limit `invitations`: {INVITATIONS_ADDRESS_MAX} were sent to this address within a day; nothing was sent"
        )),
        (_, INVITATIONS_ORGANIZATION_MAX..) => refused(format!(
            "limit `invitations`: {INVITATIONS_ORGANIZATION_MAX} were sent within a day; nothing was sent"
        )),
        _ => Ok(()),
    }
}

async fn gift(app: &App, role: &api::NewRole) -> Result<Gift, Fault> {
    let scope = project::part(app, role.organization, role.project, role.group, role.device).await?;
    let expires_at = role.expires_at.as_deref().map(parse_time).transpose()?;
    Ok(Gift { role: role.role, scope, expires_at: expires_at.map(Timestamp::as_nanos) })
}

/// The name of an organization, for a message.
pub async fn organization_name(app: &App, id: Option<OrganizationId>) -> Result<String, Fault> {
    match id {
        Some(id) => project::name_of(app, id).await,
        None => Ok("Fieldkeep".to_owned()),
    }
}

/// Somebody's name, for a message.
pub async fn name_of(app: &App, doer: Doer) -> Result<String, Fault> {
    let Doer::Person(id) = doer else { return Ok("the operator".to_owned()) };
    let mut tx = app.db.read().await?;
    let row = person::find(&mut tx, id).await?;
    Ok(person::open(app, &row)?.name)
}

fn show(app: &App, row: &LinkRow, secret: &LinkSecret) -> api::Invitation {
    let now = app.clock.now();
    let state = match row {
        LinkRow { used_at: Some(_), .. } => "used",
        LinkRow { revoked_at: Some(_), .. } => "revoked",
        row if !row.stands(now) => "expired",
        _ => "open",
    };
    let roles = secret.roles.iter().map(|gift| {
        let (group, device) = match gift.scope {
            Scope::Group { group, .. } => (Some(group), None),
            Scope::Device { device, .. } => (None, Some(device)),
            _ => (None, None),
        };
        api::NewRole {
            role: gift.role,
            organization: gift.scope.organization(),
            project: gift.scope.project(),
            group,
            device,
            expires_at: gift.expires_at.map(|at| format_time(Timestamp(at))),
        }
    });
    api::Invitation {
        id: row.id,
        address: secret.address.as_ref().map(|address| address.as_str().to_owned()),
        organization: row.organization,
        roles: roles.collect(),
        created_at: format_time(row.created_at),
        expires_at: format_time(row.expires_at),
        state: state.to_owned(),
    }
}

/// The invitations that somebody may see.
pub async fn list(
    app: &App,
    listing: Listing<'_>,
    query: &api::PageQuery,
) -> Result<api::Page<api::Invitation>, Fault> {
    let (limit, after) = crate::http::page(query.limit, query.after.as_deref())?;
    let columns = Columns { organization: Some("l.organization"), ..Columns::default() };
    let mut tx = app.db.read().await?;
    let rows = sql::invitations(&mut tx, covered(&listing.reach, columns, 3), after, limit + 1).await?;
    drop(tx);
    let page = crate::http::paged(rows, limit, |row| row.id.to_string());
    let mut items = Vec::new();
    for row in &page.items {
        if listing.shows(&home(row.organization).into()).await? {
            items.push(show(app, row, &open(app, row)?));
        }
    }
    Ok(api::Page { items, next: page.next })
}

/// The scope of what belongs to an organization, or to the deployment itself.
pub fn home(organization: Option<OrganizationId>) -> Scope {
    organization.map_or(Scope::Deployment, |organization| Scope::Organization { organization })
}

/// The scope of an invitation; 404 where there is none.
pub async fn scope_of(app: &App, id: LinkId) -> Result<Scope, Fault> {
    let mut tx = app.db.read().await?;
    let row = sql::link(&mut tx, id).await?.filter(|row| row.kind == "invitation");
    Ok(home(row.ok_or_else(|| Fault::not_found("invitation"))?.organization))
}

/// Withdraws an invitation.
pub async fn revoke(app: &Arc<App>, permit: Permit, id: LinkId) -> Result<(), Fault> {
    let now = app.clock.now();
    let act = Act::new(permit.doer(), "person.uninvite", id, permit.scope(), now);
    app.journal
        .note(move |tx, _| {
            Box::pin(async move {
                if !sql::revoke_link(tx, id, now).await? {
                    return Err(Fault::conflict("this invitation was used or withdrawn already"));
                }
                Ok((act, ()))
            })
        })
        .await
}

/// Writes a reset link to somebody's own address, inside the transaction of the act. Who asks for it never sees it.
pub async fn reset(app: &App, tx: &mut AnyConnection, row: &sql::PersonRow, doer: Doer) -> Result<(), Fault> {
    let secret = person::open(app, row)?;
    let now = app.clock.now();
    let language = secret.language;
    let says = LinkSecret { address: None, roles: Vec::new(), language, giver: doer, sent: true };
    let to = (Some(row.id), row.organization);
    let (link_row, token) = make(app, "reset", &says, to, doer, now.plus_secs(RESET_S))?;
    if sql::resets_since(tx, row.id, now.plus_secs(-DAY_S)).await? >= RESETS_SENT_MAX {
        let text = format!(
            "limit `resets`: {RESETS_SENT_MAX} were sent to this person within a day; nothing was sent"
        );
        let fault = Fault::new(Kind::TooMany, text).with("limit", "resets");
        return Err(fault.retry_after(DAY_S.unsigned_abs()));
    }
    sql::revoke_resets(tx, row.id, now).await?;
    sql::insert_link(tx, &link_row).await?;
    let hours = u32::try_from(RESET_S / 3_600).unwrap_or_default();
    let message = Message::ResetLink { link: Hidden::new(link(app, &token)?), hours };
    let key = DuplicateKey::new(&["reset", &link_row.id.to_string()]);
    notify::enqueue(tx, app, &key, secret.language, Channel::Mail(secret.address), None, &message)
        .await
        .map(drop)
}

/// The first administrator's invitation, made at the first start and shown once: whoever takes it up owns the
/// deployment. Later ones are made with `operator.key`.
pub async fn first(app: &Arc<App>) -> Result<Option<String>, Fault> {
    let role = RoleRef::Standard(fieldkeep_domain::access::Role::Owner);
    let roles = vec![Gift { role, scope: Scope::Deployment, expires_at: None }];
    let language = Language::default();
    let secret = LinkSecret { address: None, roles, language, giver: Doer::Server, sent: false };
    let now = app.clock.now();
    let ends = now.plus_secs(INVITATION_S);
    let (row, token) = make(app, "invitation", &secret, (None, None), Doer::Server, ends)?;
    let act = Act::new(Doer::Server, "person.invite", row.id, Scope::Deployment, now);
    let made = app
        .journal
        .note(move |tx, _| {
            Box::pin(async move {
                if sql::any(tx).await? || sql::any_links(tx).await? {
                    return Err(Fault::conflict("there was an invitation already"));
                }
                Ok((act, sql::insert_link(tx, &row).await?))
            })
        })
        .await;
    match made {
        Ok(()) => Ok(Some(link(app, &token)?)),
        Err(fault) if fault.kind == Kind::Conflict => Ok(None),
        Err(fault) => Err(fault),
    }
}
