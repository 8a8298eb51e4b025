//! Taking up a one-time link: an invitation becomes an account, a reset becomes a new password.
//!
//! Never: an account with a password and nothing beside it, or a reset that spares the second factor.

use super::factor;
use super::flow::{self, Pending, State, Wish};
use super::invite::{self, Gift};
use super::own::{Told, told};
use super::person::{self, PersonSecret};
use super::session::{self, Signed};
use super::sign_in::{Visitor, Welcome};
use super::sql::people::{self as sql, LinkRow, PersonRow};
use super::sql::providers::IdentityRow;
use super::throttle::{Counted, network};
use super::{device, oidc, password, webauthn};
use crate::access::grants;
use crate::fault::Kind;
use crate::{App, Fault};
use fieldkeep_api as api;
use fieldkeep_domain::account::{SecondFactor, SignInRules};
use fieldkeep_domain::audit::{Act, Doer};
use fieldkeep_domain::notify::{Channel, EmailAddress, FactorChange, Language, PhoneNumber};
use fieldkeep_domain::project::{Name, Scope};
use fieldkeep_domain::{Hash, LinkId, OrganizationId, PersonId, ProviderId, RowId};
use fieldkeep_trust::secret::Secret;
use serde_json::json;
use sqlx::AnyConnection;
use std::collections::BTreeSet;
use std::sync::Arc;

fn over() -> Fault {
    Fault::new(Kind::Unauthenticated, "this link was used, withdrawn or is over: ask for a new one")
}

/// Opens a link. It is used up only when something came of it.
pub async fn open(app: &App, visitor: &Visitor, given: api::OpenLink) -> Result<api::Opened, Fault> {
    let counted = [Counted::Network(network(visitor.address.unwrap_or([0, 0, 0, 0].into())))];
    app.throttle.ask(&counted, app.clock.now())?;
    let row = invite::find(app, &given.token).await;
    let row = row.inspect_err(|_| app.throttle.failed(&counted, app.clock.now()))?;
    let secret = invite::open(app, &row)?;
    let kind = match (row.kind.as_str(), row.person) {
        ("reset", _) => "reset",
        (_, Some(_)) => "existing",
        _ => "invitation",
    };
    let needs_factor = match (kind, row.person) {
        ("reset", Some(id)) => factors_left(app, id).await? == 0,
        _ => true,
    };
    let rules = rules_of(app, &row).await?;
    let organization = match row.organization {
        Some(_) => Some(invite::organization_name(app, row.organization).await?),
        None => None,
    };
    let (_, flow) = flow::begin(app, State::Opened { link: row.id })?;
    let address = secret.address.map(|address| address.as_str().to_owned());
    let providers = match kind {
        "invitation" => oidc::names(app, &organizations_of(app, &row)?).await?,
        _ => Vec::new(),
    };
    Ok(api::Opened { flow, kind: kind.to_owned(), organization, address, rules, needs_factor, providers })
}

/// How many ways that count somebody has to show that it is them, beside the password.
async fn factors_left(app: &App, id: PersonId) -> Result<usize, Fault> {
    let mut tx = app.db.read().await?;
    let row = person::find(&mut tx, id).await?;
    let passkeys = sql::passkeys(&mut tx, id).await?.len();
    let recovery = sql::recovery_codes_left(&mut tx, id).await? as usize;
    let (_, rules) = person::rules(app, &mut tx, id).await?;
    drop(tx);
    if rules.passkey_required {
        return Ok(passkeys);
    }
    let accepted = super::sign_in::accepted(app, &row, &person::open(app, &row)?, &rules).await?;
    Ok(accepted.len() + passkeys + recovery)
}

/// What the organizations that the link gives roles in ask of a sign-in.
async fn rules_of(app: &App, row: &LinkRow) -> Result<SignInRules, Fault> {
    Ok(SignInRules::strictest(&each_of(app, row).await?))
}

