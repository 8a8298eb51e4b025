//! The signed head: what the device says its chain is, so that neither side can tell another story later.

use crate::clock;
use crate::error::AgentError;
use crate::net::Ask;
use crate::uplink::Link;
use fieldkeep_wire::head::{AAD, HeadStatement, encode};

/// Signs and sends the last batch that the server is known to have; says whether there was one.
pub(crate) async fn send(link: &Link) -> Result<bool, AgentError> {
    let Some(head) = link.peek(|chain| chain.acknowledged()) else { return Ok(false) };
    let Some(identity) = link.folder.identity()? else { return Ok(false) };
    let statement = HeadStatement { device: link.device.device, head, time: clock::now() };
    let signed = identity.key.sign(AAD, encode(&statement))?;
    let token = link.authorization().await?;
    let ask = Ask::body("application/cose", fieldkeep_wire::cose::encode_sign1(&signed))
        .secret("authorization", token.expose());
    link.api().post("/v1/head", ask).await?.success()?;
    Ok(true)
}
