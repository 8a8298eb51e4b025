//! The frozen bytes: made here from fixed inputs, compared with docs/formats/vectors, and read back from there alone.
//! When one of these changes, the format has changed: that takes a new version, not a new vector.

use data_encoding::HEXLOWER;
use fieldkeep_domain::access::Action;
use fieldkeep_domain::identity::TokenClaims;
use fieldkeep_domain::journal::{Head, LeafKind, leaf};
use fieldkeep_domain::project::Name;
use fieldkeep_domain::registry::VoucherHeader;
use fieldkeep_domain::signed::PublicKey;
use fieldkeep_domain::telemetry::{Batch, Metric, Segment, Series, Unit, Value};
use fieldkeep_domain::{DeviceId, Hash, Hour, KeyId, MakerId, OrderId, Timestamp};
use fieldkeep_trust::hash::{batch_hash, batch_hash_of, commitment};
use fieldkeep_trust::merkle::Edge;
use fieldkeep_wire::access_token::{self, AccessClaims};
use fieldkeep_wire::{batch, claim, head, label, order, token, voucher};
use serde_json::{Value as Json, json};
use std::path::PathBuf;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/formats/vectors").join(name)
}

fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

fn unhex(json: &Json) -> Vec<u8> {
    HEXLOWER.decode(json.as_str().unwrap().as_bytes()).unwrap()
}

/// Compares with the committed vectors, or writes them where there are none yet.
fn golden(name: &str, made: &Json) {
    let path = path(name);
    if !path.exists() {
        let text = format!("{}\n", serde_json::to_string_pretty(made).unwrap());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
        panic!("{name} did not exist and was written: look at it and commit it");
    }
    // The order of a JSON object's members says nothing.
    let golden: Json = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(golden, *made, "{name}: frozen bytes have changed");
}

fn device() -> DeviceId {
    DeviceId::from_random([0x11; 16])
}

fn sample() -> Batch {
    let hour = Hour(494_458);
    let at = |offset: i64| Timestamp(hour.start().0 + offset);
    let series = |metric: &str, unit: Option<&str>, times: Vec<Timestamp>, values: Vec<Value>| Series {
        metric: Metric::parse(metric).unwrap(),
        unit: unit.map(|unit| Unit::parse(unit).unwrap()),
        times,
        values,
    };
    let first = Segment {
        hour,
        series: vec![
            series("energy", Some("J"), vec![at(0)], vec![Value::Int(i64::MAX)]),
            series(
                "mode",
                None,
                vec![at(1), at(2)],
                vec![Value::text("defrost").unwrap(), Value::Bool(false)],
            ),
            series(
                "temperature",
                Some("Cel"),
                vec![at(0), at(1_000_000_000)],
                vec![Value::Float(4.2), Value::Float(-0.0)],
            ),
        ],
    };
    let next = Hour(hour.0 + 1);
    let second = Segment {
        hour: next,
        series: vec![series(
            "temperature",
            Some("Cel"),
            vec![next.start()],
            vec![Value::Float(f64::MIN_POSITIVE)],
        )],
    };
    Batch {
        device: device(),
        epoch: 3,
        seq: 7,
        prev: Some(Hash([0xaa; 32])),
        sent: Some(Timestamp(1_780_052_400_000_000_000)),
        lost: 2,
        segments: vec![first, second],
    }
}

