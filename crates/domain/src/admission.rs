//! The verdict on a batch: which checks it passed, what is held against it, and the proofs the pipeline hands on.

use crate::journal::{Head, Place};
use crate::project::{Declaration, Settings};
use crate::quarantine::Reason;
use crate::telemetry::{Batch, Canonical, Series, Value};
use crate::{DeviceId, Hash, OrganizationId, ProjectId, SiteId, Timestamp, limits};
use std::fmt;

/// The checks of the way in, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// A valid certificate that is not revoked.
    Credential,
    /// A valid access token bound to it.
    Token,
    /// A registered maker made the device.
    Made,
    /// A company owns it, proven by the device.
    Owned,
    /// An installer bound it to a place.
    Installed,
    /// The batch is readable and follows the one before it.
    Fresh,
    /// What it says can be true.
    Plausible,
}

impl Check {
    /// All, in order.
    pub const ALL: [Self; 7] = [
        Self::Credential,
        Self::Token,
        Self::Made,
        Self::Owned,
        Self::Installed,
        Self::Fresh,
        Self::Plausible,
    ];
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Credential => "credential",
            Self::Token => "token",
            Self::Made => "made",
            Self::Owned => "owned",
            Self::Installed => "installed",
            Self::Fresh => "fresh",
            Self::Plausible => "plausible",
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How one check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It held.
    Passed,
    /// It did not.
    Failed,
    /// An earlier one failed first.
    NotReached,
}

/// How each check went when `failed` was the first that did not hold.
pub fn outcomes(failed: Check) -> impl Iterator<Item = (Check, Outcome)> {
    Check::ALL.into_iter().map(move |check| {
        let outcome = match check.cmp(&failed) {
            std::cmp::Ordering::Less => Outcome::Passed,
            std::cmp::Ordering::Equal => Outcome::Failed,
            std::cmp::Ordering::Greater => Outcome::NotReached,
        };
        (check, outcome)
    })
}

/// Where a device stands for admission, all facts proven: made, owned and installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    device: DeviceId,
    organization: OrganizationId,
    project: ProjectId,
    site: SiteId,
    certificate: Hash,
    revision: u64,
}

impl Placed {
    /// Asserts credential, token and the three facts at this revision of the settings.
    pub fn assertion(
        device: DeviceId,
        organization: OrganizationId,
        (project, site): (ProjectId, SiteId),
        certificate: Hash,
        revision: u64,
    ) -> Self {
        Self { device, organization, project, site, certificate, revision }
    }
    /// Which device.
    pub fn device(&self) -> DeviceId {
        self.device
    }
    /// Whose.
    pub fn organization(&self) -> OrganizationId {
        self.organization
    }
    /// In which project.
    pub fn project(&self) -> ProjectId {
        self.project
    }
    /// At which site.
    pub fn site(&self) -> SiteId {
        self.site
    }
    /// SHA-256 of the certificate of the connection.
    pub fn certificate(&self) -> Hash {
        self.certificate
    }
    /// Revision of identities and settings at which all this held.
    pub fn revision(&self) -> u64 {
        self.revision
    }
}

/// How a batch moves the chain of its device. The journal checks `from` once more under its lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advance {
    /// The head that the batch was judged against; `None` before a device's first.
    pub from: Option<Head>,
    /// The head it makes.
    pub to: Head,
}

/// A batch that may be stored as it is.
#[derive(Debug, Clone)]
pub struct Admitted {
    placed: Placed,
    batch: Decoded,
    advance: Option<Advance>,
}

/// A batch that is kept aside, with what is held against it.
#[derive(Debug, Clone)]
pub struct Quarantined {
    admitted: Admitted,
    reasons: Vec<Reason>,
}

/// A batch that was read, with its frozen bytes and its hash.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// What it says.
    pub batch: Batch,
    /// The bytes it is hashed and stored as.
    pub canonical: Canonical,
    /// The batch hash.
    pub hash: Hash,
    /// The hash of each segment.
    pub segments: Vec<Hash>,
}

impl Decoded {
    /// Its place in the device's chain.
    pub fn place(&self) -> Place {
        Place { epoch: self.batch.epoch, seq: self.batch.seq, prev: self.batch.prev, hash: self.hash }
    }
}

