//! From a bundle of the factory to a device with an owner, an operational certificate and an API key.
//!
//! Each step looks first whether it is done, so that the command can be cut anywhere and run again. Never: answers a
//! claim before the owner lock is on disk, shows the birth certificate for anything but hello, claim and EST.

use crate::clock;
use crate::error::AgentError;
use crate::folder::{self, DeviceFile, Folder, Identity};
use crate::limits;
use crate::net::{Api, Ask, Reply, backoff};
use crate::owner::{Birth, OwnerLock, prove};
use crate::progress::{Event, Progress};
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use fieldkeep_domain::identity::DeviceName;
use fieldkeep_domain::{DeviceId, OrganizationId};
use fieldkeep_trust::secret::Secret;
use fieldkeep_trust::sign::{SigningKey, certificate_request};
use fieldkeep_trust::{pkcs7, x509};
use fieldkeep_wire::claim;
use reqwest::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::Instant;

/// How to enrol.
#[derive(Debug, Clone)]
pub struct EnrollOptions {
    /// The folder that the factory made.
    pub bundle: PathBuf,
    /// The agent's own folder.
    pub data: PathBuf,
    /// How long to wait for the server and for someone to claim the device.
    pub wait: Duration,
    /// Do not stop where a certificate and a key already stand: answer a new claim and fetch new ones.
    pub again: bool,
}

/// What an enrolled device is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Enrolled {
    /// Its id.
    pub device: DeviceId,
    /// Whose it is, as its certificate says.
    pub organization: OrganizationId,
    /// SHA-256 of the owner's key.
    pub owner_key: String,
    /// How many times it has changed hands.
    pub owner_epoch: u64,
    /// Last second of the operational certificate, RFC 3339.
    pub certificate_until: String,
}

/// The answer of `GET /v1/hello`.
#[derive(Debug, Clone, Deserialize)]
pub struct Hello {
    /// Where the device stands in its life.
    pub state: String,
    /// The head of its chain, as the server has it.
    #[serde(default)]
    pub head: Option<crate::chain::HeadText>,
    /// The server's time, RFC 3339.
    pub time: String,
}

struct Bundle {
    file: DeviceFile,
    root_pem: String,
    identity: Identity,
    birth: Birth,
}

/// Enrols, or finds that it is done.
pub async fn enroll(options: EnrollOptions, progress: Progress) -> Result<Enrolled, AgentError> {
    let folder = Folder::new(&options.data);
    folder.create()?;
    let _held = folder.hold()?;
    let bundle = read_bundle(&options.bundle)?;
    adopt(&folder, &bundle)?;
    progress.tell(Event::Step("bundle read: the key, the birth certificate and the voucher name one device"));
    let enrolled = folder.identity()?.is_some() && folder.api_key()?.is_some();
    if !enrolled || options.again {
        let until = Instant::now() + options.wait;
        if options.again || folder.identity()?.is_none() {
            let api = Api::new(&bundle.file.url, &bundle.root_pem, Some(&bundle.identity))?;
            let claimed = claim_device(&folder, &bundle, &api, until, &progress).await?;
            if claimed && options.again {
                for name in ["api.key", "ops.pem", "device-ops.key", "ops.next.key", "ops.next.pem"] {
                    folder.remove(name)?;
                }
            }
            if folder.identity()?.is_none() {
                certify(&folder, &bundle, &api, until).await?;
                progress.tell(Event::Step("operational certificate received for a key made here"));
            }
        }
        if folder.api_key()?.is_none() {
            fetch_key(&folder, &bundle, until).await?;
            progress.tell(Event::Step("API key received"));
        }
    }
    describe(&folder, bundle.file.device)
}

fn describe(folder: &Folder, device: DeviceId) -> Result<Enrolled, AgentError> {
    let missing = |what: &str| AgentError::Internal(format!("{what} is missing after enrolment"));
    let identity = folder.identity()?.ok_or_else(|| missing("the certificate"))?;
    let lock = OwnerLock::read(folder)?.ok_or_else(|| missing("the owner lock"))?;
    let DeviceName::Operational(_, organization) = name_of(identity.leaf())? else {
        return Err(missing("an operational name"));
    };
    let facts =
        x509::facts(identity.leaf()).map_err(|error| AgentError::refused("the certificate", error))?;
    Ok(Enrolled {
        device,
        organization,
        owner_key: lock.owner_key,
        owner_epoch: lock.owner_epoch,
        certificate_until: fieldkeep_wire::json::format_time(facts.not_after),
    })
}

fn name_of(leaf: &[u8]) -> Result<DeviceName, AgentError> {
    x509::device_name(leaf).map_err(|error| AgentError::refused("the certificate", error))
}

