//! `fieldkeep query`: readings as tables or as data. Never: reduces or joins what the server can.

use super::Env;
use crate::exit::Exit;
use crate::limits::RANGE_READINGS;
use crate::out::{Table, clean, or_dash};
use crate::target::DeviceRef;
use crate::when::When;
use anyhow::Result;
use fieldkeep_api::{AggregateQuery, RangeQuery, Readings, Value};
use fieldkeep_domain::{DeviceId, ProjectId, Timestamp};
use fieldkeep_wire::json::format_time;

/// Width of the longest instant, with nanoseconds.
const TIME_WIDTH: usize = 30;

/// Read measurements
///
/// This needs the key of a viewer or an operator: an administrator sets up, and does not read.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fieldkeep query latest 5e0c9b9f-3c55-4c6f-8d8f-1f6f7e2b9a33")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// The latest reading of each metric of a device
    #[command(after_help = "Example: fieldkeep query latest 5e0c9b9f-3c55-4c6f-8d8f-1f6f7e2b9a33 --json")]
    Latest {
        /// Which device
        #[arg(value_name = "ID|LABEL")]
        device: DeviceRef,
    },
    /// Readings of one metric of a device, as they are or reduced to buckets
    #[command(
        after_help = "Example: fieldkeep query range 5e0c9b9f-3c55-4c6f-8d8f-1f6f7e2b9a33 temperature --from -30d --px 60"
    )]
    Range(RangeArgs),
    /// One metric over the devices of a project, step by step
    ///
    /// Steps begin at --from; a relative one, such as -24h, is moved back to a whole step.
    #[command(
        after_help = "Example: fieldkeep query aggregate 2d1f6f0a-6a55-4b0f-9b8e-3f1f0e6c7a21 power --from -24h --step 3600"
    )]
    Aggregate(AggregateArgs),
}

#[derive(Debug, clap::Args)]
struct Span {
    /// From when, included: RFC 3339, `now`, or how long ago, such as -24h
    #[arg(long, value_name = "TIME", default_value = "-24h", allow_hyphen_values = true)]
    from: When,
    /// Until when, excluded
    #[arg(long, value_name = "TIME", default_value = "now", allow_hyphen_values = true)]
    to: When,
}

impl Span {
    /// Both ends. What is relative counts from the end of this second, so that starts of buckets are short to read,
    /// and begins at a whole step of `step_s` seconds since 1970.
    fn texts(&self, now: Timestamp, step_s: i64) -> (String, String) {
        let now = Timestamp::from_secs(now.as_secs()).plus_secs(1);
        let from = self.from.resolve(now);
        let from = match self.from {
            When::Ago(_) => Timestamp::from_secs(from.as_secs() - from.as_secs() % step_s.max(1)),
            When::At(_) => from,
        };
        (format_time(from), format_time(self.to.resolve(now)))
    }
}

#[derive(Debug, clap::Args)]
struct RangeArgs {
    /// Which device
    #[arg(value_name = "ID|LABEL")]
    device: DeviceRef,
    /// Which metric
    metric: String,
    #[command(flatten)]
    span: Span,
    /// Reduce to this many buckets of equal length
    #[arg(long, value_name = "N")]
    px: Option<u32>,
    /// At most so many readings; all when absent
    #[arg(long, value_name = "N", conflicts_with = "px")]
    limit: Option<u32>,
}

#[derive(Debug, clap::Args)]
struct AggregateArgs {
    /// Which project
    project: ProjectId,
    /// Which metric
    metric: String,
    #[command(flatten)]
    span: Span,
    /// Length of a step
    #[arg(long, value_name = "SECONDS")]
    step: u32,
    /// Of these devices only
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    devices: Vec<DeviceRef>,
}

/// Runs it.
pub async fn run(args: Args, env: &Env) -> Result<Exit> {
    match args.command {
        Command::Latest { device } => {
            let latest = env.client()?.latest(device.id()?).await?;
            env.out.show(&latest, || {
                Table::of(["METRIC", "VALUE", "UNIT", "TIME"], &latest.readings, |one| {
                    [one.metric.clone(), value(&one.value), or_dash(&one.unit), one.time.clone()]
                })
            })?;
        }
        Command::Range(args) => range(args, env).await?,
        Command::Aggregate(args) => aggregate(args, env).await?,
    }
    Ok(Exit::Done)
}

async fn range(args: RangeArgs, env: &Env) -> Result<()> {
    let device = args.device.id()?;
    let (from, to) = args.span.texts(env.clock.now(), 1);
    let query = RangeQuery { metric: args.metric, from, to, px: args.px, limit: args.limit };
    if query.px.is_some() {
        let reduced = env.client()?.buckets(device, &query).await?;
        return env.out.show(&reduced, || {
            let heads = ["START", "COUNT", "MIN", "MAX", "MEAN", "FIRST", "LAST"];
            Table::of(heads, &reduced.buckets, |one| {
                let numbers = [one.min, one.max, one.mean, one.first, one.last].map(number);
                let [min, max, mean, first, last] = numbers;
                [one.start.clone(), one.count.to_string(), min, max, mean, first, last]
            })
        });
    }
    if query.limit.is_some() {
        let readings = env.client()?.readings(device, &query).await?;
        let more = readings.next_from.clone().filter(|_| !env.out.is_json());
        env.out.show(&readings, || rows(&readings, true))?;
        if let Some(next) = more {
            env.out.note(format_args!("more readings follow: --from {next}"));
        }
        return Ok(());
    }
    stream(env, device, query).await
}