impl Admitted {
    /// Asserts that every check held. Call sites are an allow-list (`cargo xtask tidy`).
    pub fn assertion(placed: Placed, batch: Decoded, advance: Option<Advance>) -> Self {
        Self { placed, batch, advance }
    }
    /// Where the device stands.
    pub fn placed(&self) -> &Placed {
        &self.placed
    }
    /// What it sent.
    pub fn batch(&self) -> &Decoded {
        &self.batch
    }
    /// How the chain moves; `None` for a fork or a release from quarantine, which move nothing.
    pub fn advance(&self) -> Option<Advance> {
        self.advance
    }
}

impl Quarantined {
    /// Asserts that the batch is its device's and that these reasons were found.
    pub fn assertion(admitted: Admitted, reasons: Vec<Reason>) -> Self {
        Self { admitted, reasons }
    }
    /// The batch and where its device stands.
    pub fn admitted(&self) -> &Admitted {
        &self.admitted
    }
    /// What is held against it; at least one.
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }
}

/// What the readings of a batch are held against.
#[derive(Debug, Clone, Copy)]
pub struct Expectation<'a> {
    /// What the project declares.
    pub settings: &'a Settings,
    /// The server's clock.
    pub now: Timestamp,
    /// Whether the connection comes from one of the site's networks.
    pub network_admitted: bool,
}

/// At most this many discrepancies are named per batch; more of the same tell nothing new.
const REASONS_MAX: usize = 16;

/// Everything that is held against a batch, in a stable order; empty when it is plausible.
pub fn plausible(batch: &Batch, expected: &Expectation<'_>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if !expected.network_admitted {
        reasons.push(Reason::Network);
    }
    reasons.extend(clock(batch, expected));
    for series in batch.series() {
        match expected.settings.metrics.get(&series.metric) {
            None => reasons.push(Reason::UndeclaredMetric { metric: series.metric.clone() }),
            Some(declared) => reasons.extend(against_declaration(series, declared)),
        }
        if reasons.len() >= REASONS_MAX {
            break;
        }
    }
    reasons.dedup();
    reasons.truncate(REASONS_MAX);
    reasons
}

fn clock(batch: &Batch, expected: &Expectation<'_>) -> Option<Reason> {
    let ahead = expected.now.plus_secs(limits::CLOCK_AHEAD_S_MAX);
    let oldest = expected.now.plus_secs(-86_400 * i64::from(expected.settings.retention_days));
    let off = |at: Timestamp| Reason::Clock { offset_s: at.secs_since(expected.now) };
    if let Some(sent) = batch.sent
        && sent.secs_since(expected.now).abs() > limits::CLOCK_AHEAD_S_MAX
    {
        return Some(off(sent));
    }
    let mut edges = batch.series().filter_map(|series| Some((*series.times.first()?, *series.times.last()?)));
    edges.find_map(|(first, last)| {
        if last > ahead {
            Some(off(last))
        } else if first < oldest {
            Some(off(first))
        } else {
            None
        }
    })
}

fn against_declaration(series: &Series, declared: &Declaration) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if series.unit != declared.unit {
        reasons.push(Reason::WrongUnit {
            metric: series.metric.clone(),
            sent: series.unit.clone(),
            declared: declared.unit.clone(),
        });
    }
    let quantity = declared.unit.is_some() || declared.range.is_some();
    let is_quantity = |value: &Value| matches!(value, Value::Float(_) | Value::Int(_));
    if quantity && !series.values.iter().all(is_quantity) {
        reasons.push(Reason::WrongKind { metric: series.metric.clone() });
    }
    if let Some((min, max)) = declared.range {
        let outside = |number: &f64| *number < min || *number > max;
        if let Some(value) = series.values.iter().filter_map(|value| value.as_number()).find(outside) {
            reasons.push(Reason::OutsideRange { metric: series.metric.clone(), value, min, max });
        }
    }
    if let Some(period_s) = declared.period_s
        && too_dense(series, period_s)
    {
        reasons.push(Reason::Rate { metric: series.metric.clone() });
    }
    reasons
}

