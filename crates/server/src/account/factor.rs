//! Second factors: codes of an app, codes that are sent, recovery codes. Each opens once.
//!
//! Never: a step of an app that was used before, a code in the clear at rest, a try that is not counted.

use super::person;
use super::sql::{people, sessions};
use super::throttle::Counted;
use crate::fault::Kind;
use crate::limits::{CODE_S_MAX, CODE_TRIES_MAX, RECOVERY_CODES};
use crate::{App, Fault, notify};
use fieldkeep_domain::account::SecondFactor;
use fieldkeep_domain::notify::{Channel, DuplicateKey, Hidden, Language, Message};
use fieldkeep_domain::{PersonId, RowId, Timestamp};
use fieldkeep_trust::hash::{equal, hmac_sha256};
use fieldkeep_trust::secret::Secret;
use totp_rs::{Algorithm, TOTP};

const STEP_S: u64 = 30;
/// Steps before and after now that are accepted: clocks of telephones differ.
const SKEW: u64 = 1;

/// What a second factor is called in an answer and in a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// One of the person's factors.
    Factor(SecondFactor),
    /// A recovery code.
    Recovery,
}

impl Shown {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let factor = SecondFactor::ALL.into_iter().find(|factor| factor.name() == text);
        match (factor, text) {
            (Some(factor), _) => Ok(Self::Factor(factor)),
            (None, "recovery") => Ok(Self::Recovery),
            (None, _) => Err(Fault::invalid("`factor`: totp, sms, mail or recovery expected")),
        }
    }
    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Factor(factor) => factor.name(),
            Self::Recovery => "recovery",
        }
    }
}

fn refused() -> Fault {
    Fault::new(Kind::Unauthenticated, "this code is not right, or was used already")
}

fn app_of(secret: &[u8], address: &str) -> Result<TOTP, Fault> {
    TOTP::new(Algorithm::SHA1, 6, 0, STEP_S, secret.to_vec(), Some("Fieldkeep".into()), address.to_owned())
        .map_err(|error| Fault::internal(error.to_string()))
}

/// A new secret of an authenticator app, for its owner to see once.
pub fn new_totp(address: &str) -> Result<(Vec<u8>, fieldkeep_api::TotpSecret), Fault> {
    let secret = fieldkeep_trust::random::<20>().to_vec();
    let app = app_of(&secret, address)?;
    Ok((secret, fieldkeep_api::TotpSecret { secret: app.get_secret_base32(), uri: app.get_url() }))
}

/// The step that a code belongs to, if it is one of now.
pub fn step_of(secret: &[u8], code: &str, now: Timestamp) -> Result<Option<i64>, Fault> {
    let app = app_of(secret, "")?;
    let step = now.as_secs().unsigned_abs() / STEP_S;
    let around = step.saturating_sub(SKEW)..=step + SKEW;
    let found =
        around.into_iter().find(|step| equal(app.generate(step * STEP_S).as_bytes(), code.as_bytes()));
    Ok(found.map(|step| step as i64))
}

/// Codes are compared without the blanks that people type.
fn clean(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace() && *c != '-').take(64).collect::<String>().to_ascii_lowercase()
}

fn code_verifier(app: &App, flow: RowId, code: &str) -> Result<Vec<u8>, Fault> {
    let pepper = app.keys.pepper(crate::keys::PEPPER_NOW)?;
    Ok(hmac_sha256(pepper.expose(), &[b"person/code/1", flow.as_bytes(), code.as_bytes()])
        .as_bytes()
        .to_vec())
}

fn recovery_verifier(app: &App, person: PersonId, code: &str) -> Result<Vec<u8>, Fault> {
    let pepper = app.keys.pepper(crate::keys::PEPPER_NOW)?;
    let parts: [&[u8]; 3] = [b"person/recovery/1", person.as_bytes(), code.as_bytes()];
    Ok(hmac_sha256(pepper.expose(), &parts).as_bytes().to_vec())
}

/// New recovery codes, and what is stored of them: 80 random bits each leave nothing to guess.
pub fn recovery_codes(app: &App, person: PersonId) -> Result<(Vec<String>, Vec<Vec<u8>>), Fault> {
    let mut codes = Vec::new();
    let mut verifiers = Vec::new();
    for _ in 0..RECOVERY_CODES {
        let text = data_encoding::BASE32_NOPAD.encode(&fieldkeep_trust::random::<10>()).to_ascii_lowercase();
        verifiers.push(recovery_verifier(app, person, &text)?);
        let groups: Vec<&str> = [&text[0..4], &text[4..8], &text[8..12], &text[12..16]].into();
        codes.push(groups.join("-"));
    }
    Ok((codes, verifiers))
}

/// Six digits, each equally likely.
fn six_digits() -> String {
    loop {
        let number = u32::from_be_bytes(fieldkeep_trust::random());
        // The last incomplete million would make some codes likelier.
        if number < u32::MAX - u32::MAX % 1_000_000 {
            return format!("{:06}", number % 1_000_000);
        }
    }
}

