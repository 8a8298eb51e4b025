//! People, programs and their keys.

use fieldkeep_domain::access::{Action, RoleRef};
use fieldkeep_domain::{AccountId, DeviceId, GroupId, KeyId, OrganizationId, ProjectId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

mod keys;

pub use keys::*;
