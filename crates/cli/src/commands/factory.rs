//! `fieldkeep factory`: work orders, devices, first owners; without a server. Never: a rule of the factory's own files.

use super::Env;
use crate::exit::Exit;
use crate::factory::{self, Made, MakeWish, OrderWish, Which};
use crate::files;
use crate::limits::FILE_BYTES_MAX;
use crate::out::Table;
use anyhow::{Context, Result};
use fieldkeep_domain::OrderId;
use fieldkeep_domain::project::{BadName, Name};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Make devices: work orders, device bundles, first owners
///
/// Works on a factory folder alone: no server and no network.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: fieldkeep factory order --dir ./factory --maker Acme --model CC-100 --count 100 --serial-prefix CC-"
)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Open a work order: a signed statement of how many devices may be made
    #[command(
        after_help = "Example: fieldkeep factory order --dir ./factory --maker \"Acme Sensors\" --model CC-100 --count 100 \
                      --serial-prefix CC-"
    )]
    Order(OrderArgs),
    /// Make devices under a work order: a bundle folder for each
    #[command(
        after_help = "Example: fieldkeep factory make --dir ./factory --order 0b8de0a5-5d6c-4b4c-9d0e-6f6a2f0c1d2e \
                      --count 10 --ca ./fieldkeep-data/root.pem --url https://devices.example:8443"
    )]
    Make(MakeArgs),
    /// Sign vouchers over to their first owner
    #[command(
        after_help = "Example: fieldkeep factory assign --dir ./factory --order 0b8de0a5-5d6c-4b4c-9d0e-6f6a2f0c1d2e \
                      --owner owner.key"
    )]
    Assign(AssignArgs),
}

#[derive(Debug, clap::Args)]
struct OrderArgs {
    /// The factory folder; the first order makes the maker's keys there
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// The maker's name
    #[arg(long, value_name = "NAME", value_parser = name)]
    maker: Name,
    /// The maker's name for the kind of device
    #[arg(long, value_name = "NAME", value_parser = name)]
    model: Name,
    /// How many devices may be made
    #[arg(long, value_name = "N")]
    count: u32,
    /// What serial numbers begin with; six digits follow
    #[arg(long, value_name = "TEXT", default_value = "")]
    serial_prefix: String,
}

#[derive(Debug, clap::Args)]
struct MakeArgs {
    /// The factory folder
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// Under which work order
    #[arg(long, value_name = "ID")]
    order: OrderId,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 1)]
    count: u32,
    /// root.pem of the deployment that the devices will call
    #[arg(long, value_name = "FILE")]
    ca: PathBuf,
    /// Where they ask for their owner: the deployment's devices' name
    #[arg(long)]
    url: String,
    /// Signing request of a real device, PEM or DER: its key is taken, none is made
    #[arg(long, value_name = "FILE")]
    csr: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct AssignArgs {
    /// The factory folder
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    #[command(flatten)]
    which: WhichArgs,
    /// The owner's public key: what `org show` prints, or a file with it or with a P-256 key in PEM
    #[arg(long, value_name = "KEY|FILE")]
    owner: String,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct WhichArgs {
    /// Every device in the folder
    #[arg(long)]
    all: bool,
    /// The devices of one order
    #[arg(long, value_name = "ID")]
    order: Option<OrderId>,
    /// One device
    #[arg(long)]
    serial: Option<String>,
}

fn name(text: &str) -> Result<Name, BadName> {
    Name::parse(text)
}

/// Runs it.
pub async fn run(args: Args, env: &Env) -> Result<Exit> {
    match args.command {
        Command::Order(args) => order(&args, env)?,
        Command::Make(args) => make(&args, env)?,
        Command::Assign(args) => assign(args, env)?,
    }
    Ok(Exit::Done)
}

fn order(args: &OrderArgs, env: &Env) -> Result<()> {
    let wish = OrderWish {
        maker: &args.maker,
        model: &args.model,
        count: args.count,
        serial_prefix: &args.serial_prefix,
    };
    let order = factory::order(&args.dir, &wish, env.clock.now())?;
    let (id, count) = (order.work.order, order.work.count);
    let last = order.serial(u64::from(count) - 1);
    let answer = json!({
        "order": id, "maker": order.work.maker, "model": args.model.as_str(), "count": count,
        "serial_first": order.serial(0), "serial_last": last,
    });
    env.out.show(&answer, || {
        format!(
            "order {id}: {count} devices `{}` may be made, {} to {last}\nnext: fieldkeep factory make --dir {} --order {id} --count {count} --ca FILE --url URL",
            args.model,
            order.serial(0),
            args.dir.display(),
        )
    })
}

fn make(args: &MakeArgs, env: &Env) -> Result<()> {
    let ca = files::text(&args.ca)?;
    let csr = match &args.csr {
        None => None,
        Some(path) => Some(
            files::read(path, FILE_BYTES_MAX).with_context(|| format!("cannot read {}", path.display()))?,
        ),
    };
    let wish = MakeWish {
        order: args.order,
        count: args.count,
        deployment_ca_pem: &ca,
        onboarding_url: &args.url,
        csr: csr.as_deref(),
    };
    let bar = bar(args.count);
    let made = factory::make(&args.dir, &wish, env.clock.now(), |one| {
        bar.set_message(one.serial.clone());
        bar.inc(1);
    });
    bar.finish_and_clear();
    told_of(&made?, args, env)
}

fn bar(count: u32) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(u64::from(count)), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("making {bar:40} {pos}/{len} {msg} {eta}") {
        bar.set_style(style);
    }
    bar
}

fn told_of(made: &[Made], args: &MakeArgs, env: &Env) -> Result<()> {
    let registry = factory::registry_path(&args.dir, args.order);
    let devices: Vec<_> = made
        .iter()
        .map(|one| json!({"device": one.device, "serial": one.serial, "folder": one.folder}))
        .collect();
    env.out.show(&json!({"devices": devices, "registry": registry}), || {
        Table::of(["DEVICE", "SERIAL", "BUNDLE"], made, |one| {
            [one.device.to_string(), one.serial.clone(), one.folder.display().to_string()]
        })
    })?;
    env.out.note(format_args!(
        "next: fieldkeep factory assign, then fieldkeep registry import {}",
        registry.display()
    ));
    Ok(())
}

fn assign(args: AssignArgs, env: &Env) -> Result<()> {
    let which = match (args.which.order, args.which.serial) {
        (Some(order), _) => Which::Order(order),
        (None, Some(serial)) => Which::Serial(serial),
        (None, None) => Which::All,
    };
    let file = Path::new(&args.owner);
    let owner = if file.is_file() { files::text(file)? } else { args.owner.clone() };
    let owner = factory::owner_key(&owner)?;
    let assigned = factory::assign(&args.dir, &which, &owner, env.clock.now())?;
    let answer: Vec<_> = assigned
        .iter()
        .map(|one| json!({"device": one.device, "serial": one.serial, "new": one.new}))
        .collect();
    env.out.show(&json!({"devices": answer}), || {
        Table::of(["DEVICE", "SERIAL", "ASSIGNED"], &assigned, |one| {
            let when = if one.new { "now" } else { "before" };
            [one.device.to_string(), one.serial.clone(), when.to_owned()]
        })
    })
}