fn read_bundle(dir: &Path) -> Result<Bundle, AgentError> {
    let path = dir.join("bundle.json");
    let file: DeviceFile =
        serde_json::from_slice(&folder::read(&path)?).map_err(|error| AgentError::content(&path, error))?;
    let key = folder::read_key(&dir.join("device.key"))?;
    let path = dir.join("birth.pem");
    let chain = x509::from_pem(&folder::read_text(&path)?).map_err(|e| AgentError::content(&path, e))?;
    let named = chain.first().and_then(|leaf| x509::device_name(leaf).ok());
    if named != Some(DeviceName::Birth(file.device)) {
        return Err(AgentError::content(
            &path,
            "it is not the birth certificate of the device in bundle.json",
        ));
    }
    let public = key.public();
    let identity = Identity::new(chain, key)
        .ok_or_else(|| AgentError::content(&path, "device.key is not the key that it certifies"))?;
    let path = dir.join("voucher.cbor");
    let voucher = fieldkeep_wire::voucher::decode(&folder::read(&path)?)
        .map_err(|error| AgentError::content(&path, error))?;
    if voucher.header.device != file.device || voucher.header.device_key != public {
        return Err(AgentError::content(&path, "it is the voucher of another device or key"));
    }
    let path = dir.join("device.secret");
    let secret = folder::read_optional(&path)?.map(|text| read_secret(&path, &text)).transpose()?;
    if secret.is_some() != voucher.hmac.is_some() {
        return Err(AgentError::content(
            &path,
            "it goes with the hmac of voucher.cbor: both or neither must be there",
        ));
    }
    let root_pem = folder::read_text(&dir.join("ca.pem"))?;
    let birth = Birth { voucher, secret };
    Ok(Bundle { file, root_pem, identity, birth })
}

fn read_secret(path: &Path, text: &[u8]) -> Result<Secret, AgentError> {
    let secret = HEXLOWER_PERMISSIVE.decode(text.trim_ascii()).ok().filter(|secret| secret.len() == 32);
    secret.map(Secret::new).ok_or_else(|| AgentError::content(path, "64 hexadecimal digits expected"))
}

/// The data folder becomes this device's, once.
fn adopt(folder: &Folder, bundle: &Bundle) -> Result<(), AgentError> {
    const NAME: &str = "device.json";
    match folder.read_json::<DeviceFile>(NAME)? {
        Some(known) if known.device != bundle.file.device => {
            let why = format!("the folder belongs to device {}; use another --data", known.device);
            return Err(AgentError::content(&folder.path(NAME), why));
        }
        Some(known) if known == bundle.file => {}
        _ => folder.write_json(NAME, &bundle.file)?,
    }
    folder.write("ca.pem", bundle.root_pem.as_bytes())
}

/// Waits for a claim, checks it, locks, answers. False when the claim was answered before.
async fn claim_device(
    folder: &Folder,
    bundle: &Bundle,
    api: &Api,
    until: Instant,
    progress: &Progress,
) -> Result<bool, AgentError> {
    #[derive(Deserialize)]
    struct Claim {
        offer: String,
        voucher: String,
    }
    loop {
        let hello: Hello = patiently(until, || api.get("/v1/hello")).await?.json()?;
        let reply = patiently(until, || api.get("/v1/claim")).await?;
        if reply.status == StatusCode::NOT_FOUND {
            let locked = OwnerLock::read(folder)?.is_some();
            if locked && matches!(hello.state.as_str(), "claimed" | "installed" | "suspended") {
                return Ok(false);
            }
            let wait = reply.retry_after.unwrap_or(Duration::from_secs(5)).max(Duration::from_millis(100));
            if Instant::now() + wait > until {
                return Err(not_claimed(bundle, &hello.state, locked));
            }
            progress.tell(Event::Waiting {
                wait_ms: wait.as_millis() as u64,
                why: "nobody has claimed the device".into(),
            });
            tokio::time::sleep(wait).await;
            continue;
        }
        let claim: Claim = reply.json()?;
        let bytes =
            |text: &str| BASE64.decode(text.as_bytes()).map_err(|e| AgentError::refused("the claim", e));
        let (voucher, offer) = (bytes(&claim.voucher)?, bytes(&claim.offer)?);
        let proven = prove(&bundle.birth, bundle.file.device, &voucher, &offer, clock::now())?;
        OwnerLock::store(folder, proven.owner_key, proven.offer.owner_epoch)?;
        progress.tell(Event::Step("owner proven by the maker's voucher, and locked"));
        let answer = claim::encode_answer(&claim::Answer {
            device: bundle.file.device,
            nonce: proven.offer.nonce,
            owner_key: proven.owner_key,
            owner_epoch: proven.offer.owner_epoch,
        });
        let signed = bundle.identity.key.sign(claim::ANSWER_AAD, answer)?;
        let answer = BASE64.encode(&fieldkeep_wire::cose::encode_sign1(&signed));
        api.post("/v1/claim", Ask::json(&json!({ "answer": answer }))).await?.success()?;
        progress.tell(Event::Step("claim answered with the device key"));
        return Ok(true);
    }
}

