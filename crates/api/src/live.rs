//! What happens in a project, told as it happens: the events of `GET /api/v1/events`.

use crate::Value;
use fieldkeep_domain::{DeviceId, ProjectId, QuarantineId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which project's events, and from where on.
#[derive(Debug, Clone, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct EventQuery {
    /// Which project.
    #[param(value_type = String)]
    pub project: ProjectId,
    /// The last `id` that was received, for clients that cannot set the header `Last-Event-ID`; the header counts first.
    pub last_event_id: Option<u64>,
}

/// The newest value of one metric in a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LiveValue {
    /// What was measured.
    pub metric: String,
    /// In which unit; null: without.
    pub unit: Option<String>,
    /// When.
    pub time: String,
    /// What was read.
    pub value: Value,
}

/// One event, as it stands in `data`. Its `id` is its place in the journal, its `event` is `type`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveEvent {
    /// A batch was admitted, or was held and has been released.
    Reading {
        /// Whose.
        #[schema(value_type = String)]
        device: DeviceId,
        /// When the server received it.
        at: String,
        /// How many readings.
        count: u64,
        /// The newest value of each metric in it, sorted by metric.
        latest: Vec<LiveValue>,
    },
    /// A batch is held back.
    Held {
        /// Whose.
        #[schema(value_type = String)]
        device: DeviceId,
        /// Which.
        #[schema(value_type = String)]
        held: QuarantineId,
        /// Names of the reasons.
        reasons: Vec<String>,
    },
    /// Somebody has decided about a held batch.
    Decided {
        /// Which.
        #[schema(value_type = String)]
        held: QuarantineId,
        /// released or destroyed.
        decision: String,
    },
    /// A device changed its state, its site or its group, came into the project or left it.
    Device {
        /// Which.
        #[schema(value_type = String)]
        device: DeviceId,
        /// Its state after the change.
        state: String,
    },
    /// A site, a group or a dashboard was made, changed or removed, or the settings of the project were.
    Changed {
        /// site, group, dashboard or project.
        noun: String,
        /// Which.
        id: String,
    },
    /// Events are missing from here on: load again what is shown. The stream ends after it where its reader was too slow,
    /// and goes on with what happens now where the place it asked for is no longer kept.
    Behind {
        /// In words.
        reason: String,
    },
}

impl LiveEvent {
    /// The name of its type.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Reading { .. } => "reading",
            Self::Held { .. } => "held",
            Self::Decided { .. } => "decided",
            Self::Device { .. } => "device",
            Self::Changed { .. } => "changed",
            Self::Behind { .. } => "behind",
        }
    }
}
