//! Queries. Chunks and the tail are read as one: what waits in memory counts from the index where the chunks end.

use super::sql::{self, ChunkRow};
use super::tail::{Key, Piece};
use crate::fault::Kind;
use crate::keys::DataKeys;
use crate::limits::{QUERY_BUCKETS_MAX, QUERY_CHUNKS_MAX, QUERY_READINGS_MAX};
use crate::{App, Fault};
use fieldkeep_api as api;
use fieldkeep_domain::access::Permit;
use fieldkeep_domain::telemetry::Metric;
use fieldkeep_domain::{DeviceId, Hour, ProjectId, Timestamp};
use fieldkeep_telemetry::{
    Aggregate, Chunk, MetricSummary, Point, Reducer, Summary, latest_wins, segment_points,
};
use fieldkeep_trust::seal::{Binding, Purpose};
use fieldkeep_wire::json::{format_time, parse_time};
use sqlx::AnyConnection;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How far back the latest readings are looked for, in chunks.
const LATEST_CHUNKS: u32 = 72;

/// A parsed span of time and a metric.
pub struct Span {
    metric: Metric,
    from: Timestamp,
    to: Timestamp,
}

impl Span {
    fn parse(metric: &str, from: &str, to: &str) -> Result<Self, Fault> {
        let metric = Metric::parse(metric).map_err(|error| Fault::invalid(error.to_string()))?;
        let (from, to) = (parse_time(from)?, parse_time(to)?);
        if from.0 < 0 || from >= to {
            return Err(Fault::invalid("`from` must lie before `to`, and not before 1970"));
        }
        Ok(Self { metric, from, to })
    }
    /// First and last hour that it touches.
    fn hours(&self) -> (Hour, Hour) {
        (self.from.hour(), Timestamp(self.to.0 - 1).hour())
    }
}

/// Opens the chunks of one project.
struct Opener {
    project: ProjectId,
    keys: Arc<DataKeys>,
    opened: usize,
}

impl Opener {
    fn new(app: &App, project: ProjectId) -> Result<Self, Fault> {
        Ok(Self { project, keys: app.keys.project(project)?, opened: 0 })
    }
    fn count(&mut self) -> Result<(), Fault> {
        self.opened += 1;
        if self.opened > QUERY_CHUNKS_MAX {
            let text = format!(
                "limit `query-chunks`: more than {QUERY_CHUNKS_MAX} device hours; ask for a shorter span"
            );
            return Err(Fault::new(Kind::TooLarge, text));
        }
        Ok(())
    }
    fn summary(&mut self, row: &ChunkRow) -> Result<Option<Summary>, Fault> {
        self.count()?;
        let Some(sealed) = &row.summary else { return Ok(None) };
        let plain = self.keys.seal.open(&Binding::project(self.project, Purpose::Summary, row.id), sealed)?;
        Summary::decode(&plain).map(Some).map_err(Fault::internal)
    }
    async fn chunk(
        &mut self,
        tx: &mut AnyConnection,
        row: &ChunkRow,
        metric: &Metric,
    ) -> Result<Option<Chunk>, Fault> {
        self.count()?;
        let Some(sealed) = sql::body(tx, row.id).await? else { return Ok(None) };
        let plain = self.keys.seal.open(&Binding::project(self.project, Purpose::Chunk, row.id), &sealed)?;
        Chunk::decode_metrics(&plain, std::slice::from_ref(metric)).map(Some).map_err(Fault::internal)
    }
}

/// One device's hour as a query finds it: rows of chunks, and pieces that no chunk has.
struct HourParts {
    rows: Vec<ChunkRow>,
    pieces: Vec<Arc<Piece>>,
}

impl HourParts {
    /// Drops the pieces that the rows have already. The tail was looked at before the rows: nothing falls between.
    fn settle(mut self) -> Self {
        let through = self.rows.iter().map(|row| row.last_index).max();
        self.pieces.retain(|piece| through.is_none_or(|through| piece.index > through));
        self
    }

