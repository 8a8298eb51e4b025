//! What a factory hands over, believed only as far as its signatures reach.

use super::{DeviceSecret, binding, claim_verifier, decode_base64, extend, open_voucher, seal_voucher, sql};
use crate::fault::Kind;
use crate::project::seal_json;
use crate::{App, Fault, limits};
use fieldkeep_api::{DeviceRecord, Imported, RegistryImport};
use fieldkeep_domain::access::Permit;
use fieldkeep_domain::audit::Act;
use fieldkeep_domain::project::{Name, Scope};
use fieldkeep_domain::registry::{Life, Voucher, VoucherRefused};
use fieldkeep_domain::{Hash, OrderId, Timestamp};
use fieldkeep_trust::seal::{Binding, Purpose};
use fieldkeep_trust::{sign, voucher as chain, x509};
use fieldkeep_wire::{cose, order, voucher};
use serde_json::json;
use sqlx::AnyConnection;
use std::sync::Arc;

/// Registers a maker, its order and its devices. Everything or nothing.
pub async fn import(app: &Arc<App>, permit: Permit, import: RegistryImport) -> Result<Imported, Fault> {
    if import.devices.len() > limits::IMPORT_DEVICES_MAX {
        let max = limits::IMPORT_DEVICES_MAX;
        return Err(Fault::new(
            Kind::TooLarge,
            format!("limit `import-devices`: at most {max} devices at once"),
        ));
    }
    let now = app.clock.now();
    let maker = maker(app, &import)?;
    let order = order_row(app, &import, &maker)?;
    let mut devices = Vec::with_capacity(import.devices.len());
    for record in &import.devices {
        devices.push(device(app, record, &maker, &order, now).map_err(|fault| {
            let text = format!("device `{}`: {}; nothing was imported", record.device, fault.text);
            Fault { text, ..fault }
        })?);
    }
    let act = Act::new(permit.doer(), "registry.import", order.id, Scope::Deployment, now)
        .with(json!({"maker": maker.id, "model": import.order.model, "devices": devices.len()}));
    let app_in = app.clone();
    let imported = app
        .journal
        .act(move |tx, revision| {
            Box::pin(async move {
                let imported = store(&app_in, tx, &maker, &order, devices, (now, revision)).await?;
                Ok((act, imported))
            })
        })
        .await?;
    app.reload_makers().await?;
    Ok(imported)
}

fn maker(app: &App, import: &RegistryImport) -> Result<sql::MakerRow, Fault> {
    let record = &import.maker;
    let name = Name::parse(&record.name)?;
    let roots =
        x509::from_pem(&record.root_pem).map_err(|error| Fault::invalid(format!("`root_pem`: {error}")))?;
    let [root] = &roots[..] else {
        return Err(Fault::invalid("`root_pem`: exactly one certificate expected"));
    };
    if !x509::is_signed_by(root, root) {
        return Err(Fault::invalid("`root_pem`: a self-signed CA certificate expected"));
    }
    let voucher_key = cose::decode_key(&decode_base64("voucher_key", &record.voucher_key)?)?;
    let name_binding = Binding::deployment(Purpose::Name, *record.id.as_bytes());
    Ok(sql::MakerRow {
        id: record.id,
        sealed: app.keys.organization(None)?.seal.seal(&name_binding, name.as_str().as_bytes())?,
        root: root.clone(),
        voucher_key,
    })
}

fn order_row(app: &App, import: &RegistryImport, maker: &sql::MakerRow) -> Result<sql::OrderRow, Fault> {
    let record = &import.order;
    let statement = decode_base64("statement", &record.statement)?;
    let signed = cose::decode_sign1(&statement, order::BYTES_MAX)?;
    sign::verify(&signed, order::AAD, &maker.voucher_key).map_err(|_| {
        Fault::new(Kind::Forbidden, "the work order is not signed by its maker; nothing was imported")
    })?;
    let says = order::decode(&signed.payload)?;
    let agrees = says.order == record.id
        && says.maker == maker.id
        && says.count == record.count
        && says.model.as_str() == record.model;
    if !agrees {
        return Err(Fault::invalid("the work order's statement says something else than its record"));
    }
    let statement_binding = Binding::deployment(Purpose::Registry, *record.id.as_bytes());
    Ok(sql::OrderRow {
        id: record.id,
        maker: maker.id,
        sealed: app.keys.organization(None)?.seal.seal(&statement_binding, &statement)?,
        count: record.count,
    })
}

