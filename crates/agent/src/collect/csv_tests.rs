use super::*;

const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

fn read(text: &str) -> (Vec<(String, i64, String)>, CsvReport) {
    let (readings, report) = parse(text.as_bytes(), NOW).unwrap();
    let show = |reading: &Reading| {
        (reading.metric.to_string(), NOW.secs_since(reading.time), format!("{:?}", reading.value))
    };
    (readings.iter().map(show).collect(), report)
}

fn row(metric: &str, ago: i64, value: f64) -> (String, i64, String) {
    (metric.into(), ago, format!("Float({value:?})"))
}

#[test]
fn a_plain_file_ends_now() {
    let (readings, report) = read("time,t,Wind Speed\n2022-01-01 00:00:00,1,2\n2022-01-01 00:01:00,3,4.5\n");
    let expected =
        [row("t", 60, 1.0), row("Wind_Speed", 60, 2.0), row("t", 0, 3.0), row("Wind_Speed", 0, 4.5)];
    assert_eq!(readings, expected);
    assert_eq!((report.rows, report.readings, report.metrics), (2, 4, vec!["t".into(), "Wind_Speed".into()]));
}

#[test]
fn newest_first_tabs_mark_and_a_name_before_the_time() {
    let text = "\u{feff}name\ttimestamp\tp\nserver\t2025-10-31 09:00:00.000\t2\r\nserver\t2025-10-31 08:00:00.000\t1\r\n\n(2 rows affected)\n\nCompletion time: 2025-10-31T10:37:15.7-04:00\n";
    let (readings, report) = read(text);
    assert_eq!(readings, [row("p", 3_600, 1.0), row("p", 0, 2.0)]);
    assert_eq!((report.rows_without_time, report.text_cells), (2, 2));
    assert_eq!(report.text_columns, ["name"]);
}

#[test]
fn dirt_is_counted_and_skipped() {
    let text = "t;a;a;;flag\n1641340500;1,5;x;7;True\n1641340560;;NaN;8;False\n1641340560;9\nlater;1;1;1;1\n";
    let (readings, report) = read(text);
    assert_eq!(readings[0], row("a", 60, 1.5));
    assert_eq!(readings[1], row("column_4", 60, 7.0));
    assert_eq!(readings[2], ("flag".into(), 60, "Bool(true)".into()));
    assert_eq!(readings[3], row("a", 0, 9.0));
    assert_eq!(readings.len(), 4);
    assert_eq!(
        (report.duplicate_times, report.rows_without_time, report.text_cells, report.empty_cells),
        (1, 1, 1, 3)
    );
    assert_eq!(report.text_columns, ["a_2"]);
}

#[test]
fn fractions_never_reach_into_the_future() {
    let (readings, _) = parse(b"t,a\n2022-01-01 00:00:00.750,1\n", NOW).unwrap();
    assert!(readings[0].time <= NOW && NOW.secs_since(readings[0].time) < 1);
}

#[test]
fn files_that_are_no_tables_are_refused() {
    for text in ["", "only text\nhere\n", "a,b\n1,2\n3,4\n", "a,b\n"] {
        assert!(parse(text.as_bytes(), NOW).is_err(), "{text:?}");
    }
    assert!(parse(&[0xff; 100], NOW).is_err());
    assert!(parse(&b",".repeat(5_000), NOW).is_err());
}

/// The real measurements that lie beside the project; they are not part of it.
#[test]
fn real_files_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("FIELDKEEP_SHARED_DATA").map_or(folder, PathBuf::from);
    if !folder.is_dir() {
        println!("skipped: no real measurements at ../shared/data beside the repository");
        return;
    }
    let expected = [
        ("solar/serf_west_15min.csv", 480, 15),
        ("solar/serf_east_15min_ac_power.csv", 10_000, 1),
        ("solar/rmis_weather_data.csv", 1_151, 12),
        ("solar/ac_power_inv_2173.csv", 3_000, 1),
        ("solar/ac_power_inv_2173_stale_data.csv", 3_000, 2),
        ("datacentre/gpu_server_09.txt", 8_497, 12),
        ("datacentre/gpu_server_10.txt", 8_690, 12),
        ("nab/machine_temperature_system_failure.csv", 22_695, 1),
        ("nab/ambient_temperature_system_failure.csv", 7_267, 1),
    ];
    for (name, rows, metrics) in expected {
        let (readings, report) = read_csv(&folder.join(name), |_| Ok(NOW)).unwrap();
        println!("{report}; text columns {:?}", report.text_columns);
        assert!(report.rows >= rows, "{report}");
        assert_eq!(report.metrics.len(), metrics, "{report}");
        assert!(report.rows_without_time <= 3, "{report}");
        assert_eq!(report.rows * metrics as u64, real_cells(&report, metrics as u64), "{report}");
        assert_eq!(readings.last().unwrap().time, NOW, "{report}");
        assert!(readings.is_sorted_by_key(|reading| reading.time));
        let drafts = crate::collect::drafts(readings);
        let sent: usize =
            drafts.iter().flatten().map(fieldkeep_domain::telemetry::Segment::reading_count).sum();
        assert_eq!(sent as u64, report.readings);
    }
}

/// Every cell of a metric is accounted for: sent, empty, text, or in a row that could not be used.
fn real_cells(report: &CsvReport, metrics: u64) -> u64 {
    let text_only = report.text_columns.len() as u64;
    let rows = report.rows_without_time + report.duplicate_times;
    let used = report.rows - rows;
    report.readings + report.empty_cells + report.text_cells - used * text_only + rows * metrics
}
