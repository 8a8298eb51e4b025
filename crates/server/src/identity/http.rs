//! EST (RFC 7030, RFC 8951), keys and tokens on the devices' name; revocation lists on the people's.

use super::{enroll, new_key, new_token, revocation_list, show};
use crate::access::{authorize, listing};
use crate::http::{Answer, Caller, Param, Peer, Query, small_body};
use crate::{App, Fault, identity, project, registry};
use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64;
use fieldkeep_api::{
    CertificateAuthority, CertificateQuery, DeviceCertificate, DeviceIdentity, Page, Problem,
};
use fieldkeep_domain::access::Action;
use fieldkeep_domain::{DeviceId, OrganizationId};
use fieldkeep_trust::pkcs7::certs_only;
use fieldkeep_wire::json::format_time;
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(get_identity))
        .routes(routes!(get_certificates))
        .routes(routes!(get_authorities))
}

/// What a device proves itself by: certificates and keys, without secrets.
#[utoipa::path(get, path = "/devices/{device}/identity", tag = "devices", params(("device" = String, Path)),
    responses((status = 200, body = DeviceIdentity), (status = "default", body = Problem)))]
async fn get_identity(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<DeviceId>,
) -> Answer<Json<DeviceIdentity>> {
    let mut tx = app.db.read().await.map_err(Fault::from)?;
    let row = registry::find(&mut tx, id).await?;
    let place = registry::place_of(&mut tx, &row).await?;
    drop(tx);
    let permit = authorize(&app, &actor, Action::DeviceRead, place).await?;
    Ok(Json(show::of_device(&app, permit, id).await?))
}

/// List certificates of devices, those that end first first.
#[utoipa::path(get, path = "/certificates", tag = "certificates", params(CertificateQuery),
    responses((status = 200, body = Page<DeviceCertificate>), (status = "default", body = Problem)))]
async fn get_certificates(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Query(query): Query<CertificateQuery>,
) -> Answer<Json<Page<DeviceCertificate>>> {
    if query.organization.is_some() {
        let scope = project::scope(&app, query.organization, None).await?;
        if !actor.knows_of(&scope.into()) {
            return Err(Fault::not_found("organization").into());
        }
    }
    let listing = listing(&app, &actor, Action::DeviceRead).await?;
    Ok(Json(show::list(&app, listing, &query).await?))
}

/// List the authorities that certificates lead to.
#[utoipa::path(get, path = "/authorities", tag = "certificates",
    responses((status = 200, body = Page<CertificateAuthority>), (status = "default", body = Problem)))]
async fn get_authorities(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
) -> Answer<Json<Page<CertificateAuthority>>> {
    let listing = listing(&app, &actor, Action::OrganizationRead).await?;
    Ok(Json(show::authorities(&app, listing).await?))
}

const CERTS_ONLY: &str = "application/pkcs7-mime; smime-type=certs-only";
/// SEQUENCE { OID ecdsa-with-SHA256 }: what a request should be signed with (RFC 7030 §4.5.2).
const CSR_ATTRIBUTES: [u8; 12] = [0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];

/// Base64 with line breaks, as RFC 8951 §3.1 wants it.
fn base64_lines(bytes: &[u8]) -> String {
    let text = BASE64.encode(bytes);
    let mut out = String::with_capacity(text.len() + text.len() / 64 + 1);
    for line in text.as_bytes().chunks(64) {
        out.extend(line.iter().map(|byte| char::from(*byte)));
        out.push('\n');
    }
    out
}

fn certificates(chain: &[Vec<u8>]) -> Response {
    let parts: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
    ([(header::CONTENT_TYPE, CERTS_ONLY)], base64_lines(&certs_only(&parts))).into_response()
}

/// `GET /.well-known/est/cacerts`: root and the CA above the organizations.
pub async fn get_cacerts(State(app): State<Arc<App>>, Peer(connection): Peer) -> Answer<Response> {
    identity::device(&app, &connection).await?;
    Ok(certificates(&[app.root.clone(), app.devices_ca.der().to_vec()]))
}

/// `GET /.well-known/est/csrattrs`.
pub async fn get_csrattrs(State(app): State<Arc<App>>, Peer(connection): Peer) -> Answer<Response> {
    identity::device(&app, &connection).await?;
    Ok(([(header::CONTENT_TYPE, "application/csrattrs")], base64_lines(&CSR_ATTRIBUTES)).into_response())
}

/// `POST /.well-known/est/simpleenroll`, on the birth certificate.
pub async fn post_enroll(
    State(app): State<Arc<App>>,
    Peer(connection): Peer,
    request: Request,
) -> Answer<Response> {
    identity::birth(&app, &connection).await?;
    let der = signing_request(request).await?;
    Ok(certificates(&enroll(&app, &connection, &der, false).await?))
}

/// `POST /.well-known/est/simplereenroll`, on the current certificate.
pub async fn post_reenroll(
    State(app): State<Arc<App>>,
    Peer(connection): Peer,
    request: Request,
) -> Answer<Response> {
    identity::operational(&app, &connection).await?;
    let der = signing_request(request).await?;
    Ok(certificates(&enroll(&app, &connection, &der, true).await?))
}

/// The request's DER: base64 with or without line breaks.
async fn signing_request(request: Request) -> Result<Vec<u8>, Fault> {
    let body = small_body(request, &["application/pkcs10"]).await?;
    let text: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    BASE64
        .decode(&text)
        .map_err(|_| Fault::invalid("the signing request: base64 of a PKCS#10 request expected"))
}

/// `POST /v1/key`.
pub async fn post_key(
    State(app): State<Arc<App>>,
    Peer(connection): Peer,
) -> Answer<(StatusCode, Json<Value>)> {
    let secret = new_key(&app, &connection).await?;
    let key = String::from_utf8_lossy(secret.expose());
    Ok((StatusCode::CREATED, Json(json!({"key": key}))))
}

/// `POST /v1/token`.
pub async fn post_token(
    State(app): State<Arc<App>>,
    Peer(connection): Peer,
    headers: HeaderMap,
) -> Answer<Json<Value>> {
    let key = headers.get("x-api-key").and_then(|value| value.to_str().ok());
    let (token, expires_at) = new_token(&app, &connection, key).await?;
    Ok(Json(json!({"token": token, "expires_at": format_time(expires_at)})))
}

/// `GET /crl/{organization}`: the revocation list in DER (RFC 5280 §5), for anybody.
pub async fn get_crl(State(app): State<Arc<App>>, Param(id): Param<OrganizationId>) -> Answer<Response> {
    let list = revocation_list(&app, id).await?;
    Ok(([(header::CONTENT_TYPE, "application/pkix-crl")], list).into_response())
}

/// `GET /root.pem`: the deployment's root, for anybody: it is what a device has to be told to trust, and public.
pub async fn get_root(State(app): State<Arc<App>>) -> Response {
    let pem = fieldkeep_trust::x509::to_pem("CERTIFICATE", &app.root);
    ([(header::CONTENT_TYPE, "application/x-pem-file")], pem).into_response()
}
