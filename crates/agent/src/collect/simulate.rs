//! A small cold store that does not exist: what its sensors would read at an instant. The same seed and instant give the
//! same readings, so that a past that is told twice is the same past.
//!
//! Never: claims to be measured. Whoever uses it says in model and serial that the device is simulated.

use super::Reading;
use fieldkeep_domain::Timestamp;
use fieldkeep_domain::telemetry::{Metric, Unit, Value};
use fieldkeep_trust::hash::sha256;
use std::f64::consts::TAU;
use std::sync::Arc;

/// Somebody may come through the door once in so many seconds.
const VISIT_S: i64 = 1_200;
/// How fast the warm air of an open door comes in, and how fast it is cooled away, in seconds.
const IN_S: f64 = 90.0;
const OUT_S: f64 = 300.0;

/// A cold store.
#[derive(Debug, Clone)]
pub struct ColdStore {
    seed: u64,
    /// °C that the controller keeps to.
    set_point: f64,
    /// Half the distance between switching on and off, in K.
    swing: f64,
    /// Seconds from one start of the compressor to the next, and the part of them that it runs.
    cycle_s: i64,
    duty: f64,
    /// W while it runs.
    power: f64,
    metrics: [Arc<Metric>; 4],
}

impl ColdStore {
    /// The one that belongs to a device's serial number; none: a metric's name would not be one, which is a defect.
    pub fn of(serial: &str) -> Option<Self> {
        let hash = sha256(&[b"cold store", serial.as_bytes()]);
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&hash.as_bytes()[..8]);
        let seed = u64::from_be_bytes(bytes);
        let part = |n| unit_part(mixed(seed, n));
        let metric = |name| Metric::parse(name).ok().map(Arc::new);
        Some(Self {
            seed,
            set_point: 2.0 + (part(1) * 8.0).round() / 2.0,
            swing: 0.6 + part(2) * 0.5,
            cycle_s: 600 + (part(3) * 600.0) as i64,
            duty: 0.35 + part(4) * 0.2,
            power: 900.0 + part(5) * 900.0,
            metrics: [metric("temperature")?, metric("humidity")?, metric("power")?, metric("door")?],
        })
    }

    /// The same one, around another temperature: a freezer.
    #[must_use]
    pub fn kept_at(self, celsius: f64) -> Self {
        Self { set_point: celsius, ..self }
    }

    /// What every sensor reads.
    pub fn read(&self, now: Timestamp) -> Vec<Reading> {
        let seconds = now.as_nanos() as f64 / 1e9;
        let (open, warmth) = self.door(seconds);
        let (runs, wave) = self.compressor(seconds);
        let noise = |n: u64| unit_part(mixed(self.seed, now.as_nanos() as u64 ^ (n << 56))) - 0.5;
        let day = (TAU * (seconds / 86_400.0 - 0.4)).sin();
        let temperature = self.set_point + self.swing * wave + 0.3 * day + 5.0 * warmth + 0.08 * noise(1);
        let humidity = 82.0 - 3.0 * wave + 10.0 * warmth + 1.5 * day + 0.6 * noise(2);
        let power = if runs { self.power * (1.0 + 0.05 * day + 0.02 * noise(3)) } else { 18.0 + noise(4) };
        let [t, h, p, d] = &self.metrics;
        let number = |metric: &Arc<Metric>, unit: &str, value: f64, digits: f64| {
            let value = Value::float((value * digits).round() / digits).ok()?;
            Some(Reading { metric: metric.clone(), unit: Unit::parse(unit).ok(), time: now, value })
        };
        let door = Reading { metric: d.clone(), unit: None, time: now, value: Value::Bool(open) };
        [
            number(t, "Cel", temperature, 100.0),
            number(h, "%RH", humidity.clamp(0.0, 100.0), 10.0),
            number(p, "W", power.max(0.0), 10.0),
            Some(door),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Whether it runs, and where between −1 (coldest) and 1 (warmest) the air is.
    fn compressor(&self, seconds: f64) -> (bool, f64) {
        let offset = (self.seed % self.cycle_s.unsigned_abs()) as f64;
        let part = ((seconds + offset) / self.cycle_s as f64).fract();
        match part < self.duty {
            true => (true, 1.0 - 2.0 * part / self.duty),
            false => (false, -1.0 + 2.0 * (part - self.duty) / (1.0 - self.duty)),
        }
    }

    /// Whether the door is open, and how much warm air is inside, from 0 to about 1.
    fn door(&self, seconds: f64) -> (bool, f64) {
        let slot = (seconds / VISIT_S as f64).floor() as i64;
        let visits = [slot - 1, slot].into_iter().filter_map(|slot| self.visit(slot));
        visits.fold((false, 0.0), |(open, warmth), (from, until)| {
            if seconds < from {
                return (open, warmth);
            }
            let came_in = 1.0 - (-(seconds.min(until) - from) / IN_S).exp();
            let left = (-(seconds - until).max(0.0) / OUT_S).exp();
            (open || seconds < until, warmth + came_in * left)
        })
    }

    /// When somebody opens and closes the door in one span of [`VISIT_S`]; at night hardly anybody does.
    fn visit(&self, slot: i64) -> Option<(f64, f64)> {
        let part = |n: u64| unit_part(mixed(self.seed, (slot as u64) ^ (n << 48)));
        let begin = slot as f64 * VISIT_S as f64;
        let hour = (begin / 3_600.0).rem_euclid(24.0);
        let often = if (6.0..19.0).contains(&hour) { 0.45 } else { 0.04 };
        if part(11) >= often {
            return None;
        }
        let from = begin + part(12) * (VISIT_S as f64 - 240.0);
        Some((from, from + 20.0 + part(13) * 160.0))
    }
}

/// Bits that look random and are always the same (splitmix64, Steele et al. 2014).
fn mixed(seed: u64, n: u64) -> u64 {
    let mut x = seed ^ n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// From 0 up to, but not including, 1.
fn unit_part(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_795_003_200;

    fn number(readings: &[Reading], metric: &str) -> f64 {
        let found = readings.iter().find(|one| one.metric.as_str() == metric).unwrap();
        found.value.as_number().unwrap()
    }

    /// A week, a reading each minute.
    fn week(store: &ColdStore) -> Vec<Vec<Reading>> {
        (0..7 * 1_440).map(|minute| store.read(Timestamp::from_secs(NOON + 60 * minute))).collect()
    }

    #[test]
    fn the_same_serial_and_instant_give_the_same_readings() {
        let [one, again, other] =
            ["SIM-0001", "SIM-0001", "SIM-0002"].map(|serial| ColdStore::of(serial).unwrap());
        assert_eq!(week(&one), week(&again));
        assert_ne!(week(&one), week(&other));
    }

    #[test]
    fn readings_are_what_a_cold_store_could_read() {
        for serial in ["SIM-0001", "SIM-0002", "CS-000003"] {
            let store = ColdStore::of(serial).unwrap();
            let week = week(&store);
            let of = |metric: &str| week.iter().map(|one| number(one, metric)).collect::<Vec<_>>();
            let temperatures = of("temperature");
            let mean = temperatures.iter().sum::<f64>() / temperatures.len() as f64;
            assert!((mean - store.set_point).abs() < 1.0, "{serial}: {mean} around {}", store.set_point);
            assert!(temperatures.iter().all(|t| (-5.0..25.0).contains(t)));
            assert!(of("humidity").iter().all(|h| (50.0..=100.0).contains(h)));
            let running =
                of("power").iter().filter(|power| **power > 500.0).count() as f64 / week.len() as f64;
            assert!((running - store.duty).abs() < 0.05, "{running} of {}", store.duty);
            let open = week.iter().filter(|one| one[3].value == Value::Bool(true)).count();
            assert!(open > 10 && open < week.len() / 10, "{serial}: open {open} of {}", week.len());
        }
    }

    #[test]
    fn a_freezer_is_a_cold_store_around_another_temperature() {
        let store = ColdStore::of("FZ-000001").unwrap().kept_at(-20.0);
        let week = week(&store);
        let mean = week.iter().map(|one| number(one, "temperature")).sum::<f64>() / week.len() as f64;
        assert!((-21.0..-19.0).contains(&mean), "{mean}");
    }

    #[test]
    fn units_are_those_of_other_sources() {
        let readings = ColdStore::of("SIM-0001").unwrap().read(Timestamp::from_secs(NOON));
        let found: Vec<_> = readings
            .iter()
            .map(|one| (one.metric.as_str(), one.unit.as_ref().map(ToString::to_string)))
            .collect();
        let unit = |text: &str| Some(text.to_owned());
        assert_eq!(
            found,
            [("temperature", unit("Cel")), ("humidity", unit("%RH")), ("power", unit("W")), ("door", None)]
        );
    }

    #[test]
    fn an_open_door_warms_and_a_closed_one_cools() {
        let store = ColdStore::of("SIM-0001").unwrap();
        let slot = NOON / VISIT_S;
        let (from, until) = (slot..slot + 500).find_map(|slot| store.visit(slot)).unwrap();
        let warmth = |at: f64| store.door(at).1;
        assert!(store.door(until - 1.0).0 && !store.door(until + 1.0).0);
        assert!(warmth(until - 1.0) > warmth(from + 1.0) && warmth(until + 120.0) < warmth(until));
    }
}