    async fn points(
        &self,
        opener: &mut Opener,
        tx: &mut AnyConnection,
        span: &Span,
    ) -> Result<Vec<Point>, Fault> {
        let mut points = Vec::new();
        for row in &self.rows {
            if let Some(chunk) = opener.chunk(tx, row, &span.metric).await? {
                points.extend(chunk.points(&span.metric, span.from, span.to));
            }
        }
        for piece in &self.pieces {
            points.extend(segment_points(&piece.segment, piece.index, &span.metric, span.from, span.to));
        }
        latest_wins(&mut points);
        Ok(points)
    }

    /// The summary that stands for the whole hour: of a single row, with nothing waiting.
    fn whole(&self, opener: &mut Opener, metric: &Metric) -> Result<Option<Option<MetricSummary>>, Fault> {
        match (&self.rows[..], self.pieces.is_empty()) {
            ([row], true) => Ok(opener.summary(row)?.map(|summary| summary.get(metric).cloned())),
            _ => Ok(None),
        }
    }
}

/// What a device's hours hold, hour by hour.
async fn hours_of_device(
    app: &App,
    tx: &mut AnyConnection,
    place: (ProjectId, DeviceId),
    hours: (Hour, Hour),
) -> Result<BTreeMap<Hour, HourParts>, Fault> {
    // The tail first: a piece that is flushed meanwhile stands in the rows that are read next.
    let mut parts: BTreeMap<Hour, HourParts> = app
        .tail
        .hours(place.0, Some(place.1), hours)
        .into_iter()
        .map(|key| (key.2, HourParts { rows: Vec::new(), pieces: app.tail.pieces(&key) }))
        .collect();
    let rows = sql::of_device(tx, place, hours, QUERY_CHUNKS_MAX as u32 + 1).await?;
    if rows.len() > QUERY_CHUNKS_MAX {
        let text = format!(
            "limit `query-chunks`: more than {QUERY_CHUNKS_MAX} device hours; ask for a shorter span"
        );
        return Err(Fault::new(Kind::TooLarge, text));
    }
    for row in rows {
        let empty = || HourParts { rows: Vec::new(), pieces: Vec::new() };
        parts.entry(row.hour).or_insert_with(empty).rows.push(row);
    }
    Ok(parts.into_iter().map(|(hour, parts)| (hour, parts.settle())).collect())
}

/// The latest reading of each metric.
pub async fn latest(
    app: &App,
    _: Permit,
    project: ProjectId,
    device: DeviceId,
) -> Result<api::Latest, Fault> {
    let mut opener = Opener::new(app, project)?;
    let mut found: BTreeMap<Metric, (Timestamp, u64, api::NamedReading)> = BTreeMap::new();
    for key in app.tail.hours(project, Some(device), (Hour(0), Hour::MAX)) {
        for piece in app.tail.pieces(&key) {
            for series in &piece.segment.series {
                let (Some(time), Some(value)) = (series.times.last(), series.values.last()) else { continue };
                let reading = api::NamedReading {
                    metric: series.metric.to_string(),
                    time: format_time(*time),
                    value: value.into(),
                    unit: series.unit.as_ref().map(ToString::to_string),
                };
                keep_latest(&mut found, &series.metric, (*time, piece.index, reading));
            }
        }
    }
    let mut tx = app.db.read().await?;
    let units = units(app, &mut tx, project).await?;
    for row in sql::newest(&mut tx, project, device, LATEST_CHUNKS).await? {
        for summary in opener.summary(&row)?.into_iter().flat_map(|summary| summary.metrics) {
            let (time, value) = &summary.last;
            let reading = api::NamedReading {
                metric: summary.metric.to_string(),
                time: format_time(*time),
                value: value.into(),
                unit: units.get(&summary.metric).cloned(),
            };
            keep_latest(&mut found, &summary.metric, (*time, row.last_index, reading));
        }
    }
    Ok(api::Latest { readings: found.into_values().map(|(_, _, reading)| reading).collect() })
}

