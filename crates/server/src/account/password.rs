//! Passwords: how strong they must be, and how they are kept: argon2id (RFC 9106), so many at once and no more.
//!
//! Never: less work for an account that does not exist.

use super::leaked;
use crate::fault::Kind;
use crate::limits::{HASHING_NICE, PASSWORD_WAITING_MAX};
use crate::{App, Fault};
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use fieldkeep_domain::account::SignInRules;
use fieldkeep_domain::limits::PASSWORD_BYTES_MAX;
use fieldkeep_trust::secret::Secret;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};

/// 19 MiB, two passes, one lane: what OWASP's cheat sheet asks for at least.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// Letters and digits of a password beside what others know of its owner.
const OTHER_CHARS_MIN: usize = 6;

type Job = Box<dyn FnOnce() + Send>;

/// Hashes on threads of their own, which give way to everything else: devices must not wait for a flood of sign-ins.
#[derive(Debug)]
pub struct Passwords {
    jobs: SyncSender<Job>,
    count: AtomicU64,
    /// What is compared with where there is no account.
    nobody: String,
}

fn argon2() -> Result<Argon2<'static>, Fault> {
    let params =
        Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|error| Fault::internal(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_now(password: &[u8]) -> Result<String, Fault> {
    let broken = |error: argon2::password_hash::Error| Fault::internal(error.to_string());
    let salt = SaltString::encode_b64(&fieldkeep_trust::random::<16>()).map_err(broken)?;
    Ok(argon2()?.hash_password(password, &salt).map_err(broken)?.to_string())
}

/// Half of the processors, at least one.
fn workers() -> usize {
    std::thread::available_parallelism().map_or(1, |count| (count.get() / 2).max(1))
}

impl Passwords {
    /// Ready to hash.
    pub fn new() -> Result<Self, Fault> {
        let (jobs, queue) = std::sync::mpsc::sync_channel::<Job>(PASSWORD_WAITING_MAX);
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..workers() {
            let queue = queue.clone();
            let work = move || {
                // Linux keeps this per thread.
                let _ = rustix::process::nice(HASHING_NICE);
                loop {
                    let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(job) = job else { return };
                    job();
                }
            };
            std::thread::Builder::new().name("passwords".into()).spawn(work).map_err(Fault::internal)?;
        }
        Ok(Self { jobs, count: AtomicU64::new(0), nobody: hash_now(&fieldkeep_trust::random::<32>())? })
    }

    /// How many were computed: known and unknown accounts cost the same.
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// What is stored of a password.
    pub async fn hash(&self, password: Secret) -> Result<String, Fault> {
        self.work(move || hash_now(password.expose())).await
    }

    /// Whether it is the one that was stored; without an account, the same work for a no.
    pub async fn verify(&self, password: Secret, stored: Option<String>) -> Result<bool, Fault> {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobody.clone());
        let same = self
            .work(move || {
                let parsed =
                    PasswordHash::new(&stored).map_err(|error| Fault::internal(error.to_string()))?;
                Ok(argon2()?.verify_password(password.expose(), &parsed).is_ok())
            })
            .await?;
        Ok(same && known)
    }

    async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let (done, outcome) = tokio::sync::oneshot::channel();
        let job: Job = Box::new(move || drop(done.send(job())));
        self.jobs.try_send(job).map_err(|_| {
            let text =
                "limit `sign-ins`: too many people sign in with passwords at once; passkeys still work";
            Fault::new(Kind::TooMany, text).retry_after(2).with("limit", "sign-ins")
        })?;
        self.count.fetch_add(1, Ordering::Relaxed);
        outcome.await.map_err(Fault::internal)?
    }
}

/// Whether somebody may choose this password.
pub async fn check(app: &App, password: &str, rules: &SignInRules, about: &[&str]) -> Result<(), Fault> {
    let refused = |why: String| Err(Fault::invalid(format!("`password`: {why}")));
    if password.len() > PASSWORD_BYTES_MAX {
        return refused(format!("at most {PASSWORD_BYTES_MAX} bytes"));
    }
    let min = rules.password_chars_min;
    if (password.chars().count() as u64) < u64::from(min) {
        return refused(format!("at least {min} characters"));
    }
    // What others know of somebody is guessed word by word.
    let words = about.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    let known: Vec<&str> = about.iter().copied().chain(words).filter(|word| !word.is_empty()).collect();
    let own = |text: String, word: &&str| text.replace(&word.to_lowercase(), "");
    let rest = known.iter().filter(|word| word.len() > 2).fold(password.to_lowercase(), own);
    if rest.chars().filter(|c| c.is_alphanumeric()).count() < OTHER_CHARS_MIN {
        return refused("too easy to guess (made of your own name or address)".into());
    }
    let entropy = zxcvbn::zxcvbn(password, &known);
    if u8::from(entropy.score()) < rules.password_score_min {
        let hint = entropy.feedback().and_then(|feedback| feedback.warning()).map(|hint| hint.to_string());
        let hint = hint.map(|hint| format!(" ({})", hint.trim_end_matches('.').to_lowercase()));
        return refused(format!("too easy to guess{}", hint.unwrap_or_default()));
    }
    if leaked::is_common(password) || leaked::is_leaked(app, password).await? {
        return refused("it stands in lists of leaked passwords: choose another one".into());
    }
    Ok(())
}
