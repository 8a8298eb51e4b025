//! `factory order`: a signed statement of how many devices may be made, and the empty log that counts them.
//!
//! Never: takes a number from the readable part of an order file. It is for people; the statement decides.

use super::{Factory, store};
use anyhow::{Context, Result, bail};
use data_encoding::BASE64;
use fieldkeep_domain::project::Name;
use fieldkeep_domain::{MakerId, OrderId, Timestamp, limits};
use fieldkeep_trust::sign::verify;
use fieldkeep_wire::cose;
use fieldkeep_wire::order::{AAD, BYTES_MAX, WorkOrder, decode, encode};
use serde::{Deserialize, Serialize};
use std::path::Path;

const PREFIX_BYTES_MAX: usize = 48;

/// What an order is opened for.
#[derive(Debug, Clone)]
pub struct OrderWish<'a> {
    /// Shown to people; in an existing factory folder, its own maker.
    pub maker: &'a Name,
    /// The maker's name for the kind of device.
    pub model: &'a Name,
    /// How many devices may be made.
    pub count: u32,
    /// What serial numbers begin with; a number of six digits follows.
    pub serial_prefix: &'a str,
}

/// An order whose statement was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// What the maker signed.
    pub work: WorkOrder,
    /// The signed statement: a COSE_Sign1.
    pub statement: Vec<u8>,
    /// What serial numbers begin with.
    pub serial_prefix: String,
    /// The number in the first serial number.
    pub serial_first: u64,
}

impl Order {
    /// The serial number of the device at this place, counted from 0.
    pub fn serial(&self, place: u64) -> String {
        format!("{}{:06}", self.serial_prefix, self.serial_first + place)
    }
}

/// The order as it lies in `orders/`.
#[derive(Debug, Serialize, Deserialize)]
struct OrderFile {
    order: OrderId,
    maker: MakerId,
    model: String,
    count: u32,
    created: String,
    serial_prefix: String,
    serial_first: u64,
    /// Serial numbers made so far, for people. Nothing reads them: the log counts.
    #[serde(default)]
    made: Vec<String>,
    /// The signed statement, in base64.
    statement: String,
}

/// Opens a work order. The first one in a folder makes the maker's keys.
pub fn order(dir: &Path, wish: &OrderWish<'_>, now: Timestamp) -> Result<Order> {
    check_prefix(wish.serial_prefix)?;
    if !(1..=limits::ORDER_DEVICES_MAX).contains(&wish.count) {
        bail!(
            "an order is for 1 to {} devices, not {}; nothing was opened",
            limits::ORDER_DEVICES_MAX,
            wish.count
        );
    }
    let _lock = store::lock(dir)?;
    let factory = Factory::open_or_create(dir, wish.maker, now)?;
    let work = WorkOrder {
        order: OrderId::from_random(fieldkeep_trust::random()),
        maker: factory.maker,
        model: wish.model.clone(),
        count: wish.count,
        created: Timestamp::from_secs(now.as_secs()),
    };
    let statement = cose::encode_sign1(&factory.voucher_key.sign(AAD, encode(&work))?);
    let order = Order {
        work,
        statement,
        serial_prefix: wish.serial_prefix.to_owned(),
        serial_first: next_number(&factory, wish.serial_prefix)?,
    };
    // The logs first, and only here: an order that has lost one makes and assigns nothing.
    store::Log::open(&factory.order_file(order.work.order, "made"), true)?;
    store::Log::open(&factory.order_file(order.work.order, "assigned"), true)?;
    write(&factory, &order, Vec::new())?;
    Ok(order)
}

/// Reads an order and verifies its statement.
pub(super) fn load(factory: &Factory, id: OrderId) -> Result<Order> {
    let path = factory.order_file(id, "json");
    if !path.is_file() {
        bail!("no work order `{id}` in {}: see `orders/` for those that are open", factory.dir.display());
    }
    let file: OrderFile = store::read_json(&path)?;
    let statement =
        BASE64.decode(file.statement.as_bytes()).context("the order's statement is not base64")?;
    let signed = cose::decode_sign1(&statement, BYTES_MAX).context("the order's statement is damaged")?;
    verify(&signed, AAD, &factory.voucher_key())
        .with_context(|| format!("the statement in {} was not signed by this maker", path.display()))?;
    let work = decode(&signed.payload).context("the order's statement is damaged")?;
    let same = work.order == id
        && work.maker == factory.maker
        && (file.order, file.maker, file.count) == (work.order, work.maker, work.count)
        && file.model == work.model.as_str();
    if !same {
        bail!(
            "{} says something else than its signed statement: bring the file back as it was",
            path.display()
        );
    }
    check_prefix(&file.serial_prefix)?;
    Ok(Order { work, statement, serial_prefix: file.serial_prefix, serial_first: file.serial_first })
}

/// Writes the order for people to read, with what was made.
pub(super) fn write(factory: &Factory, order: &Order, made: Vec<String>) -> Result<()> {
    let file = OrderFile {
        order: order.work.order,
        maker: order.work.maker,
        model: order.work.model.as_str().to_owned(),
        count: order.work.count,
        created: jiff::Timestamp::from_second(order.work.created.as_secs())?.to_string(),
        serial_prefix: order.serial_prefix.clone(),
        serial_first: order.serial_first,
        made,
        statement: BASE64.encode(&order.statement),
    };
    store::write_public(&factory.order_file(file.order, "json"), &serde_json::to_vec_pretty(&file)?)
}

/// The ids of all orders in the folder.
pub(super) fn all(factory: &Factory) -> Result<Vec<OrderId>> {
    let folder = factory.dir.join("orders");
    let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut ids = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        ids.extend(name.to_str().and_then(|name| name.strip_suffix(".json")?.parse::<OrderId>().ok()));
    }
    ids.sort();
    Ok(ids)
}

/// Serial numbers of one prefix go on where the last order's end, whether they were used or not.
fn next_number(factory: &Factory, prefix: &str) -> Result<u64> {
    let mut next = 1;
    for id in all(factory)? {
        let order = load(factory, id)?;
        if order.serial_prefix == prefix {
            next = next.max(order.serial_first + u64::from(order.work.count));
        }
    }
    Ok(next)
}

/// A serial number names a folder, so it must be a plain file name.
fn check_prefix(prefix: &str) -> Result<()> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if prefix.len() > PREFIX_BYTES_MAX || prefix.starts_with('.') || !prefix.bytes().all(plain) {
        bail!(
            "serial prefix `{prefix}` refused: up to {PREFIX_BYTES_MAX} letters, digits, `-`, `_` and `.` expected"
        );
    }
    Ok(())
}
