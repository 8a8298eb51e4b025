//! The label of a device as a drawing of 62 × 29 mm: a QR code, and in words what a person reads aloud on the phone.
//!
//! Never: shows the claim secret in words. A passer-by reads them from farther away than a code.

use anyhow::{Context, Result};
use fieldkeep_domain::project::Name;
use fieldkeep_wire::label::{Label, encode};
use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write;

/// White modules around the code (ISO/IEC 18004 asks for four).
const QUIET: usize = 4;
/// Side of the code with its quiet zone, and height of the label, in mm.
const CODE_MM: f64 = 29.0;
const WIDTH_MM: f64 = 62.0;
const TEXT_MM: f64 = WIDTH_MM - CODE_MM - 3.0;
/// Width of a character of a fixed-width font, as a part of its size.
const ADVANCE: f64 = 0.62;

/// The drawing.
pub fn svg(label: &Label, maker: &Name, model: &Name, serial: &str) -> Result<String> {
    // M survives scratches; the text is upper case, so the code stays small.
    let code = QrCode::with_error_correction_level(encode(label), EcLevel::M)
        .context("the label makes no QR code")?;
    let modules = code.width() + 2 * QUIET;
    let scale = CODE_MM / modules as f64;
    let device = label.device.to_string();
    // After its third hyphen, so that two lines read as one id.
    let (first, second) = device.split_at(19);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH_MM}mm\" height=\"{CODE_MM}mm\" \
         viewBox=\"0 0 {WIDTH_MM} {CODE_MM}\">\n<rect width=\"{WIDTH_MM}\" height=\"{CODE_MM}\" fill=\"#fff\"/>\n\
         <path transform=\"scale({scale:.5})\" fill=\"#000\" shape-rendering=\"crispEdges\" d=\"{}\"/>\n",
        path(&code)
    );
    let lines = [
        (5.2, 2.6, maker.as_str(), "700"),
        (9.2, 3.2, model.as_str(), "400"),
        (14.4, 1.8, "serial", "400"),
        (18.0, 3.4, serial, "700"),
        (21.8, 1.8, "device", "400"),
        (24.3, 2.2, first, "400"),
        (26.9, 2.2, second, "400"),
    ];
    for (y, size_mm, text, weight) in lines {
        let fits = TEXT_MM / (ADVANCE * text.chars().count().max(1) as f64);
        let size = if fits < size_mm { fits } else { size_mm };
        writeln!(
            out,
            "<text x=\"{CODE_MM}\" y=\"{y}\" font-family=\"monospace\" font-size=\"{size:.2}\" \
             font-weight=\"{weight}\">{}</text>",
            escaped(text)
        )?;
    }
    out.push_str("</svg>\n");
    Ok(out)
}

/// Dark modules as one path, a stroke for each run in a row.
fn path(code: &QrCode) -> String {
    let width = code.width();
    let colors = code.to_colors();
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = row[x..].iter().take_while(|color| **color == Color::Dark).count();
            if run > 0 {
                path.push_str(&format!("M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET));
            }
            x += run.max(1);
        }
    }
    path
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use fieldkeep_domain::DeviceId;

    fn drawn(model: &str) -> String {
        let label = Label { device: DeviceId::from_random([1; 16]), claim_secret: [7; 16] };
        svg(&label, &Name::parse("Acme").unwrap(), &Name::parse(model).unwrap(), "CC-000001").unwrap()
    }

    #[test]
    fn every_dark_module_is_drawn_once() {
        let code = QrCode::new(b"HELLO").unwrap();
        let drawn: usize = path(&code)
            .split('h')
            .skip(1)
            .step_by(2)
            .filter_map(|run| run.split('v').next()?.parse::<usize>().ok())
            .sum();
        let dark = code.to_colors().iter().filter(|color| **color == Color::Dark).count();
        assert_eq!(drawn, dark);
    }

    #[test]
    fn words_are_shown_safely_and_the_secret_is_not() {
        let text = drawn("<b>&\"x");
        assert!(text.contains("&lt;b&gt;&amp;&quot;x") && text.contains("CC-000001"));
        let label = Label { device: DeviceId::from_random([1; 16]), claim_secret: [7; 16] };
        let encoded = encode(&label);
        assert!(!text.contains(encoded.rsplit(':').next().unwrap()));
        assert!(drawn(&"M".repeat(120)).contains("font-size=\"0.40\""));
    }
}