/// Units as declared: admission has held every reading to them.
async fn units(
    app: &App,
    tx: &mut AnyConnection,
    project: ProjectId,
) -> Result<BTreeMap<Metric, String>, Fault> {
    let row = crate::project::sql::project(tx, project).await?.ok_or_else(|| Fault::not_found("project"))?;
    let settings = crate::project::open_settings(app, &row)?;
    Ok(settings
        .metrics
        .into_iter()
        .filter_map(|(metric, declared)| Some((metric, declared.unit?.to_string())))
        .collect())
}

fn keep_latest<T>(
    found: &mut BTreeMap<Metric, (Timestamp, u64, T)>,
    metric: &Metric,
    new: (Timestamp, u64, T),
) {
    match found.get_mut(metric) {
        Some(known) if (known.0, known.1) >= (new.0, new.1) => {}
        Some(known) => *known = new,
        None => drop(found.insert(metric.clone(), new)),
    }
}

/// Refuses a span that cannot be, before anything begins.
pub fn check_span(from: &str, to: &str) -> Result<(), Fault> {
    Span::parse("any", from, to).map(drop)
}

/// Readings of one metric in time order, handed over hour by hour; where to go on when the limit cut them.
pub async fn range(
    app: &App,
    _: Permit,
    place: (ProjectId, DeviceId),
    query: &api::RangeQuery,
    give: &tokio::sync::mpsc::Sender<Result<Vec<api::Reading>, Fault>>,
) -> Result<Option<String>, Fault> {
    let span = Span::parse(&query.metric, &query.from, &query.to)?;
    let limit = query.limit.map_or(QUERY_READINGS_MAX, |limit| limit as usize);
    if limit == 0 || limit > QUERY_READINGS_MAX {
        return Err(Fault::invalid(format!("`limit`: 1 to {QUERY_READINGS_MAX} expected")));
    }
    let mut opener = Opener::new(app, place.0)?;
    let mut tx = app.db.read().await?;
    let mut left = limit;
    for parts in hours_of_device(app, &mut tx, place, span.hours()).await?.into_values() {
        let points = parts.points(&mut opener, &mut tx, &span).await?;
        let cut = points.get(left).map(|point| format_time(point.time));
        let readings = points.iter().take(left).map(|point| api::Reading {
            time: format_time(point.time),
            value: (&point.value).into(),
            index: point.index,
        });
        if give.send(Ok(readings.collect())).await.is_err() || cut.is_some() {
            return Ok(cut);
        }
        left -= points.len();
    }
    Ok(None)
}

/// One metric reduced to so many buckets.
pub async fn buckets(
    app: &App,
    permit: Permit,
    place: (ProjectId, DeviceId),
    query: &api::RangeQuery,
    px: u32,
) -> Result<api::Buckets, Fault> {
    let (_, reducer) = reduce(app, permit, place, query, px).await?;
    let step_s = reducer.step_ns() as f64 / 1e9;
    let shown = |bucket: fieldkeep_telemetry::Bucket| api::Bucket {
        start: format_time(bucket.start),
        count: bucket.count,
        min: bucket.min,
        max: bucket.max,
        mean: bucket.mean,
        first: bucket.first,
        last: bucket.last,
    };
    Ok(api::Buckets { step_s, buckets: reducer.finish().into_iter().map(shown).collect() })
}

