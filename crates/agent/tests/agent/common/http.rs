//! The endpoints.

use super::{Fault, Server, State, base64, now};
use bytes::Bytes;
use data_encoding::BASE64;
use fieldkeep_domain::identity::DeviceName;
use fieldkeep_domain::journal::{Link, Place, Remembered, link};
use fieldkeep_domain::telemetry::Batch;
use fieldkeep_trust::ca::Profile;
use fieldkeep_trust::hash::{batch_hash, sha256};
use fieldkeep_trust::{pkcs7, sign, x509};
use fieldkeep_wire::json::format_time;
use fieldkeep_wire::{batch, claim, cose};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

pub fn serve(server: Arc<Server>, listener: tokio::net::TcpListener) -> tokio::task::JoinHandle<()> {
    let acceptor = tokio_rustls::TlsAcceptor::from(server.config.clone());
    tokio::spawn(async move {
        let mut connections = tokio::task::JoinSet::new();
        loop {
            let Ok((stream, _)) = listener.accept().await else { continue };
            let (server, acceptor) = (server.clone(), acceptor.clone());
            connections.spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let leaf = stream.get_ref().1.peer_certificates().unwrap()[0].to_vec();
                let service = hyper::service::service_fn(move |request| {
                    // Called in the order of the streams; the futures then run beside each other.
                    server.state().arrivals += 1;
                    let arrival = server.state().arrivals;
                    answer(server.clone(), leaf.clone(), request, arrival)
                });
                let builder = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                let _ = builder.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    })
}

type Reply = (u16, Option<u64>, Value);

fn problem(status: u16, detail: &str) -> Reply {
    (status, None, json!({ "status": status, "detail": detail }))
}

async fn answer(
    server: Arc<Server>,
    leaf: Vec<u8>,
    request: Request<Incoming>,
    arrival: u64,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let name = x509::device_name(&leaf).unwrap();
    let route = format!("{} {}", request.method(), request.uri().path());
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let (token, key, etag) = (header("authorization"), header("x-api-key"), header("if-none-match"));
    server.state().versions.push(format!("{:?}", request.version()));
    let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let birth = matches!(name, DeviceName::Birth(_));
    let open = matches!(route.as_str(), "GET /v1/hello" | "GET /v1/claim" | "POST /v1/claim")
        || route.contains("/est/");
    if birth && !open {
        return Ok(respond(problem(403, "a birth certificate opens only hello, claim and EST")));
    }
    let authorized = token.as_deref() == Some(&format!("Bearer token-{}", server.state().tokens));
    let reply = match route.as_str() {
        "GET /v1/hello" => hello(&server, &leaf),
        "GET /v1/claim" => match server.state().claim.clone() {
            Some((offer, voucher)) => {
                (200, None, json!({"offer": base64(&offer), "voucher": base64(&voucher)}))
            }
            None => (404, Some(1), json!({"detail": "nobody has claimed the device"})),
        },
        "POST /v1/claim" => take_answer(&server, &body),
        "POST /.well-known/est/simpleenroll" | "POST /.well-known/est/simplereenroll" => {
            return Ok(certify(&server, &body, route.ends_with("reenroll")));
        }
        "POST /v1/key" => (200, None, json!({"key": "fk_dev_test_key"})),
        "POST /v1/token" => token_for(&mut server.state(), key.as_deref()),
        "GET /v1/config" if !authorized => problem(401, "no token"),
        "GET /v1/config" if etag.as_deref() == Some("\"1\"") => (304, None, Value::Null),
        "GET /v1/config" => {
            (200, None, json!({"metrics": {"a": {"unit": "Cel"}}, "prev_required": true, "project": "p"}))
        }
        "POST /v1/head" => {
            let signed = cose::decode_sign1(&body, 512).unwrap();
            let ops = x509::public_key(&leaf).unwrap();
            sign::verify(&signed, fieldkeep_wire::head::AAD, &ops).unwrap();
            let said = fieldkeep_wire::head::decode(&signed.payload).unwrap();
            let mut state = server.state();
            assert_eq!(state.known.get(&(said.head.epoch, said.head.seq)), Some(&said.head.hash));
            state.heads += 1;
            (204, None, Value::Null)
        }
        "POST /v1/batches" if !authorized => problem(401, "no token"),
        "POST /v1/batches" => take_batch(&server, &body, arrival).await,
        _ => problem(404, "no such route"),
    };
    Ok(respond(reply))
}

fn respond((status, retry_after, body): Reply) -> Response<Full<Bytes>> {
    let mut response = Response::builder().status(status).header("etag", "\"1\"");
    if let Some(seconds) = retry_after {
        response = response.header("retry-after", seconds);
    }
    let body = if body.is_null() { String::new() } else { body.to_string() };
    response.body(Full::new(body.into())).unwrap()
}

fn hello(server: &Server, leaf: &[u8]) -> Reply {
    let mut state = server.state();
    state.hellos.push(sha256(&[leaf]));
    let head = state
        .head
        .map(|head| json!({"boot_epoch": head.epoch, "seq": head.seq, "hash": head.hash.to_string()}));
    (
        200,
        None,
        json!({"device": server.device.to_string(), "state": state.life, "head": head, "time": format_time(now())}),
    )
}

fn token_for(state: &mut State, key: Option<&str>) -> Reply {
    if let Some(status) = state.token_status {
        return problem(status, "not now");
    }
    if key != Some("fk_dev_test_key") {
        return problem(401, "no key");
    }
    state.tokens += 1;
    (
        200,
        None,
        json!({"token": format!("token-{}", state.tokens), "expires_at": format_time(now().plus_secs(600))}),
    )
}

fn take_answer(server: &Server, body: &[u8]) -> Reply {
    let body: Value = serde_json::from_slice(body).unwrap();
    let bytes = BASE64.decode(body["answer"].as_str().unwrap().as_bytes()).unwrap();
    let signed = cose::decode_sign1(&bytes, 512).unwrap();
    sign::verify(&signed, claim::ANSWER_AAD, &server.device_key.public()).unwrap();
    let mut state = server.state();
    state.answers.push(claim::decode_answer(&signed.payload).unwrap());
    (state.life, state.claim) = ("claimed", None);
    (200, None, json!({"organization": server.organization.to_string(), "state": "claimed"}))
}

fn certify(server: &Server, body: &[u8], again: bool) -> Response<Full<Bytes>> {
    let key = x509::request_key(&BASE64.decode(body).unwrap()).unwrap();
    let profile = Profile::Device(DeviceName::Operational(server.device, server.organization));
    let mut state = server.state();
    let ago = if again { 0 } else { state.issue_ago_s };
    state.renewed += u64::from(again);
    let leaf = server.operational.issue(&profile, &key, now().plus_secs(-ago)).unwrap();
    let mut chain = vec![&leaf[..]];
    chain.extend(server.chain_above.iter().map(Vec::as_slice));
    let text = base64(&pkcs7::certs_only(&chain));
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    Response::new(Full::new(lines.join("\r\n").into()))
}

async fn take_batch(server: &Server, body: &[u8], arrival: u64) -> Reply {
    let (batch, canonical) = match batch::decode(body) {
        Ok(decoded) => decoded,
        Err(error) => return problem(400, &error.to_string()),
    };
    let place =
        Place { epoch: batch.epoch, seq: batch.seq, prev: batch.prev, hash: batch_hash(&canonical).0 };
    let fault = {
        let mut state = server.state();
        state.posts.push((tokio::time::Instant::now(), arrival, place.head()));
        state.faults.pop_front()
    };
    if let Some(Fault::Status(status, retry_after)) = fault {
        return (status, retry_after, json!({"detail": "a fault of the test"}));
    }
    // Streams of one connection run beside each other: a batch waits a moment for the one before it.
    for _ in 0..40 {
        if !matches!(judge(&server.state(), &place), Link::Gap { .. }) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let reply = store(&mut server.state(), &batch, &place, &fault);
    if fault == Some(Fault::Swallow) {
        std::future::pending::<()>().await;
    }
    reply
}

fn store(state: &mut State, batch: &Batch, place: &Place, fault: &Option<Fault>) -> Reply {
    let receipt =
        json!({"index": state.stored, "hash": place.hash.to_string(), "count": batch.reading_count()});
    if *fault == Some(Fault::Fork) {
        state.forked += batch.reading_count() as u64;
        return (
            202,
            None,
            json!({"receipt": receipt, "reasons": [{"name": "fork", "text": "two histories"}]}),
        );
    }
    match judge(state, place) {
        Link::Next => {}
        Link::Replay => {
            state.replays += 1;
            return (200, None, json!({ "receipt": receipt }));
        }
        Link::Gap { epoch, seq } => {
            state.gaps += 1;
            return (409, None, json!({"detail": "gap", "expected": {"boot_epoch": epoch, "seq": seq}}));
        }
        other => {
            state.forks += 1;
            eprintln!(
                "fork: {place:?} behind {:?}, known {:?}",
                state.head,
                state.known.get(&(place.epoch, place.seq))
            );
            return (409, None, json!({ "detail": format!("{other:?}") }));
        }
    }
    state.known.insert((place.epoch, place.seq), place.hash);
    state.head = Some(place.head());
    state.stored += 1;
    state.lost += batch.lost;
    for series in batch.series() {
        for (time, value) in series.times.iter().zip(&series.values) {
            let unit = series.unit.as_ref().map(|unit| unit.to_string()).unwrap_or_default();
            let text = format!("{value:?}{unit}");
            let before = state.readings.insert((series.metric.to_string(), time.as_nanos()), text);
            assert_eq!(before, None, "a reading came twice");
        }
    }
    match fault {
        Some(Fault::Quarantine(name)) => {
            (202, None, json!({"receipt": receipt, "reasons": [{"name": name, "text": "because"}]}))
        }
        _ => (200, None, json!({ "receipt": receipt })),
    }
}

fn judge(state: &State, place: &Place) -> Link {
    let known = state
        .known
        .get(&(place.epoch, place.seq))
        .map_or(Remembered::Nothing, |hash| Remembered::Hash(*hash));
    link(state.head, place, known, true)
}
