//! Routes of people and programs.

mod keys;
mod me;
mod oidc;
mod people;
mod sign_in;

use crate::App;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

pub use keys::post_token;
pub use oidc::get_callback;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .merge(sign_in::routes())
        .merge(me::routes())
        .merge(oidc::routes())
        .merge(people::routes())
        .merge(keys::routes())
}
