//! Routes of roles, policies, grants, second persons, emergencies and explanations.

mod approvals;
mod explain;
mod glass;
mod grants;
mod guards;
mod roles;
mod rules;

use crate::App;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    rules::routes()
        .merge(roles::routes())
        .merge(guards::routes())
        .merge(grants::routes())
        .merge(approvals::routes())
        .merge(glass::routes())
        .merge(explain::routes())
}
