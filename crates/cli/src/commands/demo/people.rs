//! The people of the story: each joins by an invitation, with a password and an authenticator app, and does what their
//! role is for. One is refused, and asks why.

use super::cases::Case;
use super::stage::{COLD, Stage};
use crate::client::{Client, Session};
use anyhow::{Context, Result, bail};
use fieldkeep_api as api;
use fieldkeep_domain::Timestamp;
use fieldkeep_domain::access::{Action, Role, RoleRef};
use serde_json::{Value as Json, json};
use totp_rs::{Algorithm, TOTP};

/// Who is in the story. Addresses end in a domain that nobody has (RFC 2606).
const CAST: [(&str, &str, Role); 5] = [
    ("Ada Miller", "ada@demo.example", Role::Administrator),
    ("Ivo Stone", "ivo@demo.example", Role::Installer),
    ("Eva Lund", "eva@demo.example", Role::Engineer),
    ("Sam Reyes", "sam@demo.example", Role::SalesRep),
    ("Udo Klein", "udo@demo.example", Role::Auditor),
];

/// Somebody who has joined.
pub struct Person {
    name: &'static str,
    role: Role,
    /// Their session.
    pub page: Session,
}

/// Invites everybody and has them join.
pub async fn join(client: &Client, organization: &api::Organization, now: Timestamp) -> Result<Vec<Person>> {
    let mut people = Vec::new();
    for (name, address, role) in CAST {
        let part = api::NewRole {
            role: RoleRef::Standard(role),
            organization: Some(organization.id),
            project: None,
            group: None,
            device: None,
            expires_at: None,
        };
        let new = api::NewInvitation {
            address: address.to_owned(),
            organization: Some(organization.id),
            roles: vec![part],
            days: None,
            language: None,
        };
        let invited = client.invite(&new).await?;
        let page = take_up(client, &shown(&invited)?, name, now).await?;
        people.push(Person { name, role, page });
    }
    Ok(people)
}

/// The link: the demo has no mail server, so it is shown.
fn shown(invited: &api::InvitationLink) -> Result<String> {
    invited.link.clone().context("the link was sent by mail")
}

/// An invitation for whoever looks at the demo.
pub async fn owners_link(client: &Client, console: u16) -> Result<String> {
    let role = api::NewRole {
        role: RoleRef::Standard(Role::Owner),
        organization: None,
        project: None,
        group: None,
        device: None,
        expires_at: None,
    };
    let new = api::NewInvitation {
        address: "you@demo.example".to_owned(),
        organization: None,
        roles: vec![role],
        days: None,
        language: None,
    };
    let invited = client.invite(&new).await?;
    let link = shown(&invited)?;
    let (_, token) = link.split_once('#').context("an invitation's link has its token behind `#`")?;
    Ok(format!("http://localhost:{console}/join#{token}"))
}

/// Opens the link, chooses a password and shows the first code of an authenticator app.
async fn take_up(client: &Client, link: &str, name: &str, now: Timestamp) -> Result<Session> {
    let (_, token) = link.split_once('#').context("an invitation's link has its token behind `#`")?;
    let mut page = client.session();
    let opened: api::Opened = page.post("/join", &api::OpenLink { token: token.to_owned() }).await?;
    // Nobody needs to know it: it ends with the demo.
    let password = data_encoding::BASE32_NOPAD.encode(&fieldkeep_trust::random::<20>());
    let wish = json!({"flow": opened.flow, "name": name, "password": password});
    let begun: api::Begun = page.post("/join/password", &wish).await?;
    let Some(totp) = begun.totp else { bail!("no authenticator app was offered") };
    let code = code(&totp.secret, now)?;
    let _: api::SignedIn = page.post("/join/confirm", &json!({"flow": begun.flow, "code": code})).await?;
    Ok(page)
}

fn code(secret: &str, now: Timestamp) -> Result<String> {
    let bytes = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).context("a secret in base32")?;
    let app = TOTP::new(Algorithm::SHA1, 6, 1, 30, bytes, None, String::new());
    let app = app.map_err(|error| anyhow::anyhow!("authenticator app: {error}"))?;
    Ok(app.generate(now.as_secs().unsigned_abs()))
}

/// The session of somebody with this role.
pub fn with_role(people: &[Person], role: Role) -> Result<&Person> {
    people.iter().find(|person| person.role == role).with_context(|| format!("nobody is {role}"))
}

/// Each does what the role is for; the sales representative asks for readings, is refused, and asks why.
pub async fn play(stage: &mut Stage<'_>) -> Result<()> {
    let device = stage.made[COLD].device;
    let latest = format!("/devices/{device}/latest");
    let nothing: [(&str, &str); 0] = [];
    let engineer = with_role(&stage.people, Role::Engineer)?;
    let _: Json = engineer.page.get(&latest, &nothing).await?;
    let auditor = with_role(&stage.people, Role::Auditor)?;
    let people: api::Page<api::Person> = auditor.page.get("/people", &nothing).await?;
    let sales = with_role(&stage.people, Role::SalesRep)?;
    let _: Json = sales.page.get(&format!("/devices/{device}"), &nothing).await?;
    let refused = sales.page.get::<Json>(&latest, &nothing).await;
    let query = api::ExplainQuery {
        principal: "me".to_owned(),
        action: Action::TelemetryRead,
        organization: None,
        project: None,
        group: None,
        device: Some(device),
    };
    let why: api::Explanation = sales.page.get("/access/explain", &query).await?;
    let would: Vec<String> = why.would_give.iter().map(ToString::to_string).collect();
    let status =
        refused.as_ref().err().and_then(|error| error.refusal()).map_or(200, |refusal| refusal.status);
    let good = status == 403 && !why.allowed && would.iter().any(|role| role == "viewer");
    let (name, count) = (sales.name, people.items.len());
    let case = Case::new(
        "a sales representative asks for readings",
        "403 with the missing action, and an explanation",
        good,
        format!("{status}; `{}` would take one of: {}", why.action, would.join(", ")),
    );
    stage.say(
        "people",
        format_args!("{count} joined by invitation; {name} was refused readings and told why"),
    );
    stage.cases.push(case);
    Ok(())
}
