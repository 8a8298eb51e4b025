//! This machine's own sensors. What a machine does not have is not sent; nothing is made up.

use super::{Reading, clean};
use fieldkeep_domain::Timestamp;
use fieldkeep_domain::telemetry::{Metric, Unit, Value};
use std::sync::Arc;
use sysinfo::{Components, Disks, Networks, System};

/// The sensors with what they need to remember between two readings.
#[derive(Debug)]
pub struct Sensors {
    system: Option<System>,
    disks: Option<Disks>,
    networks: Option<Networks>,
    components: Option<Components>,
    before: Option<Timestamp>,
}

/// Collects readings of one instant.
struct Page {
    time: Timestamp,
    readings: Vec<Reading>,
}

impl Page {
    fn add(&mut self, metric: &str, unit: Option<&str>, value: Value) {
        // Names of ours always parse; names of components are cleaned first.
        if let Ok(metric) = Metric::parse(metric)
            && !self.readings.iter().any(|reading| *reading.metric == metric)
        {
            let unit = unit.and_then(|unit| Unit::parse(unit).ok());
            self.readings.push(Reading { metric: Arc::new(metric), unit, time: self.time, value });
        }
    }
    fn float(&mut self, metric: &str, unit: Option<&str>, number: f64) {
        if let Ok(value) = Value::float(number) {
            self.add(metric, unit, value);
        }
    }
    fn bytes(&mut self, metric: &str, bytes: u64) {
        if let Ok(bytes) = i64::try_from(bytes) {
            self.add(metric, Some("B"), Value::Int(bytes));
        }
    }
    fn share(&mut self, metric: &str, part: u64, whole: u64) {
        if whole > 0 {
            self.float(metric, Some("%"), part as f64 * 100.0 / whole as f64);
        }
    }
}

impl Default for Sensors {
    fn default() -> Self {
        Self::new()
    }
}

impl Sensors {
    /// Finds what this machine has.
    pub fn new() -> Self {
        let mut system = System::new().ok();
        if let Some(system) = &mut system {
            system.refresh_cpu_usage();
        }
        Self {
            system,
            disks: Disks::new_with_refreshed_list().ok(),
            networks: Networks::new_with_refreshed_list().ok(),
            components: Components::new_with_refreshed_list().ok(),
            before: None,
        }
    }

    /// Reads all of them.
    pub fn read(&mut self, now: Timestamp) -> Vec<Reading> {
        let mut page = Page { time: now, readings: Vec::new() };
        let elapsed_s = self.before.map(|before| (now.as_nanos() - before.as_nanos()) as f64 / 1e9);
        self.read_system(&mut page, elapsed_s.is_some());
        self.read_disk(&mut page);
        self.read_network(&mut page, elapsed_s);
        if let Ok(load) = System::load_average() {
            page.float("load_1", None, load.one);
        }
        self.read_temperatures(&mut page);
        self.before = Some(now);
        page.readings
    }

    fn read_system(&mut self, page: &mut Page, again: bool) {
        let Some(system) = &mut self.system else { return };
        system.refresh_cpu_usage();
        system.refresh_memory();
        // Utilisation and rates are differences: the first reading has nothing to compare with.
        if again {
            page.float("cpu_utilisation", Some("%"), f64::from(system.global_cpu_usage()));
        }
        page.bytes("memory_used", system.used_memory());
        page.share("memory_utilisation", system.used_memory(), system.total_memory());
    }

    /// The disk that the root stands on, or else the greatest.
    fn read_disk(&mut self, page: &mut Page) {
        let Some(disks) = &mut self.disks else { return };
        disks.refresh(false);
        let root = disks.iter().find(|disk| disk.mount_point() == std::path::Path::new("/"));
        if let Some(disk) = root.or_else(|| disks.iter().max_by_key(|disk| disk.total_space())) {
            let used = disk.total_space().saturating_sub(disk.available_space());
            page.bytes("disk_used", used);
            page.share("disk_utilisation", used, disk.total_space());
        }
    }

    fn read_network(&mut self, page: &mut Page, elapsed_s: Option<f64>) {
        let Some(networks) = &mut self.networks else { return };
        networks.refresh(false);
        let sum = networks.values().fold((0u64, 0u64), |(received, sent), network| {
            (received.saturating_add(network.received()), sent.saturating_add(network.transmitted()))
        });
        if let Some(seconds) = elapsed_s.filter(|seconds| *seconds > 0.0) {
            page.float("net_received", Some("B/s"), sum.0 as f64 / seconds);
            page.float("net_sent", Some("B/s"), sum.1 as f64 / seconds);
        }
    }

    fn read_temperatures(&mut self, page: &mut Page) {
        let Some(components) = &mut self.components else { return };
        components.refresh(false);
        for component in components.iter() {
            if let Some(temperature) = component.temperature() {
                let metric: String = clean(&format!("temperature/{}", component.label()));
                page.float(&metric, Some("Cel"), f64::from(temperature));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_readings() {
        let mut sensors = Sensors::new();
        let now = crate::clock::now();
        sensors.read(now);
        let readings = sensors.read(now.plus_secs(1));
        for metric in ["cpu_utilisation", "memory_used", "memory_utilisation", "load_1"] {
            assert!(readings.iter().any(|reading| reading.metric.as_str() == metric), "{metric}");
        }
        assert!(readings.iter().all(|reading| reading.time == now.plus_secs(1)));
    }
}