#[test]
fn batches_keep_their_bytes_and_their_hash() {
    let whole = sample();
    let mut empty = Batch { prev: None, sent: None, epoch: 1, seq: 1, lost: 5, ..whole.clone() };
    empty.segments.clear();
    let vectors: Vec<Json> = [("every kind of value over two hours", whole), ("a declared loss", empty)]
        .iter()
        .map(|(name, one)| {
            let canonical = batch::freeze(one);
            let (hash, segments) = batch_hash(&canonical);
            let blind_key = [0x42; 32];
            let commitment = commitment(&blind_key, &hash);
            json!({
                "name": name,
                "header": hex(&canonical.header),
                "segments": canonical.segments.iter().map(|segment| hex(segment)).collect::<Vec<_>>(),
                "message": hex(&batch::encode(&canonical)),
                "segment_hashes": segments.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "batch_hash": hash.to_string(),
                "blind_key": hex(&blind_key),
                "leaf_admitted": hex(&leaf(LeafKind::Admitted, &commitment)),
                "leaf_quarantined": hex(&leaf(LeafKind::Quarantined, &commitment)),
            })
        })
        .collect();
    golden("batch.json", &json!(vectors));
}

#[test]
fn batches_are_read_back_from_their_vectors() {
    let vectors: Vec<Json> =
        serde_json::from_str(&std::fs::read_to_string(path("batch.json")).unwrap()).unwrap();
    for vector in &vectors {
        let (one, canonical) = batch::decode(&unhex(&vector["message"])).unwrap();
        assert_eq!(batch::freeze(&one), canonical);
        let hashes: Vec<Hash> = vector["segment_hashes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|hash| hash.as_str().unwrap().parse().unwrap())
            .collect();
        assert_eq!(batch_hash_of(&unhex(&vector["header"]), &hashes).to_string(), vector["batch_hash"]);
        let leaf = unhex(&vector["leaf_admitted"]);
        let hash: Hash = vector["batch_hash"].as_str().unwrap().parse().unwrap();
        assert_eq!(leaf[1..], commitment(&unhex(&vector["blind_key"]), &hash).0);
    }
    assert_eq!(batch::decode(&unhex(&vectors[0]["message"])).unwrap().0, sample());
}

#[test]
fn trees_keep_their_roots() {
    let mut edge = Edge::new();
    let mut roots = vec![edge.root().to_string()];
    for n in 0..9u8 {
        edge.append(&leaf(LeafKind::Act, &Hash([n; 32])));
        roots.push(edge.root().to_string());
    }
    golden(
        "tree.json",
        &json!({"leaves": "03 || n repeated 32 times, n = 0..8", "roots_by_size": roots, "edge": hex(&edge.to_bytes())}),
    );
}

#[test]
fn signed_payloads_keep_their_bytes() {
    let key = |n: u8| PublicKey::from_coordinates(&[n; 32], &[n + 1; 32]);
    let header = VoucherHeader {
        device: device(),
        model: Name::parse("CC-200").unwrap(),
        maker_key: key(1),
        device_key: key(3),
        birth_chain: Hash([5; 32]),
        onboarding_urls: vec!["https://devices.example:8443".into()],
        policy: 0,
    };
    let entry = fieldkeep_domain::registry::VoucherEntry {
        seq: 0,
        prev: Hash([6; 32]),
        header: Hash([7; 32]),
        to_owner: key(8),
        owner_epoch: 1,
        issued_at: Timestamp::from_secs(1_795_000_000),
        not_after: Some(Timestamp::from_secs(1_895_000_000)),
    };
    let claims = TokenClaims {
        device: device(),
        key: KeyId::from_random([0x22; 16]),
        certificate: Hash([9; 32]),
        issued_at: Timestamp::from_secs(1_795_000_000),
        expires_at: Timestamp::from_secs(1_795_000_600),
    };
    let place = Head { epoch: 3, seq: 7, hash: Hash([0xaa; 32]) };
    let statement =
        head::HeadStatement { device: device(), head: place, time: Timestamp(1_795_000_000_000_000_001) };
    let answer = claim::Answer { device: device(), nonce: [1; 32], owner_key: Hash([2; 32]), owner_epoch: 1 };
    let work = order::WorkOrder {
        order: OrderId::from_random([0x33; 16]),
        maker: MakerId::from_random([0x44; 16]),
        model: Name::parse("CC-200").unwrap(),
        count: 25,
        created: Timestamp::from_secs(1_795_000_000),
    };
    let access = AccessClaims {
        key: KeyId::from_random([0x77; 16]),
        issued_at: Timestamp::from_secs(1_795_000_000),
        expires_at: Timestamp::from_secs(1_795_000_600),
        only: Some(vec![Action::DeviceRead, Action::TelemetryRead]),
    };
    golden(
        "payloads.json",
        &json!({
            "voucher_header": hex(&voucher::encode_header(&header)),
            "voucher_entry": hex(&voucher::encode_entry(&entry)),
            "voucher_unowned": hex(&voucher::encode(&voucher::unowned(header, Some([0x55; 32])))),
            "token": hex(&token::encode(&claims)),
            "access_token": hex(&access_token::encode(&access)),
            "head": hex(&head::encode(&statement)),
            "claim_offer": hex(&claim::encode_offer(&claim::Offer { device: device(), nonce: [1; 32], owner_epoch: 1 })),
            "claim_answer": hex(&claim::encode_answer(&answer)),
            "work_order": hex(&order::encode(&work)),
            "label": label::encode(&label::Label { device: device(), claim_secret: [0x66; 16] }),
        }),
    );
}

#[test]
fn signed_payloads_are_read_back_from_their_vectors() {
    let vectors: Json =
        serde_json::from_str(&std::fs::read_to_string(path("payloads.json")).unwrap()).unwrap();
    let bytes = |name: &str| unhex(&vectors[name]);
    assert_eq!(token::encode(&token::decode(&bytes("token")).unwrap()), bytes("token"));
    let access = access_token::decode(&bytes("access_token")).unwrap();
    assert_eq!(access_token::encode(&access), bytes("access_token"));
    assert_eq!(head::encode(&head::decode(&bytes("head")).unwrap()), bytes("head"));
    assert_eq!(
        claim::encode_offer(&claim::decode_offer(&bytes("claim_offer")).unwrap()),
        bytes("claim_offer")
    );
    assert_eq!(
        claim::encode_answer(&claim::decode_answer(&bytes("claim_answer")).unwrap()),
        bytes("claim_answer")
    );
    assert_eq!(order::encode(&order::decode(&bytes("work_order")).unwrap()), bytes("work_order"));
    assert_eq!(
        voucher::encode(&voucher::decode(&bytes("voucher_unowned")).unwrap()),
        bytes("voucher_unowned")
    );
    assert_eq!(label::decode(vectors["label"].as_str().unwrap()).unwrap().device, device());
}

#[test]
fn reduced_ranges_are_frozen() {
    let one = |min: f64, max: f64, mean: f64, count: u32| fieldkeep_api::Column { min, max, mean, count };
    let columns = fieldkeep_api::Columns {
        start_s: 1_795_428_000.0,
        step_s: 21.024,
        columns: vec![
            one(-40.0, 85.0, 4.25, 360),
            fieldkeep_api::Column::EMPTY,
            one(-0.0, 0.1, 0.05, u32::MAX),
        ],
    };
    golden(
        "buckets.json",
        &json!([{
            "start_s": 1_795_428_000.0, "step_s": 21.024,
            "columns": [
                {"min": -40.0, "max": 85.0, "mean": 4.25, "count": 360},
                null,
                {"min": -0.0, "max": 0.1, "mean": 0.05, "count": u32::MAX},
            ],
            "bytes": hex(&columns.encode()),
        }]),
    );
    let vectors: Json =
        serde_json::from_str(&std::fs::read_to_string(path("buckets.json")).unwrap()).unwrap();
    let bytes = unhex(&vectors[0]["bytes"]);
    let read = fieldkeep_api::Columns::decode(&bytes).unwrap();
    assert_eq!((read.columns[0], read.columns[2]), (columns.columns[0], columns.columns[2]));
    assert!(read.columns[1].count == 0 && read.columns[1].min.is_nan() && read.encode() == bytes);
}