fn not_claimed(bundle: &Bundle, state: &str, locked: bool) -> AgentError {
    let device = bundle.file.device;
    let claimed = matches!(state, "claimed" | "installed" | "suspended");
    AgentError::NotYet(if claimed && !locked {
        format!(
            "device {device} is {state}, but this folder holds no owner lock: use the folder that it was enrolled in, or have its owner revoke and claim it again"
        )
    } else {
        format!(
            "device {device} is {state}; nothing was changed; have its owner claim it, then run the same command again, or wait for it with --wait"
        )
    })
}

/// A new key, and its certificate by EST (RFC 7030 §4.2) under the identity of `api`.
async fn certify(folder: &Folder, bundle: &Bundle, api: &Api, until: Instant) -> Result<(), AgentError> {
    let key = folder.pending_key(false)?;
    let chain =
        request_certificate(api, "simpleenroll", &key, bundle.file.device, &bundle.root_pem, until).await?;
    folder.write_chain(&chain, false)
}

/// One EST request; the answer is checked against the key, the device and the root before anybody stores it.
pub(crate) async fn request_certificate(
    api: &Api,
    operation: &str,
    key: &SigningKey,
    device: DeviceId,
    root_pem: &str,
    until: Instant,
) -> Result<Vec<Vec<u8>>, AgentError> {
    const WHAT: &str = "the certificate";
    let request = BASE64.encode(&certificate_request(key, &device.to_string())?);
    let path = format!("/.well-known/est/{operation}");
    let reply =
        patiently(until, || api.post(&path, Ask::body("application/pkcs10", request.clone()))).await?;
    let mut text = reply.success()?.to_vec();
    text.retain(|byte| !byte.is_ascii_whitespace());
    let message = BASE64.decode(&text).map_err(|error| AgentError::refused(WHAT, error))?;
    let chain = pkcs7::certificates(&message)
        .filter(|chain| !chain.is_empty())
        .ok_or_else(|| AgentError::refused(WHAT, "the answer is not a certs-only message"))?;
    let matches_name = matches!(name_of(&chain[0])?, DeviceName::Operational(named, _) if named == device);
    if x509::public_key(&chain[0]) != Ok(key.public()) || !matches_name {
        return Err(AgentError::refused(WHAT, "it names another device or key"));
    }
    let roots = x509::from_pem(root_pem)?;
    let steps = chain.windows(2).all(|pair| x509::is_signed_by(&pair[0], &pair[1]));
    let rooted = chain
        .last()
        .is_some_and(|last| roots.iter().any(|root| root == last || x509::is_signed_by(last, root)));
    if !steps || !rooted {
        return Err(AgentError::refused(WHAT, "its chain does not end under the root of ca.pem"));
    }
    Ok(chain)
}

async fn fetch_key(folder: &Folder, bundle: &Bundle, until: Instant) -> Result<(), AgentError> {
    #[derive(Deserialize)]
    struct Key {
        key: String,
    }
    let identity = folder.identity()?;
    let api = Api::new(&bundle.file.url, &bundle.root_pem, identity.as_ref())?;
    let key: Key = patiently(until, || api.post("/v1/key", Ask::plain())).await?.json()?;
    folder.write("api.key", key.key.as_bytes())
}

/// Asks again while no answer comes or the server asks for patience, until the given instant.
pub(crate) async fn patiently<F>(until: Instant, mut ask: impl FnMut() -> F) -> Result<Reply, AgentError>
where
    F: Future<Output = Result<Reply, AgentError>>,
{
    let mut failures = 0;
    loop {
        let result = ask().await;
        let wait = match &result {
            Ok(reply) if matches!(reply.status.as_u16(), 429 | 502 | 503) => reply.retry_after,
            Ok(_) => return result,
            Err(AgentError::Network { .. }) => None,
            Err(_) => return result,
        };
        let wait = wait.unwrap_or_else(|| backoff(failures)).min(limits::RETRY_AFTER_MAX);
        failures += 1;
        if Instant::now() + wait > until {
            return result;
        }
        tokio::time::sleep(wait).await;
    }
}
