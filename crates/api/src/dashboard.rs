//! Dashboards: what a project's people arrange to look at.

use fieldkeep_domain::{DashboardId, DeviceId, ProjectId, SiteId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One line of a chart, or the one value of a tile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TileSeries {
    /// Whose.
    #[schema(value_type = String)]
    pub device: DeviceId,
    /// Which metric.
    pub metric: String,
}

/// One tile on a grid of twelve columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Tile {
    /// Names it within its dashboard: 1 to 40 letters, digits and hyphens.
    pub id: String,
    /// value, chart, state, table, map or note.
    pub kind: String,
    /// First column, 0 to 11.
    pub x: u32,
    /// First row, 0 to 999.
    pub y: u32,
    /// Columns, 1 to 12.
    pub w: u32,
    /// Rows, 1 to 24.
    pub h: u32,
    /// What stands above it; at most 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it shows; at most 16.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<TileSeries>,
    /// The span of a chart, such as `24h`, `7d`; at most 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<String>,
    /// The text of a note; at most 4000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Of which model the devices of a table or a state are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Of which site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub site: Option<SiteId>,
}

/// A dashboard to be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDashboard {
    /// What people call it.
    pub name: String,
    /// At most 64.
    pub tiles: Vec<Tile>,
}

/// A dashboard as it should be from now on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangedDashboard {
    /// What people call it.
    pub name: String,
    /// At most 64.
    pub tiles: Vec<Tile>,
    /// The version that was changed: 409 where somebody else changed it meanwhile.
    pub version: u64,
}

/// A dashboard.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Dashboard {
    /// Which.
    #[schema(value_type = String)]
    pub id: DashboardId,
    /// Whose.
    #[schema(value_type = String)]
    pub project: ProjectId,
    /// What people call it.
    pub name: String,
    /// Counts changes from 1.
    pub version: u64,
    /// Its tiles.
    pub tiles: Vec<Tile>,
    /// Who made it: `person/…` or `key/…`.
    pub made_by: String,
    /// Who made this version.
    pub changed_by: String,
    /// When.
    pub changed_at: String,
}
