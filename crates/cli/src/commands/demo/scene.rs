//! What makes every page of the console worth a look: cold stores with a week behind them, groups, a job, a dashboard, a
//! program with keys, an open invitation. Everything by the API, as anybody would do it.

use super::people;
use super::stage::{BOXED, Stage};
use crate::factory::{self, Made, Which};
use crate::files;
use crate::processes::{agent, agent_answer};
use anyhow::{Context, Result, bail};
use fieldkeep_api as api;
use fieldkeep_domain::access::{Role, RoleRef};
use fieldkeep_domain::{GroupId, ProjectId};
use fieldkeep_wire::json::format_time;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Model, serial prefix, how many are made, how many of them are claimed; the rest waits in its boxes.
const KINDS: [(&str, &str, u32, usize); 2] =
    [("CS-40 cold room (simulated)", "CS-", 4, 2), ("FZ-20 freezer (simulated)", FREEZERS, 1, 1)];
/// What is kept colder than the others.
const FREEZERS: &str = "FZ-";
const FREEZER_C: &str = "--set-point=-20";
/// Days that the charts reach back.
const HISTORY_DAYS: &str = "7";
/// A program's key that should be renewed soon, and one that has time.
const KEY_DAYS: [i64; 2] = [5, 180];
/// How long the job on three devices may take.
const JOB_S_MAX: u64 = 20;

/// Where the cold stores stand: of the stage's sites.
const SITES: [usize; 3] = [1, 2, 1];

/// Devices of two kinds, with a week of readings.
pub async fn equip(stage: &mut Stage<'_>) -> Result<()> {
    let organization = stage.organization.clone().context("the company comes first")?;
    let owner = factory::owner_key(&organization.owner_key)?;
    let mut waiting = 0;
    for (model, prefix, count, claimed) in KINDS {
        let (order, made) = stage.make_model(model, count, prefix, count)?;
        let dir = stage.factory_folder();
        factory::assign(&dir, &Which::Order(order), &owner, stage.env.clock.now())?;
        let import: api::RegistryImport = files::json(&factory::registry_path(&dir, order))?;
        stage.client.import(&import).await?;
        waiting += made.len() - claimed;
        stage.cold.extend(made.into_iter().take(claimed));
    }
    for made in &stage.cold {
        let claim = api::Claim { organization: organization.id, voucher: None, label: None };
        stage.client.claim(made.device, &claim).await?;
    }
    let bundle =
        |made: &Made| vec!["--bundle".into(), made.folder.clone().into(), "--wait".into(), "30".into()];
    each(stage, "enroll", bundle).await?;
    install(stage).await?;
    let past = |made: &Made| {
        [simulated(made), vec!["--history", HISTORY_DAYS, "--once"]]
            .concat()
            .into_iter()
            .map(Into::into)
            .collect()
    };
    let readings = each(stage, "run", past).await?;
    let count = stage.cold.len();
    stage.say(
        "agents",
        format_args!("{count} simulated cold stores sent {readings} readings of {HISTORY_DAYS} days; {waiting} wait in their boxes"),
    );
    Ok(())
}

fn simulated(made: &Made) -> Vec<&'static str> {
    match made.serial.starts_with(FREEZERS) {
        true => vec!["--simulate", FREEZER_C],
        false => vec!["--simulate"],
    }
}

fn folder(stage: &Stage<'_>, made: &Made) -> PathBuf {
    stage.env.data().join("agents").join(&made.serial)
}

/// Runs the agents of all cold stores at once to their end; how many readings they say they have sent.
async fn each(
    stage: &Stage<'_>,
    command: &'static str,
    more: impl Fn(&Made) -> Vec<std::ffi::OsString>,
) -> Result<u64> {
    let mut running = JoinSet::new();
    for made in &stage.cold {
        let mut args: Vec<std::ffi::OsString> =
            vec![command.into(), "--data".into(), folder(stage, made).into()];
        args.extend(more(made));
        let (data, name) = (stage.env.data().to_owned(), format!("agent-{}", made.serial));
        running.spawn(async move {
            let args: Vec<&OsStr> = args.iter().map(AsRef::as_ref).collect();
            agent_answer(&data, &name, &args).await
        });
    }
    let mut readings = 0;
    while let Some(answer) = running.join_next().await {
        readings += answer??["readings"].as_u64().unwrap_or(0);
    }
    Ok(readings)
}

async fn install(stage: &mut Stage<'_>) -> Result<()> {
    let project = project(stage)?;
    let mut installer = people::with_role(&stage.people, Role::Installer)?.page.clone();
    for (made, site) in stage.cold.iter().zip(SITES) {
        let place = api::Install { project, site: stage.sites[site].id };
        let path = format!("/devices/{}/install", made.device);
        let _: serde_json::Value = installer.post(&path, &place).await?;
    }
    Ok(())
}

fn project(stage: &Stage<'_>) -> Result<ProjectId> {
    Ok(stage.project.as_ref().context("the company comes first")?.id)
}