/// The same, one by one.
async fn each_of(app: &App, row: &LinkRow) -> Result<Vec<SignInRules>, Fault> {
    // What other organizations ask of somebody is not told to whoever holds an invitation to this one.
    let Some(id) = row.person.filter(|_| row.kind == "reset") else { return each_ahead(app, row).await };
    let mut tx = app.db.read().await?;
    Ok(person::rules(app, &mut tx, id).await?.0)
}

/// What the organizations that the link leads into ask, whoever takes it up.
async fn each_ahead(app: &App, row: &LinkRow) -> Result<Vec<SignInRules>, Fault> {
    let mut tx = app.db.read().await?;
    let mut organizations: Vec<_> =
        invite::open(app, row)?.roles.iter().map(|gift| gift.scope.organization()).collect();
    organizations.push(row.organization);
    let mut each = Vec::new();
    for organization in organizations {
        each.push(crate::access::rules::of(app, &mut tx, organization).await?.sign_in);
    }
    Ok(each)
}

/// The organizations that the link comes from and gives roles in.
fn organizations_of(app: &App, row: &LinkRow) -> Result<Vec<OrganizationId>, Fault> {
    let roles = invite::open(app, row)?.roles;
    let all: BTreeSet<_> =
        roles.iter().filter_map(|gift| gift.scope.organization()).chain(row.organization).collect();
    Ok(all.into_iter().collect())
}

async fn link(app: &App, id: LinkId) -> Result<LinkRow, Fault> {
    let mut tx = app.db.read().await?;
    let row = sql::link(&mut tx, id).await?;
    drop(tx);
    let row = row.filter(|row| row.stands(app.clock.now())).ok_or_else(over)?;
    invite::still_given(app, &row).await?;
    Ok(row)
}

fn opened(app: &App, text: &str) -> Result<LinkId, Fault> {
    match flow::open(app, text)?.state {
        State::Opened { link } => Ok(link),
        _ => Err(over()),
    }
}

/// Who joins, checked.
fn wish(
    row: &LinkRow,
    app: &App,
    name: &str,
    address: Option<&str>,
    language: Option<&str>,
) -> Result<Wish, Fault> {
    let invited = invite::open(app, row)?;
    let address: EmailAddress = match (invited.address, address) {
        (Some(invited), None) => invited,
        (Some(invited), Some(given)) if given.trim().eq_ignore_ascii_case(invited.as_str()) => invited,
        (Some(_), Some(_)) => return Err(Fault::invalid("`address`: not the one that was invited")),
        (None, Some(given)) => {
            given.trim().parse().map_err(|error| Fault::invalid(format!("`address`: {error}")))?
        }
        (None, None) => return Err(Fault::invalid("`address`: your e-mail address expected")),
    };
    let name = Name::parse(name).map_err(|error| Fault::invalid(format!("`name`: {error}")))?;
    let language = language.map_or(invited.language, Language::parse);
    Ok(Wish {
        name: name.to_string(),
        address: address.as_str().to_owned(),
        phone: None,
        language: language.tag().to_owned(),
    })
}

/// Asks for the passkey of a new account, or of one that has no factor left.
pub async fn begin_passkey(app: &App, given: api::JoinPasskey) -> Result<api::Begun, Fault> {
    let row = link(app, opened(app, &given.flow)?).await?;
    let (id, wish) = match (row.kind.as_str(), row.person) {
        ("reset", Some(id)) => {
            if factors_left(app, id).await? > 0 {
                let text = "a reset sets a new password; your second factor stays, and a passkey is added once you are signed in";
                return Err(Fault::conflict(text));
            }
            (id, known_wish(app, id).await?)
        }
        (_, None) => {
            let id = PersonId::from_random(fieldkeep_trust::random());
            let language = given.language.as_deref();
            (id, wish(&row, app, &given.name, given.address.as_deref(), language)?)
        }
        _ => return Err(Fault::conflict("you have an account: sign in and accept the invitation")),
    };
    let (options, state) = webauthn::begin_creation(app, id, &wish.address, &wish.name, &[])?;
    let (_, flow) = flow::begin(app, State::JoinPasskey { link: row.id, person: id, wish, state })?;
    Ok(api::Begun { flow, options: Some(options), factors: Vec::new(), totp: None })
}