/// Refuses what nothing here could send: nobody waits for a code that does not come. Asked before somebody gives such an
/// address, and not where they sign in, where it would tell that there is an account.
pub fn has_gateway(app: &App, factor: SecondFactor) -> Result<(), Fault> {
    let missing = match factor {
        SecondFactor::Mail if app.config.mail.host.is_empty() => {
            "no mail server is set up here (`mail.host`)"
        }
        SecondFactor::Sms if app.config.sms.url.is_empty() => "no gateway for SMS is set up here (`sms.url`)",
        _ => return Ok(()),
    };
    Err(Fault::conflict(format!("{missing}, so no code would come; use an authenticator app or a passkey")))
}

/// Sends a code that ends this flow.
pub async fn send(
    app: &App,
    flow: RowId,
    person: Option<PersonId>,
    to: Channel,
    language: Language,
) -> Result<(), Fault> {
    let now = app.clock.now();
    if let Some(person) = person {
        let sent = [Counted::Sent(person)];
        app.throttle.ask(&sent, now)?;
        app.throttle.failed(&sent, now);
    }
    let code = six_digits();
    let verifier = code_verifier(app, flow, &code)?;
    let minutes = u32::try_from(CODE_S_MAX / 60).unwrap_or_default();
    let message = Message::Code { code: Hidden::new(code), minutes };
    let occasion = RowId::from_random(fieldkeep_trust::random()).to_string();
    let mut tx = app.db.write().await?;
    sessions::set_code(&mut tx, flow, None, &verifier, now.plus_secs(CODE_S_MAX)).await?;
    notify::enqueue(&mut tx, app, &DuplicateKey::new(&["code", &occasion]), language, to, None, &message)
        .await?;
    tx.commit().await?;
    app.outbox.notify_one();
    Ok(())
}

/// Whether a code that was sent came back. Each try counts, in a transaction of its own: a guess is never free.
pub async fn came_back(app: &App, flow: RowId, code: &str) -> Result<(), Fault> {
    let mut tx = app.db.write().await?;
    let verifier = sessions::try_code(&mut tx, flow, CODE_TRIES_MAX, app.clock.now()).await?;
    tx.commit().await?;
    let given = code_verifier(app, flow, &clean(code))?;
    match verifier {
        Some(verifier) if equal(&verifier, &given) => Ok(()),
        _ => Err(refused()),
    }
}

/// A code that was right, to be used up in the transaction of what it opens.
pub enum Right {
    /// A step of an app.
    Step(PersonId, i64),
    /// A code that was sent.
    Sent(RowId),
    /// A recovery code.
    Recovery(PersonId, Vec<u8>),
}

/// Checks a code of a person. Nothing is used up yet.
pub async fn check(app: &App, flow: RowId, id: PersonId, shown: Shown, code: &str) -> Result<Right, Fault> {
    let now = app.clock.now();
    let counted = [Counted::Codes(id)];
    app.throttle.ask(&counted, now)?;
    // Counted before it is known: several at once must not be several free guesses.
    app.throttle.failed(&counted, now);
    let right = match shown {
        Shown::Factor(SecondFactor::Totp) => {
            let mut tx = app.db.read().await?;
            let row = person::find(&mut tx, id).await?;
            drop(tx);
            let sealed = row.totp.as_ref().ok_or_else(refused)?;
            let secret = Secret::new(person::open_factor(app, id, "totp", sealed)?);
            let step = step_of(secret.expose(), &clean(code), now)?.ok_or_else(refused)?;
            if step <= row.totp_step {
                return Err(refused());
            }
            Right::Step(id, step)
        }
        Shown::Factor(SecondFactor::Sms | SecondFactor::Mail) => {
            came_back(app, flow, code).await?;
            Right::Sent(flow)
        }
        Shown::Recovery => Right::Recovery(id, recovery_verifier(app, id, &clean(code))?),
    };
    Ok(right)
}

impl Right {
    /// Uses the code up, inside the transaction of what it opens. Two at once: one of them opens.
    pub async fn spend(self, tx: &mut sqlx::AnyConnection, now: Timestamp) -> Result<(), Fault> {
        let unused = match self {
            Self::Step(person, step) => people::use_step(tx, person, step).await?,
            Self::Recovery(person, verifier) => people::use_recovery_code(tx, person, &verifier, now).await?,
            Self::Sent(flow) => {
                sessions::drop_code(tx, flow).await?;
                true
            }
        };
        if unused { Ok(()) } else { Err(refused()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_belong_to_one_step_and_its_neighbours() {
        // RFC 6238, appendix B: SHA-1, the secret "12345678901234567890"; the last six of eight digits.
        let secret = b"12345678901234567890";
        for (at, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            let now = |seconds: i64| Timestamp::from_secs(at + seconds);
            assert_eq!(step_of(secret, code, now(0)).unwrap(), Some(at / 30));
            assert!(step_of(secret, code, now(90)).unwrap().is_none());
            assert!(step_of(secret, "000000", now(0)).unwrap().is_none());
        }
    }

    #[test]
    fn codes_are_six_digits_and_typed_as_people_do() {
        assert!((0..100).all(|_| six_digits().len() == 6));
        assert_eq!(clean(" 12 34-56"), "123456");
        assert_eq!(clean("ABCD-efgh"), "abcdefgh");
    }
}
