//! A server that plays the device endpoints over real mutual TLS, keeps what a journal would keep, and fails on demand.

mod http;

use data_encoding::{BASE64, HEXLOWER};
use fieldkeep_agent::{EnrollOptions, Progress};
use fieldkeep_domain::identity::DeviceName;
use fieldkeep_domain::journal::Head;
use fieldkeep_domain::registry::{Voucher, VoucherEntry, VoucherHeader};
use fieldkeep_domain::{DeviceId, Hash, OrganizationId, Timestamp, project::Name};
use fieldkeep_trust::ca::{Authority, Profile};
use fieldkeep_trust::sign::SigningKey;
use fieldkeep_trust::{hash::sha256, tls, voucher, x509};
use fieldkeep_wire::claim;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

pub const NAME: &str = "devices.localhost";

pub fn now() -> Timestamp {
    fieldkeep_agent::clock::now()
}

/// What goes wrong with the next batch.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// Refused with a status, and perhaps a `Retry-After` of so many seconds.
    Status(u16, Option<u64>),
    /// Stored, but the answer never comes.
    Swallow,
    /// Stored and held back.
    Quarantine(&'static str),
    /// Held back as a fork: kept, but never the head.
    Fork,
}

#[derive(Default)]
pub struct State {
    pub life: &'static str,
    /// Offer and voucher, as handed to the device.
    pub claim: Option<(Vec<u8>, Vec<u8>)>,
    pub answers: Vec<claim::Answer>,
    pub faults: VecDeque<Fault>,
    pub token_status: Option<u16>,
    pub tokens: u64,
    pub renewed: u64,
    pub heads: u64,
    pub hellos: Vec<Hash>,
    pub head: Option<Head>,
    pub known: HashMap<(u64, u64), Hash>,
    /// Readings by metric and time.
    pub readings: BTreeMap<(String, i64), String>,
    pub stored: u64,
    pub replays: u64,
    pub forks: u64,
    /// Readings held back as a fork.
    pub forked: u64,
    pub gaps: u64,
    pub lost: u64,
    /// When each batch was read, as the how-manyth request it arrived, and its place.
    pub posts: Vec<(tokio::time::Instant, u64, Head)>,
    pub arrivals: u64,
    pub versions: Vec<String>,
    /// Operational certificates are issued as if it were so long ago.
    pub issue_ago_s: i64,
}

pub struct Server {
    pub root: Authority,
    pub organization: OrganizationId,
    pub operational: Authority,
    pub factory: Authority,
    pub maker_key: SigningKey,
    pub owner_key: SigningKey,
    pub device: DeviceId,
    pub device_key: SigningKey,
    pub secret: [u8; 32],
    pub port: u16,
    pub chain_above: Vec<Vec<u8>>,
    config: Arc<rustls::ServerConfig>,
    state: Mutex<State>,
    running: Mutex<Option<tokio::task::JoinHandle<()>>>,
}