async fn known_wish(app: &App, id: PersonId) -> Result<Wish, Fault> {
    let mut tx = app.db.read().await?;
    let row = person::find(&mut tx, id).await?;
    let secret = person::open(app, &row)?;
    Ok(Wish {
        name: secret.name,
        address: secret.address.as_str().to_owned(),
        phone: secret.phone.map(|phone| phone.as_str().to_owned()),
        language: secret.language.tag().to_owned(),
    })
}

/// Takes the passkey: the account is there and signed in.
pub async fn finish_passkey(
    app: &Arc<App>,
    visitor: &Visitor,
    answer: api::PasskeyAnswer,
) -> Result<Welcome, Fault> {
    let opened = flow::open(app, &answer.flow)?;
    let ended = (opened.id, opened.ends_at);
    let State::JoinPasskey { link: id, person, wish, state } = opened.state else { return Err(over()) };
    let row = link(app, id).await?;
    let passkey = webauthn::finish_creation(app, person, answer.credential, &state, answer.name.as_deref())?;
    let account = Account { passkey: Some(passkey), ..Account::new(person, wish) };
    settle(app, visitor, row, account, "passkey", ended).await
}

/// Takes a password, and asks for the factor beside it. A reset of somebody who still has one is done at once.
pub async fn begin_password(
    app: &Arc<App>,
    visitor: &Visitor,
    given: api::JoinPassword,
) -> Result<(api::Begun, bool), Fault> {
    let row = link(app, opened(app, &given.flow)?).await?;
    let rules = rules_of(app, &row).await?;
    if rules.passkey_required {
        return Err(Fault::conflict("your organization accepts passkeys only: choose one instead"));
    }
    let (id, mut wish, keeps_factor) = match (row.kind.as_str(), row.person) {
        ("reset", Some(id)) => (id, known_wish(app, id).await?, factors_left(app, id).await? > 0),
        (_, None) => {
            let language = given.language.as_deref();
            let wish = wish(&row, app, &given.name, given.address.as_deref(), language)?;
            (PersonId::from_random(fieldkeep_trust::random()), wish, false)
        }
        _ => return Err(Fault::conflict("you have an account: sign in and accept the invitation")),
    };
    password::check(app, &given.password, &rules, &[&wish.name, &wish.address, "fieldkeep"]).await?;
    let hash = app.passwords.hash(Secret::new(given.password.into_bytes())).await?;
    if keeps_factor {
        replace_password(app, visitor, row, id, &hash).await?;
        return Ok((
            api::Begun { flow: String::new(), options: None, factors: Vec::new(), totp: None },
            true,
        ));
    }
    let factor = given.factor.unwrap_or(SecondFactor::Totp);
    if !rules.second_factors.contains(&factor) {
        return Err(Fault::invalid("`factor`: your organization does not accept it"));
    }
    factor::has_gateway(app, factor)?;
    if factor != SecondFactor::Totp {
        for gift in &invite::open(app, &row)?.roles {
            if super::sign_in::gives_rights_over_others(app, gift.role, &gift.scope).await? {
                let text = "`factor`: codes that are sent do not protect the rights of this invitation: choose an \
                            authenticator app or a passkey";
                return Err(Fault::invalid(text));
            }
        }
    }
    let (pending, totp) = match factor {
        SecondFactor::Totp => {
            let (secret, shown) = factor::new_totp(&wish.address)?;
            (Pending::Totp(secret), Some(shown))
        }
        factor => (Pending::Sent(factor), None),
    };
    if factor == SecondFactor::Sms {
        let phone: PhoneNumber = given
            .phone
            .as_deref()
            .unwrap_or_default()
            .parse()
            .map_err(|error| Fault::invalid(format!("`phone`: {error}")))?;
        wish.phone = Some(phone.as_str().to_owned());
    }
    let to = channel(&wish, &pending)?;
    let language = Language::parse(&wish.language);
    let row_id = row.id;
    let state = State::JoinPassword { link: row.id, person: id, wish, password: hash, factor: pending };
    let (flow_id, flow) = flow::begin(app, state)?;
    if let Some(to) = to {
        // Counted for the link: whoever has it must not make a telephone ring all night.
        let counted = PersonId::from_slice(row_id.as_bytes())?;
        factor::send(app, flow_id, Some(counted), to, language).await?;
    }
    Ok((api::Begun { flow, options: None, factors: vec![factor.name().to_owned()], totp }, false))
}

