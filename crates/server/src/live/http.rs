//! `GET /api/v1/events`.

use super::{Stream, open};
use crate::http::{Answer, Follower, Query};
use crate::{App, Fault};
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use fieldkeep_api::{EventQuery, LiveEvent, Problem};
use http::{HeaderMap, HeaderName, header};
use std::convert::Infallible;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_events))
}

/// Follow what happens in a project (server-sent events). Each event stands in `data` as JSON; `Last-Event-ID` goes on
/// where a broken stream ended.
#[utoipa::path(get, path = "/events", tag = "events",
    params(EventQuery, ("Last-Event-ID" = Option<u64>, Header, description = "The last `id` that was received.")),
    responses((status = 200, content_type = "text/event-stream", body = LiveEvent),
        (status = "default", body = Problem)))]
async fn get_events(
    State(app): State<Arc<App>>,
    follower: Follower,
    headers: HeaderMap,
    Query(query): Query<EventQuery>,
) -> Answer<Response> {
    let last = last(&headers)?.or(query.last_event_id);
    let stream = open(&app, follower, query.project, last).await?;
    let pieces = futures_util::stream::unfold(stream, |mut stream: Stream| async {
        let piece = stream.piece().await?;
        Some((Ok::<_, Infallible>(piece), stream))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        // A proxy that waits for a full buffer would hold the news back.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

/// Browsers send an empty one when they have none.
fn last(headers: &HeaderMap) -> Result<Option<u64>, Fault> {
    let Some(value) = headers.get("last-event-id") else { return Ok(None) };
    let text = value.to_str().unwrap_or("?");
    if text.is_empty() {
        return Ok(None);
    }
    let number = text.parse::<u64>().ok().filter(|number| *number < i64::MAX as u64);
    number
        .map(Some)
        .ok_or_else(|| Fault::invalid("`Last-Event-ID`: the `id` of an event of this stream expected"))
}