/// More than ten readings per declared period, over at least twenty readings: short bursts are not abuse.
fn too_dense(series: &Series, period_s: u32) -> bool {
    let (Some(first), Some(last)) = (series.times.first(), series.times.last()) else { return false };
    let readings = series.times.len() as i64;
    let span_ns = last.0 - first.0;
    let fair_ns = i64::from(period_s).saturating_mul(1_000_000_000) / limits::RATE_FACTOR_MAX;
    readings >= 20 && span_ns / (readings - 1) < fair_ns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Hour;
    use crate::telemetry::{Metric, Segment, Unit};

    const NOW: Timestamp = Timestamp::from_secs(1_000_000_000);

    fn batch(unit: Option<&str>, at: Timestamp, value: Value) -> Batch {
        let series = Series {
            metric: Metric::parse("temperature").unwrap(),
            unit: unit.map(|unit| Unit::parse(unit).unwrap()),
            times: vec![at],
            values: vec![value],
        };
        Batch {
            device: DeviceId::from_random([1; 16]),
            epoch: 1,
            seq: 1,
            prev: None,
            sent: None,
            lost: 0,
            segments: vec![Segment { hour: at.hour(), series: vec![series] }],
        }
    }

    fn settings(period_s: Option<u32>) -> Settings {
        let declared =
            Declaration { unit: Some(Unit::parse("Cel").unwrap()), range: Some((-40.0, 85.0)), period_s };
        let mut settings = Settings { retention_days: 30, ..Settings::new() };
        settings.metrics.insert(Metric::parse("temperature").unwrap(), declared);
        settings
    }

    fn names(batch: &Batch, network_admitted: bool) -> Vec<&'static str> {
        let settings = settings(Some(60));
        let expected = Expectation { settings: &settings, now: NOW, network_admitted };
        plausible(batch, &expected).iter().map(Reason::name).collect()
    }

    #[test]
    fn what_is_declared_passes() {
        assert!(names(&batch(Some("Cel"), NOW, Value::Float(4.2)), true).is_empty());
        assert!(names(&batch(Some("Cel"), NOW.plus_secs(300), Value::Int(85)), true).is_empty());
    }

    #[test]
    fn each_discrepancy_has_its_reason() {
        assert_eq!(names(&batch(Some("Cel"), NOW, Value::Float(85.1)), true), ["outside-range"]);
        assert_eq!(names(&batch(Some("K"), NOW, Value::Float(4.0)), true), ["wrong-unit"]);
        assert_eq!(names(&batch(Some("Cel"), NOW, Value::Bool(true)), true), ["wrong-kind"]);
        assert_eq!(names(&batch(Some("Cel"), NOW, Value::Text("hot".into())), true), ["wrong-kind"]);
        assert_eq!(names(&batch(None, NOW, Value::Float(4.0)), true), ["wrong-unit"]);
        assert_eq!(names(&batch(Some("Cel"), NOW, Value::Float(4.0)), false), ["network"]);
        assert_eq!(names(&batch(Some("Cel"), Timestamp::from_secs(0), Value::Float(4.0)), true), ["clock"]);
        assert_eq!(names(&batch(Some("Cel"), NOW.plus_secs(302), Value::Float(4.0)), true), ["clock"]);
        let mut other = batch(Some("Cel"), NOW, Value::Float(4.0));
        other.segments[0].series[0].metric = Metric::parse("humidity").unwrap();
        assert_eq!(names(&other, true), ["undeclared-metric"]);
        let mut sent = batch(Some("Cel"), NOW, Value::Float(4.0));
        sent.sent = Some(NOW.plus_secs(-301));
        assert_eq!(names(&sent, true), ["clock"]);
    }

    #[test]
    fn a_flood_of_readings_is_named() {
        let mut flood = batch(Some("Cel"), NOW, Value::Float(4.0));
        flood.segments[0].series[0].times = (0..40).map(|n| Timestamp(NOW.0 + n * 1_000_000_000)).collect();
        flood.segments[0].series[0].values = vec![Value::Float(4.0); 40];
        flood.segments[0].hour = Hour(NOW.hour().0);
        assert_eq!(names(&flood, true), ["rate"]);
    }

    #[test]
    fn every_check_is_named_once_in_order() {
        let named: Vec<_> = outcomes(Check::Owned).map(|(check, outcome)| (check.name(), outcome)).collect();
        assert_eq!(named.len(), 7);
        assert_eq!(named[2], ("made", Outcome::Passed));
        assert_eq!(named[3], ("owned", Outcome::Failed));
        assert_eq!(named[4], ("installed", Outcome::NotReached));
    }
}