fn channel(wish: &Wish, pending: &Pending) -> Result<Option<Channel>, Fault> {
    let bad = |_| Fault::internal("an address that was checked before");
    match (pending, &wish.phone) {
        (Pending::Sent(SecondFactor::Mail), _) => Ok(Some(Channel::Mail(wish.address.parse().map_err(bad)?))),
        (Pending::Sent(SecondFactor::Sms), Some(phone)) => {
            Ok(Some(Channel::Sms(phone.parse().map_err(bad)?)))
        }
        _ => Ok(None),
    }
}

/// The factor works: the account is there and signed in.
pub async fn finish_password(
    app: &Arc<App>,
    visitor: &Visitor,
    answer: api::CodeAnswer,
) -> Result<Welcome, Fault> {
    let opened = flow::open(app, &answer.flow)?;
    let ended = (opened.id, opened.ends_at);
    let State::JoinPassword { link: id, person, wish, password, factor } = opened.state else {
        return Err(over());
    };
    let row = link(app, id).await?;
    let wrong = || Fault::new(Kind::Unauthenticated, "this code is not right");
    let (totp, method, mail) = match factor {
        Pending::Totp(secret) => {
            let code: String = answer.code.chars().filter(char::is_ascii_digit).collect();
            let step = factor::step_of(&secret, &code, app.clock.now())?.ok_or_else(wrong)?;
            (Some((secret, step)), "totp", false)
        }
        Pending::Sent(factor) => {
            factor::came_back(app, ended.0, &answer.code).await?;
            (None, factor.name(), factor == SecondFactor::Mail)
        }
    };
    let account = Account { password: Some(password), totp, mail, ..Account::new(person, wish) };
    settle(app, visitor, row, account, method, ended).await
}

/// Everything of an account that is about to be.
struct Account {
    person: PersonId,
    wish: Wish,
    passkey: Option<sql::PasskeyRow>,
    password: Option<String>,
    /// The app's secret and the step that was shown.
    totp: Option<(Vec<u8>, i64)>,
    /// Whether codes by e-mail are the factor.
    mail: bool,
    /// Who they are at a provider, instead of all that.
    identity: Option<(Hash, ProviderId)>,
}

impl Account {
    fn new(person: PersonId, wish: Wish) -> Self {
        Self { person, wish, passkey: None, password: None, totp: None, mail: false, identity: None }
    }
}

/// Who wants to join through a provider, and the organizations whose providers may say who they are.
pub async fn begin_provider(
    app: &App,
    given: &api::JoinProvider,
) -> Result<(LinkId, Wish, Vec<OrganizationId>), Fault> {
    let row = link(app, opened(app, &given.flow)?).await?;
    if row.kind == "reset" || row.person.is_some() {
        return Err(Fault::conflict("you have an account: sign in, or choose a passkey or a password"));
    }
    let wish = wish(&row, app, &given.name, given.address.as_deref(), given.language.as_deref())?;
    Ok((row.id, wish, organizations_of(app, &row)?))
}

