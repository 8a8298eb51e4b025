//! What would be sent: the metrics of this machine's sensors and of files, with their units, so that a project can
//! declare them before the first batch. Never: sends or stores anything.

use crate::clock;
use crate::collect::{csv::read_csv, sensors::Sensors, simulate::ColdStore};
use crate::error::AgentError;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// Rates need two looks at the counters, this far apart.
const APART: Duration = Duration::from_millis(300);

/// What would be sent.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Inspection {
    /// Every metric, with its unit where the source knows it.
    pub metrics: BTreeMap<String, Option<String>>,
    /// How many readings the files hold.
    pub readings: usize,
}

/// Looks at sensors, the simulation and files.
pub fn inspect(sensors: bool, simulate: bool, files: &[PathBuf]) -> Result<Inspection, AgentError> {
    let mut found = Inspection::default();
    if sensors {
        let mut machine = Sensors::new();
        machine.read(clock::now());
        std::thread::sleep(APART);
        for reading in machine.read(clock::now()) {
            found.metrics.insert(reading.metric.to_string(), reading.unit.map(|unit| unit.to_string()));
        }
    }
    if simulate {
        for reading in ColdStore::of("").iter().flat_map(|store| store.read(clock::now())) {
            found.metrics.insert(reading.metric.to_string(), reading.unit.map(|unit| unit.to_string()));
        }
    }
    for file in files {
        let (readings, _) = read_csv(file, |_| Ok(clock::now()))?;
        found.readings += readings.len();
        for reading in readings {
            found
                .metrics
                .entry(reading.metric.to_string())
                .or_insert_with(|| reading.unit.map(|unit| unit.to_string()));
        }
    }
    Ok(found)
}
