//! Bodies unpacked under a bound: a bomb costs at most the limit and one byte, then it is refused.

use crate::Malformed;
use std::io::Read;

/// How a body is packed (RFC 9110 §8.4.1, RFC 8878).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// gzip (RFC 1952).
    Gzip,
    /// Zstandard.
    Zstd,
}

/// Largest zstd window accepted, as a power of two: 8 MiB, what RFC 8878 §3.1.1.1.2 asks decoders to support.
const WINDOW_LOG_MAX: u32 = 23;

impl Coding {
    /// Parses one value of `Content-Encoding`; `identity` and nothing mean no coding.
    pub fn parse(header: Option<&str>) -> Result<Option<Self>, Malformed> {
        match header.map(str::trim) {
            None | Some("" | "identity") => Ok(None),
            Some("gzip") => Ok(Some(Self::Gzip)),
            Some("zstd") => Ok(Some(Self::Zstd)),
            Some(_) => {
                Err(Malformed::Expected { at: 0, expected: "Content-Encoding gzip, zstd or identity" })
            }
        }
    }
}

/// Unpacks to at most `max` bytes.
pub fn inflate(coding: Coding, packed: &[u8], max: usize) -> Result<Vec<u8>, Malformed> {
    match coding {
        Coding::Gzip => read(flate2::read::MultiGzDecoder::new(packed), max, "gzip"),
        Coding::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)
                .map_err(|_| Malformed::Compression("zstd"))?;
            decoder.window_log_max(WINDOW_LOG_MAX).map_err(|_| Malformed::Compression("zstd"))?;
            read(decoder, max, "zstd")
        }
    }
}

fn read(reader: impl Read, max: usize, name: &'static str) -> Result<Vec<u8>, Malformed> {
    let mut out = Vec::new();
    reader.take(max as u64 + 1).read_to_end(&mut out).map_err(|_| Malformed::Compression(name))?;
    if out.len() > max { Err(Malformed::TooMuch { what: "bytes after decompression", max }) } else { Ok(out) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn unpacks_both_codings() {
        let data = b"temperature".repeat(100);
        assert_eq!(inflate(Coding::Gzip, &gzip(&data), 9_999).unwrap(), data);
        assert_eq!(inflate(Coding::Zstd, &zstd::encode_all(&data[..], 3).unwrap(), 9_999).unwrap(), data);
    }

    #[test]
    fn bombs_are_refused_at_the_limit() {
        let bomb = vec![0u8; 64 * 1024 * 1024];
        let packed = [(Coding::Gzip, gzip(&bomb)), (Coding::Zstd, zstd::encode_all(&bomb[..], 19).unwrap())];
        for (coding, packed) in packed {
            assert!(packed.len() < 80_000);
            assert!(matches!(
                inflate(coding, &packed, 1_000_000),
                Err(Malformed::TooMuch { max: 1_000_000, .. })
            ));
        }
    }

    #[test]
    fn unknown_codings_are_named() {
        assert!(Coding::parse(Some("br")).is_err());
        assert_eq!(Coding::parse(Some("identity")), Ok(None));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = inflate(Coding::Gzip, &bytes, 1_000);
            let _ = inflate(Coding::Zstd, &bytes, 1_000);
        }
    }
}