/// The provider said who they are: the account is there and signed in, without password or passkey. It has no recovery
/// codes either: the page that an answer lands on shows nothing, and a reset by an administrator leads back.
pub async fn finish_provider(
    app: &Arc<App>,
    visitor: &Visitor,
    id: LinkId,
    wish: Wish,
    identity: (Hash, ProviderId),
    ended: (RowId, i64),
) -> Result<Welcome, Fault> {
    let row = link(app, id).await?;
    let person = PersonId::from_random(fieldkeep_trust::random());
    let account = Account { identity: Some(identity), ..Account::new(person, wish) };
    settle(app, visitor, row, account, oidc::METHOD, ended).await
}

/// Uses the link up, writes the account and opens a session, all in one act.
async fn settle(
    app: &Arc<App>,
    visitor: &Visitor,
    row: LinkRow,
    account: Account,
    method: &'static str,
    (flow, ends_at): (RowId, i64),
) -> Result<Welcome, Fault> {
    let each = each_of(app, &row).await?;
    super::sign_in::from_network(visitor.address, &each)?;
    let rules = SignInRules::strictest(&each);
    let id = account.person;
    let hash = person::address_hash(app, &account.wish.address)?;
    let (codes, verifiers) = match account.identity {
        Some(_) => (Vec::new(), Vec::new()),
        None => factor::recovery_codes(app, id)?,
    };
    let remembered = device::remember(app, visitor.device.as_deref(), id, hash)?;
    let browser = visitor.browser.clone();
    let recovered_by = match account.passkey {
        Some(_) => FactorChange::PasskeyAdded,
        None => FactorChange::Password,
    };
    let inner = app.clone();
    let mut fresh = app
        .journal
        .act(move |tx, _| {
            Box::pin(async move {
                let now = inner.clock.now();
                flow::spend(tx, flow, ends_at).await?;
                if !sql::use_link(tx, row.id, now).await? {
                    return Err(over());
                }
                let gifts = invite::open(&inner, &row)?.roles;
                write(&inner, tx, &row, &account, hash.as_bytes()).await?;
                sql::set_recovery_codes(tx, id, &verifiers).await?;
                let gifts: Vec<_> = gifts.iter().map(Gift::as_given).collect();
                let giver = invite::open(&inner, &row)?.giver;
                grants::insert_grants(tx, id, &gifts, giver, now).await?;
                let fresh = session::begin(&inner, tx, id, method, &browser, &rules).await?;
                let verb = if row.kind == "reset" { "person.recover" } else { "person.join" };
                if row.kind == "reset" {
                    let whom = Told::by_link(id, now, browser.network.clone());
                    told(&inner, tx, &whom, recovered_by).await?;
                }
                let act = Act::new(Doer::Person(id), verb, id, invite::home(row.organization), now)
                    .with(json!({"link": row.id, "invited_by": row.made_by, "method": method}));
                Ok((act, fresh))
            })
        })
        .await?;
    fresh.signed_in.recovery_codes = codes;
    Ok(Welcome { fresh, device: remembered })
}

