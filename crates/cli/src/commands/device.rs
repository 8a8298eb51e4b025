//! `fieldkeep device`: claim, install, hold and withdraw devices. Never: decides what a life cycle allows.

use super::Env;
use crate::exit::Exit;
use crate::files;
use crate::out::{Table, fields, or_dash, second_or_dash, to_second};
use crate::target::DeviceRef;
use anyhow::Result;
use clap::builder::PossibleValuesParser;
use data_encoding::BASE64;
use fieldkeep_api::{Claim, Device, DeviceQuery, Install};
use fieldkeep_domain::audit::Why;
use fieldkeep_domain::registry::Life;
use fieldkeep_domain::{OrganizationId, ProjectId, SiteId};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Devices: claim, install, hold and withdraw them
///
/// A device is named by its id, by the text of its label (FK1:…), or by @FILE with one of the two.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fieldkeep device list --state installed")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List devices
    #[command(
        after_help = "Example: fieldkeep device list --project 2d1f6f0a-6a55-4b0f-9b8e-3f1f0e6c7a21 --state suspended"
    )]
    List(ListArgs),
    /// Show a device
    #[command(after_help = "Example: fieldkeep device show 5e0c9b9f-3c55-4c6f-8d8f-1f6f7e2b9a33")]
    Show {
        /// Which
        #[arg(value_name = "ID|LABEL")]
        device: DeviceRef,
    },
    /// Claim a device; the device finishes the claim itself when it next asks
    #[command(
        after_help = "Example: fieldkeep device claim @label.txt --organization 7f0b5c1e-52a4-4d0e-8c55-0f4f3c7d9a10 \
                      --voucher voucher.cbor"
    )]
    Claim {
        /// Which; a label's claim secret is sent along
        #[arg(value_name = "ID|LABEL")]
        device: DeviceRef,
        /// For which organization
        #[arg(long, value_name = "ID")]
        organization: OrganizationId,
        /// A newer voucher than the registry has: voucher.cbor or voucher.b64
        #[arg(long, value_name = "FILE")]
        voucher: Option<PathBuf>,
    },
    /// Install a device that said hello within the last ten minutes
    #[command(after_help = "Example: fieldkeep device install 5e0c9b9f-3c55-4c6f-8d8f-1f6f7e2b9a33 \
                      --project 2d1f6f0a-6a55-4b0f-9b8e-3f1f0e6c7a21 --site 90b7a0b2-8a3e-4a0c-8f5e-0e4d5c6b7a88")]
    Install {
        /// Which
        #[arg(value_name = "ID|LABEL")]
        device: DeviceRef,
        /// Into which project
        #[arg(long, value_name = "ID")]
        project: ProjectId,
        /// At which site
        #[arg(long, value_name = "ID")]
        site: SiteId,
    },
    /// Hold a device: its readings are refused until it is resumed
    #[command(
        after_help = "Example: fieldkeep device suspend 5e0c9b9f-3c55-4c6f-8d8f-1f6f7e2b9a33 --reason \"door alarm\""
    )]
    Suspend(Because),
    /// Let a held device go on
    #[command(
        after_help = "Example: fieldkeep device resume 5e0c9b9f-3c55-4c6f-8d8f-1f6f7e2b9a33 --reason \"checked on site\""
    )]
    Resume(Because),
    /// Withdraw a device's certificates and keys for good
    #[command(
        after_help = "Example: fieldkeep device revoke 5e0c9b9f-3c55-4c6f-8d8f-1f6f7e2b9a33 --reason stolen"
    )]
    Revoke(Because),
    /// Take a device out of use
    #[command(
        after_help = "Example: fieldkeep device retire 5e0c9b9f-3c55-4c6f-8d8f-1f6f7e2b9a33 --reason \"end of life\""
    )]
    Retire(Because),
}

