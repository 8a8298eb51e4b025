//! Routes of people and programs.

mod keys;

use crate::App;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    keys::routes()
}

pub use keys::post_token;