impl Server {
    pub async fn start() -> Arc<Self> {
        let at = now();
        let root = Authority::root("Test root", at).unwrap();
        let devices = root.subordinate(&Profile::Devices, at).unwrap();
        let organization = OrganizationId::from_random(fieldkeep_trust::random());
        let operational =
            devices.subordinate(&Profile::Organization(organization), at.plus_secs(-89 * 86_400)).unwrap();
        let servers = root.subordinate(&Profile::Server, at).unwrap();
        let key = SigningKey::generate().unwrap();
        let leaf = servers.issue(&Profile::ServerNames(vec![NAME.into()]), &key.public(), at).unwrap();
        let identity = tls::identity(&[leaf, servers.der().to_vec()], &key).unwrap();
        let maker = Authority::root("Test maker", at).unwrap();
        let factory = maker.subordinate(&Profile::Factory { name: "Test factory".into() }, at).unwrap();
        let verifier = tls::DeviceVerifier::new(root.der()).unwrap();
        verifier.trust_makers(&[maker.der().to_vec()]).unwrap();
        let resolver = Arc::new(rustls::sign::SingleCertAndKey::from((*identity).clone()));
        let clock = Arc::new(rustls::time_provider::DefaultTimeProvider);
        let config = Arc::new(tls::server_config(resolver, Some(verifier), clock).unwrap());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Arc::new(Self {
            chain_above: vec![operational.der().to_vec(), devices.der().to_vec()],
            root,
            organization,
            operational,
            factory,
            maker_key: SigningKey::generate().unwrap(),
            owner_key: SigningKey::generate().unwrap(),
            device: DeviceId::from_random(fieldkeep_trust::random()),
            device_key: SigningKey::generate().unwrap(),
            secret: fieldkeep_trust::random(),
            port,
            config,
            state: Mutex::new(State { life: "made", ..State::default() }),
            running: Mutex::new(None),
        });
        *server.running.lock().unwrap() = Some(http::serve(server.clone(), listener));
        server
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
    /// Away: no listener, every connection cut.
    pub async fn stop(&self) {
        let running = self.running.lock().unwrap().take();
        if let Some(running) = running {
            running.abort();
            let _ = running.await;
        }
    }
    /// Back under the same address.
    pub async fn resume(self: &Arc<Self>) {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", self.port)).await.unwrap();
        *self.running.lock().unwrap() = Some(http::serve(self.clone(), listener));
    }

    fn birth_chain(&self) -> Vec<Vec<u8>> {
        let profile = Profile::Device(DeviceName::Birth(self.device));
        let leaf = self.factory.issue(&profile, &self.device_key.public(), now()).unwrap();
        vec![leaf, self.factory.der().to_vec()]
    }
    pub fn voucher(&self) -> Voucher {
        let header = VoucherHeader {
            device: self.device,
            model: Name::parse("CC-200").unwrap(),
            maker_key: self.maker_key.public(),
            device_key: self.device_key.public(),
            birth_chain: Hash([3; 32]),
            onboarding_urls: vec![],
            policy: 0,
        };
        let bytes = fieldkeep_wire::voucher::encode_header(&header);
        let hmac = voucher::device_hmac(&self.secret, &bytes);
        fieldkeep_wire::voucher::unowned(header, Some(hmac))
    }
    /// The next entry of a chain.
    pub fn hand_over(&self, voucher: &mut Voucher, from: &SigningKey, to: &SigningKey) {
        let seq = voucher.entries.len() as u64;
        let entry = VoucherEntry {
            seq,
            prev: voucher::tip(voucher),
            header: sha256(&[&voucher.header_bytes]),
            to_owner: to.public(),
            owner_epoch: seq + 1,
            issued_at: Timestamp::from_secs(now().as_secs()),
            not_after: None,
        };
        let payload = fieldkeep_wire::voucher::encode_entry(&entry);
        let signed = from.sign(fieldkeep_wire::voucher::ENTRY_AAD, payload).unwrap();
        voucher.entries.push(fieldkeep_wire::voucher::entry(signed).unwrap());
    }
    /// Opens a claim with a voucher and an offer signed by a key.
    pub fn open_claim(&self, voucher: &Voucher, signer: &SigningKey, owner_epoch: u64) {
        let offer = claim::Offer { device: self.device, nonce: fieldkeep_trust::random(), owner_epoch };
        let signed = signer.sign(claim::OFFER_AAD, claim::encode_offer(&offer)).unwrap();
        let mut state = self.state();
        state.life = "claiming";
        state.claim =
            Some((fieldkeep_wire::cose::encode_sign1(&signed), fieldkeep_wire::voucher::encode(voucher)));
    }
    /// The claim of the first owner, as it should be.
    pub fn claim_properly(&self) {
        let mut voucher = self.voucher();
        self.hand_over(&mut voucher, &self.maker_key, &self.owner_key);
        self.open_claim(&voucher, &self.owner_key, 1);
    }

    pub fn write_bundle(&self, dir: &Path) -> PathBuf {
        let dir = dir.join("bundle");
        std::fs::create_dir_all(&dir).unwrap();
        let pem =
            |chain: &[Vec<u8>]| chain.iter().map(|der| x509::to_pem("CERTIFICATE", der)).collect::<String>();
        std::fs::write(dir.join("device.key"), self.device_key.to_pem().expose()).unwrap();
        std::fs::write(dir.join("birth.pem"), pem(&self.birth_chain())).unwrap();
        std::fs::write(dir.join("ca.pem"), pem(&[self.root.der().to_vec()])).unwrap();
        std::fs::write(dir.join("device.secret"), HEXLOWER.encode(&self.secret)).unwrap();
        std::fs::write(dir.join("voucher.cbor"), fieldkeep_wire::voucher::encode(&self.voucher())).unwrap();
        let text = serde_json::json!({
            "device": self.device.to_string(), "serial": "SN-1", "model": "CC-200", "order": "x",
            "url": format!("https://{NAME}:{}", self.port),
        });
        std::fs::write(dir.join("bundle.json"), text.to_string()).unwrap();
        dir
    }
    pub fn enroll_options(&self, dir: &Path) -> EnrollOptions {
        EnrollOptions {
            bundle: self.write_bundle(dir),
            data: dir.join("data"),
            wait: Duration::from_secs(5),
            again: false,
        }
    }
    /// A folder of an enrolled and installed device.
    pub async fn enrolled(&self, dir: &Path) -> PathBuf {
        self.claim_properly();
        fieldkeep_agent::enroll(self.enroll_options(dir), Progress::silent()).await.unwrap();
        self.state().life = "installed";
        dir.join("data")
    }
    /// What a journal would insist on.
    pub fn assert_whole(&self, readings: usize) {
        let state = self.state();
        assert_eq!(
            (state.forks, state.readings.len()),
            (0, readings),
            "{} gaps, {} lost",
            state.gaps,
            state.lost
        );
    }
}

pub fn base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// `rows` readings of two metrics, a minute apart.
pub fn write_csv(path: &Path, rows: i64) {
    let mut text = String::from("time,a,b\n");
    for row in 0..rows {
        text.push_str(&format!("{},{row},{}.5\n", 1_700_000_000 + row * 60, row * 2));
    }
    std::fs::write(path, text).unwrap();
}

/// Waits until something is true.
pub async fn until(what: &str, mut is: impl FnMut() -> bool) {
    for _ in 0..600 {
        if is() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what} did not come true within 30 s");
}