#[derive(Debug, clap::Args)]
struct ListArgs {
    /// Of this organization
    #[arg(long, value_name = "ID")]
    organization: Option<OrganizationId>,
    /// In this project
    #[arg(long, value_name = "ID")]
    project: Option<ProjectId>,
    /// In this state
    #[arg(long, value_parser = PossibleValuesParser::new(Life::ALL.map(|life| life.name())))]
    state: Option<String>,
    /// At most so many; all when absent
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

#[derive(Debug, clap::Args)]
struct Because {
    /// Which
    #[arg(value_name = "ID|LABEL")]
    device: DeviceRef,
    /// Why, for the record
    #[arg(long, value_name = "TEXT", value_parser = super::reason)]
    reason: Why,
}

/// Runs it.
pub async fn run(args: Args, env: &Env) -> Result<Exit> {
    let client = env.client()?;
    let device = match args.command {
        Command::List(args) => return list(args, env).await,
        Command::Claim { device, organization, voucher } => {
            return claim(env, &device, organization, voucher.as_deref()).await;
        }
        Command::Show { device } => client.device(device.id()?).await?,
        Command::Install { device, project, site } => {
            client.install(device.id()?, &Install { project, site }).await?
        }
        Command::Suspend(args) => client.suspend(args.device.id()?, &args.reason).await?,
        Command::Resume(args) => client.resume(args.device.id()?, &args.reason).await?,
        Command::Revoke(args) => client.revoke(args.device.id()?, &args.reason).await?,
        Command::Retire(args) => client.retire(args.device.id()?, &args.reason).await?,
    };
    env.out.show(&device, || shown(&device))?;
    Ok(Exit::Done)
}

async fn list(args: ListArgs, env: &Env) -> Result<Exit> {
    let query = DeviceQuery {
        organization: args.organization,
        project: args.project,
        state: args.state,
        ..DeviceQuery::default()
    };
    let page = env.client()?.devices(&query, args.limit.unwrap_or(usize::MAX)).await?;
    env.out.show(&page, || {
        Table::of(["ID", "SERIAL", "MODEL", "STATE", "HELLO"], &page.items, |one| {
            [
                one.id.to_string(),
                one.serial.clone(),
                one.model.clone(),
                one.state.clone(),
                second_or_dash(&one.hello_at),
            ]
        })
    })?;
    if page.next.is_some() && !env.out.is_json() {
        env.out.note(format_args!("more devices follow after these {}", page.items.len()));
    }
    Ok(Exit::Done)
}

async fn claim(
    env: &Env,
    device: &DeviceRef,
    organization: OrganizationId,
    voucher: Option<&Path>,
) -> Result<Exit> {
    let (device, label) = device.resolve()?;
    let voucher = voucher.map(voucher_text).transpose()?;
    env.client()?.claim(device, &Claim { organization, voucher, label }).await?;
    let answer = json!({"device": device, "organization": organization, "claim": "opened"});
    env.out.show(&answer, || {
        format!("claim of device {device} opened; it is finished when the device next asks for its owner")
    })?;
    Ok(Exit::Done)
}

/// A voucher in either of the forms that a bundle has it in.
fn voucher_text(path: &Path) -> Result<String> {
    let bytes = files::read(path, crate::limits::FILE_BYTES_MAX)
        .map_err(|error| anyhow::anyhow!("cannot read {}: {error}", path.display()))?;
    let text = std::str::from_utf8(&bytes).map(str::trim).unwrap_or_default();
    if !text.is_empty() && BASE64.decode(text.as_bytes()).is_ok() {
        return Ok(text.to_owned());
    }
    Ok(BASE64.encode(&bytes))
}

fn shown(one: &Device) -> String {
    let head = one.head.as_ref();
    fields(&[
        ("id", one.id.to_string()),
        ("serial", one.serial.clone()),
        ("model", one.model.clone()),
        ("state", one.state.clone()),
        ("maker", one.maker.to_string()),
        ("order", one.order.to_string()),
        ("registered", to_second(&one.made_at)),
        ("organization", or_dash(&one.organization)),
        ("owner epoch", one.owner_epoch.to_string()),
        ("project", or_dash(&one.project)),
        ("site", or_dash(&one.site)),
        ("last hello", second_or_dash(&one.hello_at)),
        (
            "last batch",
            or_dash(
                &head.map(|head| format!("epoch {} seq {} hash {}", head.boot_epoch, head.seq, head.hash)),
            ),
        ),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voucher_is_sent_as_base64_whichever_file_it_comes_from() {
        let folder = tempfile::tempdir().unwrap();
        let (cbor, text) = (folder.path().join("voucher.cbor"), folder.path().join("voucher.b64"));
        let bytes = [0x84, 0x01, 0xff, 0x00, 0x7f];
        std::fs::write(&cbor, bytes).unwrap();
        std::fs::write(&text, format!("{}\n", BASE64.encode(&bytes))).unwrap();
        assert_eq!(voucher_text(&cbor).unwrap(), BASE64.encode(&bytes));
        assert_eq!(voucher_text(&text).unwrap(), BASE64.encode(&bytes));
    }
}