/// Groups, a job, a dashboard, a program, an invitation; and the cold stores go on.
pub async fn arrange(stage: &mut Stage<'_>) -> Result<()> {
    let group = groups(stage).await?;
    let job = move_into(stage, group).await?;
    dashboard(stage).await?;
    program(stage).await?;
    invitation(stage).await?;
    for made in &stage.cold {
        let folder = folder(stage, made);
        let args: Vec<&OsStr> = [vec!["run"], simulated(made), vec!["--period", "5", "--data"]]
            .concat()
            .into_iter()
            .map(AsRef::as_ref)
            .chain([folder.as_ref()])
            .collect();
        stage.agents.push(agent(stage.env.data(), &format!("agent-{}", made.serial), &args)?);
    }
    stage.say(
        "company",
        format_args!(
            "has groups, a dashboard, a program with two keys and an open invitation; a job moved {} devices and failed on {}",
            job.done, job.failed
        ),
    );
    Ok(())
}

/// Refrigeration with rooms and freezers below it; the rooms.
async fn groups(stage: &Stage<'_>) -> Result<GroupId> {
    let project = project(stage)?;
    let named = |name: &str, parent| api::NewGroup { name: name.to_owned(), parent };
    let above = stage.client.create_group(project, &named("Refrigeration", None)).await?.id;
    let freezers = stage.client.create_group(project, &named("Freezers", Some(above))).await?.id;
    if let Some(freezer) = stage.cold.last() {
        stage.client.arrange(freezer.device, Some(freezers)).await?;
    }
    Ok(stage.client.create_group(project, &named("Cold rooms", Some(above))).await?.id)
}

/// The job that moves the rooms into their group. One device in it is still in its box, so on that one it fails.
async fn move_into(stage: &Stage<'_>, group: GroupId) -> Result<api::Job> {
    let rooms = stage.cold.iter().take(KINDS[0].3).chain(stage.made.get(BOXED));
    let new = api::NewJob {
        kind: "group".to_owned(),
        devices: rooms.map(|made| made.device).collect(),
        target: api::JobTarget { group: Some(group), ..api::JobTarget::default() },
        reason: Some("the cold rooms belong together".parse()?),
        labels: BTreeMap::new(),
    };
    let id = stage.client.create_job(&new).await?.id;
    let deadline = Instant::now() + Duration::from_secs(JOB_S_MAX);
    loop {
        let job = stage.client.job(id).await?;
        if job.finished_at.is_some() {
            return Ok(job);
        }
        if Instant::now() > deadline {
            bail!(
                "the job on the cold rooms did not end within {JOB_S_MAX} s; see logs/server.log in the data folder"
            );
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A tile of each kind that shows something of its own.
async fn dashboard(stage: &Stage<'_>) -> Result<()> {
    let tile = |id: &str, kind: &str, title: &str, [x, y, w, h]: [u32; 4]| api::Tile {
        id: id.to_owned(),
        kind: kind.to_owned(),
        title: Some(title.to_owned()),
        x,
        y,
        w,
        h,
        series: Vec::new(),
        range: None,
        text: None,
        model: None,
        site: None,
    };
    let of = |metric: &str| -> Vec<api::TileSeries> {
        let one = |made: &Made| api::TileSeries { device: made.device, metric: metric.to_owned() };
        stage.cold.iter().map(one).collect()
    };
    let text = "Cold rooms: 2 to 8 °C; the freezer: −20 °C. Somebody looks at the door when it stays warm for half an hour.";
    let tiles = vec![
        api::Tile { series: of("temperature"), ..tile("now", "value", "Now", [0, 0, 4, 3]) },
        api::Tile { text: Some(text.to_owned()), ..tile("note", "note", "What to look at", [4, 0, 4, 3]) },
        tile("devices", "state", "Devices", [8, 0, 4, 3]),
        api::Tile {
            series: of("temperature"),
            range: Some("7d".to_owned()),
            ..tile("week", "chart", "Temperature, seven days", [0, 3, 8, 6])
        },
        tile("map", "map", "Sites", [8, 3, 4, 6]),
        api::Tile {
            series: of("power"),
            range: Some("24h".to_owned()),
            ..tile("power", "chart", "Compressors, one day", [0, 9, 12, 5])
        },
    ];
    let new = api::NewDashboard { name: "Cold chain".to_owned(), tiles };
    stage.client.create_dashboard(project(stage)?, &new).await?;
    Ok(())
}

/// A program that reads, with a key that ends soon and its successor.
async fn program(stage: &Stage<'_>) -> Result<()> {
    let organization = stage.organization.as_ref().context("the company comes first")?.id;
    let new = api::NewServiceAccount { name: "Energy reports".to_owned(), organization: Some(organization) };
    let account = stage.client.create_account(&new).await?.id;
    for (name, days) in ["reports, 2026", "reports, from now on"].into_iter().zip(KEY_DAYS) {
        let key = api::NewKey {
            account: Some(account),
            project: Some(project(stage)?),
            expires_at: Some(format_time(stage.env.clock.now().plus_secs(days * 86_400))),
            ..api::NewKey::of(name, RoleRef::Standard(Role::ProgramReader))
        };
        stage.client.create_key(&key).await?;
    }
    Ok(())
}

async fn invitation(stage: &Stage<'_>) -> Result<()> {
    let organization = stage.organization.as_ref().context("the company comes first")?.id;
    let role = api::NewRole {
        role: RoleRef::Standard(Role::Viewer),
        organization: Some(organization),
        project: None,
        group: None,
        device: None,
        expires_at: None,
    };
    let new = api::NewInvitation {
        address: "nia@demo.example".to_owned(),
        organization: Some(organization),
        roles: vec![role],
        days: None,
        language: None,
    };
    stage.client.invite(&new).await?;
    Ok(())
}