/// Every reading, answer after answer; only one of them is in memory.
async fn stream(env: &Env, device: DeviceId, mut query: RangeQuery) -> Result<()> {
    let client = env.client()?;
    query.limit = Some(RANGE_READINGS);
    let mut begun = false;
    let mut filled = false;
    loop {
        let readings = client.readings(device, &query).await?;
        if env.out.is_json() {
            let mut text = String::from(if begun { "" } else { r#"{"readings":["# });
            for one in &readings.readings {
                text.push_str(if filled { ",\n" } else { "\n" });
                text.push_str(&serde_json::to_string(one)?);
                filled = true;
            }
            env.out.raw(&text)?;
        } else if filled || !readings.readings.is_empty() {
            env.out.raw(&rows(&readings, !filled))?;
            filled = true;
        }
        begun = true;
        match readings.next_from {
            // A server that does not move on would be asked for ever.
            Some(next) if next != query.from => query.from = next,
            _ => break,
        }
    }
    match (env.out.is_json(), filled) {
        (true, _) => env.out.raw("\n]}\n"),
        (false, false) => env.out.raw("none\n"),
        (false, true) => Ok(()),
    }
}

fn rows(readings: &Readings, heads: bool) -> String {
    let mut text = String::new();
    if heads {
        text.push_str(&format!("{:<TIME_WIDTH$}  VALUE\n", "TIME"));
    }
    for one in &readings.readings {
        text.push_str(&format!("{:<TIME_WIDTH$}  {}\n", clean(&one.time), clean(&value(&one.value))));
    }
    text
}

async fn aggregate(args: AggregateArgs, env: &Env) -> Result<()> {
    let (from, to) = args.span.texts(env.clock.now(), i64::from(args.step));
    let mut devices = Vec::new();
    for device in &args.devices {
        devices.push(device.id()?.to_string());
    }
    let devices = (!devices.is_empty()).then(|| devices.join(","));
    let query = AggregateQuery { metric: args.metric, from, to, step_s: args.step, devices };
    let steps = env.client()?.aggregate(args.project, &query).await?;
    env.out.show(&steps, || {
        Table::of(["START", "COUNT", "MIN", "MAX", "MEAN", "SUM"], &steps.steps, |one| {
            let [min, max, mean, sum] = [one.min, one.max, one.mean, one.sum].map(number);
            [one.start.clone(), one.count.to_string(), min, max, mean, sum]
        })
    })
}

/// A measured value for people.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Bool(state) => state.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(float) => number(*float),
        Value::Text(text) => text.clone(),
    }
}

/// A computed number with as many digits as people read; the data has all of them.
fn number(number: f64) -> String {
    let size = number.abs();
    if number == number.trunc() && size < 1e15 {
        return format!("{number}");
    }
    if (1e-4..1e15).contains(&size) {
        let digits = 6usize.saturating_sub(size.log10().max(0.0) as usize).max(2);
        let text = format!("{number:.digits$}");
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    format!("{number:e}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use fieldkeep_api::Reading;

    #[test]
    fn numbers_are_short_for_people() {
        for (given, shown) in [
            (4.2, "4.2"),
            (0.0, "0"),
            (-40.0, "-40"),
            (1.0 / 3.0, "0.333333"),
            (21.533333333, "21.53333"),
            (12_345_678.912345, "12345678.91"),
            (1.5e-9, "1.5e-9"),
            (1e20, "1e20"),
        ] {
            assert_eq!(number(given), shown);
        }
    }

    #[test]
    fn relative_spans_begin_at_whole_steps_and_hold_this_second() {
        let now = Timestamp(1_800_000_123_000_000_456);
        let span = |from: &str, to: &str| Span { from: from.parse().unwrap(), to: to.parse().unwrap() };
        let hours = span("-24h", "now").texts(now, 3_600);
        assert_eq!(hours, ("2027-01-14T08:00:00Z".to_owned(), "2027-01-15T08:02:04Z".to_owned()));
        let seconds = span("-10s", "now").texts(now, 1);
        assert_eq!(seconds, ("2027-01-15T08:01:54Z".to_owned(), "2027-01-15T08:02:04Z".to_owned()));
        let said = span("2027-01-14T08:12:34.5Z", "2027-01-14T09:00:00Z").texts(now, 3_600);
        assert_eq!(said.0, "2027-01-14T08:12:34.5Z");
    }

    #[test]
    fn rows_line_up_over_several_answers() {
        let reading = |time: &str, value| Reading { time: time.into(), value, index: 0 };
        let readings = Readings {
            readings: vec![
                reading("2026-11-23T10:00:00Z", Value::Float(4.25)),
                reading("2026-11-23T10:00:00.123456789Z", Value::Text("o\u{1b}k".into())),
            ],
            next_from: None,
        };
        let text = rows(&readings, true);
        assert_eq!(
            text.lines().collect::<Vec<_>>(),
            [
                "TIME                            VALUE",
                "2026-11-23T10:00:00Z            4.25",
                "2026-11-23T10:00:00.123456789Z  o\\u{1b}k"
            ]
        );
        assert_eq!(rows(&readings, false).lines().count(), 2);
    }
}
