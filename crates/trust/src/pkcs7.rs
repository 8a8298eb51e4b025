//! The certs-only CMS message (RFC 5652 §5, RFC 8951 §3.2) that EST answers with: certificates and nothing signed.

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = content.len();
    match length {
        0..=0x7f => out.push(length as u8),
        _ => {
            let bytes = length.to_be_bytes();
            let skip = bytes.iter().take_while(|byte| **byte == 0).count();
            out.push(0x80 | (bytes.len() - skip) as u8);
            out.extend_from_slice(&bytes[skip..]);
        }
    }
    out.extend_from_slice(content);
    out
}

const OID_SIGNED_DATA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
const OID_DATA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];

/// ContentInfo { signedData, SignedData { 1, {}, { data }, certificates, {} } } over DER certificates.
pub fn certs_only(certificates: &[&[u8]]) -> Vec<u8> {
    let mut signed_data = tlv(0x02, &[1]);
    signed_data.extend(tlv(0x31, &[]));
    signed_data.extend(tlv(0x30, OID_DATA));
    signed_data.extend(tlv(0xa0, &certificates.concat()));
    signed_data.extend(tlv(0x31, &[]));
    let mut content = OID_SIGNED_DATA.to_vec();
    content.extend(tlv(0xa0, &tlv(0x30, &signed_data)));
    tlv(0x30, &content)
}

/// The certificates of such a message; anything else gives `None`. For our own agent and tests.
pub fn certificates(message: &[u8]) -> Option<Vec<Vec<u8>>> {
    let (content, rest) = read(0x30, message)?;
    let explicit = content.strip_prefix(OID_SIGNED_DATA)?;
    let (sequence, _) = read(0xa0, explicit)?;
    let (fields, _) = read(0x30, sequence)?;
    let (_, fields) = read(0x02, fields)?;
    let (_, fields) = read(0x31, fields)?;
    let (_, fields) = read(0x30, fields)?;
    let (mut certificates, _) = read(0xa0, fields)?;
    let mut out = Vec::new();
    while !certificates.is_empty() {
        let (_, after) = read(0x30, certificates)?;
        out.push(certificates[..certificates.len() - after.len()].to_vec());
        certificates = after;
    }
    rest.is_empty().then_some(out)
}

/// Content of one element with this tag, and what follows it.
fn read(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&found, bytes) = bytes.split_first()?;
    let (&first, mut bytes) = bytes.split_first()?;
    let mut length = usize::from(first);
    if first & 0x80 != 0 {
        let count = usize::from(first & 0x7f);
        if count == 0 || count > 4 || bytes.len() < count {
            return None;
        }
        let (digits, after) = bytes.split_at(count);
        length = digits.iter().fold(0, |value, digit| value << 8 | usize::from(*digit));
        bytes = after;
    }
    (found == tag && bytes.len() >= length).then(|| bytes.split_at(length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn certificates_come_back() {
        let (short, long) = (tlv(0x30, &[1, 2, 3]), tlv(0x30, &[7; 1_000]));
        assert_eq!(certificates(&certs_only(&[&short, &long])), Some(vec![short, long]));
        assert_eq!(certificates(&certs_only(&[])), Some(vec![]));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = certificates(&bytes);
        }
    }
}