fn device(
    app: &App,
    record: &DeviceRecord,
    maker: &sql::MakerRow,
    order: &sql::OrderRow,
    now: Timestamp,
) -> Result<(sql::DeviceRow, Voucher), Fault> {
    let parsed = voucher::decode(&decode_base64("voucher", &record.voucher)?)?;
    let header = &parsed.header;
    if header.maker_key != maker.voucher_key {
        return Err(VoucherRefused::ForeignMaker.into());
    }
    if header.device != record.device || header.model.as_str() != record.model {
        return Err(VoucherRefused::OtherDevice.into());
    }
    if !parsed.entries.is_empty() {
        chain::verify_chain(&parsed, &maker.voucher_key, voucher::ENTRY_AAD, now)?;
    }
    let secret_hash = match &record.claim_secret_sha256 {
        Some(text) => {
            let hash: Hash =
                text.parse().map_err(|error| Fault::invalid(format!("`claim_secret_sha256`: {error}")))?;
            Some(claim_verifier(app, hash.as_bytes())?)
        }
        None => None,
    };
    let secret =
        DeviceSecret { model: record.model.clone(), serial: Name::parse(&record.serial)?.to_string() };
    let keys = app.keys.organization(None)?;
    let row = sql::DeviceRow {
        id: record.device,
        maker: maker.id,
        order: order.id,
        life: Life::Made,
        organization: None,
        project: None,
        site: None,
        sealed: seal_json(&keys.seal, &binding(Purpose::Name, record.device), &secret)?,
        voucher: seal_voucher(app, record.device, &parsed)?,
        device_key: header.device_key,
        birth_chain: header.birth_chain,
        claim_verifier: secret_hash,
        claim_nonce: None,
        owner_epoch: 0,
        made_at: now,
        hello_at: None,
        group: None,
    };
    Ok((row, parsed))
}

async fn store(
    app: &App,
    tx: &mut AnyConnection,
    maker: &sql::MakerRow,
    order: &sql::OrderRow,
    devices: Vec<(sql::DeviceRow, Voucher)>,
    (now, revision): (Timestamp, u64),
) -> Result<Imported, Fault> {
    match sql::maker(tx, maker.id).await? {
        None => sql::insert_maker(tx, maker, now).await?,
        Some(known) if known.root == maker.root && known.voucher_key == maker.voucher_key => {}
        Some(_) => return Err(Fault::conflict("this maker is registered with another root or key")),
    }
    match sql::order(tx, order.id).await? {
        None => sql::insert_order(tx, order, now).await?,
        Some(known) if known.maker == order.maker && known.count == order.count => {}
        Some(_) => return Err(Fault::conflict("this work order is registered with another maker or count")),
    }
    let mut imported = Imported { added: 0, known: 0 };
    for (row, parsed) in devices {
        match sql::device(tx, row.id).await? {
            None => {
                sql::insert_device(tx, &row, revision).await?;
                imported.added += 1;
            }
            Some(mut known) => {
                let extended = extend(&open_voucher(app, &known)?, parsed)?;
                known.voucher = seal_voucher(app, known.id, &extended)?;
                sql::update_device(tx, &known, revision).await?;
                imported.known += 1;
            }
        }
    }
    count_again(tx, order.id, order.count).await?;
    Ok(imported)
}

/// More devices than the order allows are somebody's grey run: none of the import is believed.
async fn count_again(tx: &mut AnyConnection, order: OrderId, allowed: u32) -> Result<(), Fault> {
    let found = sql::count_of_order(tx, order).await?;
    if found > u64::from(allowed) {
        let text = format!(
            "the work order allows {allowed} devices and this import would make it {found}; nothing was imported"
        );
        return Err(Fault::new(Kind::Forbidden, text));
    }
    Ok(())
}