/// The same as columns without gaps.
pub async fn columns(
    app: &App,
    permit: Permit,
    place: (ProjectId, DeviceId),
    query: &api::RangeQuery,
    px: u32,
) -> Result<api::Columns, Fault> {
    let (from, reducer) = reduce(app, permit, place, query, px).await?;
    let step_ns = reducer.step_ns();
    let mut columns = vec![api::Column::EMPTY; reducer.len()];
    for bucket in reducer.finish() {
        let at = (bucket.start.0 - from.0) / step_ns;
        if let Some(column) = usize::try_from(at).ok().and_then(|at| columns.get_mut(at)) {
            let count = u32::try_from(bucket.count).unwrap_or(u32::MAX);
            *column = api::Column { min: bucket.min, max: bucket.max, mean: bucket.mean, count };
        }
    }
    Ok(api::Columns { start_s: from.0 as f64 / 1e9, step_s: step_ns as f64 / 1e9, columns })
}

async fn reduce(
    app: &App,
    _: Permit,
    place: (ProjectId, DeviceId),
    query: &api::RangeQuery,
    px: u32,
) -> Result<(Timestamp, Reducer), Fault> {
    let span = Span::parse(&query.metric, &query.from, &query.to)?;
    if px == 0 || px as usize > QUERY_BUCKETS_MAX {
        return Err(Fault::invalid(format!("`px`: 1 to {QUERY_BUCKETS_MAX} expected")));
    }
    let mut reducer =
        Reducer::new(span.from, span.to, px as usize).map_err(|error| Fault::invalid(error.to_string()))?;
    let mut opener = Opener::new(app, place.0)?;
    let mut tx = app.db.read().await?;
    for parts in hours_of_device(app, &mut tx, place, span.hours()).await?.into_values() {
        match parts.whole(&mut opener, &span.metric)? {
            Some(None) => continue,
            Some(Some(summary)) if reducer.summary(&summary) => continue,
            _ => {}
        }
        for point in parts.points(&mut opener, &mut tx, &span).await? {
            reducer.point(point.time, &point.value);
        }
    }
    Ok((span.from, reducer))
}

/// What a device has measured, as far as it is kept: each metric with its first and last time.
pub async fn metrics(
    app: &App,
    _: Permit,
    project: ProjectId,
    device: DeviceId,
) -> Result<Vec<api::DeviceMetric>, Fault> {
    let mut opener = Opener::new(app, project)?;
    let mut spans: BTreeMap<Metric, (Timestamp, Timestamp)> = BTreeMap::new();
    let mut widen = |metric: &Metric, first: Timestamp, last: Timestamp| match spans.get_mut(metric) {
        Some(span) => *span = (span.0.min(first), span.1.max(last)),
        None => drop(spans.insert(metric.clone(), (first, last))),
    };
    for key in app.tail.hours(project, Some(device), (Hour(0), Hour::MAX)) {
        for piece in app.tail.pieces(&key) {
            for series in &piece.segment.series {
                if let (Some(first), Some(last)) = (series.times.first(), series.times.last()) {
                    widen(&series.metric, *first, *last);
                }
            }
        }
    }
    let mut tx = app.db.read().await?;
    for row in sql::newest(&mut tx, project, device, QUERY_CHUNKS_MAX as u32).await? {
        for summary in opener.summary(&row)?.into_iter().flat_map(|summary| summary.metrics) {
            widen(&summary.metric, summary.first.0, summary.last.0);
        }
    }
    let row = crate::project::sql::project(&mut tx, project).await?;
    let settings = crate::project::open_settings(app, &row.ok_or_else(|| Fault::not_found("project"))?)?;
    let shown = |(metric, (from, to)): (Metric, _)| {
        let declared = settings.metrics.get(&metric);
        api::DeviceMetric {
            metric: metric.to_string(),
            unit: declared.and_then(|declared| declared.unit.as_ref().map(ToString::to_string)),
            range: declared.and_then(|declared| declared.range).map(|(min, max)| api::Limits { min, max }),
            from: format_time(from),
            to: format_time(to),
        }
    };
    Ok(spans.into_iter().map(shown).collect())
}

