//! People, programs and their keys.

use fieldkeep_domain::access::{Action, RoleRef};
use fieldkeep_domain::{AccountId, DeviceId, GroupId, KeyId, OrganizationId, ProjectId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

mod keys;
mod people;
mod providers;

pub use keys::*;
pub use people::*;
pub use providers::*;
