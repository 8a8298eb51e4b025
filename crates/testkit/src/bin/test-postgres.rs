//! A PostgreSQL for tests that lives as long as its standard input: when whoever started it ends, however it ends, the
//! cluster is stopped and removed. Never: a server that outlives its tests.

use fieldkeep_testkit::postgres::Cluster;
use std::io::{Read, Write};

fn main() {
    let folder =
        tempfile::Builder::new().prefix("fk-pg").tempdir_in("/tmp").expect("a folder for the cluster");
    Cluster::start_in(folder.path());
    println!("{}", folder.path().display());
    let _ = std::io::stdout().flush();
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    Cluster::stop_in(folder.path());
}