/// One metric over many devices of a project, step by step.
pub async fn aggregate(
    app: &App,
    _: Permit,
    project: ProjectId,
    query: &api::AggregateQuery,
) -> Result<api::Steps, Fault> {
    let span = Span::parse(&query.metric, &query.from, &query.to)?;
    let step_ns = i64::from(query.step_s).saturating_mul(1_000_000_000);
    let steps = if step_ns == 0 { i64::MAX } else { (span.to.0 - span.from.0) / step_ns };
    if steps > QUERY_BUCKETS_MAX as i64 {
        return Err(Fault::invalid(format!(
            "`step_s`: at most {QUERY_BUCKETS_MAX} steps between `from` and `to`"
        )));
    }
    let devices = devices(query.devices.as_deref())?;
    let wanted = |device: &DeviceId| devices.as_ref().is_none_or(|devices| devices.contains(device));
    let mut aggregate =
        Aggregate::new(span.from, span.to, step_ns).map_err(|error| Fault::invalid(error.to_string()))?;
    let mut opener = Opener::new(app, project)?;
    // The tail before the snapshot: a piece that is flushed in between stands in the rows as well, never in neither.
    let keys = app.tail.hours(project, None, span.hours());
    let waiting: Vec<_> = keys.into_iter().map(|key| (key, app.tail.pieces(&key))).collect();
    let mut tx = app.db.read().await?;
    let mut hours: BTreeSet<Hour> = sql::hours(&mut tx, project, span.hours()).await?.into_iter().collect();
    hours.extend(waiting.iter().map(|(key, _)| key.2));
    for hour in hours {
        for (device, parts) in hour_of_project(&waiting, &mut tx, project, hour).await? {
            if !wanted(&device) {
                continue;
            }
            let too_many =
                |error: fieldkeep_telemetry::TooManySteps| Fault::new(Kind::TooLarge, error.to_string());
            match parts.whole(&mut opener, &span.metric)? {
                Some(None) => continue,
                Some(Some(summary)) if aggregate.summary(&summary).map_err(too_many)? => continue,
                _ => {}
            }
            let points = parts.points(&mut opener, &mut tx, &span).await?;
            aggregate.points(&span.metric, &points).map_err(too_many)?;
        }
    }
    let steps = aggregate.finish().into_iter().flat_map(|(_, steps)| steps).map(|step| api::Step {
        start: format_time(step.start),
        count: step.count,
        min: step.min,
        max: step.max,
        mean: step.sum / step.count as f64,
        sum: step.sum,
    });
    Ok(api::Steps { step_s: f64::from(query.step_s), steps: steps.collect() })
}

fn devices(text: Option<&str>) -> Result<Option<BTreeSet<DeviceId>>, Fault> {
    let Some(text) = text else { return Ok(None) };
    let parsed: Result<BTreeSet<DeviceId>, _> =
        text.split(',').take(10_001).map(|id| id.trim().parse()).collect();
    let parsed = parsed?;
    if parsed.len() > 10_000 {
        return Err(Fault::invalid("`devices`: at most 10000 ids expected"));
    }
    Ok(Some(parsed))
}

/// What one hour of a project holds, device by device.
async fn hour_of_project(
    waiting: &[(Key, Vec<Arc<Piece>>)],
    tx: &mut AnyConnection,
    project: ProjectId,
    hour: Hour,
) -> Result<BTreeMap<DeviceId, HourParts>, Fault> {
    let mut parts: BTreeMap<DeviceId, HourParts> = waiting
        .iter()
        .filter(|(key, _)| key.2 == hour)
        .map(|(key, pieces)| (key.1, HourParts { rows: Vec::new(), pieces: pieces.clone() }))
        .collect();
    for row in sql::of_hour(tx, project, hour, QUERY_CHUNKS_MAX as u32 + 1).await? {
        let empty = || HourParts { rows: Vec::new(), pieces: Vec::new() };
        parts.entry(row.device).or_insert_with(empty).rows.push(row);
    }
    Ok(parts.into_iter().map(|(device, parts)| (device, parts.settle())).collect())
}