/// The person's row: a new one, or the one that is recovered.
async fn write(
    app: &App,
    tx: &mut AnyConnection,
    link: &LinkRow,
    account: &Account,
    hash: &[u8],
) -> Result<(), Fault> {
    let id = account.person;
    let bad = |_| Fault::internal("an address that was checked before");
    let phone = account.wish.phone.as_deref().map(str::parse).transpose().map_err(bad)?;
    let secret = PersonSecret {
        name: account.wish.name.clone(),
        address: account.wish.address.parse().map_err(bad)?,
        // The link, or a code, was sent there.
        verified: account.mail || invite::open(app, link)?.sent,
        phone,
        language: Language::parse(&account.wish.language),
        mail_factor: account.mail,
    };
    let seal = |what: &str, bytes: &[u8]| person::seal_factor(app, id, what, bytes);
    let row = PersonRow {
        id,
        address_hash: hash.to_vec(),
        organization: link.organization,
        sealed: person::seal(app, id, &secret)?,
        password: account.password.as_ref().map(|hash| seal("password", hash.as_bytes())).transpose()?,
        totp: account.totp.as_ref().map(|(secret, _)| seal("totp", secret)).transpose()?,
        totp_step: account.totp.as_ref().map_or(0, |(_, step)| *step),
        created_at: app.clock.now(),
        disabled_at: None,
        shut_out: false,
    };
    if link.kind == "reset" {
        sql::update(tx, &row).await?;
        session::end_sessions(tx, id).await?;
    } else {
        if sql::by_address(tx, hash).await?.is_some() {
            return Err(Fault::conflict("there is an account with this address: sign in instead"));
        }
        sql::insert(tx, &row).await?;
    }
    if let Some(passkey) = &account.passkey {
        webauthn::store(tx, passkey).await?;
    }
    if let Some((subject, provider)) = account.identity {
        let row = IdentityRow { subject, provider, person: id, created_at: app.clock.now() };
        oidc::insert_identity(tx, &row).await?;
    }
    Ok(())
}

/// A new password in place of the old one. Sessions end; the second factor stays, and signs in as before.
async fn replace_password(
    app: &Arc<App>,
    visitor: &Visitor,
    row: LinkRow,
    id: PersonId,
    hash: &str,
) -> Result<(), Fault> {
    let sealed = person::seal_factor(app, id, "password", hash.as_bytes())?;
    let now = app.clock.now();
    let (inner, whom) = (app.clone(), Told::by_link(id, now, visitor.browser.network.clone()));
    app.journal
        .note(move |tx, _| {
            Box::pin(async move {
                if !sql::use_link(tx, row.id, now).await? {
                    return Err(over());
                }
                let mut person = person::find(tx, id).await?;
                person.password = Some(sealed);
                sql::update(tx, &person).await?;
                session::end_sessions(tx, id).await?;
                told(&inner, tx, &whom, FactorChange::Password).await?;
                let act = Act::new(Doer::Person(id), "person.password", id, Scope::Deployment, now)
                    .with(json!({"link": row.id}));
                Ok((act, ()))
            })
        })
        .await?;
    app.outbox.notify_one();
    Ok(())
}

/// Somebody who has an account takes up what they were invited to.
pub async fn accept(app: &Arc<App>, signed: &Signed, given: api::OpenLink) -> Result<(), Fault> {
    let row = invite::find(app, &given.token).await?;
    let id = signed.person;
    if row.kind != "invitation" || row.person.is_some_and(|person| person != id) {
        return Err(Fault::new(Kind::Forbidden, "this invitation is somebody else's"));
    }
    let secret = invite::open(app, &row)?;
    if row.person.is_none() {
        // It was written to an address: only who has it takes it up.
        let hash = secret.address.map(|address| person::address_hash(app, address.as_str())).transpose()?;
        let mut tx = app.db.read().await?;
        let own = person::find(&mut tx, id).await?.address_hash;
        if hash.is_none_or(|hash| hash.as_bytes()[..] != own[..]) {
            return Err(Fault::new(Kind::Forbidden, "this invitation is somebody else's"));
        }
    }
    // A session that began elsewhere is no way around the networks of where it leads.
    super::sign_in::from_network(signed.actor.address, &each_ahead(app, &row).await?)?;
    let now = app.clock.now();
    let gifts: Vec<_> = secret.roles.iter().map(Gift::as_given).collect();
    app.journal
        .act(move |tx, _| {
            Box::pin(async move {
                if !sql::use_link(tx, row.id, now).await? {
                    return Err(over());
                }
                grants::insert_grants(tx, id, &gifts, secret.giver, now).await?;
                let act =
                    Act::new(Doer::Person(id), "person.accept", id, invite::home(row.organization), now)
                        .with(json!({"link": row.id, "invited_by": row.made_by}));
                Ok((act, ()))
            })
        })
        .await
}
