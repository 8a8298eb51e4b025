//! `POST /v1/batches`, `POST /v1/head`, `GET /v1/config`, `GET /v1/time` on the devices' name.

use super::{Incoming, Verdict, pipeline, place, sql, stand};
use crate::fault::Kind;
use crate::http::{Answer, Peer, bearer, content_type, read_body, small_body};
use crate::{App, Fault, identity, journal, notify};
use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use fieldkeep_domain::admission::Check;
use fieldkeep_domain::journal::Receipt;
use fieldkeep_domain::limits;
use fieldkeep_domain::notify::News;
use fieldkeep_trust::hash::sha256;
use fieldkeep_trust::sign;
use fieldkeep_wire::inflate::Coding;
use fieldkeep_wire::json::format_time;
use fieldkeep_wire::{cose, head};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};
use std::sync::Arc;

fn receipt(receipt: &Receipt) -> Value {
    json!({"index": receipt.index, "hash": receipt.hash.to_string(), "count": receipt.count})
}

/// `POST /v1/batches`: 200 with a receipt once durable, 202 with reasons when held back.
pub async fn post_batch(
    State(app): State<Arc<App>>,
    Peer(connection): Peer,
    request: Request,
) -> Answer<Response> {
    let token = bearer(request.headers()).unwrap_or_default().to_owned();
    let verdict = pipeline(&app, &connection, &token, incoming(request)).await;
    let verdict = verdict.inspect_err(|fault| app.metrics.refused(fault.check))?;
    Ok(match verdict {
        Verdict::Stored(stored) => Json(json!({"receipt": receipt(&stored)})).into_response(),
        Verdict::HeldBefore(stored, names) => {
            let text = "it was held back when it first came; nothing was stored twice";
            let reasons: Vec<Value> = names.iter().map(|name| json!({"name": name, "text": text})).collect();
            let body = json!({"receipt": receipt(&stored), "reasons": reasons});
            (StatusCode::ACCEPTED, Json(body)).into_response()
        }
        Verdict::AlreadyStored => Json(json!({"already_stored": true})).into_response(),
        Verdict::Held(stored, reasons) => {
            let reasons: Vec<Value> = reasons
                .iter()
                .map(|reason| json!({"name": reason.name(), "text": reason.to_string()}))
                .collect();
            let body = json!({"receipt": receipt(&stored), "reasons": reasons});
            (StatusCode::ACCEPTED, Json(body)).into_response()
        }
    })
}

async fn incoming(request: Request) -> Result<Incoming, Fault> {
    let cbor = match content_type(request.headers()) {
        Some("application/cbor") => true,
        Some("application/json") => false,
        _ => {
            let text = "Content-Type application/cbor or application/json expected; nothing was stored";
            return Err(Fault::new(Kind::Unsupported, text).at(Check::Fresh));
        }
    };
    let coding = request.headers().get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?"));
    let coding = Coding::parse(coding)
        .map_err(|error| Fault::new(Kind::Unsupported, error.to_string()).at(Check::Fresh))?;
    let body = read_body(request, limits::BATCH_BYTES_MAX).await.map_err(|fault| fault.at(Check::Fresh))?;
    Ok(Incoming { body, coding, cbor })
}

/// `POST /v1/head`: the device signs where its chain ends.
pub async fn post_head(
    State(app): State<Arc<App>>,
    Peer(connection): Peer,
    request: Request,
) -> Answer<StatusCode> {
    let token = bearer(request.headers()).unwrap_or_default().to_owned();
    let standing = stand(&app, &connection, &token).await?;
    let body = small_body(request, &["application/cose"]).await?;
    let signed = cose::decode_sign1(&body, head::BYTES_MAX)?;
    sign::verify(&signed, head::AAD, &connection.key).map_err(|_| {
        Fault::new(Kind::Forbidden, "the head is not signed by the device's current key")
            .at(Check::Credential)
    })?;
    let statement = head::decode(&signed.payload)?;
    let device = standing.placed.device();
    if statement.device != device {
        return Err(Fault::invalid("the head names another device than the certificate").into());
    }
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    let known = journal::sql::receipt(&mut tx, device, statement.head.epoch, statement.head.seq).await?;
    if known.is_some_and(|known| known.hash != statement.head.hash) {
        tracing::warn!(%device, epoch = statement.head.epoch, seq = statement.head.seq, "admission.clone");
        app.metrics.cloned();
        notify::tell(&app, standing.placed.organization(), News::CloneSeen(device));
        let text = "another batch is stored under this place: the device's key is used twice, or its image was restored";
        return Err(Fault::conflict(text).at(Check::Fresh).into());
    }
    sql::keep_head(&mut tx, device, &body, now).await?;
    tx.commit().await.map_err(Fault::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /v1/config`: what the project expects, with an ETag.
pub async fn get_config(
    State(app): State<Arc<App>>,
    Peer(connection): Peer,
    headers: HeaderMap,
) -> Answer<Response> {
    let revision = app.journal.progress().borrow().revision;
    let (row, organization) = identity::operational(&app, &connection).await?;
    // The configuration is no secret of a token: certificate and place are enough.
    let standing = place(&app, &connection, &row, organization, revision).await?;
    let settings = &standing.rules.settings;
    let metrics: serde_json::Map<String, Value> = settings
        .metrics
        .iter()
        .map(|(metric, declared)| {
            let mut entry = serde_json::Map::new();
            if let Some(unit) = &declared.unit {
                entry.insert("unit".into(), unit.as_str().into());
            }
            if let Some((min, max)) = declared.range {
                entry.insert("range".into(), json!([min, max]));
            }
            if let Some(period_s) = declared.period_s {
                entry.insert("period_s".into(), period_s.into());
            }
            (metric.to_string(), entry.into())
        })
        .collect();
    let body = json!({
        "project": standing.placed.project(),
        "prev_required": settings.prev_required,
        "metrics": metrics,
    });
    let text = body.to_string();
    let tag = format!("\"{:.32}\"", sha256(&[text.as_bytes()]).to_string());
    let unchanged =
        headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let status = if unchanged { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let text = if unchanged { String::new() } else { text };
    Ok((status, [(header::ETAG, tag), (header::CONTENT_TYPE, "application/json".into())], text)
        .into_response())
}

/// `GET /v1/time`: the server's clock.
pub async fn get_time(State(app): State<Arc<App>>, Peer(connection): Peer) -> Answer<Json<Value>> {
    identity::device(&app, &connection).await?;
    Ok(Json(json!({"time": format_time(app.clock.now())})))
}
