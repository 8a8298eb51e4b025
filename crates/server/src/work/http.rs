//! `/api/v1/jobs`: work on many devices.

use super::{create, failures, list, one, retry, stop};
use crate::App;
use crate::access::listing;
use crate::http::{Answer, Caller, Large, Param, Query};
use axum::Json;
use axum::extract::State;
use fieldkeep_api::{Job, JobFailure, JobQuery, NewJob, Page, PageQuery, Problem};
use fieldkeep_domain::JobId;
use fieldkeep_domain::access::Action;
use http::StatusCode;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(post_job, get_jobs))
        .routes(routes!(get_job))
        .routes(routes!(get_failures))
        .routes(routes!(post_stop))
        .routes(routes!(post_retry))
}

/// Set work on many devices going. Each is asked about by itself, when its turn comes.
#[utoipa::path(post, path = "/jobs", tag = "jobs", request_body = NewJob,
    responses((status = 202, body = Job), (status = "default", body = Problem)))]
async fn post_job(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Large(new): Large<NewJob>,
) -> Answer<(StatusCode, Json<Job>)> {
    Ok((StatusCode::ACCEPTED, Json(create(&app, &actor, new).await?)))
}

/// List one's own work, and what stands in a record that one may read.
#[utoipa::path(get, path = "/jobs", tag = "jobs", params(JobQuery),
    responses((status = 200, body = Page<Job>), (status = "default", body = Problem)))]
async fn get_jobs(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Query(query): Query<JobQuery>,
) -> Answer<Json<Page<Job>>> {
    let record = listing(&app, &actor, Action::RecordRead).await.ok();
    Ok(Json(list(&app, &actor, record, &query).await?))
}

/// How far it is.
#[utoipa::path(get, path = "/jobs/{job}", tag = "jobs", params(("job" = String, Path)),
    responses((status = 200, body = Job), (status = "default", body = Problem)))]
async fn get_job(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<JobId>,
) -> Answer<Json<Job>> {
    Ok(Json(one(&app, &actor, id).await?))
}

/// The devices on which it failed, and why.
#[utoipa::path(get, path = "/jobs/{job}/failures", tag = "jobs", params(("job" = String, Path), PageQuery),
    responses((status = 200, body = Page<JobFailure>), (status = "default", body = Problem)))]
async fn get_failures(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<JobId>,
    Query(query): Query<PageQuery>,
) -> Answer<Json<Page<JobFailure>>> {
    Ok(Json(failures(&app, &actor, id, &query).await?))
}

/// Stop after the device that is at hand.
#[utoipa::path(post, path = "/jobs/{job}/stop", tag = "jobs", params(("job" = String, Path)),
    responses((status = 200, body = Job), (status = "default", body = Problem)))]
async fn post_stop(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<JobId>,
) -> Answer<Json<Job>> {
    Ok(Json(stop(&app, &actor, id).await?))
}

/// Try again what failed, and what was left when it was stopped.
#[utoipa::path(post, path = "/jobs/{job}/retry", tag = "jobs", params(("job" = String, Path)),
    responses((status = 200, body = Job), (status = "default", body = Problem)))]
async fn post_retry(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<JobId>,
) -> Answer<Json<Job>> {
    Ok(Json(retry(&app, &actor, id).await?))
}
